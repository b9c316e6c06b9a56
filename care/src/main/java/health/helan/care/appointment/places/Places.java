package health.helan.care.appointment.places;

import health.helan.care.appointment.AppointmentState;
import health.helan.care.appointment.AppointmentStep;
import health.helan.care.appointment.rules.BookingLimits;
import health.helan.care.appointment.rules.BookingLimits.Verdict;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who has which place. Follows each version of an Appointment and a Slot of the pool in the
 * transaction that writes it: so a booking and its places are there together or not at all, and no
 * write by another door takes a place or gives one away.
 *
 * <p>Order of locks, always: the Appointment, the resident, places by {@link PoolSlot#ORDER};
 * places are not waited for. Docs: {@code docs/adr/0088}.
 */
public final class Places implements WriteFollower {
  /** Cause of a hold that was given up before it was confirmed. */
  static final String UNCONFIRMED = "unconfirmed";

  private static final ScopedValue<Act> ACT = ScopedValue.newInstance();

  private static final String INSERT =
      """
      insert into booking (home, patient, day, starts, ends, made, held_until, appointment, state, cause, schedule,
        practitioner, institution, slots)
      values (?, ?, ?, ?, ?, ?, ?::timestamptz, ?, ?, ?, ?, ?, ?, ?::text[])""";

  private final IndexKey key;
  private final Licences licences;
  private final BookingLimits limits;
  private volatile @Nullable RecordStore store;

  /**
   * @param licences whether the doctor may still work there, asked when somebody books
   */
  public Places(IndexKey key, Licences licences, BookingLimits limits) {
    this.key = key;
    this.licences = licences;
    this.limits = limits;
  }

  /** Once the store is open: it says which Patients are one person. */
  public void bind(RecordStore store) {
    this.store = store;
  }

  /** Writes, and lets the rows follow what the act says. */
  public static <T> T during(Act act, Supplier<T> write) {
    return ScopedValue.where(ACT, act).call(write::get);
  }

  private static @Nullable Act act() {
    return ACT.isBound() ? ACT.get() : null;
  }

  @Override
  public boolean concerns(String type) {
    return type.equals("Appointment") || type.equals("Slot");
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at) {
    throw new IllegalStateException("who writes is known");
  }

  @Override
  public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    if (act() instanceof Act.Release release) {
      released(transaction, release, written);
      return;
    }
    for (Followed one : written) {
      if (one.type().equals("Slot")) {
        slot(transaction, one);
      } else {
        appointment(transaction, one);
      }
    }
  }

  // ------------------------------------------------------------------ slots

  private static void released(Connection transaction, Act.Release release, List<Followed> written)
      throws SQLException {
    Map<Instant, Act.Released> byStart = new LinkedHashMap<>();
    release.slots().forEach(one -> byStart.put(one.slot().start(), one));
    for (Followed one : written) {
      if (!one.type().equals("Slot")) {
        continue;
      }
      Instant start =
          java.time.OffsetDateTime.parse(
                  Objects.requireNonNull(one.after()).path("start").asString(""))
              .toInstant();
      Act.Released made = Objects.requireNonNull(byStart.get(start));
      if (!PoolTables.insert(transaction, made, one.home(), one.id())) {
        // Another instance released the same Schedule at the same moment; its Slots count.
        throw new Refusal(Refusal.Kind.CONFLICT, "appointment.released-meanwhile");
      }
    }
  }

  /** A Slot of the pool is closed and opened by its status; all else stays as it was released. */
  private void slot(Connection transaction, Followed written) throws SQLException {
    if (written.before() == null) {
      return; // Of a hospital's own making: no Slot of the pool.
    }
    PoolSlot slot = PoolTables.slot(transaction, written.home(), written.id());
    if (slot == null) {
      return;
    }
    ObjectNode after = written.after();
    if (act() instanceof Act.Shown shown) {
      PoolTables.full(transaction, slot.home(), slot.id(), shown.isFull());
      return;
    }
    if (after == null
        || !after.path("start").equals(written.before().path("start"))
        || !after.path("end").equals(written.before().path("end"))
        || !after.path("schedule").equals(written.before().path("schedule"))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.slot-by-release");
    }
    String status = after.path("status").asString("");
    boolean isOpen = !status.equals("busy-unavailable") && !status.equals("entered-in-error");
    if (isOpen != slot.isOpen()) {
      PoolTables.open(transaction, slot.home(), slot.id(), isOpen);
    }
  }

  // ------------------------------------------------------------------ bookings

  private void appointment(Connection transaction, Followed written) throws SQLException {
    if (act() instanceof Act.Step step) {
      step(transaction, written, step, step.now());
    } else if (isOfPool(transaction, written) && !isRemark(written)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "Appointment", "appointment.by-operation", new Object[] {});
    }
  }

  private static boolean isOfPool(Connection transaction, Followed written) throws SQLException {
    if (written.before() != null
        && PoolTables.booking(transaction, written.home(), written.id()) != null) {
      return true;
    }
    ObjectNode after = written.after();
    if (after != null) {
      for (JsonNode one : after.path("slot")) {
        String id = id(one);
        if (Ids.isAssigned(id) && PoolTables.slot(transaction, Ids.home(id), id) != null) {
          return true;
        }
      }
    }
    return false;
  }

  /** A change that moves nobody and nothing: a comment, an instruction for the resident. */
  private static boolean isRemark(Followed written) {
    ObjectNode before = written.before();
    ObjectNode after = written.after();
    if (before == null || after == null) {
      return false;
    }
    for (String element : new String[] {"status", "slot", "start", "end", "participant"}) {
      if (!before.path(element).equals(after.path(element))) {
        return false;
      }
    }
    return true;
  }

  private static String id(JsonNode reference) {
    String text = reference.path("reference").asString("");
    return text.startsWith("Slot/") ? text.substring("Slot/".length()) : "";
  }

  private void step(Connection transaction, Followed written, Act.Step act, Instant at)
      throws SQLException {
    ObjectNode after = Objects.requireNonNull(written.after());
    AppointmentState state = AppointmentState.of(after.path("status").asString(""));
    PoolTables.Row row =
        written.before() == null
            ? null
            : PoolTables.booking(transaction, written.home(), written.id());
    List<PoolSlot> slots = act.slots();
    Act.Waiting waiting = act.waiting();
    if (slots != null) {
      judge(transaction, written, act, wanted(leading(slots), at), slots, at);
      take(transaction, written, act, slots, row, at);
    }
    if (row == null) {
      if (waiting != null) {
        var wanted =
            new BookingLimits.Booking(
                BookingLimits.Fate.OPEN,
                waiting.day(),
                waiting.practitioner(),
                waiting.institution(),
                at);
        judge(transaction, written, act, wanted, List.of(), at);
        PoolTables.join(transaction, waiting, written.id(), at);
        insert(transaction, written, act, waiting, state, at);
      } else {
        insert(transaction, written, act, Objects.requireNonNull(slots), state, at);
      }
      return;
    }
    if (waiting != null) {
      PoolTables.leave(transaction, waiting, written.id());
    }
    List<String> kept = slots == null ? row.slots() : slots.stream().map(PoolSlot::id).toList();
    for (String slot : row.slots()) {
      if (!state.hasPlaces() || !kept.contains(slot)) {
        PoolTables.give(transaction, Ids.home(slot), slot, written.id());
      }
    }
    update(transaction, written, act, slots, row, state, at);
  }

  private static BookingLimits.Booking wanted(PoolSlot first, Instant at) {
    return new BookingLimits.Booking(
        BookingLimits.Fate.OPEN, first.day(), first.practitioner(), first.institution(), at);
  }

  private void take(
      Connection transaction,
      Followed written,
      Act.Step act,
      List<PoolSlot> slots,
      PoolTables.@Nullable Row row,
      Instant at)
      throws SQLException {
    for (PoolSlot slot : slots) {
      if (row != null && row.slots().contains(slot.id())) {
        continue;
      }
      if (!slot.practitioner().isEmpty()) {
        licences.check(transaction, "Practitioner/" + slot.practitioner(), slot.institution(), at);
      }
      if (!PoolTables.take(
          transaction,
          slot,
          written.id(),
          act.isReferral(),
          act.step() == AppointmentStep.OFFER,
          at)) {
        throw new Refusal(Refusal.Kind.CONFLICT, "appointment.slot-full");
      }
    }
  }

  /** Whether the resident may, counted while nobody else books for the same person. */
  private void judge(
      Connection transaction,
      Followed written,
      Act.Step act,
      BookingLimits.Booking asked,
      List<PoolSlot> slots,
      Instant at)
      throws SQLException {
    List<Member> members = person(transaction, act.patient(), written.home());
    PoolTables.hold(transaction, members, at);
    var all = new ArrayList<PoolTables.Counted>();
    PoolTables.counted(transaction, members, since(at)).values().forEach(all::addAll);
    all.removeIf(one -> one.appointment().equals(written.id()));
    judge(act, all, asked, slots, at);
  }

  private Instant since(Instant at) {
    return at.minus(limits.noShowsWithin()).minus(Duration.ofDays(1));
  }

  /**
   * @param all what the person has booked
   */
  private void judge(
      Act.Step act,
      List<PoolTables.Counted> all,
      BookingLimits.Booking asked,
      List<PoolSlot> slots,
      Instant at) {
    List<String> wanted = slots.stream().map(PoolSlot::id).toList();
    Act.Waiting waiting = act.waiting();
    for (PoolTables.Counted one : all) {
      if (!one.state().isOpen()) {
        continue;
      }
      if (act.step() == AppointmentStep.JOIN
          && waiting != null
          && one.schedule().equals(waiting.schedule())
          && one.booking().day().equals(waiting.day())) {
        if (one.state() == AppointmentState.WAITLIST) {
          throw new AlreadyBooked(one.appointment());
        }
        throw new Refusal(Refusal.Kind.CONFLICT, "appointment.slot-yours");
      }
      if (one.state().hasPlaces() && one.slots().stream().anyMatch(wanted::contains)) {
        if (act.step() == AppointmentStep.HOLD && one.slots().equals(wanted)) {
          throw new AlreadyBooked(one.appointment());
        }
        throw new Refusal(Refusal.Kind.CONFLICT, "appointment.slot-yours");
      }
    }
    if (act.isLimited()) {
      Verdict verdict =
          limits.judge(all.stream().map(PoolTables.Counted::booking).toList(), asked, at);
      if (verdict instanceof Verdict.Refuse refuse) {
        throw new Refusal(
            Refusal.Kind.BUSINESS_RULE, refuse.messageKey(), refuse.arguments().toArray());
      }
    }
  }

  /** Of several resources, the one that the resident comes to: the earliest, a doctor first. */
  static PoolSlot leading(List<PoolSlot> slots) {
    return slots.stream()
        .min(
            java.util.Comparator.comparing((PoolSlot one) -> one.practitioner().isEmpty())
                .thenComparing(PoolSlot::start)
                .thenComparing(PoolSlot.ORDER))
        .orElseThrow();
  }

  /** A Patient: home, and digest of its reference. */
  record Member(int home, long patient) {
    /** In which all lock them. */
    static final Comparator<Member> ORDER =
        Comparator.comparingInt(Member::home).thenComparingLong(Member::patient);
  }

  /** The Patients that are this person, in one order for all who lock them. */
  private List<Member> person(Connection transaction, String patient, int home)
      throws SQLException {
    return person(transaction, patient, home, linked(transaction, List.of(patient)));
  }

  private Map<String, List<String>> linked(Connection transaction, List<String> patients)
      throws SQLException {
    return Objects.requireNonNull(store, "bound when the store is open")
        .persons()
        .of(transaction, patients);
  }

  private List<Member> person(
      Connection transaction, String patient, int home, Map<String, List<String>> linked)
      throws SQLException {
    RecordStore known = Objects.requireNonNull(store, "bound when the store is open");
    var members = new ArrayList<Member>();
    for (String one : linked.getOrDefault(patient, List.of(patient))) {
      Integer its =
          one.equals(patient)
              ? Integer.valueOf(home)
              : known.rows().home(transaction, "Patient", one);
      if (its != null) {
        members.add(new Member(its, key.digests().reference("Patient", one)));
      }
    }
    members.sort(Member.ORDER);
    return members;
  }

  // ------------------------------------------------------------------ several at once

  /** One of several new bookings that share a transaction. */
  private record Asked(
      int number, Followed written, Act.Step act, List<PoolSlot> slots, List<Member> members) {}

  /** Doctor and institution. */
  private record Place(String practitioner, String institution) {}

  /**
   * New bookings of several residents at once, as {@link #step} does each: the same locks in the
   * same order, the same questions, a statement for all of them instead of one for each.
   */
  @Override
  public List<@Nullable RuntimeException> admit(
      Connection transaction, List<Written> shares, Instant at) throws SQLException {
    var refused =
        new ArrayList<@Nullable RuntimeException>(Collections.nCopies(shares.size(), null));
    List<Asked> asked = asked(transaction, shares, refused);
    List<Member> members =
        asked.stream().flatMap(one -> one.members.stream()).sorted(Member.ORDER).toList();
    PoolTables.hold(transaction, members, at);
    Map<Member, List<PoolTables.Counted>> counted =
        PoolTables.counted(transaction, members, since(at));
    Map<Place, RuntimeException> unlicensed = unlicensed(transaction, asked, at);
    var wanted = new ArrayList<PoolTables.Wanted>();
    var takers = new ArrayList<Asked>();
    for (Asked one : asked) {
      try {
        var all = new ArrayList<PoolTables.Counted>();
        one.members.forEach(member -> all.addAll(counted.getOrDefault(member, List.of())));
        judge(one.act, all, wanted(leading(one.slots), at), one.slots, at);
        for (PoolSlot slot : one.slots) {
          RuntimeException why = unlicensed.get(new Place(slot.practitioner(), slot.institution()));
          if (why != null) {
            throw why;
          }
        }
      } catch (Refusal | AlreadyBooked why) {
        refused.set(one.number, why);
        continue;
      }
      for (PoolSlot slot : one.slots) {
        wanted.add(new PoolTables.Wanted(slot, one.written.id(), one.act.isReferral()));
        takers.add(one);
      }
    }
    boolean[] isTaken = PoolTables.take(transaction, wanted, at);
    for (int i = 0; i < isTaken.length; i++) {
      if (!isTaken[i]) {
        refused.set(
            takers.get(i).number, new Refusal(Refusal.Kind.CONFLICT, "appointment.slot-full"));
      }
    }
    for (int i = 0; i < isTaken.length; i++) {
      if (isTaken[i] && refused.get(takers.get(i).number) != null) {
        PoolSlot slot = wanted.get(i).slot();
        PoolTables.give(transaction, slot.home(), slot.id(), wanted.get(i).appointment());
      }
    }
    return refused;
  }

  /** The new bookings among the shares, one of each person. */
  private List<Asked> asked(
      Connection transaction, List<Written> shares, List<@Nullable RuntimeException> refused)
      throws SQLException {
    var patients = new ArrayList<String>();
    for (Written share : shares) {
      if (share.act() instanceof Act.Step step) {
        patients.add(step.patient());
      }
    }
    Map<String, List<String>> linked = linked(transaction, patients);
    var asked = new ArrayList<Asked>();
    var locked = new HashSet<Member>();
    for (int i = 0; i < shares.size(); i++) {
      Written share = shares.get(i);
      if (!(share.act() instanceof Act.Step act)
          || act.slots() == null
          || share.written().size() != 1
          || share.written().getFirst().before() != null) {
        throw new IllegalStateException("only new bookings share a transaction");
      }
      Followed written = share.written().getFirst();
      List<Member> members = person(transaction, act.patient(), written.home(), linked);
      if (members.stream().anyMatch(locked::contains)) {
        // What one person has booked is counted from rows: the second waits for the first.
        refused.set(i, new GoAlone());
        continue;
      }
      locked.addAll(members);
      asked.add(new Asked(i, written, act, act.slots(), members));
    }
    return asked;
  }

  private Map<Place, RuntimeException> unlicensed(
      Connection transaction, List<Asked> asked, Instant at) throws SQLException {
    var places = new LinkedHashSet<Place>();
    for (Asked one : asked) {
      for (PoolSlot slot : one.slots) {
        if (!slot.practitioner().isEmpty()) {
          places.add(new Place(slot.practitioner(), slot.institution()));
        }
      }
    }
    var unlicensed = new HashMap<Place, RuntimeException>();
    for (Place place : places) {
      try {
        licences.check(transaction, "Practitioner/" + place.practitioner, place.institution, at);
      } catch (Refusal why) {
        unlicensed.put(place, why);
      }
    }
    return unlicensed;
  }

  @Override
  public void followTogether(Connection transaction, List<Written> shares, Instant at)
      throws SQLException {
    try (var statement = transaction.prepareStatement(INSERT)) {
      for (Written share : shares) {
        Act.Step act = (Act.Step) Objects.requireNonNull(share.act());
        Followed written = share.written().getFirst();
        List<PoolSlot> slots = Objects.requireNonNull(act.slots());
        PoolSlot first = leading(slots);
        AppointmentState state =
            AppointmentState.of(
                Objects.requireNonNull(written.after()).path("status").asString(""));
        Sql.bind(
            statement,
            written.home(),
            key.digests().reference("Patient", act.patient()),
            first.day(),
            start(slots),
            end(slots),
            act.now(),
            act.heldUntil(),
            written.id(),
            state.code(),
            act.step().word(),
            first.schedule(),
            first.practitioner(),
            first.institution(),
            slots.stream().map(PoolSlot::id).toList());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private void insert(
      Connection transaction,
      Followed written,
      Act.Step act,
      List<PoolSlot> slots,
      AppointmentState state,
      Instant at)
      throws SQLException {
    PoolSlot first = leading(slots);
    insert(
        transaction,
        written,
        act,
        state,
        at,
        first.day(),
        start(slots),
        end(slots),
        first.schedule(),
        first.practitioner(),
        first.institution(),
        slots.stream().map(PoolSlot::id).toList());
  }

  /** Who waits has no times yet; it is over when the day is. */
  private void insert(
      Connection transaction,
      Followed written,
      Act.Step act,
      Act.Waiting waiting,
      AppointmentState state,
      Instant at)
      throws SQLException {
    insert(
        transaction,
        written,
        act,
        state,
        at,
        waiting.day(),
        waiting.over(),
        waiting.over(),
        waiting.schedule(),
        waiting.practitioner(),
        waiting.institution(),
        List.of());
  }

  private void insert(
      Connection transaction,
      Followed written,
      Act.Step act,
      AppointmentState state,
      Instant at,
      LocalDate day,
      Instant starts,
      Instant ends,
      String schedule,
      String practitioner,
      String institution,
      List<String> slots)
      throws SQLException {
    Sql.update(
        transaction,
        INSERT,
        written.home(),
        key.digests().reference("Patient", act.patient()),
        day,
        starts,
        ends,
        at,
        act.heldUntil(),
        written.id(),
        state.code(),
        act.step().word(),
        schedule,
        practitioner,
        institution,
        slots);
  }

  private static void update(
      Connection transaction,
      Followed written,
      Act.Step act,
      @Nullable List<PoolSlot> slots,
      PoolTables.Row row,
      AppointmentState state,
      Instant at)
      throws SQLException {
    boolean isUnconfirmed =
        state == AppointmentState.CANCELLED && row.state().equals(AppointmentState.PENDING.code());
    Sql.update(
        transaction,
        """
        update booking set state = ?, cause = ?, held_until = ?::timestamptz, ended = ?::timestamptz
        where home = ? and appointment = ?""",
        state.code(),
        isUnconfirmed ? UNCONFIRMED : act.step().word(),
        act.heldUntil(),
        state.isOpen() ? null : at,
        written.home(),
        written.id());
    if (slots != null) {
      PoolSlot first = leading(slots);
      Sql.update(
          transaction,
          """
          update booking set day = ?, starts = ?, ends = ?, schedule = ?, practitioner = ?, institution = ?,
            slots = ?::text[]
          where home = ? and appointment = ?""",
          first.day(),
          start(slots),
          end(slots),
          first.schedule(),
          first.practitioner(),
          first.institution(),
          slots.stream().map(PoolSlot::id).toList(),
          written.home(),
          written.id());
    }
  }

  /** When the first of several resources is needed. */
  public static Instant start(List<PoolSlot> slots) {
    return slots.stream().map(PoolSlot::start).min(Instant::compareTo).orElseThrow();
  }

  /** Until the last of them is. */
  public static Instant end(List<PoolSlot> slots) {
    return slots.stream().map(PoolSlot::end).max(Instant::compareTo).orElseThrow();
  }
}
