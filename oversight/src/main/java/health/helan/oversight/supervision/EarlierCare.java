package health.helan.oversight.supervision;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether what a visit names as the resident's earlier care is that. Anybody can write a reference:
 * it counts once what it names is there, of the same person, and older than the visit. A visit of
 * this platform was held to more ({@code docs/guide/online-visit.md}); other systems' are read
 * here.
 */
final class EarlierCare {
  /** Reads a resource as it is now; null for none. */
  @FunctionalInterface
  interface Reading {
    @Nullable ObjectNode read(String type, String id);
  }

  /** So long what a visit names may come after it: systems send in their own order. */
  static final Duration LATER = Duration.ofDays(1);

  private static final Caller PLATFORM = Caller.platform("supervision");
  private static final Set<String> NO_DIAGNOSIS = Set.of("refuted", "entered-in-error");

  /** A visit or an episode that was not, or is not yet. */
  private static final Set<String> NOT_HELD =
      Set.of("planned", "waitlist", "cancelled", "entered-in-error");

  private final RecordStore store;
  private final Reading reading;

  EarlierCare(RecordStore store, Reading reading) {
    this.store = store;
    this.reading = reading;
  }

  private record Named(String type, String id) {}

  /**
   * @param begun when the visit began
   * @return null where it names nothing, which is a matter of another rule, and while what it names
   *     may yet come
   */
  @Nullable Boolean isProven(Connection connection, ObjectNode visit, Instant begun, Instant now)
      throws SQLException {
    if (!Resources.isRepeat(visit)) {
      return null;
    }
    Set<String> person = person(connection, Resources.id(visit.path("subject"), "Patient"));
    boolean mayCome = false;
    for (Named one : named(visit)) {
      ObjectNode found = reading.read(one.type, one.id);
      if (found != null && proves(found, visit, person, begun)) {
        return true;
      }
      mayCome |= found == null && now.isBefore(begun.plus(LATER));
    }
    return mayCome ? null : Boolean.FALSE;
  }

  private static Collection<Named> named(ObjectNode visit) {
    Set<Named> named = new LinkedHashSet<>();
    JsonNode proof = Resources.extension(visit, "proof").path("valueReference");
    name(named, proof, "Condition");
    name(named, proof, "Encounter");
    for (JsonNode reason : visit.path("reasonReference")) {
      name(named, reason, "Condition");
    }
    name(named, visit.path("partOf"), "Encounter");
    for (JsonNode episode : visit.path("episodeOfCare")) {
      name(named, episode, "EpisodeOfCare");
    }
    return named;
  }

  private static void name(Set<Named> named, JsonNode reference, String type) {
    String id = Resources.id(reference, type);
    if (!id.isEmpty()) {
      named.add(new Named(type, id));
    }
  }

  /** Whether a reference names a resident, or another record of the same person. */
  boolean isAbout(Connection connection, JsonNode reference, String patient) throws SQLException {
    return person(connection, patient).contains(Resources.id(reference, "Patient"));
  }

  /** All records that are one person with a resident. */
  private Set<String> person(Connection connection, String patient) throws SQLException {
    Map<String, List<String>> linked = store.persons().of(connection, List.of(patient));
    return Set.copyOf(linked.getOrDefault(patient, List.of(patient)));
  }

  private boolean proves(ObjectNode found, ObjectNode visit, Set<String> person, Instant begun) {
    String type = Resources.text(found, "resourceType");
    JsonNode about = found.path(type.equals("EpisodeOfCare") ? "patient" : "subject");
    if (!person.contains(Resources.id(about, "Patient"))) {
      return false;
    }
    if (!type.equals("Condition")) {
      return !Resources.text(found, "id").equals(Resources.text(visit, "id"))
          && !NOT_HELD.contains(Resources.text(found, "status"))
          && isBefore(Resources.text(found.path("period"), "start"), found, begun);
    }
    for (JsonNode status : found.path("verificationStatus").path("coding")) {
      if (NO_DIAGNOSIS.contains(Resources.text(status, "code"))) {
        return false;
      }
    }
    String recorded = Resources.text(found, "recordedDate");
    // The diagnosis that this visit itself came to may be of an old illness.
    boolean isOfThis = Resources.encounterOf(found).equals(Resources.text(visit, "id"));
    return isOfThis
        ? !recorded.isEmpty() && isDayBefore(recorded, begun)
        : isBefore(
            recorded.isEmpty() ? Resources.text(found, "onsetDateTime") : recorded, found, begun);
  }

  /**
   * Whether something is older than the visit. What says no time is, if it was here before the
   * visit began, whatever was changed since.
   */
  private boolean isBefore(String said, ObjectNode found, Instant begun) {
    Instant at = said.isEmpty() ? made(found) : Resources.time(said);
    if (at != null) {
      return at.isBefore(begun);
    }
    LocalDate first = Resources.day(said);
    return first != null && !first.isAfter(begun.atZone(Resources.BEIJING).toLocalDate());
  }

  /** Of the diagnosis of the visit itself: its own day proves nothing. */
  private static boolean isDayBefore(String said, Instant begun) {
    Instant at = Resources.time(said);
    LocalDate day = at == null ? Resources.day(said) : at.atZone(Resources.BEIJING).toLocalDate();
    return day != null && day.isBefore(begun.atZone(Resources.BEIJING).toLocalDate());
  }

  /** When it was first written. */
  private @Nullable Instant made(ObjectNode found) {
    try {
      return store
          .readVersion(
              PLATFORM, Resources.text(found, "resourceType"), Resources.text(found, "id"), 1)
          .updated();
    } catch (Refusal pruned) {
      if (pruned.kind() == Refusal.Kind.TRANSIENT) {
        throw pruned;
      }
      return Resources.time(Resources.text(found.path("meta"), "lastUpdated"));
    }
  }
}
