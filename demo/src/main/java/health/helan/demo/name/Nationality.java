package health.helan.demo.name;

/** The two largest nationalities of Ningxia, as GB/T 3304. */
public enum Nationality {
  HAN("01", "汉族"),
  HUI("03", "回族");

  private final String code;
  private final String text;

  Nationality(String code, String text) {
    this.code = code;
    this.text = text;
  }

  public String code() {
    return code;
  }

  public String text() {
    return text;
  }
}
