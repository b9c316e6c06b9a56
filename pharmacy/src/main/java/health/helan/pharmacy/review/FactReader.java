package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.review.rules.Facts;
import health.helan.pharmacy.review.rules.Facts.Allergy;
import health.helan.pharmacy.review.rules.Facts.Answer;
import health.helan.pharmacy.review.rules.Facts.Item;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gathers what a prescription is judged by, from the record, as far as the caller may see it: five
 * reads of the resident's own rows, each by an index of the patient.
 */
final class FactReader {
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  static final String ICD_10 = "http://hl7.org/fhir/sid/icd-10";

  private static final String LOINC = "http://loinc.org";

  /** Extensions of a MedicationRequest; src/main/resources/fhir. */
  static final String REASON =
      "https://helan.health/fhir/StructureDefinition/prescription-longer-reason";

  static final String ASSESSMENT =
      "https://helan.health/fhir/StructureDefinition/prescription-assessment";

  private static final Set<String> WEIGHT = Set.of("29463-7", "3141-9");
  private static final Set<String> EGFR =
      Set.of("33914-3", "48642-3", "50044-7", "62238-1", "69405-9", "77147-7", "98979-8");
  private static final Set<String> CREATININE = Set.of("2160-0", "38483-4", "14682-9");
  private static final String PREGNANT = "82810-3";

  /** Until when what was measured or said still counts; ours, and the guide says so. */
  private static final int DAYS_OF_WEIGHT = 365;

  private static final int DAYS_OF_A_CHILDS_WEIGHT = 90;
  private static final int DAYS_OF_KIDNEYS = 365;
  private static final int DAYS_OF_PREGNANCY = 280;
  private static final int DAYS_OF_NURSING = 365;
  private static final int DAYS_BACK = 100;
  private static final int SUPPLY_WITHOUT_A_WORD = 30;
  private static final int CHILD_MONTHS = 216;
  private static final String MOST = "200";

  private final RecordStore store;

  FactReader(RecordStore store) {
    this.store = store;
  }

  /** What is judged: the requests of one prescription, and the knowledge to read them with. */
  record Asked(String patient, List<ObjectNode> requests, LocalDate day) {}

  /**
   * Facts about a prescription.
   *
   * @throws Refusal NOT_FOUND for a resident that the caller does not see
   */
  Facts read(Caller caller, Asked asked, Knowledge knowledge) {
    JsonNode patient = content(store.read(caller, "Patient", asked.patient));
    Set<String> own = new HashSet<>();
    Set<String> groups = new HashSet<>();
    List<Item> items = new ArrayList<>();
    for (ObjectNode request : asked.requests) {
      String id = request.path("id").asString("");
      own.add(id);
      String group = request.path("groupIdentifier").path("value").asString("");
      if (!group.isEmpty()) {
        groups.add(group);
      }
      items.add(
          Dosages.item(
              request,
              id.isEmpty() ? "#" + items.size() : "MedicationRequest/" + id,
              knowledge.find(request.path("medicationCodeableConcept")),
              null));
    }
    List<JsonNode> conditions = conditions(caller, asked.patient);
    Set<String> ofThisVisit = ofThisVisit(caller, asked.requests, conditions);
    Set<String> diagnoses = new LinkedHashSet<>(ofThisVisit);
    conditions.forEach(condition -> diagnoses.addAll(codes(condition.path("code"))));
    List<JsonNode> observations = observations(caller, asked.patient);
    return new Facts(
        asked.day,
        form(caller, asked.requests),
        person(patient, observations, conditions, asked.day),
        List.copyOf(items),
        others(caller, asked, knowledge, own, groups),
        List.copyOf(diagnoses),
        List.copyOf(ofThisVisit),
        allergies(caller, asked.patient));
  }

  // ------------------------------------------------------------------ the prescription

