package health.helan.demo.people;

/** Marital status as GB/T 2261.2 and as HL7's v3-MaritalStatus. */
public enum Marriage {
  SINGLE("10", "未婚", "S", "Never Married"),
  MARRIED("20", "已婚", "M", "Married"),
  WIDOWED("30", "丧偶", "W", "Widowed"),
  DIVORCED("40", "离婚", "D", "Divorced");

  private final String national;
  private final String text;
  private final String hl7Code;
  private final String hl7Display;

  Marriage(String national, String text, String hl7Code, String hl7Display) {
    this.national = national;
    this.text = text;
    this.hl7Code = hl7Code;
    this.hl7Display = hl7Display;
  }

  public String national() {
    return national;
  }

  public String text() {
    return text;
  }

  public String hl7Code() {
    return hl7Code;
  }

  public String hl7Display() {
    return hl7Display;
  }
}
