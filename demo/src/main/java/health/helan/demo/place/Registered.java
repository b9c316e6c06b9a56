package health.helan.demo.place;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.fhir.BundleBuilder;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the provider registry knows of the region: licences and levels of institutions, licences and
 * places of practice of staff, online services, alliances. Nearly all of it is active; of each
 * other state there is an example in each county hospital: a licence that expired (orthopaedics),
 * one that is suspended (digestive diseases), a place beside the main one that waits for approval
 * (cardiology), a yearly check that is due; the first technician of each laboratory waits for
 * verification, and so does one online service.
 */
final class Registered {
  private static final String ONLINE_FEE =
      "https://helan.health/fhir/StructureDefinition/online-visit-fee";

  /** Of a senior and any other doctor. */
  private static final int SENIOR_YUAN = 30;

  private static final int USUAL_YUAN = 18;
  private static final String LAST_DAY = "2035-12-31";
  private static final String OVER = "2026-06-30";
  private static final String ENDS_SOON = "2026-12-20";
  private static final String CHECK_DUE = "2027-06-30";
  private static final String CHECK_DUE_SOON = "2026-12-15";
  private static final String COMMISSION = "Organization/nx-64-gov-01";

  private Registered() {}

  /** Code and name of the level; null for what has none. */
  private static @Nullable Code level(InstitutionKind kind) {
    return switch (kind) {
      case TERTIARY_HOSPITAL -> new Code(Systems.INSTITUTION_LEVEL, "3A", "三级甲等");
      case COUNTY_HOSPITAL, TRADITIONAL_HOSPITAL ->
          new Code(Systems.INSTITUTION_LEVEL, "2A", "二级甲等");
      case MATERNAL_CHILD_HOSPITAL -> new Code(Systems.INSTITUTION_LEVEL, "2", "二级");
      case TOWNSHIP_CENTRE -> new Code(Systems.INSTITUTION_LEVEL, "T", "乡镇卫生院、社区卫生服务中心");
      case VILLAGE_CLINIC -> new Code(Systems.INSTITUTION_LEVEL, "V", "村卫生室、社区卫生服务站");
      case LABORATORY_CENTRE -> new Code(Systems.INSTITUTION_LEVEL, "9", "未定级");
      default -> null;
    };
  }

  /** Adds level and licence. */
  static void institution(Institution institution, ObjectNode organization) {
    Code level = level(institution.kind());
    boolean isProvider = institution.kind().hl7Code().equals("prov");
    if (!isProvider) {
      return;
    }
    ArrayNode extensions = organization.withArray("extension");
    if (level != null) {
      extensions.addObject().put("url", Systems.LEVEL_EXTENSION).set("valueCoding", coding(level));
    }
    boolean isFirstClinic =
        institution.kind() == InstitutionKind.VILLAGE_CLINIC
            && institution.id().endsWith("-vil-01");
    ArrayNode parts =
        registration(
            extensions,
            "active",
            institution.kind() == InstitutionKind.COUNTY_HOSPITAL ? CHECK_DUE_SOON : CHECK_DUE,
            institution);
    boolean isPharmacy = institution.kind() == InstitutionKind.PHARMACY;
    held(
        parts,
        isPharmacy ? "drug-retail" : "medical-institution",
        isPharmacy ? "药品经营许可证" : "医疗机构执业许可证",
        "PDY999-" + institution.id().toUpperCase(Locale.ROOT),
        "2021-01-01",
        isFirstClinic ? ENDS_SOON : LAST_DAY);
  }

  private static void held(
      ArrayNode parts, String kind, String title, String number, String start, String end) {
    parts
        .addObject()
        .put("url", "number")
        .set("valueIdentifier", identifier(Systems.LICENCE_NUMBER, number));
    parts
        .addObject()
        .put("url", "kind")
        .set("valueCoding", coding(new Code(Systems.REGISTERED_KIND, kind, title)));
    parts
        .addObject()
        .put("url", "period")
        .set("valuePeriod", object().put("start", start).put("end", end));
    parts.addObject().put("url", "issuer").set("valueReference", reference(COMMISSION));
  }

