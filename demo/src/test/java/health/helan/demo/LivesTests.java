package health.helan.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the records of 640 residents say, taken together. */
class LivesTests {
  private static final List<JsonNode> RESOURCES = new ArrayList<>();
  private static final Map<String, JsonNode> BY_URL = new HashMap<>();
  private static final Map<String, List<JsonNode>> BY_PATIENT = new HashMap<>();
  private static final List<String> PATIENTS = new ArrayList<>();

  @BeforeAll
  static void read() {
    Bundles.entries(
            Region.of(4, 640)
                .bundles()
                .filter(bundle -> bundle.kind() == DemoBundle.Kind.HOUSEHOLD))
        .forEach(
            entry -> {
              JsonNode resource = entry.get("resource");
              String url = entry.get("fullUrl").asString();
              RESOURCES.add(resource);
              BY_URL.put(url, resource);
              if (Bundles.isA(resource, "Patient")) {
                PATIENTS.add(url);
              }
              BY_PATIENT.computeIfAbsent(subject(resource), any -> new ArrayList<>()).add(resource);
            });
  }

  private static JsonNode resource(String url) {
    return Objects.requireNonNull(BY_URL.get(url), url);
  }

  private static String subject(JsonNode resource) {
    return resource
        .at("/subject/reference")
        .asString(resource.at("/patient/reference").asString(""));
  }

  private static List<JsonNode> of(String patient, String type) {
    return BY_PATIENT.getOrDefault(patient, List.of()).stream()
        .filter(resource -> Bundles.isA(resource, type))
        .toList();
  }

  private static String icd(JsonNode condition) {
    return condition.at("/code/coding/0/code").asString("");
  }

  private static boolean has(String patient, String code) {
    return of(patient, "Condition").stream().anyMatch(one -> icd(one).equals(code));
  }

  private static List<JsonNode> observations(String patient, String loinc) {
    return of(patient, "Observation").stream()
        .filter(one -> one.at("/code/coding/0/code").asString().equals(loinc))
        .toList();
  }

  private static double mean(Predicate<String> who, String loinc, String value) {
    return PATIENTS.stream()
        .filter(who)
        .flatMap(patient -> observations(patient, loinc).stream())
        .mapToDouble(one -> one.at(value).asDouble())
        .average()
        .orElseThrow();
  }

  private static boolean isOld(String patient) {
    return resource(patient).get("birthDate").asString().compareTo("1976") < 0;
  }

  @Test
  void haveMoreRecordsTheOlderAndTheSicker() {
    double perResident = RESOURCES.size() / (double) PATIENTS.size();
    assertThat(perResident).isBetween(80.0, 150.0);
    double sick =
        PATIENTS.stream()
            .filter(patient -> has(patient, "I10"))
            .mapToInt(patient -> BY_PATIENT.getOrDefault(patient, List.of()).size())
            .average()
            .orElseThrow();
    assertThat(sick).isGreaterThan(1.5 * perResident);
  }

  @Test
  void showHigherPressureWithHypertensionThanWithout() {
    String systolic = "/component/0/valueQuantity/value";
    double with = mean(p -> isOld(p) && has(p, "I10"), "85354-9", systolic);
    double without = mean(p -> isOld(p) && !has(p, "I10"), "85354-9", systolic);
    assertThat(with).isBetween(without + 6, 155.0);
    assertThat(without).isBetween(112.0, 132.0);
  }

  @Test
  void showPressureFallingUnderTreatment() {
    List<Double> early = new ArrayList<>();
    List<Double> late = new ArrayList<>();
    for (String patient : PATIENTS) {
      for (JsonNode condition : of(patient, "Condition")) {
        if (icd(condition).equals("I10")) {
          LocalDate onset = LocalDate.parse(condition.get("onsetDateTime").asString());
          for (JsonNode pressure : observations(patient, "85354-9")) {
            long days = ChronoUnit.DAYS.between(onset, day(pressure, "effectiveDateTime"));
            double value = pressure.at("/component/0/valueQuantity/value").asDouble();
            if (days >= -60 && days < 60) {
              early.add(value);
            } else if (days > 360) {
              late.add(value);
            }
          }
        }
      }
    }
    assertThat(average(early)).isGreaterThan(average(late) + 8);
  }

