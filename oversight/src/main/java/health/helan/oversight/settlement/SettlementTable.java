package health.helan.oversight.settlement;

import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.store.Beside;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.settlement.Settlement.Money;
import health.helan.oversight.settlement.Settlement.MoneyState;
import health.helan.oversight.settlement.Settlement.Part;
import health.helan.oversight.settlement.Settlement.PartState;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.rules.Setting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The tables of V161. */
final class SettlementTable {
  private static final String ALL =
      "select id, explanation, state, institution, patient, setting, level, rules, year, fen, own, added,"
          + " revision, checks, created, changed, due, reason, account, replaces, charges, marks, dispensed, keeps"
          + " from settlement";

  private final Sql sql;

  SettlementTable(Sql sql) {
    this.sql = sql;
  }

  // ------------------------------------------------------------------ reading

  /** Null for none. */
  @Nullable Settlement find(String id) {
    return Ids.isAssigned(id)
        ? first(list(ALL + " where home = ? and id = ?", Ids.home(id), id))
        : null;
  }

  /** What replaces a settlement; null for nothing. */
  @Nullable Settlement follower(String id) {
    return first(list(ALL + " where home = ? and replaces = ?", Ids.home(id), id));
  }

  private static @Nullable Settlement first(List<Settlement> found) {
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Of a resident, the latest first. */
  List<Settlement> ofPatient(long patient, int most) {
    return list(ALL + " where patient = ? order by created desc limit ?", patient, most);
  }

  /** Ids of what the clock has to look at. */
  List<String> due(Instant now, int most) {
    return sql.list(
        "select id from settlement where due <= ? order by due limit ?",
        row -> row.getString(1),
        now,
        most);
  }

  /** A share as who pays it sees it. */
  record PayorPart(String settlement, SettlementState state, String institution, Part part) {
    PageEnd end() {
      return new PageEnd(part.changed(), settlement + " " + part.number());
    }
  }

  /** Shares of a payer, the latest change first. */
  List<PayorPart> ofPayor(String payor, @Nullable PartState state, PageEnd after, int most) {
    String[] last = after.words(2);
    return sql.list(
        "select p.settlement, s.state as of_state, s.institution, p.number, p.kind, p.payor, p.rule, p.state, p.fen,"
            + " p.answered, p.transaction, p.why, p.changed from settlement_share p"
            + " join settlement s on s.home = p.home and s.id = p.settlement"
            + " where p.payor = ? and (p.changed, p.settlement, p.number) < (?, ?, ?) and p.state between ? and ?"
            + " order by p.changed desc, p.settlement desc, p.number desc limit ?",
        row ->
            new PayorPart(
                row.getString("settlement"),
                SettlementState.values()[row.getInt("of_state")],
                row.getString("institution"),
                part(row)),
        payor,
        after.at(),
        last[0],
        (short) number(last[1]),
        (short) (state == null ? PartState.ASKED.ordinal() : state.ordinal()),
        (short) (state == null ? PartState.BACK.ordinal() : state.ordinal()),
        most);
  }

  private static int number(String word) {
    try {
      return word.isEmpty() ? 0 : Integer.parseInt(word);
    } catch (NumberFormatException e) {
      throw Given.wrong("after");
    }
  }

  private List<Settlement> list(String query, Object... values) {
    return sql.on(
        connection -> {
          List<Settlement> found = new ArrayList<>();
          for (Settlement bare : Sql.list(connection, query, SettlementTable::settlement, values)) {
            List<Part> parts =
                Sql.list(
                    connection,
                    "select number, kind, payor, rule, state, fen, answered, transaction, why, changed"
                        + " from settlement_share where home = ? and settlement = ? order by number",
                    SettlementTable::part,
                    bare.home(),
                    bare.id());
            List<Money> money =
                Sql.list(
                    connection,
                    "select number, state, fen, order_id, tries, changed from settlement_money"
                        + " where home = ? and settlement = ? order by number",
                    SettlementTable::money,
                    bare.home(),
                    bare.id());
            found.add(whole(bare, parts, money));
          }
          return found;
        });
  }

  private static Settlement whole(Settlement bare, List<Part> parts, List<Money> money) {
    return new Settlement(
        bare.id(),
        bare.explanation(),
        bare.state(),
        bare.institution(),
        bare.patient(),
        bare.setting(),
        bare.level(),
        bare.rules(),
        bare.year(),
        bare.fen(),
        bare.own(),
        bare.added(),
        bare.revision(),
        bare.checks(),
        bare.created(),
        bare.changed(),
        bare.due(),
        bare.reason(),
        bare.account(),
        bare.replaces(),
        bare.charges(),
        bare.marks(),
        bare.dispensed(),
        bare.keeps(),
        parts,
        money);
  }

  private static Settlement settlement(ResultSet row) throws SQLException {
    return new Settlement(
        row.getString("id"),
        row.getString("explanation"),
        SettlementState.values()[row.getInt("state")],
        row.getString("institution"),
        row.getLong("patient"),
        Setting.values()[row.getInt("setting")],
        row.getInt("level"),
        row.getString("rules"),
        row.getInt("year"),
        row.getLong("fen"),
        row.getLong("own"),
        sums(row.getString("added")),
        row.getInt("revision"),
        row.getInt("checks"),
        Sql.instant(row, "created"),
        Sql.instant(row, "changed"),
        Sql.instantOrNull(row, "due"),
        row.getString("reason"),
        row.getString("account"),
        row.getString("replaces"),
        Sql.texts(row, "charges"),
        Sql.texts(row, "marks"),
        row.getBoolean("dispensed"),
        row.getArray("keeps") == null ? null : Sql.texts(row, "keeps"),
        List.of(),
        List.of());
  }

  private static Part part(ResultSet row) throws SQLException {
    long answered = row.getLong("answered");
    boolean isAnswered = !row.wasNull();
    return new Part(
        row.getInt("number"),
        Objects.requireNonNull(PayerKind.of(row.getString("kind"))),
        row.getString("payor"),
        row.getString("rule"),
        PartState.values()[row.getInt("state")],
        row.getLong("fen"),
        isAnswered ? answered : null,
        row.getString("transaction"),
        row.getString("why"),
        Sql.instant(row, "changed"));
  }

  private static Money money(ResultSet row) throws SQLException {
    return new Money(
        row.getInt("number"),
        MoneyState.values()[row.getInt("state")],
        row.getLong("fen"),
        row.getString("order_id"),
        row.getInt("tries"),
        Sql.instant(row, "changed"));
  }

  static Map<String, Long> sums(String json) {
    Map<String, Long> sums = new TreeMap<>();
    Json.MAPPER
        .readTree(json)
        .properties()
        .forEach(one -> sums.put(one.getKey(), one.getValue().asLong()));
    return sums;
  }

  static String json(Map<String, Long> sums) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    new TreeMap<>(sums).forEach(json::put);
    return json.toString();
  }

