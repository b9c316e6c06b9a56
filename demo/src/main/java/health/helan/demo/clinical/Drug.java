package health.helan.demo.clinical;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Fhir;
import health.helan.demo.fhir.Systems;
import tools.jackson.databind.node.ObjectNode;

/**
 * Medicines of the demo region: a demo code with the Chinese name and strength, and the ATC code of
 * the substance. Doses are common adult doses (general knowledge); no one is to be treated by them.
 */
enum Drug {
  AMLODIPINE("苯磺酸氨氯地平片 5mg", "C08CA01", "amlodipine", 1, 1, "片", 28),
  VALSARTAN("缬沙坦胶囊 80mg", "C09CA03", "valsartan", 1, 1, "粒", 28),
  HYDROCHLOROTHIAZIDE("氢氯噻嗪片 25mg", "C03AA03", "hydrochlorothiazide", 1, 1, "片", 28),
  METOPROLOL("酒石酸美托洛尔片 25mg", "C07AB02", "metoprolol", 1, 2, "片", 28),
  METFORMIN("盐酸二甲双胍片 0.5g", "A10BA02", "metformin", 1, 3, "片", 28),
  GLIMEPIRIDE("格列美脲片 2mg", "A10BB12", "glimepiride", 1, 1, "片", 28),
  INSULIN("甘精胰岛素注射液 300单位", "A10AE04", "insulin glargine", 14, 1, "单位", 28),
  ATORVASTATIN("阿托伐他汀钙片 20mg", "C10AA05", "atorvastatin", 1, 1, "片", 28),
  ASPIRIN("阿司匹林肠溶片 100mg", "B01AC06", "acetylsalicylic acid", 1, 1, "片", 28),
  CLOPIDOGREL("硫酸氢氯吡格雷片 75mg", "B01AC04", "clopidogrel", 1, 1, "片", 28),
  FUROSEMIDE("呋塞米片 20mg", "C03CA01", "furosemide", 1, 1, "片", 14),
  TIOTROPIUM("噻托溴铵吸入粉雾剂 18μg", "R03BB04", "tiotropium bromide", 1, 1, "粒", 30),
  BUDESONIDE_FORMOTEROL("布地奈德福莫特罗吸入粉雾剂", "R03AK07", "formoterol and budesonide", 1, 2, "吸", 30),
  SALBUTAMOL("硫酸沙丁胺醇吸入气雾剂", "R03AC02", "salbutamol", 2, 4, "揿", 14),
  ENTECAVIR("恩替卡韦分散片 0.5mg", "J05AF10", "entecavir", 1, 1, "片", 30),
  DONEPEZIL("盐酸多奈哌齐片 5mg", "N06DA02", "donepezil", 1, 1, "片", 28),
  CALCIUM_D3("碳酸钙D3片 600mg", "A12AX", "calcium, combinations with vitamin D", 1, 1, "片", 30),
  ALENDRONATE("阿仑膦酸钠片 70mg（每周一次）", "M05BA04", "alendronic acid", 1, 1, "片", 28),
  GLUCOSAMINE("硫酸氨基葡萄糖胶囊 0.25g", "M01AX05", "glucosamine", 2, 3, "粒", 28),
  IBUPROFEN("布洛芬缓释胶囊 0.3g", "M01AE01", "ibuprofen", 1, 2, "粒", 5),
  PARACETAMOL("对乙酰氨基酚片 0.5g", "N02BE01", "paracetamol", 1, 3, "片", 3),
  AMOXICILLIN("阿莫西林胶囊 0.5g", "J01CA04", "amoxicillin", 1, 3, "粒", 7),
  CEFUROXIME("头孢呋辛酯片 0.25g", "J01DC02", "cefuroxime", 1, 2, "片", 7),
  AZITHROMYCIN("阿奇霉素片 0.25g", "J01FA10", "azithromycin", 2, 1, "片", 3),
  LEVOFLOXACIN("左氧氟沙星片 0.5g", "J01MA12", "levofloxacin", 1, 1, "片", 7),
  OSELTAMIVIR("磷酸奥司他韦胶囊 75mg", "J05AH02", "oseltamivir", 1, 2, "粒", 5),
  AMBROXOL("盐酸氨溴索口服溶液", "R05CB06", "ambroxol", 10, 2, "ml", 7),
  LORATADINE("氯雷他定片 10mg", "R06AX13", "loratadine", 1, 1, "片", 7),
  CETIRIZINE("盐酸西替利嗪滴剂", "R06AE07", "cetirizine", 5, 1, "滴", 7),
  OMEPRAZOLE("奥美拉唑肠溶胶囊 20mg", "A02BC01", "omeprazole", 1, 2, "粒", 14),
  SMECTITE("蒙脱石散 3g", "A07BC05", "diosmectite", 1, 3, "袋", 3),
  HYDROCORTISONE_CREAM("丁酸氢化可的松乳膏", "D07AB02", "hydrocortisone butyrate", 1, 2, "次", 7),
  OFLOXACIN_DROPS("左氧氟沙星滴眼液", "S01AE05", "levofloxacin", 1, 3, "滴", 7),
  ZOPICLONE("佐匹克隆片 7.5mg", "N05CF01", "zopiclone", 1, 1, "片", 7),
  FOLIC_ACID("叶酸片 0.4mg", "B03BB01", "folic acid", 1, 1, "片", 31),
  FERROUS_SUCCINATE("琥珀酸亚铁片 0.1g", "B03AA", "iron bivalent, oral preparations", 1, 2, "片", 28),
  EPINEPHRINE("肾上腺素注射液 1mg", "C01CA24", "epinephrine", 1, 1, "支", 1),
  LIANHUA("连花清瘟胶囊", "", "", 4, 3, "粒", 5),
  BANLANGEN("板蓝根颗粒 10g", "", "", 1, 3, "袋", 5),
  HERBAL_DECOCTION("中药饮片（自拟方）煎服", "", "", 1, 2, "袋", 7),
  XUESAITONG("血塞通软胶囊", "", "", 2, 2, "粒", 28);

  private final String text;
  private final int dose;
  private final int timesPerDay;
  private final String unit;
  private final int days;
  private final ObjectNode concept;

  Drug(
      String text, String atc, String substance, int dose, int timesPerDay, String unit, int days) {
    this.text = text;
    this.dose = dose;
    this.timesPerDay = timesPerDay;
    this.unit = unit;
    this.days = days;
    // The demo region's own code tells the product; ATC has none for Chinese patent medicines.
    var own = new Code(Systems.DRUG, "D" + (1001 + ordinal()), text);
    this.concept =
        atc.isEmpty()
            ? Fhir.concept(text, own)
            : Fhir.concept(text, own, new Code(Systems.ATC, atc, substance));
  }

  String text() {
    return text;
  }

  /** Units each time. */
  int dose() {
    return dose;
  }

  int timesPerDay() {
    return timesPerDay;
  }

  String unit() {
    return unit;
  }

  /** How long one prescription lasts. */
  int days() {
    return days;
  }

  /** Shared; not to be changed. */
  ObjectNode concept() {
    return concept;
  }
}
