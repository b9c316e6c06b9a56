package health.helan.demo.place;

import health.helan.demo.name.FullName;
import health.helan.demo.name.Sex;
import java.time.LocalDate;

/**
 * Someone who works at an institution.
 *
 * @param id of the Practitioner
 * @param number unique in the region; licence and staff number are made of it
 * @param since when the licence was issued
 */
public record Staff(
    String id,
    int number,
    FullName name,
    Sex sex,
    LocalDate birth,
    Department department,
    Profession profession,
    String title,
    LocalDate since) {
  /** {@code Practitioner/…}. */
  public String reference() {
    return "Practitioner/" + id;
  }

  public String roleId() {
    return id + "-role";
  }

  public String scheduleId() {
    return id + "-sched";
  }

  /** What the licence is for. */
  public enum Profession {
    DOCTOR("doctor", "Doctor", "医师执业证书", "医师"),
    NURSE("nurse", "Nurse", "护士执业证书", "护士"),
    PHARMACIST("pharmacist", "Pharmacist", "执业药师注册证", "药师"),
    TECHNICIAN("", "", "检验技师资格证书", "检验技师");

    private final String hl7Code;
    private final String hl7Display;
    private final String licence;
    private final String text;

    Profession(String hl7Code, String hl7Display, String licence, String text) {
      this.hl7Code = hl7Code;
      this.hl7Display = hl7Display;
      this.licence = licence;
      this.text = text;
    }

    /** Code of HL7's practitioner-role; absent there for technicians, see {@link #hasHl7Code}. */
    public String hl7Code() {
      return hl7Code;
    }

    public String hl7Display() {
      return hl7Display;
    }

    /** HL7's list has no laboratory technician. */
    public boolean hasHl7Code() {
      return this != TECHNICIAN;
    }

    public String licence() {
      return licence;
    }

    public String text() {
      return text;
    }
  }
}
