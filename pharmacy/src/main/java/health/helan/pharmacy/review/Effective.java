package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A prescription that both have signed, as what follows review reads it: circulation, settlement,
 * supervision.
 *
 * @param id of the Task of its review, by which the prescription is known
 * @param patient id of the Patient
 * @param doctor id of the Practitioner who wrote it
 * @param institution id of the Organization where
 * @param since when it came to count
 * @param requests its MedicationRequests, as they are now
 */
public record Effective(
    String id,
    String patient,
    String doctor,
    String institution,
    Instant since,
    List<ObjectNode> requests) {

  public Effective {
    requests = List.copyOf(requests);
  }

  /**
   * Reads one, as the platform: who asks must have been judged before, or be judged by what this
   * says.
   *
   * @param id of the Task
   * @throws Refusal NOT_FOUND for what is no such Task; BUSINESS_RULE for one that does not count
   */
  public static Effective read(RecordStore store, Caller caller, String id) {
    ObjectNode task;
    try {
      task = FactReader.content(store.read(caller.asPlatform(), "Task", id));
    } catch (Refusal e) {
      throw e.kind() == Refusal.Kind.TRANSIENT ? e : missing(id);
    }
    if (!isReview(task)) {
      throw missing(id);
    }
    List<ObjectNode> requests = new ArrayList<>();
    for (String one : requestsOf(task)) {
      requests.add(FactReader.content(store.read(caller.asPlatform(), "MedicationRequest", one)));
    }
    Effective read = of(task, requests);
    if (read == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.not-effective");
    }
    return read;
  }

  private static Refusal missing(String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Task", id);
  }

  /** From what was read elsewhere; null for a Task that is no review, or came to no good end. */
  public static @Nullable Effective of(ObjectNode task, List<ObjectNode> requests) {
    String since = task.path("lastModified").asString("");
    if (!isReview(task)
        || ReviewTask.state(task) != PrescriptionState.EFFECTIVE
        || since.isEmpty()
        || requests.isEmpty()
        || !requests.stream().allMatch(PrescriptionGuard::isTagged)) {
      return null;
    }
    return new Effective(
        task.path("id").asString(""),
        FactReader.id(task.path("for"), "Patient"),
        ReviewTask.doctorOf(task),
        ReviewTask.prescriberOf(task),
        OffsetDateTime.parse(since).toInstant(),
        requests);
  }

  /** Ids of the MedicationRequests of a review; empty for another Task. */
  public static List<String> requestsOf(JsonNode task) {
    return isReview(task)
        ? ReviewTask.requestsOf(task).stream().map(one -> one[0]).toList()
        : List.of();
  }

  private static boolean isReview(JsonNode task) {
    return PrescriptionGuard.isTagged(task)
        && task.path("code")
            .path("coding")
            .path(0)
            .path("code")
            .asString("")
            .equals(ReviewTask.TASK);
  }

  /** Whether all of it may be dispensed. */
  public boolean isActive() {
    return requests.stream().allMatch(one -> one.path("status").asString("").equals("active"));
  }

  /** The drug as it is written. */
  public static String name(JsonNode request) {
    return Dosages.name(request);
  }

  /** Days that a drug is given for; null where nothing is said. */
  public static @Nullable Double days(JsonNode request) {
    return Dosages.days(request);
  }

  /** Times a day of a line of dosage; null where that is not clear. */
  public static @Nullable Double times(JsonNode timing) {
    return Dosages.times(timing);
  }
}
