package health.helan.demo.people;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.NamedResident;
import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.BundleBuilder;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import health.helan.demo.people.Person.Role;
import health.helan.demo.place.County;
import health.helan.demo.place.Institution;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Who a resident is, as FHIR: Patient, RelatedPerson for the guardians of children, Coverage. */
public final class ResidentRecords {
  private static final int ASSISTED = 2207;
  private static final ObjectNode TEST_DATA =
      object()
          .set(
              "security", array(coding(new Code(Systems.ACT_REASON, "HTEST", "test health data"))));
  private static final ObjectNode IDENTITY_TYPE =
      concept(
          "居民身份证",
          new Code(Systems.IDENTIFIER_TYPE, "NI", "National unique individual identifier"));
  private static final ObjectNode CARD_TYPE =
      concept("电子健康卡", new Code(Systems.IDENTIFIER_TYPE, "HC", "Health Card Number"));

  private ResidentRecords() {}

  public static void write(
      Household home, Person person, LocalDate asOf, BundleBuilder bundle, Dice dice) {
    bundle.postIfNoneExist(
        person.url(),
        patient(home, person),
        "identifier=" + Systems.IDENTITY_NUMBER + "|" + person.identityNumber());
    if (person.role() == Role.CHILD && person.age(asOf) < 18) {
      for (Person adult : home.members()) {
        if (adult.role() == Role.WIFE || adult.role() == Role.HUSBAND) {
          bundle.post(dice.urnUuid(), guardian(home, person, adult));
        }
      }
    }
    coverages(home, person, asOf, bundle, dice);
  }

  private static ObjectNode patient(Household home, Person person) {
    ObjectNode patient = resource("Patient");
    patient.set("meta", TEST_DATA);
    patient.set(
        "extension",
        array(
            codingExtension(
                Systems.NATIONALITY_EXTENSION,
                new Code(
                    Systems.NATIONALITY, person.nationality().code(), person.nationality().text())),
            codingExtension(
                Systems.SEX_EXTENSION,
                new Code(Systems.SEX, person.sex().national(), person.sex().text()))));
    ObjectNode number = object().put("use", "official");
    number.set("type", IDENTITY_TYPE);
    number.put("system", Systems.IDENTITY_NUMBER).put("value", person.identityNumber());
    ObjectNode card = object().put("use", "usual");
    card.set("type", CARD_TYPE);
    card.put("system", Systems.HEALTH_CARD).put("value", cardNumber(person));
    patient.set("identifier", array(number, card));
    patient.put("active", person.death() == null);
    patient.set("name", array(name(person)));
    patient.set("telecom", array(phone(person)));
    patient.put("gender", person.sex().gender());
    patient.put("birthDate", person.birth().toString());
    if (person.death() != null) {
      patient.put("deceasedDateTime", person.death().toString());
    }
    patient.set("address", array(address(home)));
    Marriage marriage = person.marriage();
    patient.set(
        "maritalStatus",
        concept(
            marriage.text(),
            new Code(Systems.MARITAL_STATUS, marriage.national(), marriage.text()),
            new Code(Systems.V3_MARITAL_STATUS, marriage.hl7Code(), marriage.hl7Display())));
    patient.set("managingOrganization", reference(home.centre().reference(), home.centre().name()));
    return patient;
  }

  private static String cardNumber(Person person) {
    return "NXD" + (100_000_000 + person.index());
  }

  private static ObjectNode codingExtension(String url, Code code) {
    ObjectNode extension = object().put("url", url);
    extension.set("valueCoding", coding(code));
    return extension;
  }

  private static ObjectNode name(Person person) {
    ObjectNode name =
        object()
            .put("use", "official")
            .put("text", person.name().text())
            .put("family", person.name().family());
    name.set("given", strings(person.name().given()));
    return name;
  }

  private static ObjectNode phone(Person person) {
    return object().put("system", "phone").put("value", person.phone()).put("use", "mobile");
  }

  private static ObjectNode address(Household home) {
    County county = home.network().county();
    ObjectNode address = object();
    address.set(
        "extension",
        array(object().put("url", Systems.AREA_CODE_EXTENSION).put("valueCode", county.code())));
    address.put("use", "home").put("type", "physical");
    address.put("text", County.PROVINCE + county.city() + county.name() + home.line());
    address.set("line", strings(home.line()));
    return address
        .put("city", county.city())
        .put("district", county.name())
        .put("state", County.PROVINCE)
        .put("country", "CN");
  }

