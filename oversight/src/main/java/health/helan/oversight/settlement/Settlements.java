package health.helan.oversight.settlement;

import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.credit.Credits;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.settlement.Reckoner.Bill;
import health.helan.oversight.settlement.Settlement.MoneyState;
import health.helan.oversight.settlement.Settlement.Part;
import health.helan.oversight.settlement.Settlement.PartState;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.rules.Share;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Bills, from the first reckoning to the last fen. Each step is one transaction: Claim,
 * explanation, charges, Provenance, rows and ledger are there together or not at all, and only over
 * what was read. A payer is asked between two such transactions and never inside one; what it is
 * asked is written before. Thread-safe; one per application instance.
 */
public final class Settlements {
  private static final Logger LOG = LoggerFactory.getLogger(Settlements.class);

  /** Settlement itself, when nobody asks: what it writes follows from its own steps. */
  static final Caller PLATFORM = Caller.platform("settlement");

  private static final int RACES = 6;
  static final int MOST_LISTED = 200;
  private static final Set<String> NOTHING =
      Set.of("settlement.nothing-open", "settlement.charge-not-open");

  /** They exclude one another. */
  private static final Set<String> OTHER_CITY = Set.of("other-city-registered", "other-city");

  private static final Set<String> MARKS =
      Set.of("referred", "other-city-registered", "other-city");

  /**
   * What settlement stands on.
   *
   * @param payers that can be asked; of two that serve, the first
   * @param staff who of an institution deals with bills
   * @param counters who works in a pharmacy, and settles what was dispensed there
   * @param payments asked only when something is to be done: payment knows settlement as something
   *     to pay for
   */
  public record Parts(
      RecordStore store,
      DataSource database,
      Ledger ledger,
      IndexKey key,
      PriceBook prices,
      RuleBook rules,
      Credits credits,
      List<Payer> payers,
      FinanceStaff staff,
      Predicate<Caller> counters,
      Supplier<Payments> payments,
      Clock clock) {}

  /** Who may settle. */
  final FinanceStaff staff;

  private final RecordStore store;
  private final SettlementTable table;
  private final Reckoner reckoner;
  private final OwnMoney own;
  private final Tending tending;
  private final Ledger ledger;
  private final IndexKey key;
  private final Credits credits;
  private final List<Payer> payers;
  private final Predicate<Caller> counters;
  private final Clock clock;

  /** Whose Coverages and ChargeItems count. */
  final Writers writers;

  public Settlements(Parts parts) {
    staff = parts.staff();
    store = parts.store();
    Sql sql = new Sql(parts.database());
    table = new SettlementTable(sql);
    writers = new Writers(store, sql);
    reckoner = new Reckoner(store, parts.prices(), parts.rules(), table, writers, parts.clock());
    ledger = parts.ledger();
    key = parts.key();
    credits = parts.credits();
    payers = parts.payers();
    counters = parts.counters();
    clock = parts.clock();
    own = new OwnMoney(this, store, table, credits, parts.payments());
    tending = new Tending(this, store, table, reckoner);
  }

  /** Another was first: what was read is old. The transaction is rolled back. */
  static final class Raced extends Refusal {
    private static final long serialVersionUID = 1L;

    Raced() {
      super(Kind.TRANSIENT, "settlement.busy");
    }
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  long digest(String patient) {
    return key.digests().of("pay:Patient/" + patient);
  }

  /** Own money: collected, paid, given back. */
  public OwnMoney own() {
    return own;
  }

  // ------------------------------------------------------------------ accounts

  static Account payer(Part part) {
    return Account.of(AccountKind.PAYER, part.payor() + "." + part.kind().code());
  }

  static Account institution(Settlement one) {
    return Account.of(AccountKind.INSTITUTION, one.institution());
  }

  private static Account resident(Settlement one) {
    return Account.of(AccountKind.RESIDENT, "%016x".formatted(one.patient()));
  }

