package health.helan.demo.place;

import static health.helan.demo.place.Department.*;

import java.util.List;

/** The kinds of institutions, each with its departments and how many doctors each of them has. */
public enum InstitutionKind {
  HEALTH_COMMISSION("gov", "govt", "Government", "卫生健康行政部门", 0),
  INSURANCE_BUREAU("pay", "pay", "Payer", "医疗保障经办机构", 0),
  INSURER("ins", "ins", "Insurance Company", "商业保险公司", 0),
  TERTIARY_HOSPITAL(
      "ter",
      "prov",
      "Healthcare Provider",
      "三级甲等综合医院",
      3,
      GENERAL,
      CARDIOLOGY,
      ENDOCRINOLOGY,
      RESPIRATORY,
      NEUROLOGY,
      DIGESTIVE,
      SURGERY,
      ORTHOPAEDICS,
      OBSTETRICS,
      PAEDIATRICS,
      EMERGENCY,
      LABORATORY),
  COUNTY_HOSPITAL(
      "hosp",
      "prov",
      "Healthcare Provider",
      "二级甲等综合医院",
      2,
      GENERAL,
      CARDIOLOGY,
      ENDOCRINOLOGY,
      RESPIRATORY,
      NEUROLOGY,
      DIGESTIVE,
      SURGERY,
      ORTHOPAEDICS,
      OBSTETRICS,
      PAEDIATRICS,
      EMERGENCY,
      LABORATORY),
  MATERNAL_CHILD_HOSPITAL(
      "mch", "prov", "Healthcare Provider", "妇幼保健院", 3, OBSTETRICS, PAEDIATRICS, CHILD_CARE),
  TRADITIONAL_HOSPITAL("tcm", "prov", "Healthcare Provider", "中医医院", 4, TRADITIONAL),
  TOWNSHIP_CENTRE("thc", "prov", "Healthcare Provider", "乡镇卫生院、社区卫生服务中心", 2, GENERAL, PREVENTION),
  VILLAGE_CLINIC("vil", "prov", "Healthcare Provider", "村卫生室、社区卫生服务站", 1, GENERAL),
  PHARMACY("pha", "prov", "Healthcare Provider", "零售药店", 1, DISPENSARY),
  LABORATORY_CENTRE("lab", "prov", "Healthcare Provider", "区域检验中心", 2, LABORATORY);

  private final String slug;
  private final String hl7Code;
  private final String hl7Display;
  private final String text;
  private final int doctorsPerDepartment;
  private final List<Department> departments;

  InstitutionKind(
      String slug,
      String hl7Code,
      String hl7Display,
      String text,
      int doctorsPerDepartment,
      Department... departments) {
    this.slug = slug;
    this.hl7Code = hl7Code;
    this.hl7Display = hl7Display;
    this.text = text;
    this.doctorsPerDepartment = doctorsPerDepartment;
    this.departments = List.of(departments);
  }

  /** Part of readable ids. */
  public String slug() {
    return slug;
  }

  /** Code of HL7's organization-type. */
  public String hl7Code() {
    return hl7Code;
  }

  public String hl7Display() {
    return hl7Display;
  }

  /** What such a place is called. */
  public String text() {
    return text;
  }

  /** Departments that see residents; more than one makes organizations of their own. */
  public List<Department> departments() {
    return departments;
  }

  /** Doctors (pharmacists, technicians) in each department. */
  public int doctorsPerDepartment() {
    return doctorsPerDepartment;
  }

  /** Whether residents come here to see a doctor. */
  public boolean seesResidents() {
    return departments.size() > 0 && this != PHARMACY && this != LABORATORY_CENTRE;
  }
}