  private Facts.Form form(Caller caller, List<ObjectNode> requests) {
    boolean isLong = false;
    boolean isAssessed = true;
    boolean hasReason = true;
    var encounters = new LinkedHashSet<String>();
    for (ObjectNode request : requests) {
      for (JsonNode coding : request.path("courseOfTherapyType").path("coding")) {
        isLong |= coding.path("code").asString("").equals("continuous");
      }
      isAssessed &= says(request, ASSESSMENT);
      hasReason &= says(request, REASON);
      String encounter = id(request.path("encounter"), "Encounter");
      if (!encounter.isEmpty()) {
        encounters.add(encounter);
      }
    }
    Facts.Setting setting = Facts.Setting.OUTPATIENT;
    for (String encounter : encounters) {
      JsonNode read = find(caller, "Encounter", encounter);
      setting =
          switch (read == null ? "" : read.path("class").path("code").asString("")) {
            case "VR" -> Facts.Setting.ONLINE;
            case "EMER" -> setting == Facts.Setting.ONLINE ? setting : Facts.Setting.EMERGENCY;
            default -> setting;
          };
    }
    return new Facts.Form(
        setting, isLong, isAssessed && !requests.isEmpty(), hasReason && !requests.isEmpty());
  }

  private static boolean says(JsonNode request, String extension) {
    for (JsonNode one : request.path("extension")) {
      if (extension.equals(one.path("url").asString(""))
          && !one.path("valueString").asString("").isBlank()) {
        return true;
      }
    }
    return false;
  }

  private Set<String> ofThisVisit(
      Caller caller, List<ObjectNode> requests, List<JsonNode> conditions) {
    Set<String> codes = new LinkedHashSet<>();
    for (ObjectNode request : requests) {
      request.path("reasonCode").forEach(reason -> codes.addAll(codes(reason)));
      for (JsonNode reference : request.path("reasonReference")) {
        String condition = id(reference, "Condition");
        JsonNode read = condition.isEmpty() ? null : find(caller, "Condition", condition);
        if (read != null) {
          codes.addAll(codes(read.path("code")));
        }
      }
      String encounter = request.path("encounter").path("reference").asString("");
      for (JsonNode condition : conditions) {
        if (!encounter.isEmpty()
            && encounter.equals(condition.path("encounter").path("reference").asString(""))) {
          codes.addAll(codes(condition.path("code")));
        }
      }
    }
    return codes;
  }

  private static Set<String> codes(JsonNode concept) {
    Set<String> codes = new LinkedHashSet<>();
    for (JsonNode coding : concept.path("coding")) {
      String code = coding.path("code").asString("");
      if (ICD_10.equals(coding.path("system").asString("")) && !code.isEmpty()) {
        codes.add(code);
      }
    }
    return codes;
  }

  // ------------------------------------------------------------------ the resident

