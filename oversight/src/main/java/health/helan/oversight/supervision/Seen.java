package health.helan.oversight.supervision;

import health.helan.oversight.supervision.rules.Act;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An act as its resource tells of it.
 *
 * @param encounter id of the visit on line; empty for none
 * @param practitioner id; empty for one that is not named
 * @param institution id; empty where only the row's owner says it
 * @param at when it began; null for a visit that has not
 * @param until when it ended; null while it goes on
 * @param noted when it first had a record; null for not yet
 * @param waits since when the resident waits for a doctor; null for nobody who waits
 * @param facts what the resource itself says
 */
record Seen(
    Act act,
    int home,
    String id,
    int version,
    String encounter,
    String practitioner,
    String institution,
    @Nullable Instant at,
    @Nullable Instant until,
    @Nullable Instant noted,
    @Nullable Instant waits,
    ObjectNode facts) {

  Seen of(String owner) {
    return new Seen(
        act,
        home,
        id,
        version,
        encounter,
        practitioner,
        owner.isEmpty() ? institution : owner,
        at,
        until,
        noted,
        waits,
        facts);
  }

  /** {@code Encounter/[id]}. */
  String reference() {
    return type(act) + "/" + id;
  }

  static String type(Act act) {
    return switch (act) {
      case VISIT, IN_PERSON -> "Encounter";
      case PRESCRIPTION -> "MedicationRequest";
      case DISPENSING -> "MedicationDispense";
      case CHARGE -> "ChargeItem";
      case COMPLAINT -> "Task";
    };
  }
}