  /** What the split reserves: each share, and own money that is not there yet as the last line. */
  private static Posting split(Settlement one) {
    List<Line> lines = new ArrayList<>();
    for (Part part : one.parts()) {
      lines.add(new Line.Reserve(payer(part), institution(one), part.fen()));
    }
    long open = one.own() - one.held();
    if (open > 0) {
      lines.add(new Line.Reserve(resident(one), institution(one), open));
    }
    // A bill that carried money pays whole has nothing to set aside.
    return new Posting(one.id(), "split", lines);
  }

  /** Ends the reservation of own money; null where there is none. */
  @Nullable Posting released(Settlement one, String step) {
    int line = one.parts().size() + 1;
    boolean isOpen =
        ledger.open(one.id()).stream()
            .anyMatch(move -> move.step().equals("split") && move.line() == line);
    return isOpen ? new Posting(one.id(), step, new Line.Release("split", line)) : null;
  }

  // ------------------------------------------------------------------ reckoning

  /**
   * Reckons open charges of a resident at the caller's institution. Nobody is asked for anything.
   *
   * @param encounter whose charges; null for all
   * @param charges ids of ChargeItems; empty for all
   * @param marks {@code referred}, {@code other-city-registered}, {@code other-city}
   * @throws Refusal as reading the Patient, where the institution has nothing open of it;
   *     BUSINESS_RULE as {@link Reckoner#bill}
   */
  public Settlement presettle(
      Caller caller,
      String patient,
      @Nullable String encounter,
      List<String> charges,
      List<String> marks) {
    SettlementState state = SettlementStep.PRESETTLE.take(caller, SettlementState.NONE);
    boolean isCashier = staff.isCashier(caller);
    if (!isCashier && !counters.test(caller)) {
      throw cashiersOnly();
    }
    Refusal closed = closed(caller, patient);
    if (caller.institution().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "settlement.other-institution");
    }
    if (!MARKS.containsAll(marks)) {
      throw new Refusal(Refusal.Kind.VALUE, "settlement.mark-unknown");
    }
    if (marks.containsAll(OTHER_CITY)) {
      throw new Refusal(Refusal.Kind.VALUE, "settlement.marks-exclude");
    }
    Bill bill = reckoned(caller, patient, encounter, charges, marks, closed);
    if (!isCashier && !bill.isDispensed()) {
      throw cashiersOnly();
    }
    return create(caller, bill, state, null);
  }

  private Bill reckoned(
      Caller caller,
      String patient,
      @Nullable String encounter,
      List<String> charges,
      List<String> marks,
      @Nullable Refusal closed) {
    try {
      return reckoner.bill(
          PLATFORM,
          patient,
          digest(patient),
          caller.institution(),
          encounter,
          charges,
          Set.copyOf(marks));
    } catch (Refusal refused) {
      // What has nothing open here is no patient of this counter, as far as it is told.
      // Of charges that were named it is said that they are not open, which tells nothing of a
      // person.
      throw closed != null && charges.isEmpty() && NOTHING.contains(refused.messageKey())
          ? closed
          : refused;
    }
  }

  /**
   * Cashiers settle what is their institution's, who works in a pharmacy what was dispensed there.
   *
   * @throws Refusal FORBIDDEN for others of the staff
   */
  void checkTill(Caller caller, List<Settlement> bills) {
    boolean isDispensed = bills.stream().allMatch(Settlement::dispensed);
    if (!staff.isCashier(caller) && !(isDispensed && counters.test(caller))) {
      throw cashiersOnly();
    }
  }

  private static Refusal cashiersOnly() {
    return new Refusal(Refusal.Kind.FORBIDDEN, "settlement.cashiers-only");
  }

