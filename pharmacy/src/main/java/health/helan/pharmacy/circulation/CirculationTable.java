package health.helan.pharmacy.circulation;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.SealedJson;
import health.helan.foundation.trust.account.Sql;
import health.helan.pharmacy.circulation.Circulation.Attempt;
import health.helan.pharmacy.circulation.Circulation.Counted;
import health.helan.pharmacy.circulation.Circulation.Drug;
import health.helan.pharmacy.circulation.Circulation.Wish;
import health.helan.pharmacy.review.Effective;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Tables {@code circulation} and those beside it. */
final class CirculationTable {
  private static final String PLACE = "circulation";
  private static final int MOST_ATTEMPTS = 200;

  private static final String ROWS =
      "select home, id, state, revision, version, codec, key_id, patient, until, lock_until,"
          + " changed, shop, wanted, way, parcel, token, content from circulation";

  private static final String COUNTED =
      "select id, request, shop, item, quantity, fen, state, at, traces, charge, elsewhere"
          + " from circulation_dispense"
          + " where home = ? and circulation = ?";

  private final Sql sql;
  private final SealedJson sealed;

  CirculationTable(Sql sql, ContentCodec codec) {
    this.sql = sql;
    sealed = new SealedJson(codec, PLACE);
  }

  // ------------------------------------------------------------------ the row

  /** Null for none. */
  @Nullable Circulation row(String id) {
    return Ids.isAssigned(id)
        ? sql.one(ROWS + " where home = ? and id = ?", this::row, Ids.home(id), id)
        : null;
  }

  /** The row as a transaction sees it that has changed it. */
  Circulation row(Connection connection, Circulation known) throws SQLException {
    return Sql.list(
            connection, ROWS + " where home = ? and id = ?", this::row, known.home(), known.id())
        .getFirst();
  }

  List<Circulation> ofPatient(long patient, Instant since, int most) {
    return sql.list(
        ROWS + " where patient = ? and changed >= ? order by changed desc limit ?",
        this::row,
        patient,
        since,
        most);
  }

  /** Those that a shop holds, what waits longest first. */
  List<Circulation> heldBy(String shop, int most) {
    return sql.list(
        ROWS + " where shop = ? and state in (1, 2) order by changed limit ?",
        this::row,
        shop,
        most);
  }

  /** Those that a shop has brought to an end, the latest first. */
  List<Circulation> doneBy(String shop, Instant since, int most) {
    return sql.list(
        ROWS
            + " where shop = ? and shop <> '' and state > 2 and changed >= ?"
            + " order by changed desc limit ?",
        this::row,
        shop,
        since,
        most);
  }

  /** Those that residents have sent to a shop. */
  List<Circulation> wanted(String shop, Instant now, int most) {
    return sql.list(
        ROWS
            + " where wanted = ? and wanted <> '' and state = 0 and token is not null and until > ?"
            + " order by until limit ?",
        this::row,
        shop,
        now,
        most);
  }

  List<Circulation> over(Instant now, int most) {
    return sql.list(
        ROWS + " where state = 0 and until <= ? order by until limit ?", this::row, now, most);
  }

  List<Circulation> lapsed(Instant now, int most) {
    return sql.list(
        ROWS + " where state = 1 and lock_until <= ? order by lock_until limit ?",
        this::row,
        now,
        most);
  }

  /** Puts the rows of a prescription there, unless they are. */
  void insert(Connection connection, Effective prescription, long patient, Instant at)
      throws SQLException {
    int home = Ids.home(prescription.id());
    ContentCodec.Encoded content = encode(prescription.id(), Wish.NONE);
    int made =
        Sql.update(
            connection,
            """
            insert into circulation (home, state, revision, version, codec, key_id, patient, until, changed, id, shop,
              wanted, way, parcel, content)
            values (?, 0, 1, 0, ?, ?, ?, ?, ?, ?, '', '', '', '', ?) on conflict (home, id) do nothing\
            """,
            home,
            content.codec(),
            content.keyId(),
            patient,
            Validity.until(prescription),
            at,
            prescription.id(),
            content.content());
    for (JsonNode request : made == 1 ? prescription.requests() : List.<ObjectNode>of()) {
      Amount amount = Amount.of(request);
      Sql.update(
          connection,
          """
          insert into circulation_drug (home, prescribed, dispensed, circulation, request, unit)
          values (?, ?, 0, ?, ?, ?) on conflict (home, circulation, request) do nothing\
          """,
          home,
          amount.count(),
          prescription.id(),
          request.path("id").asString(""),
          amount.unit());
    }
  }

