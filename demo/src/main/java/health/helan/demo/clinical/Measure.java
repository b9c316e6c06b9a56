package health.helan.demo.clinical;

import static health.helan.demo.fhir.Unit.*;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Fhir;
import health.helan.demo.fhir.Systems;
import health.helan.demo.fhir.Unit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is measured: LOINC, unit, decimal places, and the reference range that Chinese laboratories
 * commonly print for adults (general knowledge; NaN where there is none).
 */
enum Measure {
  SYSTOLIC("8480-6", "收缩压", "Systolic blood pressure", MMHG, 0, 90, 139),
  DIASTOLIC("8462-4", "舒张压", "Diastolic blood pressure", MMHG, 0, 60, 89),
  HEART_RATE("8867-4", "心率", "Heart rate", PER_MINUTE, 0, 60, 100),
  RESPIRATION("9279-1", "呼吸频率", "Respiratory rate", PER_MINUTE, 0, 12, 20),
  TEMPERATURE("8310-5", "体温", "Body temperature", CELSIUS, 1, 36.0, 37.2),
  WEIGHT("29463-7", "体重", "Body weight", KG, 1),
  HEIGHT("8302-2", "身高", "Body height", CM, 1),
  BODY_MASS_INDEX("39156-5", "体质指数", "Body mass index (BMI) [Ratio]", KG_M2, 1, 18.5, 23.9),
  HEAD("9843-4", "头围", "Head Occipital-frontal circumference", CM, 1),
  WAIST("8280-0", "腰围", "Waist Circumference at umbilicus by Tape measure", CM, 0),
  OXYGEN_SATURATION("2708-6", "血氧饱和度", "Oxygen saturation in Arterial blood", PERCENT, 0, 95, 100),
  PEAK_FLOW("20150-9", "第一秒用力呼气量", "FEV1", LITRE, 2),
  FEV1_RATIO("19926-5", "一秒率", "FEV1/FVC", PERCENT, 1, 70, 100),
  WHITE_CELLS(
      "6690-2", "白细胞计数", "Leukocytes [#/volume] in Blood by Automated count", E9_L, 2, 3.5, 9.5),
  RED_CELLS(
      "789-8", "红细胞计数", "Erythrocytes [#/volume] in Blood by Automated count", E12_L, 2, 3.8, 5.8),
  HAEMOGLOBIN("718-7", "血红蛋白", "Hemoglobin [Mass/volume] in Blood", GRAM_L, 0, 115, 175),
  HAEMATOCRIT(
      "4544-3",
      "红细胞压积",
      "Hematocrit [Volume Fraction] of Blood by Automated count",
      PERCENT,
      1,
      35,
      50),
  CELL_VOLUME(
      "787-2", "平均红细胞体积", "MCV [Entitic volume] by Automated count", FEMTOLITRE, 1, 82, 100),
  PLATELETS(
      "777-3", "血小板计数", "Platelets [#/volume] in Blood by Automated count", E9_L, 0, 125, 350),
  NEUTROPHILS(
      "770-8",
      "中性粒细胞百分比",
      "Neutrophils/100 leukocytes in Blood by Automated count",
      PERCENT,
      1,
      40,
      75),
  LYMPHOCYTES(
      "736-9",
      "淋巴细胞百分比",
      "Lymphocytes/100 leukocytes in Blood by Automated count",
      PERCENT,
      1,
      20,
      50),
  CHOLESTEROL(
      "14647-2", "总胆固醇", "Cholesterol [Moles/volume] in Serum or Plasma", MMOL_L, 2, 2.8, 5.2),
  TRIGLYCERIDES(
      "14927-8", "甘油三酯", "Triglyceride [Moles/volume] in Serum or Plasma", MMOL_L, 2, 0.3, 1.7),
  HDL(
      "14646-4",
      "高密度脂蛋白胆固醇",
      "Cholesterol in HDL [Moles/volume] in Serum or Plasma",
      MMOL_L,
      2,
      1.0,
      2.2),
  LDL(
      "22748-8",
      "低密度脂蛋白胆固醇",
      "Cholesterol in LDL [Moles/volume] in Serum or Plasma",
      MMOL_L,
      2,
      1.0,
      3.4),
  GLUCOSE(
      "14771-0", "空腹血糖", "Fasting glucose [Moles/volume] in Serum or Plasma", MMOL_L, 2, 3.9, 6.1),
  GLUCOSE_AFTER_LOAD(
      "14995-5",
      "口服葡萄糖75g后2小时血糖",
      "Glucose [Moles/volume] in Serum or Plasma --2 hours post 75 g glucose PO",
      MMOL_L,
      2,
      3.9,
      8.5),
  HBA1C("4548-4", "糖化血红蛋白", "Hemoglobin A1c/Hemoglobin.total in Blood", PERCENT, 1, 4.0, 6.0),
  CREATININE("14682-9", "肌酐", "Creatinine [Moles/volume] in Serum or Plasma", UMOL_L, 0, 41, 111),
  UREA("22664-7", "尿素", "Urea [Moles/volume] in Serum or Plasma", MMOL_L, 2, 2.6, 8.8),
  URIC_ACID("14933-6", "尿酸", "Urate [Moles/volume] in Serum or Plasma", UMOL_L, 0, 155, 428),
  ALT(
      "1742-6",
      "丙氨酸氨基转移酶",
      "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
      UNIT_L,
      0,
      7,
      50),
  AST(
      "1920-8",
      "天门冬氨酸氨基转移酶",
      "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
      UNIT_L,
      0,
      13,
      40),
  BILIRUBIN(
      "14631-6", "总胆红素", "Bilirubin.total [Moles/volume] in Serum or Plasma", UMOL_L, 1, 3.4, 23.3),
  ALBUMIN("1751-7", "白蛋白", "Albumin [Mass/volume] in Serum or Plasma", GRAM_L, 1, 40, 55),
  CRP("1988-5", "C反应蛋白", "C reactive protein [Mass/volume] in Serum or Plasma", MG_L, 1, 0, 10),
  GESTATIONAL_AGE("11884-4", "孕周", "Gestational age Estimated", WEEK, 0),
  FUNDAL_HEIGHT("11881-0", "宫高", "Uterus Fundal height Tape measure", CM, 0),
  FETAL_HEART_RATE("55283-6", "胎心率", "Fetal Heart rate", PER_MINUTE, 0, 110, 160),
  BIRTH_WEIGHT("8339-4", "出生体重", "Birth weight Measured", GRAM, 0, 2500, 3999),
  APGAR_1("9272-6", "Apgar评分（1分钟）", "1 minute Apgar Score", SCORE, 0, 8, 10),
  APGAR_5("9274-2", "Apgar评分（5分钟）", "5 minute Apgar Score", SCORE, 0, 8, 10),
  NIHSS("70184-7", "NIHSS评分", "Total score NIHSS", SCORE, 0, 0, 0),
  MMSE("72106-8", "简易精神状态检查总分", "Total score [MMSE]", SCORE, 0, 27, 30);

