package health.helan.demo.name;

/** Sex as FHIR's administrative gender and as GB/T 2261.1. */
public enum Sex {
  MALE("male", "1", "男性"),
  FEMALE("female", "2", "女性");

  private final String gender;
  private final String national;
  private final String text;

  Sex(String gender, String national, String text) {
    this.gender = gender;
    this.national = national;
    this.text = text;
  }

  /** The code of FHIR's AdministrativeGender. */
  public String gender() {
    return gender;
  }

  /** The code of GB/T 2261.1. */
  public String national() {
    return national;
  }

  /** The name of GB/T 2261.1. */
  public String text() {
    return text;
  }
}