  private static double average(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Test
  void showMoreSugarWithDiabetesAndHba1cThatFitsIt() {
    double with = mean(p -> has(p, "E11.9"), "14771-0", "/valueQuantity/value");
    double without = mean(p -> !has(p, "E11.9"), "14771-0", "/valueQuantity/value");
    assertThat(with).isGreaterThan(without + 1.5);
    assertThat(without).isBetween(4.5, 5.6);
    assertThat(mean(p -> has(p, "E11.9"), "4548-4", "/valueQuantity/value")).isBetween(6.2, 9.0);
  }

  @Test
  void showMoreColdsInWinterAndMoreDiarrhoeaInSummer() {
    assertThat(count("J06.9", Month.DECEMBER, Month.JANUARY, Month.FEBRUARY))
        .isGreaterThan(2 * count("J06.9", Month.JUNE, Month.JULY, Month.AUGUST));
    assertThat(count("A09.9", Month.JUNE, Month.JULY, Month.AUGUST))
        .isGreaterThan(count("A09.9", Month.DECEMBER, Month.JANUARY, Month.FEBRUARY));
  }

  private static long count(String code, Month... months) {
    return RESOURCES.stream()
        .filter(one -> Bundles.isA(one, "Condition") && icd(one).equals(code))
        .map(one -> LocalDate.parse(one.get("onsetDateTime").asString()).getMonth())
        .filter(List.of(months)::contains)
        .count();
  }

  @Test
  void letChildrenGrow() {
    int children = 0;
    for (String patient : PATIENTS) {
      List<JsonNode> heights = new ArrayList<>(observations(patient, "8302-2"));
      heights.sort((a, b) -> day(a, "effectiveDateTime").compareTo(day(b, "effectiveDateTime")));
      boolean child = resource(patient).get("birthDate").asString().compareTo("2014") > 0;
      if (child && heights.size() > 2) {
        children++;
        for (int i = 1; i < heights.size(); i++) {
          double before = heights.get(i - 1).at("/valueQuantity/value").asDouble();
          assertThat(heights.get(i).at("/valueQuantity/value").asDouble())
              .isGreaterThanOrEqualTo(before);
        }
      }
    }
    assertThat(children).isGreaterThan(30);
  }

  @Test
  void giveEveryChildOfSevenTheWholeNationalSchedule() {
    for (String patient : PATIENTS) {
      JsonNode resource = resource(patient);
      LocalDate birth = LocalDate.parse(resource.get("birthDate").asString());
      boolean whole = birth.getYear() >= 2013 && birth.getYear() <= 2018;
      if (whole && !resource.has("deceasedDateTime")) {
        assertThat(of(patient, "Immunization")).hasSizeGreaterThanOrEqualTo(22);
      }
    }
  }

  @Test
  void tellOfABirthInBothRecords() {
    Set<String> mothers = new HashSet<>();
    for (JsonNode encounter : RESOURCES) {
      if (Bundles.isA(encounter, "Encounter") && encounter.has("partOf")) {
        JsonNode delivery = resource(encounter.at("/partOf/reference").asString());
        JsonNode child = resource(subject(encounter));
        String mother = subject(delivery);
        mothers.add(mother);
        LocalDate birth = LocalDate.parse(child.get("birthDate").asString());
        assertThat(day(encounter.get("period"), "start")).isEqualTo(birth);
        assertThat(day(delivery.get("period"), "end")).isAfterOrEqualTo(birth);
        assertThat(resource(mother).get("gender").asString()).isEqualTo("female");
        assertThat(has(mother, "O80.9") || has(mother, "O82.9")).isTrue();
        assertThat(of(subject(encounter), "RelatedPerson"))
            .anyMatch(
                one ->
                    one.at("/relationship/0/coding/0/code").asString().equals("MTH")
                        && one.at("/identifier/0/value")
                            .equals(resource(mother).at("/identifier/0/value")));
      }
    }
    assertThat(mothers).hasSizeGreaterThan(10);
  }

  @Test
  void stayBetweenBirthAndDeathAndEndOnTheRegionsDay() {
    for (String patient : PATIENTS) {
      JsonNode resource = resource(patient);
      LocalDate birth = LocalDate.parse(resource.get("birthDate").asString());
      String death = resource.path("deceasedDateTime").asString(Region.DEFAULT_AS_OF.toString());
      for (JsonNode encounter : of(patient, "Encounter")) {
        // A delivery begins the day before the child is born; all else is of the patient itself.
        LocalDate start = day(encounter.get("period"), "start");
        LocalDate end = day(encounter.get("period"), "end");
        assertThat(start).isAfterOrEqualTo(birth).isBeforeOrEqualTo(end);
        assertThat(end).isBeforeOrEqualTo(LocalDate.parse(death));
      }
    }
  }

  @Test
  void endWithAStayThatSaysSoForSomeWhoDied() {
    long died = PATIENTS.stream().filter(p -> resource(p).has("deceasedDateTime")).count();
    long expired =
        RESOURCES.stream()
            .filter(
                one ->
                    one.at("/hospitalization/dischargeDisposition/coding/0/code")
                        .asString("")
                        .equals("exp"))
            .count();
    assertThat(died).isBetween(5L, 40L);
    assertThat(expired).isBetween(died / 2, died);
  }

  @Test
  void tellTheStoriesThatTheGuideTells() {
    String stroke = patient(NamedResident.ZHANG_DEFU);
    assertThat(resource(stroke).get("deceasedDateTime").asString()).isEqualTo("2026-02-11");
    assertThat(has(stroke, "I63.9")).isTrue();
    assertThat(of(patient(NamedResident.LI_ZIXUAN), "AllergyIntolerance"))
        .singleElement()
        .matches(one -> one.at("/code/text").asString().equals("青霉素类"));
    assertThat(has(patient(NamedResident.WANG_FANG), "O24.4")).isTrue();
    assertThat(has(patient(NamedResident.DING_ZHIMING), "C16.3")).isTrue();
    assertThat(has(patient(NamedResident.LI_QIANG), "S52.5")).isTrue();
    assertThat(has(patient(NamedResident.MA_JIANGUO), "J44.1")).isTrue();
    assertThat(has(patient(NamedResident.CHEN_GUIYING), "S72.0")).isTrue();
    assertThat(of(patient(NamedResident.MA_XIULAN), "CarePlan")).hasSize(2);
    assertThat(observations(patient(NamedResident.DING_XIAOYAN), "19926-5"))
        .hasSizeGreaterThanOrEqualTo(5);
    assertThat(of(patient(NamedResident.LI_YUTONG), "Immunization")).hasSizeGreaterThan(6);
  }

  private static String patient(NamedResident named) {
    return PATIENTS.get(named.ordinal());
  }

  private static LocalDate day(JsonNode of, String name) {
    return OffsetDateTime.parse(of.get(name).asString()).toLocalDate();
  }
}
