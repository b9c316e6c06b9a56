package health.helan.care.visit;

import health.helan.care.visit.rules.Facts;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.Sensitivity;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.policy.ProvingWrites;
import health.helan.foundation.trust.signature.Signatures;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Gathers from the record what the rules of eligibility ask about. */
final class Evidence {
  private static final Set<String> UNCERTAIN =
      Set.of("unconfirmed", "provisional", "differential", "refuted", "entered-in-error");

  private final RecordStore store;

  Evidence(RecordStore store) {
    this.store = store;
  }

  /**
   * The diagnosis that is to prove a repeat visit.
   *
   * @param condition reference
   * @param diagnosis the Coding of ICD-10; an empty object for a diagnosis without one
   * @param labels of the sensitive categories that it belongs to
   */
  record Proof(String condition, JsonNode diagnosis, List<String> labels, Facts.Proof fact) {}

  /** What the record says of the resident. */
  record Person(@Nullable LocalDate birth, boolean died) {}

  Person person(Caller caller, String patient) {
    ObjectNode record = Visits.content(store.read(caller.asPlatform(), "Patient", patient));
    return new Person(
        day(record.path("birthDate")),
        record.path("deceasedBoolean").asBoolean(false) || record.has("deceasedDateTime"));
  }

  /**
   * Reads as the resident: what it does not see proves nothing for it.
   *
   * @param reference Condition, or Encounter with a diagnosis; anything else is no proof
   * @return null for none
   */
  @Nullable Proof proof(Caller caller, String patient, String reference) {
    Set<String> persons = Set.copyOf(store.persons().seen(caller, patient));
    ObjectNode found = read(caller, reference, Set.of("Condition", "Encounter"));
    if (found == null) {
      return null;
    }
    if (found.path("resourceType").asString("").equals("Condition")) {
      return of(reference, found, persons, day(found.path("recordedDate")));
    }
    String status = found.path("status").asString("");
    if (!status.equals("finished") || !isAbout(found, persons)) {
      return null; // A visit that is not over has no diagnosis yet.
    }
    for (JsonNode diagnosis : found.path("diagnosis")) {
      String condition = diagnosis.path("condition").path("reference").asString("");
      ObjectNode read = read(caller, condition, Set.of("Condition"));
      if (read != null) {
        LocalDate visited = day(found.path("period").path("start"));
        Proof proof =
            of(
                condition,
                read,
                persons,
                visited == null ? day(read.path("recordedDate")) : visited);
        if (proof.fact.theirs() && proof.fact.certain() && !proof.fact.code().isEmpty()) {
          return proof;
        }
      }
    }
    return null;
  }

  private static Proof of(
      String reference, ObjectNode condition, Set<String> persons, @Nullable LocalDate recorded) {
    JsonNode coding = Diagnoses.coding(condition.path("code"));
    boolean isCertain = true;
    for (JsonNode status : condition.path("verificationStatus").path("coding")) {
      isCertain &= !UNCERTAIN.contains(status.path("code").asString(""));
    }
    LocalDate on = recorded == null ? day(condition.path("onsetDateTime")) : recorded;
    return new Proof(
        reference,
        coding == null ? Json.MAPPER.createObjectNode() : coding,
        Sensitivity.labelsOf(condition),
        new Facts.Proof(
            coding == null ? "" : coding.path("code").asString(""),
            isAbout(condition, persons),
            isCertain,
            on));
  }

  private static boolean isAbout(JsonNode resource, Set<String> persons) {
    return persons.contains(Visit.idOf(resource.path("subject"), "Patient"));
  }

  private @Nullable ObjectNode read(Caller caller, String reference, Set<String> types) {
    int slash = reference.indexOf('/');
    if (slash < 0 || !types.contains(reference.substring(0, slash))) {
      return null;
    }
    try {
      ResourceVersion version =
          store.read(caller, reference.substring(0, slash), reference.substring(slash + 1));
      return Visits.content(version);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      return null;
    }
  }

  /** A day in Beijing; null for what is none, or only a month or a year. */
  static @Nullable LocalDate day(JsonNode node) {
    String text = node.asString("");
    try {
      return text.length() == 10
          ? LocalDate.parse(text)
          : text.length() > 10
              ? OffsetDateTime.parse(text).atZoneSameInstant(Visits.BEIJING).toLocalDate()
              : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /**
   * Whether the account belongs to a guardian of the resident: a RelatedPerson says so, who bears
   * the identity number of somebody else that the account is bound to.
   */
  boolean isGuardian(Caller caller, String ward) {
    Set<String> numbers = new HashSet<>();
    for (String patient : caller.binding().patients()) {
      if (!patient.equals(ward)) {
        numbers.addAll(
            numbers(Visits.content(store.read(caller.asPlatform(), "Patient", patient))));
      }
    }
    if (numbers.isEmpty()) {
      return false;
    }
    SearchResult found =
        store.search(
            caller.asPlatform(),
            new SearchRequest(
                "RelatedPerson",
                null,
                null,
                List.of(
                    new SearchRequest.Parameter("patient", "Patient/" + ward),
                    new SearchRequest.Parameter("_count", "100")),
                false));
    for (SearchResult.Entry entry : found.entries()) {
      ObjectNode related = Visits.content(entry.resource());
      if (ProvingWrites.isGuardian(related)
          && related.path("active").asBoolean(true)
          && numbers(related).stream().anyMatch(numbers::contains)) {
        return true;
      }
    }
    return false;
  }

  private static Set<String> numbers(JsonNode resource) {
    Set<String> numbers = new HashSet<>();
    for (JsonNode identifier : resource.path("identifier")) {
      String value = identifier.path("value").asString("").toUpperCase(Locale.ROOT);
      if (IdNumbers.isValid(value)) {
        numbers.add(value);
      }
    }
    return numbers;
  }

  /** How far the consent of a visit is. */
  Facts.Consent consent(Caller caller, String id, Signatures signatures) {
    ObjectNode consent = read(caller, "Consent/" + id, Set.of("Consent"));
    if (consent == null
        || !consent.path("status").asString("").equals("active")
        || !consent.path("policy").path(0).path("uri").asString("").equals(ConsentText.URI)) {
      return Facts.Consent.ABSENT;
    }
    boolean isSigned =
        signatures.verify(store, caller, "Consent", id, null).found().stream()
            .anyMatch(one -> one.isValid() && one.session());
    return isSigned ? Facts.Consent.SIGNED : Facts.Consent.UNSIGNED;
  }

  static String name(JsonNode person) {
    JsonNode name = person.path("name").path(0);
    String text = name.path("text").asString("");
    if (!text.isEmpty()) {
      return text;
    }
    var whole = new StringBuilder(name.path("family").asString(""));
    name.path("given").forEach(given -> whole.append(given.asString("")));
    return whole.toString();
  }
}
