package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Fhir;
import health.helan.demo.fhir.Systems;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Laboratory reports and what they hold. */
enum Panel {
  BLOOD_COUNT(
      "58410-2",
      "血常规",
      "CBC panel - Blood by Automated count",
      WHITE_CELLS,
      RED_CELLS,
      HAEMOGLOBIN,
      HAEMATOCRIT,
      CELL_VOLUME,
      PLATELETS,
      NEUTROPHILS,
      LYMPHOCYTES),
  LIPIDS(
      "57698-3",
      "血脂四项",
      "Lipid panel with direct LDL - Serum or Plasma",
      CHOLESTEROL,
      TRIGLYCERIDES,
      HDL,
      LDL),
  KIDNEY(
      "24362-6", "肾功能", "Renal function 2000 panel - Serum or Plasma", CREATININE, UREA, URIC_ACID),
  LIVER(
      "24325-3",
      "肝功能",
      "Hepatic function 2000 panel - Serum or Plasma",
      ALT,
      AST,
      BILIRUBIN,
      Measure.ALBUMIN),
  SUGAR("14771-0", "空腹血糖", "Fasting glucose [Moles/volume] in Serum or Plasma", GLUCOSE),
  LONG_TERM_SUGAR("4548-4", "糖化血红蛋白", "Hemoglobin A1c/Hemoglobin.total in Blood", Measure.HBA1C),
  GLUCOSE_TOLERANCE(
      "14995-5",
      "口服葡萄糖耐量试验",
      "Glucose [Moles/volume] in Serum or Plasma --2 hours post 75 g glucose PO",
      GLUCOSE,
      GLUCOSE_AFTER_LOAD),
  INFLAMMATION("1988-5", "C反应蛋白", "C reactive protein [Mass/volume] in Serum or Plasma", CRP),
  LUNG_FUNCTION("19926-5", "肺功能", "FEV1/FVC", PEAK_FLOW, FEV1_RATIO);

  private final List<Measure> measures;
  private final ObjectNode concept;

  Panel(String loinc, String text, String english, Measure... measures) {
    this.measures = List.of(measures);
    this.concept = Fhir.concept(text, new Code(Systems.LOINC, loinc, english));
  }

  List<Measure> measures() {
    return measures;
  }

  /** Shared; not to be changed. */
  ObjectNode concept() {
    return concept;
  }
}
