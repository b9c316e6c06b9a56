package health.helan.demo.clinical;

import static health.helan.demo.place.Department.*;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Fhir;
import health.helan.demo.fhir.Systems;
import health.helan.demo.place.Department;
import tools.jackson.databind.node.ObjectNode;

/** Diagnoses of the demo region: ICD-10 with the Chinese name and the department that treats it. */
enum Diagnosis {
  COLD("J06.9", "急性上呼吸道感染", GENERAL),
  TONSILLITIS("J03.9", "急性扁桃体炎", GENERAL),
  INFLUENZA("J11.1", "流行性感冒", GENERAL),
  BRONCHITIS("J20.9", "急性支气管炎", RESPIRATORY),
  PNEUMONIA("J18.9", "肺炎", RESPIRATORY),
  ALLERGIC_RHINITIS("J30.4", "变应性鼻炎", GENERAL),
  HAND_FOOT_MOUTH("B08.4", "手足口病", PAEDIATRICS),
  DIARRHOEA("A09.9", "急性胃肠炎", DIGESTIVE),
  GASTRITIS("K29.7", "胃炎", DIGESTIVE),
  GASTRIC_ULCER("K25.9", "胃溃疡", DIGESTIVE),
  GASTRIC_CANCER("C16.3", "胃窦恶性肿瘤", SURGERY),
  APPENDICITIS("K35.8", "急性阑尾炎", SURGERY),
  GALLSTONES("K80.1", "胆囊结石伴胆囊炎", SURGERY),
  HERNIA("K40.9", "腹股沟疝", SURGERY),
  ECZEMA("L30.9", "湿疹", GENERAL),
  CONJUNCTIVITIS("H10.9", "结膜炎", GENERAL),
  BACK_PAIN("M54.5", "腰痛", ORTHOPAEDICS),
  NECK_PAIN("M47.8", "颈椎病", ORTHOPAEDICS),
  KNEE_ARTHROSIS("M17.9", "膝关节骨性关节炎", ORTHOPAEDICS),
  WRIST_FRACTURE("S52.5", "桡骨下端骨折", ORTHOPAEDICS),
  HIP_FRACTURE("S72.0", "股骨颈骨折", ORTHOPAEDICS),
  LACERATION("S61.0", "手指开放性伤口", EMERGENCY),
  ANAPHYLAXIS("T78.2", "过敏性休克", EMERGENCY),
  DRUG_RASH("L27.0", "药物性皮炎", PAEDIATRICS),
  ABDOMINAL_PAIN("R10.4", "腹痛", EMERGENCY),
  URINARY_INFECTION("N39.0", "泌尿道感染", GENERAL),
  MIGRAINE("G43.9", "偏头痛", NEUROLOGY),
  INSOMNIA("F51.0", "失眠症", NEUROLOGY),
  HYPERTENSION("I10", "原发性高血压", CARDIOLOGY),
  DIABETES("E11.9", "2型糖尿病", ENDOCRINOLOGY),
  GESTATIONAL_DIABETES("O24.4", "妊娠期糖尿病", OBSTETRICS),
  DYSLIPIDAEMIA("E78.5", "高脂血症", CARDIOLOGY),
  CORONARY_DISEASE("I25.1", "冠状动脉粥样硬化性心脏病", CARDIOLOGY),
  HEART_FAILURE("I50.9", "心力衰竭", CARDIOLOGY),
  MYOCARDIAL_INFARCTION("I21.9", "急性心肌梗死", CARDIOLOGY),
  STROKE("I63.9", "脑梗死", NEUROLOGY),
  STROKE_SEQUELAE("I69.3", "脑梗死后遗症", NEUROLOGY),
  COPD("J44.9", "慢性阻塞性肺疾病", RESPIRATORY),
  COPD_EXACERBATION("J44.1", "慢性阻塞性肺疾病急性加重", RESPIRATORY),
  ASTHMA("J45.9", "支气管哮喘", RESPIRATORY),
  HEPATITIS_B("B18.1", "慢性乙型病毒性肝炎", DIGESTIVE),
  KIDNEY_DISEASE("N18.3", "慢性肾脏病3期", ENDOCRINOLOGY),
  DEMENTIA("F03", "痴呆", NEUROLOGY),
  OSTEOPOROSIS("M81.9", "骨质疏松", ORTHOPAEDICS),
  CATARACT("H25.9", "老年性白内障", SURGERY),
  NORMAL_PREGNANCY("Z34.9", "正常妊娠监督", OBSTETRICS),
  SPONTANEOUS_DELIVERY("O80.9", "单胎顺产", OBSTETRICS),
  CAESAREAN_DELIVERY("O82.9", "剖宫产分娩", OBSTETRICS),
  LIVEBORN("Z38.0", "医院内单胎活产", PAEDIATRICS),
  NEONATAL_JAUNDICE("P59.9", "新生儿黄疸", PAEDIATRICS);

  private final String code;
  private final String text;
  private final Department department;
  private final ObjectNode concept;

  Diagnosis(String code, String text, Department department) {
    this.code = code;
    this.text = text;
    this.department = department;
    this.concept = Fhir.concept(text, new Code(Systems.ICD_10, code, text));
  }

  String code() {
    return code;
  }

  String text() {
    return text;
  }

  Department department() {
    return department;
  }

  /** Shared; not to be changed. */
  ObjectNode concept() {
    return concept;
  }
}
