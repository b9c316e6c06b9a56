package health.helan.pharmacy.circulation;

import health.helan.foundation.registry.LicenceKind;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Posts;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.pharmacy.circulation.Circulation.Attempt;
import health.helan.pharmacy.circulation.Circulation.Counted;
import health.helan.pharmacy.circulation.Circulation.Drug;
import health.helan.pharmacy.circulation.Circulation.Way;
import health.helan.pharmacy.circulation.Circulation.Wish;
import health.helan.pharmacy.circulation.CirculationStep.Party;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.KnowledgeBook;
import health.helan.pharmacy.knowledge.Known;
import health.helan.pharmacy.review.Effective;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Prescriptions on their way to who takes them. Each step changes the one row of the prescription,
 * if nobody has changed it since it was read, and writes the resources with it in one transaction:
 * of fifty pharmacies that come with one code, one holds the prescription. Thread-safe; any number
 * of instances on one database.
 */
public final class Circulations implements Erasable {
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /** A shop that has not dispensed after so long lets go. */
  static final Duration HELD_AT_THE_COUNTER = Duration.ofHours(2);

  /** The same where something has to be packed. */
  static final Duration HELD_FOR_A_PARCEL = Duration.ofHours(24);

  private static final Duration LISTED = Duration.ofDays(92);
  private static final int MOST_LISTED = 200;

  /** What waits for somebody is listed before what is done, and more of it. */
  private static final int MOST_HELD = 1_000;

  private static final int MOST_TENDED = 200;
  private static final Logger LOG = LoggerFactory.getLogger(Circulations.class);

  /** What circulation stands on. */
  public record Parts(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      Registry registry,
      KnowledgeBook knowledge,
      KeyVault vault,
      CertificateAuthority authority,
      Tills tills,
      Clock clock) {}

  private final RecordStore store;
  private final Registry registry;
  private final KnowledgeBook knowledge;
  private final Clock clock;
  private final Sql sql;
  private final CirculationTable table;
  private final Token.Keys keys;
  private final Stock stock;
  private final Shops shops;
  private final Offers offers;
  private final Charging charging;
  private final CountingOut countingOut;
  private final Steps steps;
  private final HandingOver handingOver;
  private final Staff staff;
  private final Names names;
  private final Openings openings;

  public Circulations(Parts parts) {
    store = parts.store();
    registry = parts.registry();
    knowledge = parts.knowledge();
    clock = parts.clock();
    sql = new Sql(parts.database());
    table = new CirculationTable(sql, parts.codec());
    keys = new Token.Keys(parts.vault(), parts.authority());
    stock = new Stock(store, parts.database(), knowledge, clock);
    shops = new Shops(store);
    countingOut = new CountingOut(stock);
    steps = new Steps(store, table, clock);
    handingOver = new HandingOver(steps, table, stock);
    staff = new Staff(registry, shops, new Posts(store, parts.database(), clock), clock);
    names = new Names(store, shops, clock);
    openings = new Openings(store, shops, staff, clock);
    offers = new Offers(new OfferTable(parts.database()), shops);
    charging = new Charging(parts.tills());
  }

  public Stock stock() {
    return stock;
  }

  public Staff staff() {
    return staff;
  }

  public HandingOver handingOver() {
    return handingOver;
  }

  public Names names() {
    return names;
  }

  Openings openings() {
    return openings;
  }

  Instant now() {
    return steps.now();
  }

  // ------------------------------------------------------------------ who

  /** A prescription under way as one side sees it. */
  public record Seen(Circulation row, Effective prescription, Party party) {}

  /**
   * Which side the caller is. Nobody else is told that there is such a prescription, and the root
   * is no side: nobody stands in for a resident, a pharmacist or a doctor.
   *
   * @param id of the Task of the review
   * @throws Refusal NOT_FOUND
   */
  public Seen seen(Caller caller, String id) {
    Effective prescription;
    try {
      prescription = Effective.read(store, caller, id);
    } catch (Refusal e) {
      // One that does not count is nothing to circulate, and not to be told of to strangers.
      throw e.kind() == Refusal.Kind.BUSINESS_RULE ? missing(id) : e;
    }
    Circulation row = ensured(prescription);
    Party party = party(caller, row, prescription);
    if (party == null) {
      throw missing(id);
    }
    AccessTrail.noteAsked(row.patient());
    return new Seen(row, prescription, party);
  }

  private static Refusal missing(String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Task", id);
  }