  private static ArrayNode registration(
      ArrayNode extensions, String state, String checkDue, Institution institution) {
    ArrayNode parts =
        extensions.addObject().put("url", Systems.REGISTRATION_EXTENSION).putArray("extension");
    parts.addObject().put("url", "state").put("valueCode", state);
    parts
        .addObject()
        .put("url", "since")
        .put("valueDateTime", state.equals("expired") ? "2026-07-01T00:00:00+08:00" : "2026-03-02");
    parts.addObject().put("url", "filed-by").put("valueString", "demo-region");
    parts
        .addObject()
        .put("url", "filed-at")
        .set("valueReference", reference(institution.reference()));
    if (state.equals("active")) {
      parts.addObject().put("url", "check-due").put("valueDate", checkDue);
    }
    return parts;
  }

  /** What of the region's own codes a licence is. */
  static Code kind(Staff staff) {
    return switch (staff.profession()) {
      case DOCTOR ->
          staff.title().equals("乡村医生")
              ? new Code(Systems.REGISTERED_KIND, "rural-doctor", "乡村医生执业证书")
              : new Code(Systems.REGISTERED_KIND, "physician", "医师执业证书");
      case NURSE -> new Code(Systems.REGISTERED_KIND, "nurse", "护士执业证书");
      case PHARMACIST -> new Code(Systems.REGISTERED_KIND, "pharmacist", "执业药师注册证");
      case TECHNICIAN -> new Code(Systems.REGISTERED_KIND, "technician", "卫生专业技术资格证书");
    };
  }

  private static boolean isLast(Institution institution, Staff staff, Department department) {
    return institution.kind() == InstitutionKind.COUNTY_HOSPITAL
        && staff.department() == department
        && staff.equals(institution.doctors(department).getLast());
  }

  /** Adds the state of a licence, and its last day. */
  static void licence(Institution institution, Staff staff, ObjectNode qualification) {
    boolean isExpired = isLast(institution, staff, Department.ORTHOPAEDICS);
    boolean isSuspended = isLast(institution, staff, Department.DIGESTIVE);
    boolean isNew =
        institution.kind() == InstitutionKind.LABORATORY_CENTRE
            && staff.equals(institution.staff().getFirst());
    String state = isExpired ? "expired" : isSuspended ? "suspended" : isNew ? "filed" : "active";
    ((ObjectNode) qualification.get("period")).put("end", isExpired ? OVER : LAST_DAY);
    ArrayNode parts =
        registration(qualification.putArray("extension"), state, CHECK_DUE, institution);
    parts
        .addObject()
        .put("url", "scope")
        .set("valueCodeableConcept", InstitutionRecords.specialty(staff.department()));
  }

  /** Adds the place of practice, and what a visit on line costs there. */
  static void place(Institution institution, Staff staff, ObjectNode role) {
    boolean isOnline = isOnline(institution, staff);
    site(role, "approved", "main", isOnline, rights(staff));
    if (isOnline) {
      role.withArray("extension")
          .addObject()
          .put("url", ONLINE_FEE)
          .putObject("valueMoney")
          .put("value", staff.title().endsWith("主任医师") ? SENIOR_YUAN : USUAL_YUAN)
          .put("currency", "CNY");
    }
  }

  private static boolean isOnline(Institution institution, Staff staff) {
    return staff.profession() == Staff.Profession.DOCTOR
        && (institution.kind() == InstitutionKind.TERTIARY_HOSPITAL
            || institution.kind() == InstitutionKind.COUNTY_HOSPITAL)
        && (staff.department() == Department.CARDIOLOGY
            || staff.department() == Department.ENDOCRINOLOGY
            || staff.department() == Department.GENERAL);
  }

  private static List<String> rights(Staff staff) {
    var rights = new ArrayList<String>();
    if (staff.profession() == Staff.Profession.DOCTOR) {
      rights.add("ordinary");
      switch (staff.title()) {
        case "主任医师", "副主任医师" -> {
          rights.add("narcotic");
          rights.add("antibiotic-3");
        }
        case "主治医师" -> rights.add("antibiotic-2");
        default -> rights.add("antibiotic-1");
      }
    }
    return rights;
  }

