package health.helan.demo.clinical;

import java.util.List;

/**
 * Chronic diseases: how common (diagnosed) they are from 20 years on, per decade of age in per
 * mille, how much more so in men, what is taken, and whether the township centre manages them with
 * a plan (the national basic public health services do so for hypertension, diabetes and COPD).
 * Prevalence is general knowledge, rounded.
 */
enum Chronic {
  HYPERTENSION(
      Diagnosis.HYPERTENSION,
      true,
      1.1,
      new int[] {8, 40, 110, 240, 380, 480, 520},
      Drug.AMLODIPINE,
      Drug.VALSARTAN,
      Drug.HYDROCHLOROTHIAZIDE),
  DIABETES(
      Diagnosis.DIABETES,
      true,
      1.1,
      new int[] {3, 16, 48, 100, 160, 200, 190},
      Drug.METFORMIN,
      Drug.GLIMEPIRIDE,
      Drug.INSULIN),
  COPD(Diagnosis.COPD, true, 1.6, new int[] {0, 2, 15, 45, 90, 140, 160}, Drug.TIOTROPIUM),
  CORONARY_DISEASE(
      Diagnosis.CORONARY_DISEASE,
      false,
      1.1,
      new int[] {0, 2, 8, 30, 80, 130, 170},
      Drug.ASPIRIN,
      Drug.METOPROLOL),
  STROKE_SEQUELAE(
      Diagnosis.STROKE_SEQUELAE, false, 1.2, new int[] {0, 1, 4, 14, 35, 60, 80}, Drug.CLOPIDOGREL),
  DYSLIPIDAEMIA(
      Diagnosis.DYSLIPIDAEMIA,
      false,
      1.1,
      new int[] {10, 35, 80, 130, 170, 160, 120},
      Drug.ATORVASTATIN),
  ASTHMA(
      Diagnosis.ASTHMA,
      false,
      0.9,
      new int[] {18, 18, 20, 24, 28, 30, 30},
      Drug.BUDESONIDE_FORMOTEROL),
  HEPATITIS_B(
      Diagnosis.HEPATITIS_B, false, 1.3, new int[] {15, 35, 45, 45, 40, 30, 20}, Drug.ENTECAVIR),
  KIDNEY_DISEASE(
      Diagnosis.KIDNEY_DISEASE, false, 1.0, new int[] {1, 3, 8, 15, 30, 55, 90}, Drug.VALSARTAN),
  KNEE_ARTHROSIS(
      Diagnosis.KNEE_ARTHROSIS,
      false,
      0.6,
      new int[] {0, 5, 20, 60, 120, 160, 180},
      Drug.GLUCOSAMINE),
  OSTEOPOROSIS(
      Diagnosis.OSTEOPOROSIS, false, 0.3, new int[] {0, 0, 5, 30, 90, 140, 180}, Drug.CALCIUM_D3),
  DEMENTIA(Diagnosis.DEMENTIA, false, 0.8, new int[] {0, 0, 0, 1, 8, 35, 120}, Drug.DONEPEZIL);

  private final Diagnosis diagnosis;
  private final boolean managed;
  private final double maleFactor;
  private final int[] perMilleByDecade;
  private final List<Drug> drugs;

  Chronic(
      Diagnosis diagnosis,
      boolean managed,
      double maleFactor,
      int[] perMilleByDecade,
      Drug... drugs) {
    this.diagnosis = diagnosis;
    this.managed = managed;
    this.maleFactor = maleFactor;
    this.perMilleByDecade = perMilleByDecade;
    this.drugs = List.of(drugs);
  }

  Diagnosis diagnosis() {
    return diagnosis;
  }

  /** Whether there is an EpisodeOfCare and a CarePlan for it. */
  boolean managed() {
    return managed;
  }

  /** From the first choice to the last. */
  List<Drug> drugs() {
    return drugs;
  }

  /** Share of people of that age and sex who have it, from 0 to 1. */
  double prevalence(int age, boolean male) {
    if (age < 20) {
      // Of all these, only asthma is a disease of the young.
      return this == ASTHMA && age >= 3 ? 0.022 : 0;
    }
    int decade = Math.min((age - 20) / 10, perMilleByDecade.length - 1);
    return perMilleByDecade[decade] / 1000.0 * (male ? maleFactor : 2 - maleFactor);
  }
}
