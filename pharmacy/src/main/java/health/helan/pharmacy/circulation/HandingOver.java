package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.pharmacy.circulation.Circulation.Counted;
import health.helan.pharmacy.circulation.CirculationStep.Party;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How what was counted out comes to the resident, or back. */
public final class HandingOver {
  private final Steps steps;
  private final CirculationTable table;
  private final Stock stock;

  HandingOver(Steps steps, CirculationTable table, Stock stock) {
    this.steps = steps;
    this.table = table;
    this.stock = stock;
  }

  boolean isSomethingLeft(Circulation row) {
    return table.drugs(row).stream().anyMatch(one -> one.left() > 0);
  }

  /**
   * The hand-over at the door. Of a part: the rest is free again, as after a release at the
   * counter.
   */
  public Joint delivery(Caller caller, Circulations.Seen seen) {
    return isSomethingLeft(seen.row())
        ? partHanded(caller, seen, Party.COURIER, null)
        : completion(caller, seen, Party.COURIER);
  }

  Joint completion(Caller caller, Circulations.Seen seen, Party party) {
    Instant now = steps.now();
    List<Interaction> writes = handedOver(seen.row(), now);
    writes.addAll(
        Steps.requests(seen.prescription(), request -> request.put("status", "completed")));
    return steps.joint(
        caller,
        seen,
        CirculationStep.COMPLETE,
        party,
        next -> next.inParcel(""),
        writes,
        (connection, ids, at) -> CirculationTable.mark(connection, seen.row(), Counted.HANDED),
        null);
  }

  private List<Interaction> handedOver(Circulation row, Instant now) {
    List<Interaction> writes = new ArrayList<>();
    for (Counted one : table.counted(row)) {
      if (one.state() == Counted.OUT) {
        writes.add(
            Papers.patch(
                "MedicationDispense",
                one.id(),
                dispense ->
                    dispense.put("status", "completed").put("whenHandedOver", now.toString())));
      }
    }
    return writes;
  }

  /** What is out is the resident's, the rest is free. */
  Joint partHanded(Caller caller, Circulations.Seen seen, Party party, @Nullable String reason) {
    return steps.joint(
        caller,
        seen,
        CirculationStep.RELEASE,
        party,
        Circulation::free,
        handedOver(seen.row(), steps.now()),
        (connection, ids, at) -> CirculationTable.mark(connection, seen.row(), Counted.HANDED),
        reason);
  }

  /**
   * What was counted out comes back to the shop, which holds the prescription again.
   *
   * @param resale whether it goes back on the shelf
   */
  public Joint comingBack(Caller caller, Circulations.Seen seen, boolean resale, String reason) {
    Instant held = steps.now().plus(Circulations.HELD_AT_THE_COUNTER);
    Instant until = held.isBefore(seen.row().until()) ? held : seen.row().until();
    return undone(
        caller,
        seen,
        CirculationStep.RETURN,
        Party.SHOP,
        next -> next.inParcel("").heldBy(seen.row().shop(), until),
        resale,
        reason);
  }

  /** What was counted out and not handed over counts as never dispensed. */
  Joint undone(
      Caller caller,
      Circulations.Seen seen,
      CirculationStep step,
      Party party,
      UnaryOperator<Circulation> change,
      boolean resale,
      String reason) {
    List<Interaction> writes = new ArrayList<>();
    for (Counted one : table.counted(seen.row())) {
      if (one.state() == Counted.OUT) {
        writes.add(
            Papers.patch(
                "MedicationDispense",
                one.id(),
                dispense -> {
                  dispense.put("status", "cancelled");
                  dispense.putObject("statusReasonCodeableConcept").put("text", reason);
                }));
        if (!one.charge().isEmpty()) {
          writes.add(Charging.aborted(one));
        }
      }
    }
    return steps.joint(
        caller,
        seen,
        step,
        party,
        change,
        writes,
        (connection, ids, at) -> {
          for (Counted one : CirculationTable.out(connection, seen.row())) {
            var unused =
                CirculationTable.count(connection, seen.row(), one.request(), -one.quantity());
            if (resale) {
              stock.giveBack(connection, one.shop(), one.item(), one.quantity(), at);
              for (String trace : one.traces()) {
                CirculationTable.untrace(connection, trace, seen.row().id());
              }
            }
          }
          CirculationTable.mark(connection, seen.row(), Counted.BACK);
        },
        reason);
  }
}