  private static void site(
      ObjectNode role, String state, String kind, boolean online, List<String> rights) {
    ArrayNode parts =
        role.withArray("extension")
            .addObject()
            .put("url", Systems.PRACTICE_SITE_EXTENSION)
            .putArray("extension");
    parts.addObject().put("url", "state").put("valueCode", state);
    parts.addObject().put("url", "since").put("valueDateTime", "2026-03-02");
    parts.addObject().put("url", "filed-by").put("valueString", "demo-region");
    parts.addObject().put("url", "site").put("valueCode", kind);
    parts.addObject().put("url", "online").put("valueBoolean", online);
    rights.forEach(right -> parts.addObject().put("url", "right").put("valueCode", right));
  }

  /** What is beside institution, departments and staff. */
  static void more(Institution institution, @Nullable Institution lead, BundleBuilder bundle) {
    switch (institution.kind()) {
      case TERTIARY_HOSPITAL ->
          bundle.put(
              online(
                  institution,
                  "互联网医院",
                  "internet-hospital",
                  "互联网医院执业许可",
                  "active",
                  Department.GENERAL,
                  Department.CARDIOLOGY,
                  Department.ENDOCRINOLOGY));
      case COUNTY_HOSPITAL -> {
        bundle.put(
            online(
                institution,
                "互联网诊疗",
                "internet-care",
                "互联网诊疗服务方式登记",
                "active",
                Department.GENERAL,
                Department.CARDIOLOGY,
                Department.ENDOCRINOLOGY));
        if (lead != null) {
          bundle.put(visiting(institution, lead));
        }
      }
      case MATERNAL_CHILD_HOSPITAL ->
          bundle.put(
              online(
                  institution,
                  "互联网诊疗",
                  "internet-care",
                  "互联网诊疗服务方式登记",
                  "filed",
                  Department.OBSTETRICS,
                  Department.PAEDIATRICS));
      default -> {
        // Nothing online, nobody visiting.
      }
    }
    if (lead != null) {
      bundle.put(affiliation(institution, lead));
    }
  }

  private static ObjectNode online(
      Institution institution,
      String what,
      String kind,
      String title,
      String state,
      Department... departments) {
    ObjectNode service =
        InstitutionRecords.named("HealthcareService", institution.id() + "-svc-online");
    service.put("active", true);
    service.set("providedBy", reference(institution.reference(), institution.name()));
    service.put("name", institution.name() + what);
    ArrayNode specialties = service.putArray("specialty");
    for (Department department : departments) {
      specialties.add(InstitutionRecords.specialty(department));
    }
    ArrayNode parts = registration(service.withArray("extension"), state, CHECK_DUE, institution);
    held(
        parts,
        kind,
        title,
        "999HLW-" + institution.id().toUpperCase(Locale.ROOT),
        "2024-01-01",
        LAST_DAY);
    return service;
  }

  /** 多点执业: a heart specialist of the city's hospital asks to work in the county's too. */
  private static ObjectNode visiting(Institution institution, Institution lead) {
    Staff specialist = lead.doctors(Department.CARDIOLOGY).getLast();
    ObjectNode role =
        InstitutionRecords.named("PractitionerRole", institution.id() + "-visiting-01-role");
    role.put("active", true);
    role.set("practitioner", reference(specialist.reference(), specialist.name().text()));
    role.set(
        "organization",
        reference(institution.departmentReference(Department.CARDIOLOGY), institution.name()));
    role.set("code", array(concept(specialist.title())));
    role.set("specialty", array(InstitutionRecords.specialty(Department.CARDIOLOGY)));
    site(role, "pending", "additional", false, List.of("ordinary"));
    return role;
  }

  /** 县域医共体 under the county's hospital, 城市医疗集团 under the city's. */
  private static ObjectNode affiliation(Institution institution, Institution lead) {
    boolean isCity = institution.kind() == InstitutionKind.COUNTY_HOSPITAL;
    ObjectNode affiliation =
        InstitutionRecords.named("OrganizationAffiliation", institution.id() + "-alliance");
    affiliation.put("active", true);
    affiliation.set("period", object().put("start", "2022-01-01"));
    affiliation.set("organization", reference(lead.reference(), lead.name()));
    affiliation.set(
        "participatingOrganization", reference(institution.reference(), institution.name()));
    affiliation.set(
        "code",
        array(
            isCity
                ? concept("城市医疗集团", new Code(Systems.ALLIANCE_KIND, "urban-group", "城市医疗集团"))
                : concept("县域医共体", new Code(Systems.ALLIANCE_KIND, "county-community", "县域医共体"))));
    return affiliation;
  }
}