  private @Nullable Party party(Caller caller, Circulation row, Effective prescription) {
    if (caller.isRoot()) {
      return null;
    }
    if (caller.role() == Role.RESIDENT) {
      return caller.binding().patients().contains(prescription.patient()) ? Party.RESIDENT : null;
    }
    if (caller.role() != Role.PRACTITIONER || caller.binding().practitioner().isEmpty()) {
      return null;
    }
    if (caller.binding().practitioner().equals(prescription.doctor())) {
      return Party.DOCTOR; // And never who dispenses the own prescription.
    }
    String institution = caller.institution();
    boolean isTheirs =
        !institution.isEmpty() && (institution.equals(row.shop()) || row.isSent(institution));
    return isTheirs && staff.isOfPharmacy(caller) ? Party.SHOP : null;
  }

  /** The row; made now for a prescription that came to count before there was circulation. */
  private Circulation ensured(Effective prescription) {
    Circulation row = table.row(prescription.id());
    if (row == null) {
      Instant now = now();
      var unused =
          sql.together(
              connection -> {
                table.insert(connection, prescription, digest(prescription), now);
                return true;
              });
      row = Objects.requireNonNull(table.row(prescription.id()));
    }
    return row;
  }

  private long digest(Effective prescription) {
    return store.parameters().digests().reference("Patient", prescription.patient());
  }

  // ------------------------------------------------------------------ the resident chooses

  /** Pharmacies that have what is left of it. */
  List<Offer> offers(Caller caller, String id, Offers.Asked asked) {
    Seen seen = seen(caller, id);
    return offers.of(seen.prescription, table.drugs(seen.row), knowledge.inForce(), asked, now());
  }

  /** What the resident wants. */
  record Choice(Way way, @Nullable String shop, Wish wish) {}

  /** A code, and until when it counts. */
  record Issued(String code, Instant until) {}

  /**
   * Makes the code that a shop locks with; the one before it counts no more.
   *
   * @throws Refusal BUSINESS_RULE for a prescription that is not active, over, or says no amount
   */
  Issued issue(Caller caller, String id, Choice choice) {
    Seen seen = seen(caller, id);
    Circulation row = seen.row;
    var unused = CirculationStep.ISSUE.take(seen.party, row.state());
    Instant now = now();
    checkGood(seen, now);
    List<Drug> drugs = table.drugs(row);
    if (drugs.stream().allMatch(one -> one.prescribed() == 0)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.no-amount");
    }
    String wanted = "";
    if (choice.shop != null) {
      Shop shop = shops.of(choice.shop);
      if (shop == null) {
        throw new Refusal(Refusal.Kind.VALUE, "circulation.no-such-shop");
      }
      if (!shop.ways().contains(choice.way)) {
        throw new Refusal(
            Refusal.Kind.BUSINESS_RULE, "circulation.not-that-way", choice.way.word());
      }
      wanted = choice.shop;
    }
    if (choice.way != Way.PICKUP && wanted.isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.which-shop");
    }
    if (choice.way == Way.DELIVERY
        && (choice.wish.address().isBlank() || choice.wish.telephone().isBlank())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.where-to");
    }
    Token token = keys.make(row.home(), row.until());
    String only = wanted;
    steps.run(
        caller,
        seen.prescription.institution(),
        steps.joint(
            caller,
            seen,
            CirculationStep.ISSUE,
            seen.party,
            next -> next.shown(token, only, choice.way, choice.wish),
            List.of(),
            (connection, ids, at) -> CirculationTable.insert(connection, row, token, at),
            null));
    return new Issued(token.text(), token.until());
  }

  private static void checkGood(Seen seen, Instant now) {
    if (!seen.prescription.isActive()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.not-effective");
    }
    if (!now.isBefore(seen.row.until())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.over");
    }
  }