  /**
   * Writes a new settlement: reckoned only, or at once asked for, in the place of another.
   *
   * @param before the reversed settlement that it follows; null for none
   */
  Settlement create(Caller caller, Bill bill, SettlementState state, @Nullable Settlement before) {
    Instant now = now();
    boolean isSettled = before != null;
    List<Part> parts = new ArrayList<>();
    for (Share share : bill.split().shares()) {
      String payor = bill.payor(share);
      var unused = payer(share.kind(), payor);
      parts.add(
          new Part(
              parts.size() + 1,
              share.kind(),
              payor,
              share.rule(),
              isSettled ? PartState.ASKED : PartState.OPEN,
              share.fen(),
              null,
              null,
              null,
              now));
    }
    String claimUrl = "urn:uuid:" + UUID.randomUUID();
    String hint = "Patient/" + bill.patient();
    List<Interaction> writes = new ArrayList<>();
    writes.add(
        new Interaction.Create(
            "Claim",
            Interaction.Body.of(SettlementPapers.claim(bill, isSettled, now)),
            null,
            claimUrl,
            hint));
    writes.add(
        new Interaction.Create(
            "ExplanationOfBenefit",
            Interaction.Body.of(SettlementPapers.explanation(bill, claimUrl, isSettled, now)),
            null,
            null,
            hint));
    writes.add(
        SettlementPapers.provenance(
            caller,
            claimUrl,
            hint,
            isSettled ? SettlementStep.SETTLE : SettlementStep.PRESETTLE,
            null,
            now));
    if (isSettled) {
      writes.addAll(billed(bill));
    }
    List<String> made = new ArrayList<>();
    var unused =
        store.transact(
            caller.asPlatformOf(bill.institution()),
            writes,
            (transaction, ids, at) -> {
              made.clear();
              Settlement bare = settlement(ids.get(0), ids.get(1), bill, state, parts, before, now);
              Change change = new Change(bare);
              Change old = before == null ? null : carry(before, bare, change, now);
              Settlement one = change.settlement(now);
              // The one before first: of two who follow it at once, the second finds it changed.
              if (before != null
                  && old != null
                  && !SettlementTable.update(transaction, before, old.settlement(now), now)) {
                throw new Raced();
              }
              SettlementTable.insert(transaction, one, now);
              if (before != null) {
                if (!SettlementTable.add(transaction, one, bill.year())) {
                  throw new Raced();
                }
                if (!SettlementTable.take(transaction, one)) {
                  throw new Refusal(Refusal.Kind.CONFLICT, "settlement.charge-taken");
                }
                post(transaction, one);
              }
              made.add(one.id());
            });
    return Objects.requireNonNull(table.find(made.getFirst()));
  }

  private void post(Connection transaction, Settlement one) throws SQLException {
    if (!one.parts().isEmpty() || one.own() > one.held()) {
      var booked = ledger.post(transaction, split(one));
    }
  }

  /** Money that the reversed settlement holds pays the new one; what is too much goes back. */
  private static Change carry(Settlement before, Settlement after, Change to, Instant now) {
    Change old = new Change(before).keeps(null);
    long needed = after.own();
    for (Settlement.Money money : before.money()) {
      if (money.state() != MoneyState.HELD) {
        continue;
      }
      long carried = Math.min(needed, money.fen());
      needed -= carried;
      if (carried == 0) {
        old.money(one -> one == money ? one.with(MoneyState.GOING_BACK, 0) : one);
        continue;
      }
      old.money(one -> one == money ? one.with(MoneyState.CARRIED, 0) : one);
      to.add(MoneyState.HELD, carried, money.order(), now);
      if (carried < money.fen()) {
        // The row that stays says what came; the rest of it is a row of the new one, on its way.
        to.add(MoneyState.GOING_BACK, money.fen() - carried, money.order(), now);
      }
    }
    return old;
  }

  private static Settlement settlement(
      String claim,
      String explanation,
      Bill bill,
      SettlementState state,
      List<Part> parts,
      @Nullable Settlement before,
      Instant now) {
    return new Settlement(
        claim,
        explanation,
        state,
        bill.institution(),
        bill.digest(),
        bill.setting(),
        bill.level(),
        bill.rules().name(),
        bill.day().getYear(),
        bill.split().bill(),
        bill.split().own(),
        bill.split().added(),
        1,
        0,
        now,
        now,
        null,
        null,
        null,
        before == null ? null : before.id(),
        bill.lines().stream().map(Bill.Line::charge).toList(),
        List.copyOf(new TreeSet<>(bill.marks())),
        bill.isDispensed(),
        null,
        List.copyOf(parts),
        List.of());
  }

