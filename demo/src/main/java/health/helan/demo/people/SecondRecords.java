package health.helan.demo.people;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.IdentityNumber;
import health.helan.demo.fhir.BundleBuilder;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import health.helan.demo.place.Institution;
import health.helan.demo.place.InstitutionKind;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a region's hospitals have written down of the named residents beside their main record, and
 * of people who are hard to tell apart: for the resident index. None of it repeats a number of the
 * main records, so that a number still finds one of these.
 */
public final class SecondRecords {
  private static final String HOSPITAL_NUMBER =
      "https://helan.health/fhir/sid/demo-hospital-number";

  private final BundleBuilder bundle;
  private final Institution tertiary;
  private final Institution county;
  private int number;

  private SecondRecords(BundleBuilder bundle, List<Institution> institutions) {
    this.bundle = bundle;
    tertiary = first(institutions, InstitutionKind.TERTIARY_HOSPITAL);
    county = first(institutions, InstitutionKind.COUNTY_HOSPITAL);
  }

  private static Institution first(List<Institution> institutions, InstitutionKind kind) {
    return institutions.stream()
        .filter(institution -> institution.kind() == kind)
        .findFirst()
        .orElse(institutions.getFirst());
  }

  /**
   * Writes them.
   *
   * @param named households of the named residents, in their order
   */
  public static void write(
      List<Household> named, List<Institution> institutions, BundleBuilder bundle) {
    var records = new SecondRecords(bundle, institutions);
    Person maXiulan = named.get(0).members().getFirst();
    for (Household home : named) {
      for (Person person : home.members()) {
        switch (person.name().text()) {
          // Without a number, but with everything else: linked by what it says.
          case "王芳" -> records.again(records.tertiary, home, person, person.birth(), true);
          case "丁志明" -> records.again(records.tertiary, home, person, person.birth(), true);
          // Another day of birth, no telephone: people have to look.
          case "马秀兰" -> maXiulan = person;
          // Her first days, before she had a name and a number.
          case "李雨桐" -> records.newborn(home, person);
          default -> {
            // One record.
          }
        }
      }
    }
    records.again(
        records.county,
        named.getFirst(),
        maXiulan,
        maXiulan.birth().withMonth(7).withDayOfMonth(30),
        false);
    records.twins();
    records.unknown();
  }

  private ObjectNode patient(Institution of, String name, String gender) {
    ObjectNode patient = resource("Patient");
    ObjectNode meta = object();
    meta.set("security", array(coding(new Code(Systems.ACT_REASON, "HTEST", "test health data"))));
    patient.set("meta", meta);
    patient.set("identifier", array(identifier(HOSPITAL_NUMBER, "B" + (20_260_001 + number++))));
    patient.put("active", true);
    patient.set("name", array(object().put("text", name)));
    patient.put("gender", gender);
    patient.set("managingOrganization", reference(of.reference(), of.name()));
    return patient;
  }

  private void send(ObjectNode patient) {
    String own = patient.path("identifier").path(0).path("value").asString("");
    bundle.postIfNoneExist(
        "urn:uuid:" + UUID.nameUUIDFromBytes(own.getBytes(StandardCharsets.UTF_8)),
        patient,
        "identifier=" + HOSPITAL_NUMBER + "|" + own);
  }

  private static ObjectNode phone(String number) {
    return object().put("system", "phone").put("value", number).put("use", "mobile");
  }

  private void again(
      Institution of, Household home, Person person, LocalDate birth, boolean isReached) {
    ObjectNode patient = patient(of, person.name().text(), person.sex().gender());
    patient.put("birthDate", birth.toString());
    if (isReached) {
      patient.set("telecom", array(phone(person.phone())));
    }
    patient.set("address", array(object().put("text", home.line())));
    send(patient);
  }

  private void newborn(Household home, Person child) {
    Person mother = home.mother();
    if (mother != null) {
      ObjectNode patient = patient(tertiary, mother.name().text() + "之女", child.sex().gender());
      patient.put("birthDate", child.birth().toString());
      patient.set("telecom", array(phone(child.phone())));
      patient.set("address", array(object().put("text", home.line())));
      send(patient);
    }
  }

  /** Two girls who differ by one character and one digit. */
  private void twins() {
    LocalDate birth = LocalDate.of(2020, 5, 17);
    String[] names = {"何雨欣", "何雨馨"};
    for (int i = 0; i < names.length; i++) {
      ObjectNode patient = patient(county, names[i], "female");
      ObjectNode one =
          identifier(Systems.IDENTITY_NUMBER, IdentityNumber.of(649_999, birth, 990 + 2 * i));
      patient.withArray("identifier").add(one);
      patient.put("birthDate", birth.toString());
      patient.put("multipleBirthInteger", i + 1);
      patient.set("telecom", array(phone("12995005170")));
      patient.set("address", array(object().put("text", "宁夏回族自治区银川市贺兰县习岗街道")));
      send(patient);
    }
  }

  /** Brought in by ambulance; nobody knows who he is. */
  private void unknown() {
    send(patient(county, "无名氏", "male"));
  }
}
