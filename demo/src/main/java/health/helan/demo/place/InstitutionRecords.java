package health.helan.demo.place;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.fhir.BundleBuilder;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import health.helan.demo.place.Staff.Profession;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Institutions as FHIR: Organization (departments within by {@code partOf}), Location,
 * HealthcareService, Practitioner with licence, PractitionerRole. Ids are the region's own and stay
 * the same, so that loading twice changes nothing.
 */
public final class InstitutionRecords {
  private static final ObjectNode TEST_DATA =
      coding(new Code(Systems.ACT_REASON, "HTEST", "test health data"));

  private InstitutionRecords() {}

  /**
   * Everything about one institution but its schedules.
   *
   * @param lead the hospital that leads the alliance it belongs to; null for none
   */
  public static BundleBuilder write(Institution institution, @Nullable Institution lead) {
    var bundle = new BundleBuilder("transaction");
    bundle.put(organization(institution));
    if (institution.county() != null) {
      bundle.put(location(institution, institution.county()));
    }
    for (Department department : institution.kind().departments()) {
      if (institution.hasDepartmentOrganizations()) {
        bundle.put(departmentOrganization(institution, department));
      }
      bundle.put(healthcareService(institution, department));
    }
    for (Staff staff : institution.staff()) {
      bundle.put(practitioner(institution, staff));
      bundle.put(role(institution, staff));
    }
    Registered.more(institution, lead, bundle);
    return bundle;
  }

  static ObjectNode named(String type, String id) {
    ObjectNode resource = resource(type).put("id", id);
    resource.set("meta", object().set("security", array(TEST_DATA)));
    return resource;
  }

  private static ObjectNode organization(Institution institution) {
    InstitutionKind kind = institution.kind();
    ObjectNode organization = named("Organization", institution.id());
    organization.set(
        "identifier",
        array(identifier(Systems.INSTITUTION_CODE, institution.id().toUpperCase(Locale.ROOT))));
    organization.put("active", true);
    organization.set(
        "type",
        array(
            concept(
                kind.text(),
                new Code(Systems.ORGANIZATION_TYPE, kind.hl7Code(), kind.hl7Display()),
                new Code(Systems.INSTITUTION_KIND, kind.slug(), kind.text()))));
    organization.put("name", institution.name());
    organization.set("alias", strings(institution.name().replace("（演示）", "")));
    organization.set("address", array(address(institution)));
    Registered.institution(institution, organization);
    if (institution.parent() != null) {
      organization.set(
          "partOf", reference(institution.parent().reference(), institution.parent().name()));
    }
    return organization;
  }

  private static ObjectNode address(Institution institution) {
    County county = institution.county();
    ObjectNode address = object();
    address.set(
        "extension",
        array(
            object()
                .put("url", Systems.AREA_CODE_EXTENSION)
                .put("valueCode", county == null ? institution.areaCode() : county.code())));
    address.put("use", "work");
    if (county == null) {
      return address
          .put("text", County.PROVINCE)
          .put("state", County.PROVINCE)
          .put("country", "CN");
    }
    address.put(
        "text", County.PROVINCE + county.city() + county.name() + institution.addressLine());
    address.set("line", strings(institution.addressLine()));
    return address
        .put("city", county.city())
        .put("district", county.name())
        .put("state", County.PROVINCE)
        .put("country", "CN");
  }

  private static ObjectNode location(Institution institution, County county) {
    ObjectNode location = named("Location", institution.locationId());
    location.put("status", "active");
    location.put("name", institution.name());
    location.put("mode", "instance");
    location.set("address", address(institution));
    location.set(
        "physicalType", concept("院区", new Code(Systems.LOCATION_PHYSICAL_TYPE, "si", "Site")));
    // Scattered a little around the seat, so that a map shows more than one point.
    int shift = Math.floorMod(institution.id().hashCode(), 81) - 40;
    int slide = Math.floorMod(institution.id().hashCode() / 81, 81) - 40;
    ObjectNode position = location.putObject("position");
    position.put("longitude", BigDecimal.valueOf(county.longitude() + (long) shift, 3));
    position.put("latitude", BigDecimal.valueOf(county.latitude() + (long) slide, 3));
    location.set("managingOrganization", reference(institution.reference(), institution.name()));
    return location;
  }