  /** Charges that become part of a settlement; only as they were read. */
  private static List<Interaction> billed(Bill bill) {
    List<Interaction> writes = new ArrayList<>();
    for (Bill.Line line : bill.lines()) {
      writes.add(
          new Interaction.Patch(
              "ChargeItem",
              line.charge(),
              null,
              charge -> charge.put("status", "billed"),
              line.version()));
    }
    return writes;
  }

  Payer payer(PayerKind kind, String payor) {
    return payers.stream()
        .filter(one -> one.serves(kind, payor))
        .findFirst()
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.no-payer", kind.code()));
  }

  // ------------------------------------------------------------------ settling

  /**
   * Asks the payers for what was reckoned. The same again answers where it stands.
   *
   * @throws Refusal BUSINESS_RULE when charges, prices, insurance or the year are not what they
   *     were when it was reckoned; CONFLICT when a charge is in another settlement
   */
  public Settlement settle(Caller caller, String id) {
    for (int race = 0; race < RACES; race++) {
      Settlement one = mine(caller, id);
      if (one.state() != SettlementState.PRESETTLED && one.state() != SettlementState.LAPSED) {
        var unused = SettlementStep.SETTLE.take(caller, SettlementState.PRESETTLED);
        return one; // Asked twice: settled once.
      }
      SettlementState state = SettlementStep.SETTLE.take(caller, one.state());
      Bill bill;
      try {
        bill = reckonedAnew(one);
      } catch (Refusal refused) {
        if (isSteppedOn(one)) {
          continue;
        }
        throw refused;
      }
      List<Interaction> writes = new ArrayList<>();
      writes.add(SettlementPapers.patch("Claim", one.id(), claim -> claim.put("use", "claim")));
      writes.add(
          SettlementPapers.patch(
              "ExplanationOfBenefit",
              one.explanation(),
              explanation -> explanation.put("use", "claim").put("status", "active")));
      writes.addAll(billed(bill));
      Change change =
          new Change(one).state(state).parts(part -> part.with(PartState.ASKED, null, null, null));
      try {
        if (write(
                caller,
                SettlementStep.SETTLE,
                one,
                change,
                writes,
                (transaction, _, _) -> {
                  if (!SettlementTable.take(transaction, one)) {
                    throw new Refusal(Refusal.Kind.CONFLICT, "settlement.charge-taken");
                  }
                  if (!SettlementTable.add(transaction, one, bill.year())) {
                    throw new Raced();
                  }
                },
                split(one),
                null)
            == null) {
          continue;
        }
      } catch (Refusal refused) {
        if (refused.kind() == Refusal.Kind.PRECONDITION || isSteppedOn(one)) {
          continue; // A charge was written meanwhile: reckon anew.
        }
        throw refused;
      }
      tend(id);
      return find(id);
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "settlement.busy");
  }

  /** What another cashier has settled at this moment looks like charges that have changed. */
  private boolean isSteppedOn(Settlement one) {
    return find(one.id()).state() != one.state();
  }

  private Bill reckonedAnew(Settlement one) {
    Bill bill =
        reckoner.bill(
            PLATFORM,
            patient(one),
            one.patient(),
            one.institution(),
            null,
            one.charges(),
            Set.copyOf(one.marks()));
    if (!isSame(one, bill)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.changed");
    }
    return bill;
  }

  private static boolean isSame(Settlement one, Bill bill) {
    if (one.fen() != bill.split().bill()
        || one.own() != bill.split().own()
        || !one.rules().equals(bill.rules().name())
        || !one.added().equals(bill.split().added())
        || one.parts().size() != bill.split().shares().size()) {
      return false;
    }
    for (int i = 0; i < one.parts().size(); i++) {
      Part part = one.parts().get(i);
      Share share = bill.split().shares().get(i);
      if (part.kind() != share.kind()
          || part.fen() != share.fen()
          || !part.payor().equals(bill.payor(share))) {
        return false;
      }
    }
    return true;
  }

  // ------------------------------------------------------------------ taking back

