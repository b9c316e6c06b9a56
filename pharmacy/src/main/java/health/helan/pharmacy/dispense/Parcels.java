package health.helan.pharmacy.dispense;

import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.pharmacy.circulation.Circulation;
import health.helan.pharmacy.circulation.CirculationState;
import health.helan.pharmacy.circulation.CirculationStep;
import health.helan.pharmacy.circulation.Circulations;
import health.helan.pharmacy.circulation.Joint;
import health.helan.pharmacy.circulation.Papers;
import health.helan.pharmacy.dispense.ParcelStep.Party;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Parcels from the pharmacy to the door. Handing one over completes the prescription, taking one
 * back frees what was in it, each in one transaction. Thread-safe; any number of instances on one
 * database.
 */
public final class Parcels implements Erasable {
  /** Wrong answers at the door after which a parcel only goes back. */
  static final int MOST_TRIES = 5;

  /** A cold parcel is handed over when its temperature was read so lately. */
  static final Duration READ_LATELY = Duration.ofMinutes(30);

  private static final Duration LISTED = Duration.ofDays(92);
  private static final int MOST_LISTED = 200;

  /** What waits for somebody is listed before what is done, and more of it. */
  private static final int MOST_OPEN = 1_000;

  /** What parcels stand on. */
  public record Parts(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      Circulations circulations,
      Clock clock) {}

  private final RecordStore store;
  private final Circulations circulations;
  private final Clock clock;
  private final ParcelTable table;

  public Parcels(Parts parts) {
    store = parts.store();
    circulations = parts.circulations();
    clock = parts.clock();
    table = new ParcelTable(new Sql(parts.database()), parts.codec());
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  // ------------------------------------------------------------------ packing

  /**
   * Limits of a cold chain, in tenths of a degree Celsius.
   *
   * @param low the lower one
   */
  record Cold(int low, int high) {
    /** Whether they are those of a drug that is kept cold, or closer. */
    boolean isOfColdDrugs() {
      return 20 <= low && low < high && high <= 80;
    }
  }

  /**
   * Packs what was counted out for a delivery.
   *
   * @param task id of the review's Task
   * @param carrier id of the Organization that carries it
   * @param cold null where nothing is to be kept cold
   * @throws Refusal BUSINESS_RULE where the knowledge base has a drug of it kept cold, and it is
   *     null or wider than 2 to 8 °C
   */
  Parcel pack(Caller caller, String task, String carrier, @Nullable Cold cold) {
    String shop = circulations.staff().counterOf(caller);
    Circulations.Seen seen = circulations.seen(caller, task);
    Circulation row = seen.row();
    if (seen.party() != CirculationStep.Party.SHOP || !row.shop().equals(shop)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "parcel.not-your-step", "pack");
    }
    if (row.state() != CirculationState.DISPENSED
        || !row.way().equals(Circulation.Way.DELIVERY.word())
        || !row.parcel().isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.nothing-to-pack", row.state().word());
    }
    circulations.checkPaid(row);
    if (!circulations.staff().carries(carrier)) {
      throw new Refusal(Refusal.Kind.VALUE, "parcel.no-carrier");
    }
    String needsCold = cold == null || !cold.isOfColdDrugs() ? circulations.cold(seen) : null;
    if (needsCold != null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.needs-limits", needsCold);
    }
    Instant now = now();
    String patient = seen.prescription().patient();
    String hint = "Patient/" + patient;
    String id = Ids.next(row.home());
    List<String> dispenses = circulations.out(row).stream().map(Circulation.Counted::id).toList();
    String deliveryUrn = "urn:uuid:" + UUID.randomUUID();
    List<Interaction> writes = new ArrayList<>();
    writes.add(
        new Interaction.Create(
            "SupplyDelivery",
            Interaction.Body.of(ParcelPapers.delivery(id, hint, shop, now)),
            null,
            deliveryUrn,
            hint));
    writes.add(
        Papers.create("Task", ParcelPapers.task(id, hint, deliveryUrn, dispenses, now), hint));
    writes.add(ParcelPapers.provenance(caller, deliveryUrn, hint, "pack", null, now));
    Beside attach = circulations.attach(row, id);
    String name = circulations.names().ofPatient(caller, patient);
    var unused =
        store.transact(
            caller.asPlatformOf(shop),
            writes,
            (connection, ids, at) -> {
              attach.write(connection, ids, at);
              table.insert(
                  connection,
                  new Parcel(
                      row.home(),
                      id,
                      ParcelState.PACKED,
                      1,
                      0,
                      0,
                      cold == null ? null : Integer.valueOf(cold.low),
                      cold == null ? null : Integer.valueOf(cold.high),
                      false,
                      row.patient(),
                      null,
                      now,
                      at,
                      row.id(),
                      ids.get(0),
                      ids.get(1),
                      shop,
                      carrier,
                      "",
                      new Parcel.Door(name, row.wish().telephone(), row.wish().address())),
                  at);
            });
    return row(id);
  }

