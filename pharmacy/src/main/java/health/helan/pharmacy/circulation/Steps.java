package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.circulation.CirculationStep.Party;
import health.helan.pharmacy.review.Effective;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One step of a prescription under way: the row, if nobody has changed it, with its resources. */
final class Steps {
  /** Nothing beside. */
  static final Beside NOTHING = (connection, ids, at) -> {};

  private final RecordStore store;
  private final CirculationTable table;
  private final Clock clock;

  Steps(RecordStore store, CirculationTable table, Clock clock) {
    this.store = store;
    this.table = table;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * @param change of the row, in the state that the step leads to
   * @param writes resources, before the Provenance
   * @param more rows, when that of the prescription has been changed
   */
  Joint joint(
      Caller caller,
      Circulations.Seen seen,
      CirculationStep step,
      Party party,
      UnaryOperator<Circulation> change,
      List<Interaction> writes,
      Beside more,
      @Nullable String reason) {
    Circulation read = seen.row();
    Circulation next = change.apply(read.in(step.take(party, read.state())));
    List<Interaction> all = new ArrayList<>(writes);
    all.add(
        Papers.create(
            "Provenance",
            Papers.provenance(
                caller,
                List.of("Task/" + read.id(), "Patient/" + seen.prescription().patient()),
                CirculationStep.SYSTEM,
                step.word(),
                reason,
                now()),
            "Patient/" + seen.prescription().patient()));
    return new Joint(
        all,
        (connection, ids, at) -> {
          if (!table.step(connection, read, next, at)) {
            throw taken();
          }
          more.write(connection, ids, at);
        });
  }

  void run(Caller caller, String owner, Joint joint) {
    var unused = store.transact(caller.asPlatformOf(owner), joint.writes(), joint.beside());
  }

  static Refusal taken() {
    return new Refusal(Refusal.Kind.CONFLICT, "circulation.taken");
  }

  /** The drugs of a prescription, each changed in the same way. */
  static List<Interaction> requests(
      Effective prescription, java.util.function.Consumer<ObjectNode> change) {
    List<Interaction> writes = new ArrayList<>();
    for (ObjectNode request : prescription.requests()) {
      writes.add(Papers.patch("MedicationRequest", request.path("id").asString(""), change));
    }
    return writes;
  }
}
