package health.helan.demo.clinical;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Fhir;
import health.helan.demo.fhir.Systems;
import tools.jackson.databind.node.ObjectNode;

/** Operations and treatments: ICD-9-CM-3 with the Chinese name. */
enum Operation {
  APPENDECTOMY("47.01", "腹腔镜下阑尾切除术", 70),
  CHOLECYSTECTOMY("51.23", "腹腔镜下胆囊切除术", 85),
  HERNIA_REPAIR("53.05", "腹股沟疝无张力修补术", 60),
  CATARACT_SURGERY("13.41", "白内障超声乳化吸除术", 35),
  HIP_REPLACEMENT("81.52", "人工股骨头置换术", 110),
  FRACTURE_REDUCTION("79.02", "桡骨骨折闭合复位术", 30),
  SUTURE("86.59", "皮肤和皮下组织缝合术", 20),
  GASTROSCOPY("45.16", "胃镜下活组织检查", 25),
  DISTAL_GASTRECTOMY("43.7", "胃部分切除伴胃空肠吻合术", 190),
  CORONARY_STENT("36.06", "冠状动脉支架置入术", 75),
  THROMBOLYSIS("99.10", "静脉溶栓治疗", 60),
  DELIVERY("73.59", "手法助产分娩", 240),
  CAESAREAN("74.1", "子宫下段剖宫产术", 50),
  REHABILITATION("93.89", "康复训练", 40),
  ACUPUNCTURE("99.92", "针刺治疗", 30),
  OXYGEN("93.96", "吸氧治疗", 120),
  NEBULISATION("93.94", "雾化吸入治疗", 20);

  private final int minutes;
  private final ObjectNode concept;

  Operation(String code, String text, int minutes) {
    this.minutes = minutes;
    this.concept = Fhir.concept(text, new Code(Systems.ICD_9_CM_3, code, text));
  }

  int minutes() {
    return minutes;
  }

  /** Shared; not to be changed. */
  ObjectNode concept() {
    return concept;
  }
}