  // ------------------------------------------------------------------ who

  /**
   * A parcel as one side sees it.
   *
   * @param carries whether who sees it as the pharmacy may carry it too
   */
  record Seen(Parcel row, Party party, boolean carries) {
    Seen(Parcel row, Party party) {
      this(row, party, false);
    }

    boolean isOpen(ParcelStep step) {
      return step.isOpen(party, row.state()) || carries && step.isOpen(Party.COURIER, row.state());
    }
  }

  /**
   * Which side the caller is. Nobody else is told that there is such a parcel, and the root is no
   * side.
   *
   * @throws Refusal NOT_FOUND
   */
  Seen seen(Caller caller, String id) {
    return seen(caller, id, Party.SHOP);
  }

  /**
   * The same for a step.
   *
   * @param as whose step it is: who works in a pharmacy and carries its parcels is either
   */
  private Seen seen(Caller caller, String id, Party as) {
    Parcel row = table.row(id);
    Party party = row == null ? null : party(caller, row, as);
    if (row == null || party == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "parcel.none");
    }
    AccessTrail.noteAsked(row.patient());
    boolean carries = party == Party.SHOP && party(caller, row, Party.COURIER) == Party.COURIER;
    return new Seen(row, party, carries);
  }

  private @Nullable Party party(Caller caller, Parcel row, Party as) {
    if (caller.isRoot()) {
      return null;
    }
    if (caller.role() == Role.RESIDENT) {
      return caller.binding().patients().stream()
              .anyMatch(patient -> digest(patient) == row.patient())
          ? Party.RESIDENT
          : null;
    }
    if (caller.role() != Role.PRACTITIONER || caller.binding().practitioner().isEmpty()) {
      return null;
    }
    boolean isShops = caller.institution().equals(row.shop());
    boolean isCarriers = caller.institution().equals(row.carrier()) && isFreeFor(caller, row);
    if (isShops && isCarriers && as == Party.COURIER && circulations.staff().isCourier(caller)) {
      return Party.COURIER; // A pharmacy that brings its parcels itself.
    }
    if (isShops && circulations.staff().isStaff(caller)) {
      return Party.SHOP;
    }
    return isCarriers && circulations.staff().isCourier(caller) ? Party.COURIER : null;
  }

  /** Nobody has taken it, or the caller has. */
  private static boolean isFreeFor(Caller caller, Parcel row) {
    return row.courier().isEmpty() || row.courier().equals(caller.binding().practitioner());
  }

  private long digest(String patient) {
    return store.parameters().digests().reference("Patient", patient);
  }

  private Parcel row(String id) {
    return Objects.requireNonNull(table.row(id));
  }

  // ------------------------------------------------------------------ steps

  /** Picks up, sets out, turns back. */
  Parcel go(Caller caller, String id, ParcelStep step, @Nullable String reason) {
    Seen seen = seen(caller, id, step.takenBy());
    Parcel next = seen.row.in(step.take(seen.party, seen.row.state()));
    write(
        caller,
        seen.row,
        step == ParcelStep.PICK ? next.carriedBy(caller.binding().practitioner()) : next,
        step,
        reason,
        List.of(),
        NOTHING);
    return row(id);
  }

  /**
   * The pharmacy has it again; what was in it is counted as never dispensed.
   *
   * @param resale whether it goes back on the shelf; never for what was too warm, nor for what a
   *     courier has not brought back
   */
  Parcel takeBack(Caller caller, String id, boolean resale, String reason) {
    Seen seen = seen(caller, id, Party.SHOP);
    ParcelState state = seen.row.state();
    Parcel next = seen.row.in(ParcelStep.TAKE_BACK.take(seen.party, state));
    if (resale && seen.row.excursion()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.not-for-sale");
    }
    if (resale && (state == ParcelState.PICKED || state == ParcelState.TRANSIT)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.not-back");
    }
    Joint joint =
        circulations
            .handingOver()
            .comingBack(
                caller, prescription(caller, seen.row, CirculationStep.Party.SHOP), resale, reason);
    write(caller, seen.row, next, ParcelStep.TAKE_BACK, reason, joint.writes(), joint.beside());
    return row(id);
  }

  private Circulations.Seen prescription(Caller caller, Parcel row, CirculationStep.Party party) {
    return Objects.requireNonNull(circulations.find(caller, row.circulation(), party));
  }

  /**
   * How somebody shows whose door it is: the code on the resident's telephone; or the name and the
   * last four characters of a number of the resident's.
   */
  record Identity(@Nullable String code, @Nullable String name, @Nullable String digits) {}

  /**
   * A picture or a signature.
   *
   * @param data base64
   */
  record Proof(String type, String data) {}

  /**
   * Hands over. Of a part of the prescription: the rest is free again.
   *
   * @throws Refusal BUSINESS_RULE for a wrong answer at the door, which is counted; for what was
   *     outside its temperatures, or was not looked at lately; CONFLICT while it is not paid any
   *     more
   */
  Parcel deliver(Caller caller, String id, Identity identity, Proof proof) {
    Seen seen = seen(caller, id, Party.COURIER);
    Parcel row = seen.row;
    Parcel next = row.in(ParcelStep.DELIVER.take(seen.party, row.state()));
    Instant now = now();
    if (row.excursion()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.outside-limits");
    }
    if (row.isCold() && (row.readAt() == null || row.readAt().isBefore(now.minus(READ_LATELY)))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.read-first", READ_LATELY.toMinutes());
    }
    Circulations.Seen prescription = prescription(caller, row, CirculationStep.Party.COURIER);
    if (!circulations.isPaid(prescription.row())) {
      throw new Refusal(Refusal.Kind.CONFLICT, "parcel.unpaid");
    }
    String patient = prescription.prescription().patient();
    checkDoor(caller, row, identity, patient, now);
    Joint joint = circulations.handingOver().delivery(caller, prescription);
    List<Interaction> writes = new ArrayList<>(joint.writes());
    writes.add(
        Papers.create(
            "DocumentReference",
            ParcelPapers.proof(row, proof, patient, now),
            "Patient/" + patient));
    write(caller, row, next, ParcelStep.DELIVER, null, writes, joint.beside());
    return row(id);
  }

  private void checkDoor(
      Caller caller, Parcel row, Identity identity, String patient, Instant now) {
    if (row.tries() >= MOST_TRIES) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.too-many-tries");
    }
    boolean isRight =
        identity.code != null
            ? identity.code.equals(doorCode(row))
            : identity.name != null
                && identity.digits != null
                && identity.name.equals(row.door().name())
                && endsWith(caller, patient, identity.digits);
    if (!isRight) {
      if (!table.change(row, row.triedInVain(), now)) {
        throw changed(); // Two at once: neither gets an answer for nothing.
      }
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "parcel.wrong-door", MOST_TRIES - row.tries() - 1);
    }
  }

  private boolean endsWith(Caller caller, String patient, String digits) {
    JsonNode person =
        Json.MAPPER.readTree(
            Objects.requireNonNull(store.read(caller.asPlatform(), "Patient", patient).content()));
    for (JsonNode identifier : person.path("identifier")) {
      String number = identifier.path("value").asString("").toUpperCase(Locale.ROOT);
      if (number.length() >= 8 && number.endsWith(digits.toUpperCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  /** Six digits that the resident alone is shown; never stored. */
  String doorCode(Parcel row) {
    return "%06d"
        .formatted(
            Math.floorMod(store.parameters().digests().of("parcel door " + row.id()), 1_000_000L));
  }

  private static final Beside NOTHING = (connection, ids, at) -> {};

  private void write(
      Caller caller,
      Parcel row,
      Parcel next,
      ParcelStep step,
      @Nullable String reason,
      List<Interaction> more,
      Beside beside) {
    Instant now = now();
    List<Interaction> writes = new ArrayList<>(more);
    String patient = patientOf(caller, row);
    writes.add(
        Papers.patch(
            "SupplyDelivery",
            row.delivery(),
            delivery ->
                delivery
                    .put("status", next.state().delivery())
                    .put("occurrenceDateTime", now.toString())));
    writes.add(
        Papers.patch(
            "Task",
            row.task(),
            task -> {
              task.put("status", next.state().task()).put("lastModified", now.toString());
              ParcelPapers.business(task, ParcelState.SYSTEM, next.state().word());
              if (reason != null) {
                task.putObject("statusReason").put("text", reason);
              }
            }));
    writes.add(
        ParcelPapers.provenance(
            caller, "SupplyDelivery/" + row.delivery(), patient, step.word(), reason, now));
    var unused =
        store.transact(
            caller.asPlatformOf(row.shop()),
            writes,
            (connection, ids, at) -> {
              if (!ParcelTable.step(connection, row, next, at)) {
                throw changed();
              }
              beside.write(connection, ids, at);
            });
  }

  private static Refusal changed() {
    return new Refusal(Refusal.Kind.CONFLICT, "parcel.changed");
  }

  private String patientOf(Caller caller, Parcel row) {
    JsonNode task =
        Json.MAPPER.readTree(
            Objects.requireNonNull(store.read(caller.asPlatform(), "Task", row.task()).content()));
    return task.path("for").path("reference").asString("");
  }

  // ------------------------------------------------------------------ cold chain

  /**
   * Keeps a temperature.
   *
   * @param tenths of a degree Celsius
   * @return the parcel; with {@code excursion} it is not handed over any more
   */
  Parcel read(Caller caller, String id, int tenths) {
    Seen seen = seen(caller, id, Party.COURIER);
    Parcel row = seen.row;
    if (seen.party != Party.COURIER) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "parcel.not-your-step", "reading");
    }
    if (row.low() == null || row.high() == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "parcel.not-cold");
    }
    if (!row.state().isCarried()) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "parcel.illegal-step", "reading", row.state().word());
    }
    Instant now = now();
    boolean isOutside = tenths < row.low() || tenths > row.high();
    var unused =
        store.transact(
            caller.asPlatformOf(row.shop()),
            isOutside
                ? List.of(
                    ParcelPapers.provenance(
                        caller,
                        "SupplyDelivery/" + row.delivery(),
                        patientOf(caller, row),
                        "excursion",
                        "%.1f °C".formatted(tenths / 10.0),
                        now))
                : List.of(),
            (connection, ids, at) -> {
              if (!ParcelTable.step(connection, row, row.read(isOutside, now), at)) {
                throw changed();
              }
              ParcelTable.reading(
                  connection,
                  row,
                  new ParcelTable.Reading(tenths, isOutside, now),
                  caller.binding().practitioner());
            });
    return row(id);
  }

  List<ParcelTable.Reading> readings(Parcel row) {
    return table.readings(row);
  }

  // ------------------------------------------------------------------ lists

  /**
   * Those of a resident, of a pharmacy, or of a courier: all that waits, what waits longest first,
   * then what is done, the latest first.
   */
  List<Seen> list(Caller caller, @Nullable String patient) {
    Instant since = now().minus(LISTED);
    List<Seen> all = new ArrayList<>();
    if (caller.role() == Role.RESIDENT) {
      if (patient == null || !caller.binding().patients().contains(patient)) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", "?");
      }
      add(all, table.ofPatient(digest(patient), since, MOST_LISTED), Party.RESIDENT);
      return all;
    }
    boolean isCourier = circulations.staff().isCourier(caller);
    if (!isCourier || circulations.staff().isStaff(caller)) {
      String shop = circulations.staff().counterOf(caller);
      List<Parcel> open = table.openOfShop(shop, MOST_OPEN);
      add(all, open, Party.SHOP);
      if (open.size() < MOST_LISTED) {
        add(all, table.doneOfShop(shop, since, MOST_LISTED - open.size()), Party.SHOP);
      }
    }
    if (isCourier) {
      String carrier = caller.institution();
      String own = caller.binding().practitioner();
      List<Parcel> open = table.openOfCarrier(carrier, own, MOST_OPEN);
      add(all, open, Party.COURIER);
      if (open.size() < MOST_LISTED) {
        add(
            all,
            table.doneOfCarrier(carrier, own, since, MOST_LISTED - open.size()),
            Party.COURIER);
      }
    }
    return all;
  }

  /** Adds those that are not there; a parcel that somebody packs and carries is one. */
  private static void add(List<Seen> all, List<Parcel> rows, Party party) {
    Map<String, Integer> there = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      there.put(all.get(i).row.id(), i);
    }
    for (Parcel row : rows) {
      Integer at = there.get(row.id());
      if (at == null) {
        AccessTrail.noteAsked(row.patient());
        all.add(new Seen(row, party));
      } else {
        all.set(at, new Seen(row, Party.SHOP, true));
      }
    }
  }

  String shopName(String institution) {
    return circulations.names().ofShop(institution);
  }

  @Override
  public void erase(long subject) {
    table.erase(subject);
  }
}