  private List<JsonNode> conditions(Caller caller, String patient) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode condition : search(caller, "Condition", patient, "_count", MOST)) {
      if (holds(condition)) {
        all.add(condition);
      }
    }
    return all;
  }

  private static boolean holds(JsonNode condition) {
    for (JsonNode coding : condition.path("verificationStatus").path("coding")) {
      String code = coding.path("code").asString("");
      if (code.equals("refuted") || code.equals("entered-in-error")) {
        return false;
      }
    }
    for (JsonNode coding : condition.path("clinicalStatus").path("coding")) {
      String code = coding.path("code").asString("");
      if (code.equals("inactive") || code.equals("resolved") || code.equals("remission")) {
        return false;
      }
    }
    return true;
  }

  private List<JsonNode> observations(Caller caller, String patient) {
    var codes = new StringBuilder(LOINC + "|" + PREGNANT);
    for (Set<String> some : List.of(WEIGHT, EGFR, CREATININE)) {
      some.forEach(code -> codes.append(',').append(LOINC).append('|').append(code));
    }
    return search(
        caller, "Observation", patient, "code", codes.toString(), "_sort", "-date", "_count", MOST);
  }

  private static Facts.Person person(
      JsonNode patient, List<JsonNode> observations, List<JsonNode> conditions, LocalDate day) {
    String birth = patient.path("birthDate").asString("");
    LocalDate earliest = edge(birth, true);
    LocalDate latest = edge(birth, false);
    Answer female =
        switch (patient.path("gender").asString("")) {
          case "female" -> Answer.YES;
          case "male" -> Answer.NO;
          default -> Answer.UNKNOWN;
        };
    var somebody =
        new Facts.Person(earliest, latest, female, null, null, Answer.UNKNOWN, Answer.UNKNOWN);
    Integer youngest = somebody.youngest(day);
    boolean isChild = youngest != null && youngest < CHILD_MONTHS;
    return new Facts.Person(
        earliest,
        latest,
        female,
        weight(observations, day, isChild ? DAYS_OF_A_CHILDS_WEIGHT : DAYS_OF_WEIGHT),
        egfr(observations, day, youngest, female),
        pregnant(observations, conditions, day, female),
        nursing(conditions, day));
  }

  private static @Nullable Double weight(List<JsonNode> observations, LocalDate day, int days) {
    for (JsonNode observation : observations) {
      if (is(observation, WEIGHT) && isFresh(observation, day, days)) {
        JsonNode value = observation.path("valueQuantity");
        Double weight =
            switch (value.path("code").asString(value.path("unit").asString(""))) {
              case "kg" -> value.path("value").asDouble(0);
              case "g" -> value.path("value").asDouble(0) / 1000;
              default -> null;
            };
        return weight == null || weight <= 0 ? null : weight;
      }
    }
    return null;
  }

  private static @Nullable Double egfr(
      List<JsonNode> observations, LocalDate day, @Nullable Integer months, Answer female) {
    for (JsonNode observation : observations) {
      JsonNode value = observation.path("valueQuantity");
      if (!value.path("value").isNumber() || !isFresh(observation, day, DAYS_OF_KIDNEYS)) {
        continue;
      }
      double number = value.path("value").asDouble();
      if (is(observation, EGFR)) {
        return number;
      }
      if (is(observation, CREATININE)
          && months != null
          && months >= CHILD_MONTHS
          && female != Answer.UNKNOWN) {
        Double mgPerDl =
            switch (value.path("code").asString(value.path("unit").asString(""))) {
              case "mg/dL" -> number;
              case "umol/L", "μmol/L", "µmol/L" -> number / Kidneys.UMOL_PER_MGDL;
              default -> null;
            };
        if (mgPerDl != null && mgPerDl > 0) {
          return Kidneys.egfr(mgPerDl, months / 12, female == Answer.YES);
        }
      }
    }
    return null;
  }

  /** By what was observed last, or by a diagnosis that only who is pregnant has. */
  private static Answer pregnant(
      List<JsonNode> observations, List<JsonNode> conditions, LocalDate day, Answer female) {
    if (female == Answer.NO) {
      return Answer.NO;
    }
    for (JsonNode observation : observations) {
      if (is(observation, Set.of(PREGNANT)) && isFresh(observation, day, DAYS_OF_PREGNANCY)) {
        for (JsonNode coding : observation.path("valueCodeableConcept").path("coding")) {
          switch (coding.path("code").asString("")) {
            case "LA15173-0", "77386006" -> {
              return Answer.YES;
            }
            case "LA26683-5", "60001007" -> {
              return isFresh(observation, day, 14) ? Answer.NO : Answer.UNKNOWN;
            }
            default -> {}
          }
        }
      }
    }
    return isCoded(conditions, List.of("Z32.1", "Z33", "Z34", "Z35"), day, DAYS_OF_PREGNANCY)
        ? Answer.YES
        : Answer.UNKNOWN;
  }

  private static Answer nursing(List<JsonNode> conditions, LocalDate day) {
    return isCoded(conditions, List.of("Z39.1"), day, DAYS_OF_NURSING)
        ? Answer.YES
        : Answer.UNKNOWN;
  }

  private static boolean isCoded(
      List<JsonNode> conditions, List<String> beginnings, LocalDate day, int days) {
    for (JsonNode condition : conditions) {
      LocalDate recorded = day(condition.path("recordedDate"));
      LocalDate since = recorded == null ? day(condition.path("onsetDateTime")) : recorded;
      boolean isOver = condition.has("abatementDateTime");
      if (since != null
          && !isOver
          && !since.isBefore(day.minusDays(days))
          && codes(condition.path("code")).stream()
              .anyMatch(code -> beginnings.stream().anyMatch(code::startsWith))) {
        return true;
      }
    }
    return false;
  }

  private List<Allergy> allergies(Caller caller, String patient) {
    List<Allergy> all = new ArrayList<>();
    for (JsonNode one : search(caller, "AllergyIntolerance", patient, "_count", MOST)) {
      if (!holds(one)) {
        continue;
      }
      String text = one.path("code").path("text").asString("");
      boolean isCoded = false;
      for (JsonNode coding : one.path("code").path("coding")) {
        boolean isAtc = Knowledge.ATC.equals(coding.path("system").asString(""));
        String said = text.isEmpty() ? coding.path("display").asString("") : text;
        if (isAtc) {
          all.add(new Allergy(coding.path("code").asString(""), said));
          isCoded = true;
        } else if (text.isEmpty()) {
          text = said;
        }
      }
      if (!isCoded && !text.isEmpty()) {
        all.add(new Allergy("", text));
      }
    }
    return List.copyOf(all);
  }

  // ------------------------------------------------------------------ what is taken already

  private List<Item> others(
      Caller caller, Asked asked, Knowledge knowledge, Set<String> own, Set<String> groups) {
    List<Item> all = new ArrayList<>();
    for (JsonNode request :
        search(
            caller,
            "MedicationRequest",
            asked.patient,
            "status",
            "active",
            "authoredon",
            "ge" + asked.day.minusDays(DAYS_BACK),
            "_count",
            MOST)) {
      String id = request.path("id").asString("");
      if (own.contains(id)
          || groups.contains(request.path("groupIdentifier").path("value").asString(""))) {
        continue;
      }
      LocalDate since = day(request.path("authoredOn"));
      Double days = Dosages.supply(request);
      LocalDate until =
          since == null
              ? null
              : since.plusDays(days == null ? SUPPLY_WITHOUT_A_WORD : days.intValue());
      // Judged afterwards: what came later was not there.
      if (since != null && since.isAfter(asked.day) || until != null && until.isBefore(asked.day)) {
        continue;
      }
      all.add(
          Dosages.item(
              request,
              "MedicationRequest/" + id,
              knowledge.find(request.path("medicationCodeableConcept")),
              until));
    }
    return List.copyOf(all);
  }

  // ------------------------------------------------------------------ reading

  private List<JsonNode> search(Caller caller, String type, String patient, String... more) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    parameters.add(new SearchRequest.Parameter("patient", "Patient/" + patient));
    for (int i = 0; i < more.length; i += 2) {
      parameters.add(new SearchRequest.Parameter(more[i], more[i + 1]));
    }
    SearchResult found =
        store.search(caller, new SearchRequest(type, null, null, List.copyOf(parameters), false));
    List<JsonNode> all = new ArrayList<>();
    for (SearchResult.Entry entry : found.entries()) {
      if (entry.isMatch()) {
        all.add(content(entry.resource()));
      }
    }
    return all;
  }

  private @Nullable JsonNode find(Caller caller, String type, String id) {
    try {
      return content(store.read(caller, type, id));
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      return null;
    }
  }

  static ObjectNode content(ResourceVersion version) {
    return (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }

  private static boolean is(JsonNode observation, Set<String> codes) {
    for (JsonNode coding : observation.path("code").path("coding")) {
      if (LOINC.equals(coding.path("system").asString(""))
          && codes.contains(coding.path("code").asString(""))) {
        return !observation.path("status").asString("").equals("entered-in-error");
      }
    }
    return false;
  }

  private static boolean isFresh(JsonNode observation, LocalDate day, int days) {
    LocalDate at = day(observation.path("effectiveDateTime"));
    return at != null && !at.isBefore(day.minusDays(days)) && !at.isAfter(day.plusDays(1));
  }

  static String id(JsonNode reference, String type) {
    String text = reference.path("reference").asString("");
    return text.startsWith(type + "/") ? text.substring(type.length() + 1) : "";
  }

  /** A day in Beijing; null for what is none, or only a month or a year. */
  static @Nullable LocalDate day(JsonNode node) {
    String text = node.asString("");
    try {
      return text.length() == 10
          ? LocalDate.parse(text)
          : text.length() > 10
              ? OffsetDateTime.parse(text).atZoneSameInstant(BEIJING).toLocalDate()
              : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** First or last day of what may be a year or a month only. */
  private static @Nullable LocalDate edge(String birth, boolean isFirst) {
    try {
      return switch (birth.length()) {
        case 4 -> LocalDate.of(Integer.parseInt(birth), isFirst ? 1 : 12, isFirst ? 1 : 31);
        case 7 -> isFirst ? YearMonth.parse(birth).atDay(1) : YearMonth.parse(birth).atEndOfMonth();
        case 10 -> LocalDate.parse(birth);
        default -> null;
      };
    } catch (DateTimeException | NumberFormatException e) {
      return null;
    }
  }
}
