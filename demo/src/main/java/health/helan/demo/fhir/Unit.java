package health.helan.demo.fhir;

/**
 * A unit of measure.
 *
 * @param text as printed on a report
 * @param ucum the UCUM code
 */
public record Unit(String text, String ucum) {
  public static final Unit MMHG = new Unit("mmHg", "mm[Hg]");
  public static final Unit PER_MINUTE = new Unit("次/分", "/min");
  public static final Unit CELSIUS = new Unit("℃", "Cel");
  public static final Unit CM = new Unit("cm", "cm");
  public static final Unit KG = new Unit("kg", "kg");
  public static final Unit GRAM = new Unit("g", "g");
  public static final Unit KG_M2 = new Unit("kg/m²", "kg/m2");
  public static final Unit PERCENT = new Unit("%", "%");
  public static final Unit MMOL_L = new Unit("mmol/L", "mmol/L");
  public static final Unit UMOL_L = new Unit("μmol/L", "umol/L");
  public static final Unit GRAM_L = new Unit("g/L", "g/L");
  public static final Unit UNIT_L = new Unit("U/L", "U/L");
  public static final Unit E9_L = new Unit("10⁹/L", "10*9/L");
  public static final Unit E12_L = new Unit("10¹²/L", "10*12/L");
  public static final Unit MG_L = new Unit("mg/L", "mg/L");
  public static final Unit FEMTOLITRE = new Unit("fL", "fL");
  public static final Unit LITRE = new Unit("L", "L");
  public static final Unit WEEK = new Unit("周", "wk");
  public static final Unit SCORE = new Unit("分", "{score}");
}
