package health.helan.demo.clinical;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Fhir;
import health.helan.demo.fhir.Systems;
import tools.jackson.databind.node.ObjectNode;

/** Examinations that end in a text: imaging, electrocardiogram, endoscopy, pathology. */
enum Study {
  CHEST_X_RAY("36643-5", "胸部正侧位X线", "XR Chest 2 Views", "RAD", "Radiology", "两肺纹理清晰，心影大小形态正常。"),
  CHEST_CT("24627-2", "胸部CT", "CT Chest", "RAD", "Radiology", "两肺未见明显活动性病变。"),
  HEAD_CT("24725-4", "头颅CT", "CT Head", "RAD", "Radiology", "颅内未见出血灶。"),
  LIMB_X_RAY("37362-1", "四肢骨关节X线", "XR Bone Views", "RAD", "Radiology", "骨皮质连续性中断。"),
  ECG(
      "11524-6",
      "十二导联心电图",
      "EKG study",
      "EC",
      "Electrocardiac (e.g., EKG, EEC, Holter)",
      "窦性心律，大致正常心电图。"),
  PREGNANCY_ULTRASOUND(
      "11525-3",
      "产科超声",
      "US Pelvis Fetus for pregnancy",
      "OUS",
      "OB Ultrasound",
      "宫内单活胎，胎儿发育与孕周相符。"),
  PATHOLOGY("11526-1", "病理检查", "Pathology study", "SP", "Surgical Pathology", "慢性炎症。");

  private final String usual;
  private final ObjectNode concept;
  private final ObjectNode category;

  Study(
      String loinc, String text, String english, String section, String sectionName, String usual) {
    this.usual = usual;
    this.concept = Fhir.concept(text, new Code(Systems.LOINC, loinc, english));
    this.category = Fhir.concept(null, new Code(Systems.DIAGNOSTIC_SERVICE, section, sectionName));
  }

  /** The conclusion when nothing is found, or what is commonly found. */
  String usual() {
    return usual;
  }

  /** Shared; not to be changed. */
  ObjectNode concept() {
    return concept;
  }

  /** Shared; not to be changed. */
  ObjectNode category() {
    return category;
  }
}