  /**
   * Takes a step, unless another was taken since the row was read.
   *
   * @return false when one was
   */
  boolean step(Connection connection, Circulation read, Circulation next, Instant at)
      throws SQLException {
    ContentCodec.Encoded content = encode(read.id(), next.wish());
    return Sql.update(
            connection,
            """
            update circulation set state = ?, revision = revision + 1, codec = ?, key_id = ?,
              lock_until = ?::timestamptz, changed = ?, shop = ?, wanted = ?, way = ?, parcel = ?, token = ?::bytea,
              content = ?
            where home = ? and id = ? and revision = ? and state = ?\
            """,
            next.state().ordinal(),
            content.codec(),
            content.keyId(),
            next.lockUntil(),
            at,
            next.shop(),
            next.wanted(),
            next.way(),
            next.parcel(),
            next.token(),
            content.content(),
            read.home(),
            read.id(),
            read.revision(),
            read.state().ordinal())
        == 1;
  }

  private ContentCodec.Encoded encode(String id, Wish wish) {
    ObjectNode said = Json.MAPPER.createObjectNode();
    said.put("telephone", wish.telephone()).put("address", wish.address());
    return sealed.encode(id, 0, said);
  }

  private Circulation row(ResultSet row) throws SQLException {
    String id = row.getString("id");
    JsonNode said = sealed.read(row);
    return new Circulation(
        row.getInt("home"),
        id,
        CirculationState.values()[row.getInt("state")],
        row.getInt("revision"),
        row.getLong("patient"),
        Sql.instant(row, "until"),
        Sql.instantOrNull(row, "lock_until"),
        Sql.instant(row, "changed"),
        row.getString("shop"),
        row.getString("wanted"),
        row.getString("way"),
        row.getString("parcel"),
        row.getBytes("token"),
        new Wish(said.path("telephone").asString(""), said.path("address").asString("")));
  }

  // ------------------------------------------------------------------ drugs

  List<Drug> drugs(Circulation of) {
    return sql.list(
        "select request, prescribed, dispensed, unit from circulation_drug where home = ? and"
            + " circulation = ? order by request",
        CirculationTable::drug,
        of.home(),
        of.id());
  }

  static List<Drug> drugs(Connection connection, Circulation of) throws SQLException {
    return Sql.list(
        connection,
        "select request, prescribed, dispensed, unit from circulation_drug where home = ? and"
            + " circulation = ? order by request",
        CirculationTable::drug,
        of.home(),
        of.id());
  }

  private static Drug drug(ResultSet row) throws SQLException {
    return new Drug(
        row.getString("request"),
        row.getInt("prescribed"),
        row.getInt("dispensed"),
        row.getString("unit"));
  }

  /** Whether a MedicationRequest is of a prescription under way. Asks every bucket. */
  static boolean isUnderWay(Connection connection, String request) throws SQLException {
    return !Sql.list(
            connection,
            "select 1 from circulation_drug where request = ? limit 1",
            row -> true,
            request)
        .isEmpty();
  }

  /**
   * @return false when it would be more than is prescribed
   */
  static boolean count(Connection connection, Circulation of, String request, int quantity)
      throws SQLException {
    return Sql.update(
            connection,
            """
            update circulation_drug set dispensed = dispensed + ?
            where home = ? and circulation = ? and request = ? and dispensed + ? <= prescribed\
            """,
            quantity,
            of.home(),
            of.id(),
            request,
            quantity)
        == 1;
  }

  // ------------------------------------------------------------------ what was counted out

  List<Counted> counted(Circulation of) {
    return sql.list(COUNTED + " order by at, id", CirculationTable::counted, of.home(), of.id());
  }

  static List<Counted> out(Connection connection, Circulation of) throws SQLException {
    return Sql.list(
        connection,
        COUNTED + " and state = 0 order by at, id",
        CirculationTable::counted,
        of.home(),
        of.id());
  }

  private static Counted counted(ResultSet row) throws SQLException {
    return new Counted(
        row.getString("id"),
        row.getString("request"),
        row.getString("shop"),
        row.getString("item"),
        row.getInt("quantity"),
        row.getLong("fen"),
        row.getInt("state"),
        Sql.instant(row, "at"),
        Sql.texts(row, "traces"),
        row.getString("charge"),
        row.getBoolean("elsewhere"));
  }