  /**
   * Takes a settlement back: payers', own money, charges open again. The same again answers where
   * it stands.
   *
   * @param reason told in the Provenance, at most 100 characters
   * @throws Refusal BUSINESS_RULE while only a part of it is being given back
   */
  public Settlement reverse(Caller caller, String id, String reason) {
    return reverse(caller, id, reason, null);
  }

  /**
   * Gives charges back: the settlement is reversed and what stays is settled anew; own money that
   * is there pays the new one, and the rest returns by the way it came.
   *
   * @param charges ids of the ChargeItems that go; they are marked as not charged
   * @throws Refusal BUSINESS_RULE while others of it, or all of it, are being given back
   */
  public Settlement refund(Caller caller, String id, List<String> charges, String reason) {
    Settlement one = mine(caller, id);
    List<String> keeps = new ArrayList<>(one.charges());
    keeps.removeAll(new HashSet<>(charges));
    if (charges.isEmpty() || keeps.size() != one.charges().size() - Set.copyOf(charges).size()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.charge-not-here");
    }
    return reverse(caller, id, reason, keeps);
  }

  private Settlement reverse(
      Caller caller, String id, String reason, @Nullable List<String> keeps) {
    for (int race = 0; race < RACES; race++) {
      Settlement one = mine(caller, id);
      boolean isReversing = one.state() == SettlementState.REVERSING;
      if (isReversing || one.state() == SettlementState.REVERSED && keeps == null) {
        var unused = SettlementStep.REVERSE.take(caller, SettlementState.SETTLED);
        if (isReversing && !Objects.equals(one.keeps(), keeps)) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.going-back");
        }
        return one;
      }
      SettlementState state = SettlementStep.REVERSE.take(caller, one.state());
      if (back(caller, SettlementStep.REVERSE, one, state, reason, keeps) != null) {
        tend(id);
        return find(id);
      }
    }
    throw new Refusal(Refusal.Kind.TRANSIENT, "settlement.busy");
  }

  /** The step into REVERSING, whoever takes it. */
  @Nullable Settlement back(
      Caller caller,
      SettlementStep step,
      Settlement one,
      SettlementState state,
      String reason,
      @Nullable List<String> keeps) {
    Change change = new Change(one).state(state).reason(reason).account(null).keeps(keeps);
    if (keeps == null || keeps.isEmpty()) {
      change.money(
          money ->
              money.state() == MoneyState.HELD
                  ? money.with(MoneyState.GOING_BACK, money.tries())
                  : money);
    }
    return write(
        caller,
        step,
        one,
        change,
        List.of(),
        (transaction, _, _) -> credits.withdraw(transaction, one.home(), one.id()),
        released(one, "own-back"),
        reason);
  }

  // ------------------------------------------------------------------ by the clock

  /**
   * Brings on what is due: asks payers for what is in doubt, takes back, gives back, lets lapse.
   * Several instances may do so at once.
   *
   * @return how many settlements were looked at
   */
  public int tendDue() {
    return tending.due();
  }

  /** Takes the steps of a settlement that can be taken now. */
  void tend(String id) {
    tending.tend(id);
  }

  // ------------------------------------------------------------------ reading

  JsonNode tree(String type, String id) {
    return Json.MAPPER.readTree(Objects.requireNonNull(store.read(PLATFORM, type, id).content()));
  }

  String patient(Settlement one) {
    return tree("Claim", one.id())
        .path("patient")
        .path("reference")
        .asString("")
        .replaceFirst("^Patient/", "");
  }

  Settlement find(String id) {
    Settlement one = table.find(id);
    if (one == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "settlement.unknown");
    }
    return one;
  }

  /** One of the caller's institution. */
  private Settlement mine(Caller caller, String id) {
    var unused = store.read(caller, "Claim", id);
    Settlement one = find(id);
    if (!caller.isRoot() && !caller.institution().equals(one.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "settlement.other-institution");
    }
    checkTill(caller, List.of(one));
    return one;
  }

  /**
   * @throws Refusal NOT_FOUND for a Claim that is no settlement, or one that the caller may not see
   */
  public Settlement status(Caller caller, String id) {
    var unused = store.read(caller, "Claim", id);
    return find(id);
  }

  /** Where charges of one resident stand; those in no settlement that counts are left out. */
  public Map<String, Standing> standings(List<String> charges) {
    return table.standings(charges);
  }

  /**
   * A charge in a settlement that counts.
   *
   * @param claim id
   */
  public record Standing(String claim, SettlementState state) {
    /** Whether nothing of it is to be paid any more before what it is for is handed over. */
    public boolean isThrough() {
      return state == SettlementState.SETTLED || state == SettlementState.DEFERRED;
    }
  }

  /** Its ExplanationOfBenefit. */
  public JsonNode explanation(Settlement one) {
    return tree("ExplanationOfBenefit", one.explanation());
  }

  /**
   * Settlements of a resident, the latest first; only those that the caller may see.
   *
   * @throws Refusal as reading the Patient, where there is none of them
   */
  public List<Settlement> ofPatient(Caller caller, String patient) {
    Refusal closed = closed(caller, patient);
    List<Settlement> seen =
        table.ofPatient(digest(patient), MOST_LISTED).stream()
            .filter(one -> isSeen(caller, one.id()))
            .toList();
    if (seen.isEmpty() && closed != null) {
      throw closed;
    }
    return seen;
  }

  boolean isSeen(Caller caller, String claim) {
    try {
      var unused = store.read(caller, "Claim", claim);
      return true;
    } catch (Refusal refused) {
      LOG.debug("A settlement is not the caller's to see: {}", refused.messageKey());
      return false;
    }
  }

  /**
   * Why the caller may not see a Patient; null where it may. At the counter of an institution
   * people stand whose records nobody opened to it: it bills them all the same.
   */
  private @Nullable Refusal closed(Caller caller, String patient) {
    try {
      var unused = store.read(caller, "Patient", patient);
      return null;
    } catch (Refusal refused) {
      return refused;
    }
  }

  /** Shares of a payer, the latest change first. */
  List<SettlementTable.PayorPart> ofPayor(
      String payor, @Nullable PartState state, PageEnd after, int most) {
    return table.ofPayor(payor, state, after, most);
  }

  /**
   * A bill of which a payer was asked for a share.
   *
   * @throws Refusal NOT_FOUND for any other
   */
  Settlement ofPayor(String payor, String claim) {
    Settlement one = find(claim);
    if (one.parts().stream().noneMatch(part -> part.payor().equals(payor) && isAsked(part))) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "settlement.unknown");
    }
    return one;
  }

  private static boolean isAsked(Part part) {
    return part.state() != PartState.OPEN;
  }

  // ------------------------------------------------------------------ writing

  /** What concerns rows only. */
  @Nullable Settlement rows(Settlement read, Change change, @Nullable Beside more) {
    return write(PLATFORM, null, read, change, List.of(), more, null, null);
  }

  /**
   * A step, or a part of one.
   *
   * @param step told in a Provenance; null for none
   * @param more rows beside the settlement's own
   * @return null when another was first
   */
  @Nullable Settlement write(
      Caller caller,
      @Nullable SettlementStep step,
      Settlement read,
      Change change,
      List<Interaction> resources,
      @Nullable Beside more,
      @Nullable Posting posting,
      @Nullable String reason) {
    Instant now = now();
    Settlement next = change.settlement(now);
    List<Interaction> writes = new ArrayList<>(resources);
    String face = "Claim/" + read.id();
    if (step != null) {
      writes.add(SettlementPapers.provenance(caller, face, face, step, reason, now));
    }
    Beside beside =
        (transaction, ids, at) -> {
          if (!SettlementTable.update(transaction, read, next, now)) {
            throw new Raced();
          }
          if (more != null) {
            more.write(transaction, ids, at);
          }
          if (posting != null) {
            var booked = ledger.post(transaction, posting);
          }
        };
    try {
      if (writes.isEmpty()) {
        table.together(beside, now);
      } else {
        var unused = store.transact(caller.asPlatformOf(read.institution()), writes, beside);
      }
    } catch (Raced e) {
      return null;
    }
    return table.find(read.id());
  }
}
