package health.helan.foundation.residents.card;

import health.helan.foundation.residents.card.Card.Held;
import health.helan.foundation.residents.card.Wallet.Holder;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.erasure.Erasable;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The cards of the region: their steps, and the codes that residents show. What reads the codes is
 * {@link Scans}. Thread-safe; one per application instance.
 */
public final class Cards implements Erasable {
  /** How long a code lives. */
  static final int LIFE_SECONDS = 60;

  /**
   * Codes of one card within a minute: who goes from page to page has enough, a machine has not.
   */
  static final int CODES_PER_MINUTE = 30;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** What is told of a loss or an end; words for a page, no free text about a resident. */
  private static final Set<String> REASONS =
      Set.of("", "lost", "stolen", "damaged", "found", "misused", "moved", "died", "other");

  /** What is looked at over a counter. */
  private static final Set<String> DOCUMENTS =
      Set.of(
          "resident-id",
          "household-register",
          "passport",
          "permit",
          "birth-certificate",
          "guardianship");

  /**
   * What cards stand on.
   *
   * @param seal that signs the lists of keys
   * @param region of the issuer, six digits of GB/T 2260
   */
  public record Parts(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      KeyVault vault,
      CertificateAuthority authority,
      Supplier<Signer> seal,
      SamePerson persons,
      int region,
      Clock clock) {}

  final RecordStore store;
  final CardTable table;
  final CardKeys keys;
  final Terminals terminals;
  final Parties parties;
  final Uses uses;
  final Pace pace;
  final Clock clock;
  private final Sql sql;
  private final SamePerson persons;
  private final int region;

  public Cards(Parts parts) {
    store = parts.store();
    sql = new Sql(parts.database());
    clock = parts.clock();
    persons = parts.persons();
    region = parts.region();
    table = new CardTable(sql, parts.codec());
    keys =
        new CardKeys(
            sql, parts.vault(), parts.authority(), parts.seal(), parts.region(), parts.clock());
    terminals = new Terminals(sql, parts.clock());
    parties = new Parties(sql, parts.codec(), parts.clock());
    uses = new Uses(sql);
    pace = new Pace(sql, parts.store().parameters().digests(), parts.clock());
  }

  public Terminals terminals() {
    return terminals;
  }

  // ------------------------------------------------------------------ who

  Holder holder(String patient) {
    return sql.on(connection -> holder(connection, patient));
  }

  private Holder holder(Connection connection, String patient) throws SQLException {
    Integer home = store.rows().home(connection, "Patient", patient);
    if (home == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", patient);
    }
    return new Holder(patient, home, digest(patient));
  }

  private long digest(String patient) {
    return store.parameters().digests().reference("Patient", patient);
  }

  /** The Patients of one person, the given one first; of the others those that are there. */
  private List<Holder> person(Connection connection, String patient) throws SQLException {
    List<Holder> all = new ArrayList<>();
    all.add(holder(connection, patient));
    for (String one : persons.of(connection, patient)) {
      Integer home = one.equals(patient) ? null : store.rows().home(connection, "Patient", one);
      if (home != null) {
        all.add(new Holder(one, home, digest(one)));
      }
    }
    return all;
  }

  /** The cards of the person that a Patient is, over all records that are surely linked. */
  Wallet wallet(String patient) {
    return sql.on(connection -> wallet(connection, patient));
  }

  private Wallet wallet(Connection connection, String patient) throws SQLException {
    List<Holder> holders = person(connection, patient);
    List<Card> own = new ArrayList<>();
    List<Wallet.Shadow> shadows = new ArrayList<>();
    for (Holder holder : holders) {
      own.addAll(table.of(connection, holder.home(), holder.digest()));
      if (holders.size() > 1) {
        shadows.addAll(table.shadows(connection, holder.home(), holder.digest()));
      }
    }
    return Wallet.of(holders, own, shadows);
  }

  /** A card as it counts, with what was done with others of the person. */
  Card counted(Card card) {
    return sql.on(
        connection -> {
          List<Wallet.Shadow> shadows = table.shadows(connection, card);
          // Nearly no card has any; the links are asked only for those that do.
          return shadows.isEmpty()
              ? card
              : Wallet.counted(card, person(connection, card.patientId()), shadows);
        });
  }