  /**
   * Takes it out of the hands of a shop. What was counted out there and left lying past its time is
   * counted as never dispensed; it does not go on the shelf by itself.
   *
   * @throws Refusal BUSINESS_RULE while the shop has time for what it counted out, or a parcel is
   *     under way
   */
  Circulation recall(Caller caller, String id, String reason) {
    Seen seen = seen(caller, id);
    var unused = CirculationStep.RECALL.take(seen.party, seen.row.state());
    if (seen.row.state() == CirculationState.DISPENSED) {
      checkNoParcel(seen.row);
      if (!isLyingTooLong(seen.row)) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.counted-out");
      }
      steps.run(
          caller,
          seen.row.shop(),
          handingOver.undone(
              caller, seen, CirculationStep.RECALL, seen.party, Circulation::free, false, reason));
      return row(seen.row);
    }
    return plain(caller, seen, CirculationStep.RECALL, Circulation::free, reason);
  }

  private boolean isLyingTooLong(Circulation row) {
    return row.lockUntil() == null || !now().isBefore(row.lockUntil());
  }

  /** Whether the one who sees it may take a step now, as far as the row says. */
  boolean isOpen(Seen seen, CirculationStep step) {
    boolean mayRecall =
        seen.row.state() != CirculationState.DISPENSED
            || seen.row.parcel().isEmpty() && isLyingTooLong(seen.row);
    return step.isOpen(seen.party, seen.row.state())
        && (step != CirculationStep.RECALL || mayRecall);
  }

  /** The doctor takes the prescription back. */
  Circulation cancel(Caller caller, String id, String reason) {
    Seen seen = seen(caller, id);
    var unused = CirculationStep.CANCEL.take(seen.party, seen.row.state());
    List<Interaction> writes =
        Steps.requests(
            seen.prescription,
            request -> {
              request.put("status", "cancelled");
              request.putObject("statusReason").put("text", reason);
            });
    steps.run(
        caller,
        seen.prescription.institution(),
        steps.joint(
            caller,
            seen,
            CirculationStep.CANCEL,
            seen.party,
            Circulation::free,
            writes,
            Steps.NOTHING,
            reason));
    return row(seen.row);
  }

  // ------------------------------------------------------------------ a shop takes it

  /**
   * Locks the prescription of a code. The code is used up, whatever becomes of the prescription.
   *
   * @throws Refusal VALUE for what is no code of ours; CONFLICT for one that was used, or when
   *     another was faster
   */
  Seen lock(Caller caller, String code) {
    String shop = staff.counterOf(caller);
    Token token = Token.parse(code);
    keys.check(token);
    CirculationTable.Given given = table.given(token);
    if (given == null) {
      throw new Refusal(Refusal.Kind.VALUE, "circulation.code-unreadable");
    }
    Effective prescription = Effective.read(store, caller, given.circulation());
    Circulation row = ensured(prescription);
    AccessTrail.noteAsked(row.patient());
    if (given.used() != null) {
      throw refused(row, "replayed", caller, Refusal.Kind.CONFLICT, "circulation.code-used");
    }
    if (!Arrays.equals(row.token(), token.digest())) {
      throw refused(
          row, "replaced", caller, Refusal.Kind.BUSINESS_RULE, "circulation.code-replaced");
    }
    return lock(caller, row, prescription, shop);
  }

  /** Locks a prescription that the resident has sent to this very shop. */
  Seen lockSent(Caller caller, String id) {
    String shop = staff.counterOf(caller);
    Seen seen = seen(caller, id);
    if (!seen.row.isSent(shop)) {
      throw refused(
          seen.row, "elsewhere", caller, Refusal.Kind.FORBIDDEN, "circulation.needs-code");
    }
    return lock(caller, seen.row, seen.prescription, shop);
  }

  private Seen lock(Caller caller, Circulation row, Effective prescription, String shop) {
    Instant now = now();
    if (!now.isBefore(row.until())) {
      throw refused(row, "expired", caller, Refusal.Kind.BUSINESS_RULE, "circulation.over");
    }
    if (!row.wanted().isEmpty() && !row.wanted().equals(shop)) {
      throw refused(row, "elsewhere", caller, Refusal.Kind.FORBIDDEN, "circulation.another-shop");
    }
    if (caller.binding().practitioner().equals(prescription.doctor())) {
      throw new Refusal(
          Refusal.Kind.FORBIDDEN, "circulation.not-your-step", CirculationStep.LOCK.word());
    }
    var seen = new Seen(row, prescription, Party.SHOP);
    checkGood(seen, now);
    byte[] digest = Objects.requireNonNull(row.token());
    Instant held =
        now.plus(row.way().equals(Way.PICKUP.word()) ? HELD_AT_THE_COUNTER : HELD_FOR_A_PARCEL);
    Instant until = held.isBefore(row.until()) ? held : row.until();
    try {
      steps.run(
          caller,
          prescription.institution(),
          steps.joint(
              caller,
              seen,
              CirculationStep.LOCK,
              Party.SHOP,
              next -> next.heldBy(shop, until),
              List.of(),
              (connection, ids, at) -> {
                if (!CirculationTable.use(connection, row, digest, shop, at)) {
                  throw Steps.taken();
                }
              },
              null));
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.CONFLICT) {
        table.attempt(row, "taken", shop, caller.subject(), now());
      }
      throw e;
    }
    return new Seen(row(row), prescription, Party.SHOP);
  }

  /** Keeps the evidence, and answers with the refusal. */
  private Refusal refused(
      Circulation row, String what, Caller caller, Refusal.Kind kind, String key) {
    table.attempt(row, what, caller.institution(), caller.subject(), now());
    return new Refusal(kind, key);
  }

  // ------------------------------------------------------------------ counting out

  /**
   * What is counted out.
   *
   * @param at where its MedicationDispense stands among what is written; its charge is the next
   */
  private record Counting(Handing handing, Line line, int at, boolean isCharged) {}

  /**
   * Counts out all or a part of what is left. A pharmacist's act (处方管理办法, from general knowledge:
   * who dispenses is a pharmacist by qualification).
   *
   * @throws Refusal FORBIDDEN for who is none; BUSINESS_RULE for what is too much, not there, over,
   *     or not what was prescribed
   */
  Circulation dispense(Caller caller, String id, List<Handing> handings) {
    String shop = staff.counterOf(caller);
    Seen seen = seen(caller, id);
    Circulation row = seen.row;
    Instant now = now();
    checkStep(caller, seen, CirculationStep.DISPENSE);
    if (!registry.holds(caller.binding().practitioner(), LicenceKind.PHARMACIST, now)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "circulation.no-pharmacist");
    }
    checkHeld(row, now);
    checkNoParcel(row);
    Knowledge base = knowledge.inForce();
    List<Interaction> writes = new ArrayList<>();
    List<Counting> countings = new ArrayList<>();
    boolean isCharged = charging.isOn();
    Set<String> codes = new HashSet<>();
    for (Handing handing : handings) {
      ObjectNode request = CountingOut.request(seen.prescription, handing.request());
      Line line = stock.line(shop, handing.item());
      if (line == null) {
        throw new Refusal(Refusal.Kind.VALUE, "circulation.no-such-item");
      }
      boolean isSubstitute = CountingOut.isSubstitute(base, request, line, handing);
      CountingOut.checkPack(handing, codes, now);
      boolean isPaidFor = isCharged && line.price(handing.quantity()) > 0;
      countings.add(new Counting(handing, line, writes.size(), isPaidFor));
      String hint = "Patient/" + seen.prescription.patient();
      String url = "urn:uuid:" + UUID.randomUUID();
      writes.add(
          new Interaction.Create(
              "MedicationDispense",
              Interaction.Body.of(
                  Papers.dispense(caller, request, handing, line, isSubstitute, now)),
              null,
              url,
              hint));
      if (isPaidFor) {
        writes.add(
            Papers.create(
                "ChargeItem",
                Charging.charge(caller, request, line, handing.quantity(), url, now),
                hint));
      }
    }
    try {
      steps.run(
          caller,
          shop,
          steps.joint(
              caller,
              seen,
              CirculationStep.DISPENSE,
              Party.SHOP,
              next -> next,
              writes,
              (connection, ids, at) -> {
                for (Counting one : countings) {
                  countingOut.count(
                      connection,
                      row,
                      one.handing,
                      one.line,
                      ids.get(one.at),
                      one.isCharged ? ids.get(one.at + 1) : "",
                      at);
                }
              },
              null));
    } catch (Refusal e) {
      if (e.messageKey().equals("circulation.too-much")
          || e.messageKey().equals("circulation.trace-seen")) {
        String what = e.messageKey().equals("circulation.too-much") ? "too-much" : "trace";
        table.attempt(row, what, shop, caller.subject(), now());
      }
      throw e;
    }
    return row(row);
  }

  /** The state's word first, with evidence where something would be dispensed twice. */
  private void checkStep(Caller caller, Seen seen, CirculationStep step) {
    try {
      var unused = step.take(seen.party, seen.row.state());
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.BUSINESS_RULE && step == CirculationStep.DISPENSE) {
        table.attempt(seen.row, "twice", caller.institution(), caller.subject(), now());
      }
      throw e;
    }
  }

  private static void checkHeld(Circulation row, Instant now) {
    if (row.lockUntil() == null || !now.isBefore(row.lockUntil())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.held-too-long");
    }
  }

  private static void checkNoParcel(Circulation row) {
    if (!row.parcel().isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.in-parcel");
    }
  }

  // ------------------------------------------------------------------ handing over, or not

  /** Whether anything is charged in this region. */
  boolean isCharging() {
    return charging.isOn();
  }

  /** Bills of what was counted out, by charge. */
  Map<String, Tills.Standing> standings(List<Counted> counted) {
    return charging.standings(counted);
  }

  /**
   * Looks whether what was counted out may leave the pharmacy.
   *
   * @throws Refusal CONFLICT while it is neither settled nor put on credit nor paid elsewhere
   */
  public void checkPaid(Circulation row) {
    charging.checkPaid(out(row));
  }

  /**
   * Whether what was counted out is paid still: a bill may be undone while a parcel is under way.
   */
  public boolean isPaid(Circulation row) {
    return charging.unpaid(out(row)) == 0;
  }

  /**
   * The first of the drugs counted out that must be kept cold, as the knowledge base has it.
   *
   * @return as it is written; null for none
   */
  public @Nullable String cold(Seen seen) {
    Knowledge base = knowledge.inForce();
    Set<String> counted = new HashSet<>();
    out(seen.row).forEach(one -> counted.add(one.request()));
    for (ObjectNode request : seen.prescription.requests()) {
      Known known = base.find(request.path("medicationCodeableConcept"));
      if (known != null
          && known.drug().isKeptCold()
          && counted.contains(request.path("id").asString(""))) {
        return Effective.name(request);
      }
    }
    return null;
  }

  /**
   * Takes the pharmacy's word that what is counted out was paid at a till of its own. The charges
   * are not settled any more.
   *
   * @throws Refusal BUSINESS_RULE when nothing is open; CONFLICT while it is in a bill
   */
  Circulation paidElsewhere(Caller caller, String id, String reason) {
    String shop = staff.counterOf(caller);
    Seen seen = seen(caller, id);
    var unused = CirculationStep.PAID_ELSEWHERE.take(seen.party, seen.row.state());
    List<Counted> open = Charging.charged(out(seen.row));
    if (open.isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.nothing-to-pay");
    }
    if (!charging.standings(open).isEmpty()) {
      throw new Refusal(Refusal.Kind.CONFLICT, "circulation.billed");
    }
    Instant now = now();
    steps.run(
        caller,
        shop,
        steps.joint(
            caller,
            seen,
            CirculationStep.PAID_ELSEWHERE,
            seen.party,
            next -> next,
            open.stream().map(one -> Charging.elsewhere(one, reason, now)).toList(),
            (connection, ids, at) -> CirculationTable.elsewhere(connection, seen.row),
            reason));
    return row(seen.row);
  }

  /** Handed over at the counter. */
  Circulation complete(Caller caller, String id) {
    String shop = staff.counterOf(caller);
    Seen seen = seen(caller, id);
    var unused = CirculationStep.COMPLETE.take(seen.party, seen.row.state());
    checkNoParcel(seen.row);
    if (handingOver.isSomethingLeft(seen.row)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.something-left");
    }
    checkPaid(seen.row);
    steps.run(caller, shop, handingOver.completion(caller, seen, Party.SHOP));
    return row(seen.row);
  }

  /**
   * Lets go of what has not been counted out; what has been is the resident's.
   *
   * @throws Refusal BUSINESS_RULE when nothing is left: then it is to be completed
   */
  Circulation release(Caller caller, String id, String reason) {
    String shop = staff.counterOf(caller);
    Seen seen = seen(caller, id);
    var unused = CirculationStep.RELEASE.take(seen.party, seen.row.state());
    checkNoParcel(seen.row);
    if (!handingOver.isSomethingLeft(seen.row)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "circulation.nothing-left");
    }
    checkPaid(seen.row);
    steps.run(caller, shop, handingOver.partHanded(caller, seen, Party.SHOP, reason));
    return row(seen.row);
  }

  /**
   * Takes back what was counted out and not handed over.
   *
   * @param resale whether it goes back on the shelf
   */
  Circulation giveBack(Caller caller, String id, boolean resale, String reason) {
    String shop = staff.counterOf(caller);
    Seen seen = seen(caller, id);
    var unused = CirculationStep.RETURN.take(seen.party, seen.row.state());
    checkNoParcel(seen.row);
    steps.run(caller, shop, handingOver.comingBack(caller, seen, resale, reason));
    return row(seen.row);
  }

  /**
   * Binds what was counted out to a parcel: until it is through, the counter does nothing with it.
   */
  public Beside attach(Circulation read, String parcel) {
    return (connection, ids, at) -> {
      if (!table.step(connection, read, read.inParcel(parcel), at)) {
        throw Steps.taken();
      }
    };
  }

  // ------------------------------------------------------------------ by the clock

  /** Lets go what was held too long, and ends what is over. Returns how many. */
  public int tend() {
    int tended = 0;
    Caller clockwork = Caller.platform("circulation");
    Instant now = now();
    for (Circulation row : table.lapsed(now, MOST_TENDED)) {
      tended += byClock(clockwork, row, CirculationStep.LAPSE);
    }
    for (Circulation row : table.over(now, MOST_TENDED)) {
      tended += byClock(clockwork, row, CirculationStep.EXPIRE);
    }
    return tended;
  }

  private int byClock(Caller clockwork, Circulation row, CirculationStep step) {
    try {
      Effective prescription = Effective.read(store, clockwork, row.id());
      var seen = new Seen(row, prescription, Party.CLOCK);
      List<Interaction> writes =
          step == CirculationStep.EXPIRE
              ? Steps.requests(
                  prescription,
                  request -> {
                    request.put("status", "stopped");
                    request.putObject("statusReason").put("text", "处方已过有效期");
                  })
              : List.of();
      steps.run(
          clockwork,
          prescription.institution(),
          steps.joint(
              clockwork, seen, step, Party.CLOCK, Circulation::free, writes, Steps.NOTHING, null));
      return 1;
    } catch (Refusal e) {
      // Somebody was faster, or the next round tries again; the others must not wait for it.
      LOG.info("{} of a prescription did not go: {}", step.word(), e.messageKey());
      return 0;
    }
  }

  // ------------------------------------------------------------------ reading

  /** All that is said of one. */
  record Whole(Seen seen, List<Drug> drugs, List<Counted> counted, List<Attempt> attempts) {}

  Whole whole(Seen seen) {
    return new Whole(
        seen,
        table.drugs(seen.row),
        table.counted(seen.row),
        seen.party == Party.SHOP ? List.of() : table.attempts(seen.row));
  }

  /** Those of a resident, the latest first. */
  List<Circulation> ofPatient(Caller caller, String patient) {
    if (caller.role() != Role.RESIDENT || !caller.binding().patients().contains(patient)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", patient);
    }
    long digest = store.parameters().digests().reference("Patient", patient);
    AccessTrail.noteAsked(digest);
    return table.ofPatient(digest, now().minus(LISTED), MOST_LISTED);
  }

  /**
   * Those that were sent to the caller's shop, those that it holds (what waits longest first), and
   * those that it has had.
   */
  List<Circulation> ofShop(Caller caller) {
    String shop = staff.counterOf(caller);
    List<Circulation> all = new ArrayList<>(table.wanted(shop, now(), MOST_LISTED));
    List<Circulation> held = table.heldBy(shop, MOST_HELD);
    all.addAll(held);
    if (held.size() < MOST_LISTED) {
      all.addAll(table.doneBy(shop, now().minus(LISTED), MOST_LISTED - held.size()));
    }
    all.forEach(one -> AccessTrail.noteAsked(one.patient()));
    return all;
  }

  /** The row as it is now. */
  public Circulation row(Circulation read) {
    return Objects.requireNonNull(table.row(read.id()));
  }

  /** What was counted out and neither handed over nor brought back. */
  public List<Counted> out(Circulation row) {
    return table.counted(row).stream().filter(one -> one.state() == Counted.OUT).toList();
  }

  /** The row of a prescription, for the platform's own parts; null for none. */
  public @Nullable Seen find(Caller caller, String id, Party party) {
    Circulation row = table.row(id);
    return row == null ? null : new Seen(row, Effective.read(store, caller, id), party);
  }

  /** Whether an institution has ever told its stock. */
  public boolean hasStock(String institution) {
    return stock.isTold(institution);
  }

  // ------------------------------------------------------------------ small things

  private Circulation plain(
      Caller caller,
      Seen seen,
      CirculationStep step,
      UnaryOperator<Circulation> change,
      @Nullable String reason) {
    steps.run(
        caller,
        seen.prescription.institution(),
        steps.joint(caller, seen, step, seen.party, change, List.of(), Steps.NOTHING, reason));
    return row(seen.row);
  }

  @Override
  public void erase(long subject) {
    table.erase(subject);
  }
}