  // ------------------------------------------------------------------ writing

  static void insert(Connection connection, Settlement one, Instant at) throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            insert into settlement (home, state, setting, level, year, revision, checks, fen, own, patient, created, changed,
              due, id, explanation, institution, rules, added, reason, account, replaces, charges, marks, dispensed, keeps)
            values (?, ?, ?, ?, ?, 1, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            one.home(),
            (short) one.state().ordinal(),
            (short) one.setting().ordinal(),
            (short) one.level(),
            (short) one.year(),
            one.fen(),
            one.own(),
            one.patient(),
            one.created(),
            at,
            one.due(),
            one.id(),
            one.explanation(),
            one.institution(),
            one.rules(),
            json(one.added()),
            one.reason(),
            one.account(),
            one.replaces(),
            one.charges(),
            one.marks(),
            one.dispensed(),
            one.keeps());
    rows(connection, one, at);
  }

  /**
   * Writes a settlement over what was read. While it counts and a charge of it was taken back, the
   * clock looks at it again, whatever the step leaves to do.
   *
   * @return false when it has changed since
   */
  static boolean update(Connection connection, Settlement read, Settlement now, Instant at)
      throws SQLException {
    if (Sql.update(
            connection,
            """
            update settlement set state = ?, checks = ?, changed = ?, due = coalesce(?, case when ? and exists
                (select 1 from settlement_charge c where c.home = settlement.home and c.settlement = settlement.id and c.gone)
                then ? end), reason = ?, account = ?, keeps = ?, revision = revision + 1
            where home = ? and id = ? and revision = ?""",
            (short) now.state().ordinal(),
            now.checks(),
            at,
            now.due(),
            SettlementStep.REVERSE.from().contains(now.state()),
            at,
            now.reason(),
            now.account(),
            now.keeps(),
            read.home(),
            read.id(),
            read.revision())
        != 1) {
      return false;
    }
    rows(connection, now, at);
    return true;
  }

  private static void rows(Connection connection, Settlement one, Instant at) throws SQLException {
    for (Part part : one.parts()) {
      var unused =
          Sql.update(
              connection,
              """
              insert into settlement_share (home, number, state, fen, answered, changed, settlement, kind, payor, rule,
                transaction, why)
              values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
              on conflict (home, settlement, number) do update set state = excluded.state,
                answered = excluded.answered, transaction = excluded.transaction, why = excluded.why,
                changed = excluded.changed where settlement_share.state <> excluded.state""",
              one.home(),
              (short) part.number(),
              (short) part.state().ordinal(),
              part.fen(),
              part.answered(),
              at,
              one.id(),
              part.kind().code(),
              part.payor(),
              part.rule(),
              part.transaction(),
              part.why());
    }
    for (Money money : one.money()) {
      var unused =
          Sql.update(
              connection,
              """
              insert into settlement_money (home, number, state, tries, fen, changed, settlement, order_id)
              values (?, ?, ?, ?, ?, ?, ?, ?)
              on conflict (home, settlement, number) do update set state = excluded.state, tries = excluded.tries,
                changed = excluded.changed""",
              one.home(),
              (short) money.number(),
              (short) money.state().ordinal(),
              (short) money.tries(),
              money.fen(),
              at,
              one.id(),
              money.order());
    }
  }

  /** Rows alone, in a transaction of their own. */
  void together(Beside rows, Instant at) {
    var unused =
        sql.together(
            connection -> {
              rows.write(connection, List.of(), at);
              return true;
            });
  }

  /** Puts off what could not be done now: others may try then. */
  void later(Settlement one, @Nullable Instant due) {
    var unused =
        sql.update(
            "update settlement set due = ?, checks = checks + 1, revision = revision + 1"
                + " where home = ? and id = ? and revision = ?",
            due,
            one.home(),
            one.id(),
            one.revision());
  }

  // ------------------------------------------------------------------ charges

  /**
   * @return false when one is in another settlement that counts
   */
  static boolean take(Connection connection, Settlement one) throws SQLException {
    return Sql.update(
            connection,
            "insert into settlement_charge (home, charge, settlement) select ?, c, ? from unnest(?) c"
                + " on conflict (home, charge) do nothing",
            one.home(),
            one.id(),
            one.charges())
        == one.charges().size();
  }

  static void free(Connection connection, Settlement one) throws SQLException {
    var unused =
        Sql.update(
            connection,
            "delete from settlement_charge where home = ? and settlement = ?",
            one.home(),
            one.id());
  }

  /** Charges of a settlement that were taken back since. */
  List<String> gone(Settlement one) {
    return sql.list(
        "select charge from settlement_charge where home = ? and settlement = ? and gone",
        row -> row.getString(1),
        one.home(),
        one.id());
  }

  /** A charge is taken back: the settlement that it is in is looked at. */
  static void comesBack(Connection connection, int home, String charge, Instant at)
      throws SQLException {
    List<String> of =
        Sql.list(
            connection,
            "update settlement_charge set gone = true where home = ? and charge = ? returning settlement",
            row -> row.getString(1),
            home,
            charge);
    for (String settlement : of) {
      // Whoever is about to write it has read what does not hold any more, and looks again.
      Sql.update(
          connection,
          "update settlement set due = ?, revision = revision + 1 where home = ? and id = ?",
          at,
          home,
          settlement);
    }
  }

  /** By charge, those in settlements that count; all of one resident. */
  Map<String, Settlements.Standing> standings(List<String> charges) {
    Map<String, Settlements.Standing> found = new TreeMap<>();
    if (charges.isEmpty()) {
      return found;
    }
    for (Map.Entry<String, Settlements.Standing> one :
        sql.list(
            "select c.charge, c.settlement, s.state from settlement_charge c"
                + " join settlement s on s.home = c.home and s.id = c.settlement"
                + " where c.home = ? and c.charge = any (?)",
            row ->
                Map.entry(
                    row.getString(1),
                    new Settlements.Standing(
                        row.getString(2), SettlementState.values()[row.getInt(3)])),
            Ids.home(charges.getFirst()),
            charges)) {
      found.put(one.getKey(), one.getValue());
    }
    return found;
  }

  static boolean isTaken(Connection connection, int home, String charge) throws SQLException {
    return !Sql.list(
            connection,
            "select 1 from settlement_charge where home = ? and charge = ?",
            row -> row.getInt(1),
            home,
            charge)
        .isEmpty();
  }

  // ------------------------------------------------------------------ the year

  /**
   * @param revision 0 where nothing stands yet
   */
  record Year(int revision, Map<String, Long> totals) {}

  /**
   * @param patient id of the Patient, whose home it lies in
   * @param digest of the same
   */
  Year year(PlatformRows rows, String patient, long digest, int year) {
    List<Year> found =
        sql.on(
            connection ->
                Sql.list(
                    connection,
                    "select revision, totals from settlement_year where home = ? and patient = ? and year = ?",
                    row -> new Year(row.getInt(1), sums(row.getString(2))),
                    Objects.requireNonNull(rows.home(connection, "Patient", patient)),
                    digest,
                    (short) year));
    return found.isEmpty() ? new Year(0, Map.of()) : found.getFirst();
  }

  /**
   * Adds to what was read.
   *
   * @return false when the year has changed since
   */
  static boolean add(Connection connection, Settlement one, Year read) throws SQLException {
    Map<String, Long> sums = new TreeMap<>(read.totals());
    one.added().forEach((account, fen) -> sums.merge(account, fen, Long::sum));
    return read.revision() == 0
        ? Sql.update(
                connection,
                "insert into settlement_year (home, year, revision, patient, totals) values (?, ?, 1, ?, ?)"
                    + " on conflict (home, patient, year) do nothing",
                one.home(),
                (short) one.year(),
                one.patient(),
                json(sums))
            == 1
        : Sql.update(
                connection,
                "update settlement_year set totals = ?, revision = revision + 1"
                    + " where home = ? and patient = ? and year = ? and revision = ?",
                json(sums),
                one.home(),
                one.patient(),
                (short) one.year(),
                read.revision())
            == 1;
  }

  /** Takes a settlement's own sums out of its year. */
  static void subtract(Connection connection, Settlement one) throws SQLException {
    List<String> found =
        Sql.list(
            connection,
            "select totals from settlement_year where home = ? and patient = ? and year = ? for update",
            row -> row.getString(1),
            one.home(),
            one.patient(),
            (short) one.year());
    Map<String, Long> sums = new TreeMap<>(found.isEmpty() ? Map.of() : sums(found.getFirst()));
    one.added().forEach((account, fen) -> sums.merge(account, -fen, Long::sum));
    sums.values().removeIf(fen -> fen == 0);
    var unused =
        Sql.update(
            connection,
            "update settlement_year set totals = ?, revision = revision + 1"
                + " where home = ? and patient = ? and year = ?",
            json(sums),
            one.home(),
            one.patient(),
            (short) one.year());
  }

  // ------------------------------------------------------------------ collecting

  /** What an account collects for a settlement. */
  record Collected(String settlement, long fen, boolean isTaken) {}

  List<Collected> collected(String account) {
    return Ids.isAssigned(account)
        ? sql.list(
            "select settlement, fen, taken from settlement_part where home = ? and account = ? order by settlement",
            row -> new Collected(row.getString(1), row.getLong(2), row.getBoolean(3)),
            Ids.home(account),
            account)
        : List.of();
  }

  static void collect(Connection connection, String account, Settlement one, long fen)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            "insert into settlement_part (home, taken, fen, account, settlement) values (?, false, ?, ?, ?)",
            one.home(),
            fen,
            account,
            one.id());
  }

  /**
   * @return false when it was taken before
   */
  static boolean collected(Connection connection, String account, Settlement one)
      throws SQLException {
    return Sql.update(
            connection,
            "update settlement_part set taken = true where home = ? and account = ? and settlement = ? and not taken",
            one.home(),
            account,
            one.id())
        == 1;
  }
}