  private static ObjectNode guardian(Household home, Person child, Person adult) {
    ObjectNode related = resource("RelatedPerson");
    related.set("identifier", array(identifier(Systems.IDENTITY_NUMBER, adult.identityNumber())));
    related.put("active", adult.death() == null);
    related.set("patient", reference(child.url(), child.name().text()));
    related.set(
        "relationship",
        array(
            adult.isMale()
                ? concept("父亲", new Code(Systems.ROLE_CODE, "FTH", "father"))
                : concept("母亲", new Code(Systems.ROLE_CODE, "MTH", "mother")),
            concept("监护人", new Code(Systems.ROLE_CODE, "GUARD", "guardian"))));
    related.set("name", array(name(adult)));
    related.set("telecom", array(phone(adult)));
    related.put("gender", adult.sex().gender());
    related.put("birthDate", adult.birth().toString());
    related.set("address", array(address(home)));
    return related;
  }

  private static void coverages(
      Household home, Person person, LocalDate asOf, BundleBuilder bundle, Dice dice) {
    int age = person.age(asOf);
    boolean employee = age >= 20 && home.urban() && dice.chance(0.55);
    LocalDate from =
        employee
            ? person.birth().plusYears(20 + dice.below(3)).withDayOfMonth(1)
            : person.birth().isAfter(asOf.minusYears(1))
                ? person.birth()
                : LocalDate.of(asOf.getYear(), 1, 1);
    ObjectNode kind =
        employee
            ? concept("职工基本医疗保险", new Code(Systems.COVERAGE_KIND, "310", "职工基本医疗保险"))
            : concept("城乡居民基本医疗保险", new Code(Systems.COVERAGE_KIND, "390", "城乡居民基本医疗保险"));
    bundle.post(
        dice.urnUuid(),
        coverage(person, kind, home.network().bureau(), "YB", from, employee ? null : asOf));
    if (person.named() == NamedResident.MA_JIANGUO) {
      // For who is shown what five payers make of a bill; dice of its own, so that nothing else
      // changes.
      Dice own = dice.fork(ASSISTED);
      for (String[] one :
          new String[][] {
            {"assistance", "医疗救助", "JZ"},
            {"poverty", "防返贫兜底保障", "DD"},
            {"subsidy", "财政补助", "BZ"}
          }) {
        bundle.post(
            own.urnUuid(),
            coverage(
                person,
                concept(one[1], new Code(Systems.COVERAGE_KIND, one[0], one[1])),
                home.network().bureau(),
                one[2],
                LocalDate.of(asOf.getYear(), 1, 1),
                asOf));
      }
    }
    if (age < 70 && dice.chance(0.12)) {
      Institution insurer = dice.pick(home.network().insurers());
      bundle.post(
          dice.urnUuid(),
          coverage(
              person,
              concept("商业健康保险", new Code(Systems.COVERAGE_KIND, "commercial", "商业健康保险")),
              insurer,
              "SB",
              LocalDate.of(asOf.getYear(), 1, 1),
              asOf));
    }
  }

  private static ObjectNode coverage(
      Person person,
      ObjectNode kind,
      Institution payor,
      String prefix,
      LocalDate from,
      @Nullable LocalDate lastYear) {
    ObjectNode coverage = resource("Coverage");
    coverage.set(
        "identifier",
        array(identifier(Systems.INSURANCE_NUMBER, prefix + (100_000_000 + person.index()))));
    coverage.put("status", person.death() == null ? "active" : "cancelled");
    coverage.set("type", kind);
    coverage.set("beneficiary", reference(person.url(), person.name().text()));
    LocalDate end = person.death();
    if (end == null && lastYear != null) {
      end = LocalDate.of(lastYear.getYear(), 12, 31);
    }
    if (end != null && end.isBefore(from)) {
      from = LocalDate.of(end.getYear(), 1, 1);
    }
    coverage.set("period", period(from, end));
    ArrayNode payors = coverage.putArray("payor");
    payors.add(reference(payor.reference(), payor.name()));
    return coverage;
  }
}