  /** The card that counts; null for none. */
  public @Nullable Card live(String patient) {
    return wallet(patient).live();
  }

  /** The Patient as it is, whoever asks: for what the platform itself checks. */
  JsonNode patient(Caller caller, String patient) {
    return Json.MAPPER.readTree(
        Objects.requireNonNull(store.read(caller.asPlatform(), "Patient", patient).content()));
  }

  // ------------------------------------------------------------------ steps

  /**
   * Takes a step.
   *
   * @param caller a resident who sees the record, a clerk, or the root, who counts as a clerk
   * @param reason a word of REASONS; null for none
   * @param document that a clerk looked at; null for none
   * @return the card that counts, or the one that ended
   * @throws Refusal as {@link Step}, CONFLICT when somebody was faster
   */
  public Card take(
      Caller caller,
      String patient,
      Step step,
      @Nullable String reason,
      @Nullable String document) {
    Role role = caller.isRoot() ? Role.PRACTITIONER : caller.role();
    String why = reason == null ? "" : reason;
    String paper = document == null ? "" : document;
    if (!REASONS.contains(why)) {
      throw new Refusal(Refusal.Kind.VALUE, "card.reason-unknown");
    }
    boolean isClerk = role == Role.PRACTITIONER;
    if (isClerk
        && (step.wantsDocument() || !paper.isEmpty())
        && !(step == Step.CANCEL && why.equals("died"))
        && !DOCUMENTS.contains(paper)) {
      throw new Refusal(Refusal.Kind.VALUE, "card.document-unknown");
    }
    Wallet wallet = wallet(patient);
    Card before = wallet.live();
    JsonNode record = patient(caller, patient);
    if (isDead(record)
        && (step == Step.APPLY || step.to() == State.ACTIVE || step == Step.REPLACE)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.holder-died");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    if (step == Step.APPLY) {
      if (before != null) {
        return there(before, patient, role);
      }
      step.checkRole(role);
      State state = isClerk || isProved(record) ? State.ACTIVE : State.APPLIED;
      return sql.together(
          connection -> {
            Wallet held = wallet;
            if (wallet.isOfSeveral()) {
              // Two of the linked records may ask at once; each has an index of its own.
              pace.hold(connection, "person", wallet.person());
              held = wallet(connection, patient);
              Card first = held.live();
              if (first != null) {
                return there(first, patient, role);
              }
            }
            Card made = made(held.free(), state, now);
            table.insert(connection, made, act(step, made, caller, isClerk, why, paper));
            return made;
          });
    }
    if (before == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "card.none");
    }
    step.check(role, before.state(), before.isHeldAtCounter());
    Held held = step != Step.SUSPEND ? Held.NOT : isClerk ? Held.AT_COUNTER : Held.BY_RESIDENT;
    Card next = next(before, step.to(), held, now);
    Card successor = step == Step.REPLACE ? made(of(before), State.ACTIVE, now) : null;
    sql.together(
        connection -> {
          table.update(connection, next, act(step, next, caller, isClerk, why, paper));
          if (step == Step.RESUME) {
            table.lift(connection, next);
          } else if (next.state() != State.ACTIVE) {
            for (Card other : wallet.besides(before)) {
              table.overshadow(connection, other, next);
            }
          }
          if (successor != null) {
            table.insert(connection, successor, act(step, successor, caller, isClerk, why, paper));
          }
          return true;
        });
    return successor == null ? next : successor;
  }

  /**
   * Who has a card already, by another record of the person, is told which.
   *
   * @throws Refusal CONFLICT where it lies at this very record
   */
  private static Card there(Card card, String patient, Role role) {
    if (card.patientId().equals(patient)) {
      throw new Refusal(Refusal.Kind.CONFLICT, "card.there-already");
    }
    Step.APPLY.checkRole(role);
    return card;
  }

  private static Holder of(Card card) {
    return new Holder(card.patientId(), card.home(), card.patient());
  }

  private Card made(Holder holder, State state, Instant now) {
    // The home in front, so that a code leads to its rows without a look-up; the rest is chance.
    long handle = (long) holder.home() << 52 | RANDOM.nextLong() >>> 12;
    return new Card(
        holder.home(),
        Ids.next(holder.home()),
        1,
        state,
        Held.NOT,
        handle,
        holder.digest(),
        holder.id(),
        CardNumber.next(region),
        now,
        state == State.ACTIVE ? now : null,
        now);
  }

  private static Card next(Card before, State state, Held held, Instant now) {
    return new Card(
        before.home(),
        before.id(),
        before.revision() + 1,
        state,
        held,
        before.handle(),
        before.patient(),
        before.patientId(),
        before.number(),
        before.applied(),
        before.issued() == null && state == State.ACTIVE ? now : before.issued(),
        now);
  }

  private static CardTable.Act act(
      Step step, Card card, Caller caller, boolean isClerk, String reason, String document) {
    return new CardTable.Act(
        step.word(),
        card.state(),
        card.changed(),
        caller.subject(),
        caller.isRoot() ? "root" : caller.role().name().toLowerCase(Locale.ROOT),
        isClerk ? caller.institution() : "",
        reason,
        document);
  }

  /** A valid national number and a name: what the account was bound by. */
  private static boolean isProved(JsonNode patient) {
    boolean hasNumber = false;
    for (JsonNode identifier : patient.path("identifier")) {
      hasNumber |=
          IdNumbers.isValid(identifier.path("value").asString("").toUpperCase(Locale.ROOT));
    }
    return hasNumber && !nameOf(patient).isEmpty();
  }

  static boolean isDead(JsonNode patient) {
    return patient.path("deceasedBoolean").asBoolean(false) || patient.has("deceasedDateTime");
  }

  static String nameOf(JsonNode patient) {
    JsonNode name = patient.path("name").path(0);
    String text = name.path("text").asString("");
    if (!text.isEmpty()) {
      return text;
    }
    var whole = new StringBuilder(name.path("family").asString(""));
    name.path("given").forEach(given -> whole.append(given.asString("")));
    return whole.toString();
  }

  /** The steps that the caller could take now. */
  List<Step> open(Caller caller, @Nullable Card live) {
    Role role = caller.isRoot() ? Role.PRACTITIONER : caller.role();
    if (live == null) {
      return role == Role.RESIDENT || role == Role.PRACTITIONER ? List.of(Step.APPLY) : List.of();
    }
    return Arrays.stream(Step.values())
        .filter(step -> step.isOpen(role, live.state(), live.isHeldAtCounter()))
        .toList();
  }

  List<CardTable.Act> acts(Card card) {
    return table.acts(card);
  }

  // ------------------------------------------------------------------ codes to show

  /**
   * A code to show.
   *
   * @param now by the platform's clock: who shows it counts from the difference, not from its own
   */
  public record Shown(String text, Instant issued, Instant until, Instant now) {}

  /**
   * A code of short life. Nothing is written of it until it is used.
   *
   * @throws Refusal NOT_FOUND without a card, BUSINESS_RULE naming the state of one that is not
   *     active, THROTTLED
   */
  public Shown show(Caller caller, String patient) {
    Card card = active(caller, patient);
    pace.count("codes", card.id(), CODES_PER_MINUTE);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Instant issued = now.truncatedTo(ChronoUnit.SECONDS);
    Code code = keys.code(Code.Kind.DYNAMIC, card.handle(), issued, LIFE_SECONDS);
    return new Shown(code.text(), issued, code.until(), now);
  }

  /** The code to print on a card; good as long as the card and the key that signed it are. */
  String print(Caller caller, String patient) {
    Card card = active(caller, patient);
    pace.count("codes", card.id(), CODES_PER_MINUTE);
    Instant issued = Objects.requireNonNull(card.issued());
    return keys.code(Code.Kind.PRINTED, card.handle(), issued, 0).text();
  }

  private Card active(Caller caller, String patient) {
    Card card = live(patient);
    if (card == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "card.none");
    }
    if (card.state() != State.ACTIVE) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.not-active-" + card.state().word());
    }
    if (isDead(patient(caller, patient))
        || !card.patientId().equals(patient) && isDead(patient(caller, card.patientId()))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.holder-died");
    }
    return card;
  }

  /** What a code was used for since a time, for the page that shows codes; null for none. */
  Uses.@Nullable Use lastUse(String patient, Duration within) {
    Instant since = clock.instant().minus(within);
    return sql.on(connection -> person(connection, patient)).stream()
        .map(holder -> uses.last(holder.home(), holder.digest(), since))
        .filter(Objects::nonNull)
        .max(Comparator.comparing(Uses.Use::at))
        .orElse(null);
  }

  /** The latest uses of the person's cards and attempts at them. */
  List<Uses.Use> uses(String patient, Instant before) {
    List<Uses.Use> all = new ArrayList<>();
    for (Holder holder : sql.on(connection -> person(connection, patient))) {
      all.addAll(uses.ofPatient(holder.digest(), before));
    }
    all.sort(Comparator.comparing(Uses.Use::at).reversed());
    return all.size() > Uses.PAGE ? all.subList(0, Uses.PAGE) : all;
  }

  /** The numbers that the person has at parties: of each party the one that it is told. */
  List<Parties.Account> accounts(Wallet wallet) {
    Card live = wallet.live();
    return sql.on(
        connection -> {
          Map<String, Parties.Account> all = new TreeMap<>();
          for (Holder holder : wallet.holders()) {
            for (Parties.Account one :
                parties.accounts(connection, holder.home(), holder.digest())) {
              all.merge(
                  one.party(),
                  one,
                  (there, other) ->
                      other.isOf(live) || !there.isOf(live) && other.since().isAfter(there.since())
                          ? other
                          : there);
            }
          }
          return all.values().stream()
              .sorted(
                  Comparator.comparing(Parties.Account::kind).thenComparing(Parties.Account::party))
              .toList();
        });
  }

  /**
   * The number that the person whose card it is has at a party: the one that was noted with the
   * card's own record, else the latest of those at records that are surely linked. Null for none.
   */
  Parties.@Nullable Account account(Card card, String party) {
    return sql.<Optional<Parties.Account>>on(
            connection -> Optional.ofNullable(account(connection, card, party)))
        .orElse(null);
  }

  private Parties.@Nullable Account account(Connection connection, Card card, String party)
      throws SQLException {
    Parties.Account own = parties.account(connection, card.home(), card.patient(), party);
    if (own != null) {
      return own;
    }
    Parties.Account latest = null;
    for (Holder holder : person(connection, card.patientId())) {
      Parties.Account one = parties.account(connection, holder.home(), holder.digest(), party);
      if (one != null && (latest == null || one.since().isAfter(latest.since()))) {
        latest = one;
      }
    }
    return latest;
  }

  /**
   * Takes back that a party may resolve codes of this resident, at all linked records and for good:
   * what somebody has withdrawn no parting of records gives back.
   */
  void endAccount(String patient, String party) {
    boolean ended = false;
    for (Holder holder : sql.on(connection -> person(connection, patient))) {
      ended |= parties.end(holder.home(), holder.digest(), party);
    }
    if (!ended) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "card.not-enrolled");
    }
  }

  /** Lets a system, under the client that it signs in as, resolve codes to its own numbers. */
  public void registerParty(String client, String kind, String name, String by) {
    parties.put(client, kind, name, true, by);
  }

  // ------------------------------------------------------------------ keys, erasure

  CardKeys keys() {
    return keys;
  }

  @Override
  public void erase(long subject) {
    for (String statement :
        List.of(
            "delete from health_card_shadow where home between ? and ? and through = ?",
            "delete from health_card_shadow where home between ? and ? and patient = ?",
            "delete from health_card_use where home between ? and ? and patient = ?",
            "delete from health_card_account where home between ? and ? and patient = ?",
            "delete from health_card_step where home between ? and ? and patient = ?",
            "delete from health_card where home between ? and ? and patient = ?")) {
      sql.update(statement, 0, Ids.HOMES - 1, subject);
    }
  }
}
