package health.helan.demo.place;

/** A clinical department, with its code of the national list (医疗机构诊疗科目名录). */
public enum Department {
  PREVENTION("01", "预防保健科", "prevention"),
  GENERAL("02", "全科医疗科", "general"),
  RESPIRATORY("03.01", "呼吸内科", "respiratory"),
  DIGESTIVE("03.02", "消化内科", "digestive"),
  NEUROLOGY("03.03", "神经内科", "neurology"),
  CARDIOLOGY("03.04", "心血管内科", "cardiology"),
  ENDOCRINOLOGY("03.07", "内分泌科", "endocrinology"),
  SURGERY("04.01", "普通外科", "surgery"),
  ORTHOPAEDICS("04.03", "骨科", "orthopaedics"),
  OBSTETRICS("05", "妇产科", "obstetrics"),
  PAEDIATRICS("07", "儿科", "paediatrics"),
  CHILD_CARE("09", "儿童保健科", "childcare"),
  EMERGENCY("20", "急诊医学科", "emergency"),
  LABORATORY("30", "医学检验科", "laboratory"),
  TRADITIONAL("50", "中医科", "tcm"),
  DISPENSARY("-", "药房", "pharmacy");

  private final String code;
  private final String text;
  private final String slug;

  Department(String code, String text, String slug) {
    this.code = code;
    this.text = text;
    this.slug = slug;
  }

  public String code() {
    return code;
  }

  public String text() {
    return text;
  }

  /** Part of readable ids. */
  public String slug() {
    return slug;
  }
}
