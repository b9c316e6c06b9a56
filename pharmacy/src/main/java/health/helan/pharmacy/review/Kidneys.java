package health.helan.pharmacy.review;

/**
 * Filtration rate from creatinine: CKD-EPI 2021, the equation without race, for adults. The formula
 * is general knowledge, held to values worked out by hand in its test.
 */
final class Kidneys {
  /** µmol/L in one mg/dL. */
  static final double UMOL_PER_MGDL = 88.4;

  private Kidneys() {}

  /**
   * eGFR in mL/min/1.73 m2.
   *
   * @param creatinine in serum, mg/dL
   * @param years of age, 18 or more
   */
  static double egfr(double creatinine, int years, boolean isFemale) {
    double kappa = isFemale ? 0.7 : 0.9;
    double alpha = isFemale ? -0.241 : -0.302;
    double ratio = creatinine / kappa;
    return 142
        * Math.pow(Math.min(ratio, 1), alpha)
        * Math.pow(Math.max(ratio, 1), -1.2)
        * Math.pow(0.9938, years)
        * (isFemale ? 1.012 : 1);
  }
}