  private final Unit unit;
  private final int digits;
  private final double low;
  private final double high;
  private final ObjectNode concept;
  private final @Nullable ArrayNode range;

  Measure(String loinc, String text, String english, Unit unit, int digits) {
    this(loinc, text, english, unit, digits, Double.NaN, Double.NaN);
  }

  Measure(
      String loinc, String text, String english, Unit unit, int digits, double low, double high) {
    this.unit = unit;
    this.digits = digits;
    this.low = low;
    this.high = high;
    this.concept = Fhir.concept(text, new Code(Systems.LOINC, loinc, english));
    this.range = Double.isNaN(low) ? null : range(unit, digits, low, high);
  }

  private static ArrayNode range(Unit unit, int digits, double low, double high) {
    ObjectNode range = Fhir.object();
    range.set("low", Fhir.quantity(Fhir.rounded(low, digits), unit));
    range.set("high", Fhir.quantity(Fhir.rounded(high, digits), unit));
    return Fhir.array(range);
  }

  /** Shared; not to be changed. */
  ObjectNode concept() {
    return concept;
  }

  ObjectNode quantity(double value) {
    return Fhir.quantity(Fhir.rounded(value, digits), unit);
  }

  /** The reference range as FHIR; null where there is none. Shared; not to be changed. */
  @Nullable ArrayNode range() {
    return range;
  }

  /** {@code H}, {@code L} or {@code N}; null where there is no range. */
  @Nullable String interpretation(double value) {
    if (range == null) {
      return null;
    }
    double shown = Fhir.rounded(value, digits).doubleValue();
    return shown > high ? "H" : shown < low ? "L" : "N";
  }
}