  private static ObjectNode departmentOrganization(Institution institution, Department department) {
    String id = institution.id() + "-dept-" + department.slug();
    ObjectNode organization = named("Organization", id);
    organization.put("active", true);
    organization.set(
        "type",
        array(concept("科室", new Code(Systems.ORGANIZATION_TYPE, "dept", "Hospital Department"))));
    organization.put("name", institution.name() + department.text());
    organization.set("partOf", reference(institution.reference(), institution.name()));
    return organization;
  }

  private static ObjectNode healthcareService(Institution institution, Department department) {
    ObjectNode service = named("HealthcareService", institution.id() + "-svc-" + department.slug());
    service.put("active", true);
    service.set(
        "providedBy", reference(institution.departmentReference(department), institution.name()));
    service.set("specialty", array(specialty(department)));
    if (institution.county() != null) {
      service.set("location", array(reference("Location/" + institution.locationId())));
    }
    return service.put("name", institution.name() + department.text());
  }

  static ObjectNode specialty(Department department) {
    return department == Department.DISPENSARY
        ? concept(department.text())
        : concept(
            department.text(), new Code(Systems.SPECIALTY, department.code(), department.text()));
  }

  private static ObjectNode practitioner(Institution institution, Staff staff) {
    ObjectNode practitioner = named("Practitioner", staff.id());
    practitioner.set(
        "identifier", array(identifier(Systems.STAFF_NUMBER, padded("NX", staff.number(), 6))));
    practitioner.put("active", true);
    practitioner.set(
        "name",
        array(
            object()
                .put("use", "official")
                .put("text", staff.name().text())
                .put("family", staff.name().family())
                .set("given", strings(staff.name().given()))));
    practitioner.put("gender", staff.sex().gender());
    practitioner.put("birthDate", staff.birth().toString());
    Profession profession = staff.profession();
    ObjectNode qualification = object();
    // Real licence numbers have 15 digits and begin with a kind from 110 on; 999 is no kind.
    qualification.set(
        "identifier", array(identifier(Systems.LICENCE_NUMBER, padded("999", staff.number(), 12))));
    qualification.set(
        "code",
        concept(
            profession.licence(),
            new Code(
                Systems.LICENCE_KIND,
                profession.name().toLowerCase(Locale.ROOT),
                profession.licence()),
            Registered.kind(staff)));
    qualification.set("period", period(staff.since(), null));
    qualification.set("issuer", reference("Organization/nx-64-gov-01"));
    Registered.licence(institution, staff, qualification);
    practitioner.set("qualification", array(qualification));
    return practitioner;
  }

  private static String padded(String prefix, int number, int width) {
    String digits = Integer.toString(number);
    return prefix + "0".repeat(width - digits.length()) + digits;
  }

  private static ObjectNode role(Institution institution, Staff staff) {
    ObjectNode role = named("PractitionerRole", staff.roleId());
    role.put("active", true);
    role.set("period", period(staff.since(), null));
    role.set("practitioner", reference(staff.reference(), staff.name().text()));
    role.set(
        "organization",
        reference(institution.departmentReference(staff.department()), institution.name()));
    Profession profession = staff.profession();
    role.set(
        "code",
        array(
            profession.hasHl7Code()
                ? concept(
                    staff.title(),
                    new Code(
                        Systems.PRACTITIONER_ROLE, profession.hl7Code(), profession.hl7Display()))
                : concept(staff.title())));
    role.set("specialty", array(specialty(staff.department())));
    if (institution.county() != null) {
      role.set("location", array(reference("Location/" + institution.locationId())));
    }
    role.set(
        "healthcareService",
        array(
            reference(
                "HealthcareService/" + institution.id() + "-svc-" + staff.department().slug())));
    Registered.place(institution, staff, role);
    return role;
  }
}