  static void insert(Connection connection, Circulation of, Counted one) throws SQLException {
    Sql.update(
        connection,
        """
        insert into circulation_dispense (home, state, quantity, fen, at, circulation, id, request, shop, item, traces,
          charge)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        of.home(),
        one.state(),
        one.quantity(),
        one.fen(),
        one.at(),
        of.id(),
        one.id(),
        one.request(),
        one.shop(),
        one.item(),
        one.traces(),
        one.charge());
  }

  /** What is out and charged was paid past the platform. */
  static void elsewhere(Connection connection, Circulation of) throws SQLException {
    Sql.update(
        connection,
        "update circulation_dispense set elsewhere = true"
            + " where home = ? and circulation = ? and state = 0 and charge <> ''",
        of.home(),
        of.id());
  }

  static void mark(Connection connection, Circulation of, int state) throws SQLException {
    Sql.update(
        connection,
        "update circulation_dispense set state = ? where home = ? and circulation = ? and state ="
            + " 0",
        state,
        of.home(),
        of.id());
  }

  // ------------------------------------------------------------------ trace codes

  /**
   * @param whole whether the pack goes out unopened; an opened one may go out in parts, by the same
   *     shop
   * @return false when the code was seen before
   */
  static boolean trace(
      Connection connection, String code, boolean whole, String shop, String of, Instant at)
      throws SQLException {
    byte[] key = Token.sha256(code.getBytes(StandardCharsets.UTF_8));
    int made =
        Sql.update(
            connection,
            "insert into dispense_trace (key, whole, at, shop, circulation) values (?, ?, ?, ?, ?)"
                + " on conflict (key) do nothing",
            key,
            whole,
            at,
            shop,
            of);
    return made == 1
        || !whole
            && !Sql.list(
                    connection,
                    "select 1 from dispense_trace where key = ? and not whole and shop = ?",
                    row -> true,
                    key,
                    shop)
                .isEmpty();
  }

  /** A whole pack may go out again; an opened one stays known, and its shop's. */
  static void untrace(Connection connection, String code, String of) throws SQLException {
    Sql.update(
        connection,
        "delete from dispense_trace where key = ? and circulation = ? and whole",
        Token.sha256(code.getBytes(StandardCharsets.UTF_8)),
        of);
  }

  // ------------------------------------------------------------------ codes

  /**
   * A code that was given out.
   *
   * @param used null for not yet
   */
  record Given(String circulation, @Nullable Instant used) {}

  @Nullable Given given(Token token) {
    return sql.one(
        "select circulation, used from circulation_token where home = ? and digest = ?",
        row -> new Given(row.getString("circulation"), Sql.instantOrNull(row, "used")),
        token.home(),
        token.digest());
  }

  static void insert(Connection connection, Circulation of, Token token, Instant at)
      throws SQLException {
    Sql.update(
        connection,
        "insert into circulation_token (home, issued, until, circulation, shop, digest) values (?,"
            + " ?, ?, ?, '', ?)",
        of.home(),
        at,
        token.until(),
        of.id(),
        token.digest());
  }

  /**
   * @return false when it was used before
   */
  static boolean use(Connection connection, Circulation of, byte[] digest, String shop, Instant at)
      throws SQLException {
    return Sql.update(
            connection,
            "update circulation_token set used = ?, shop = ? where home = ? and digest = ? and used"
                + " is null",
            at,
            shop,
            of.home(),
            digest)
        == 1;
  }

  // ------------------------------------------------------------------ evidence

  /** Keeps what was tried; so many and no more, or somebody could fill the disk with it. */
  void attempt(Circulation of, String what, String shop, String subject, Instant at) {
    sql.update(
        """
        insert into circulation_attempt (home, at, circulation, id, what, shop, subject)
        select ?, ?, ?, ?, ?, ?, ?
        where (select count(*) from circulation_attempt where home = ? and circulation = ?) < ?\
        """,
        of.home(),
        at,
        of.id(),
        Ids.next(of.home()),
        what,
        shop,
        subject,
        of.home(),
        of.id(),
        MOST_ATTEMPTS);
  }

  List<Attempt> attempts(Circulation of) {
    return sql.list(
        "select at, what, shop from circulation_attempt where home = ? and circulation = ? order by"
            + " at",
        row -> new Attempt(Sql.instant(row, "at"), row.getString("what"), row.getString("shop")),
        of.home(),
        of.id());
  }

  // ------------------------------------------------------------------ erasure

  void erase(long patient) {
    for (Circulation one : ofPatient(patient, Instant.EPOCH, Integer.MAX_VALUE)) {
      sql.together(
          connection -> {
            for (String statement :
                new String[] {
                  "delete from circulation_attempt where home = ? and circulation = ?",
                  "delete from circulation_dispense where home = ? and circulation = ?",
                  "delete from circulation_token where home = ? and circulation = ?",
                  "delete from circulation_drug where home = ? and circulation = ?",
                  "delete from circulation where home = ? and id = ?"
                }) {
              Sql.update(connection, statement, one.home(), one.id());
            }
            return true;
          });
    }
  }
}
