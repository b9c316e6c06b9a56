package health.helan.pharmacy.dispense;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.SealedJson;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Tables {@code parcel} and {@code parcel_reading}. */
final class ParcelTable {
  private static final String PLACE = "parcel";

  private static final String ROWS =
      "select home, id, state, revision, tries, readings, low, high, version, codec, key_id, excursion,"
          + " patient, read_at, packed, changed, circulation, delivery, task, shop, carrier, courier, content"
          + " from parcel";

  private final Sql sql;
  private final SealedJson sealed;

  ParcelTable(Sql sql, ContentCodec codec) {
    this.sql = sql;
    sealed = new SealedJson(codec, PLACE);
  }

  /** Null for none. */
  @Nullable Parcel row(String id) {
    return Ids.isAssigned(id)
        ? sql.one(ROWS + " where home = ? and id = ?", this::row, Ids.home(id), id)
        : null;
  }

  /** Those that nobody has taken, and those that a courier has; what waits longest first. */
  List<Parcel> openOfCarrier(String carrier, String courier, int most) {
    return sql.list(
        ROWS
            + " where carrier = ? and courier in ('', ?) and state < 4"
            + " order by changed limit ?",
        this::row,
        carrier,
        courier,
        most);
  }

  /** Those that a courier brought, or took back, the latest first. */
  List<Parcel> doneOfCarrier(String carrier, String courier, Instant since, int most) {
    return sql.list(
        ROWS
            + " where carrier = ? and courier in ('', ?) and state >= 4"
            + " and changed >= ? order by changed desc limit ?",
        this::row,
        carrier,
        courier,
        since,
        most);
  }

  /** Those under way; what waits longest first. */
  List<Parcel> openOfShop(String shop, int most) {
    return sql.list(
        ROWS + " where shop = ? and state < 4 order by changed limit ?", this::row, shop, most);
  }

  List<Parcel> doneOfShop(String shop, Instant since, int most) {
    return sql.list(
        ROWS + " where shop = ? and state >= 4 and changed >= ?" + " order by changed desc limit ?",
        this::row,
        shop,
        since,
        most);
  }

  List<Parcel> ofPatient(long patient, Instant since, int most) {
    return sql.list(
        ROWS + " where patient = ? and changed >= ? order by changed desc limit ?",
        this::row,
        patient,
        since,
        most);
  }

  void insert(Connection connection, Parcel parcel, Instant at) throws SQLException {
    ContentCodec.Encoded content = encode(parcel);
    Sql.update(
        connection,
        """
        insert into parcel (home, state, revision, tries, readings, low, high, version, codec, key_id,
          excursion, patient, packed, changed, id, circulation, delivery, task, shop, carrier, courier, content)
        values (?, ?, 1, 0, 0, ?::smallint, ?::smallint, 0, ?, ?, false, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)""",
        parcel.home(),
        parcel.state().ordinal(),
        parcel.low(),
        parcel.high(),
        content.codec(),
        content.keyId(),
        parcel.patient(),
        parcel.packed(),
        at,
        parcel.id(),
        parcel.circulation(),
        parcel.delivery(),
        parcel.task(),
        parcel.shop(),
        parcel.carrier(),
        content.content());
  }

  /**
   * Changes the row, unless somebody has since it was read.
   *
   * @return false when somebody has
   */
  static boolean step(Connection connection, Parcel read, Parcel next, Instant at)
      throws SQLException {
    return Sql.update(
            connection,
            """
            update parcel set state = ?, revision = revision + 1, tries = ?, readings = ?, excursion = ?,
              read_at = ?::timestamptz, changed = ?, courier = ?
            where home = ? and id = ? and revision = ?""",
            next.state().ordinal(),
            next.tries(),
            next.readings(),
            next.excursion(),
            next.readAt(),
            at,
            next.courier(),
            read.home(),
            read.id(),
            read.revision())
        == 1;
  }

  /** The same alone. */
  boolean change(Parcel read, Parcel next, Instant at) {
    return sql.together(connection -> step(connection, read, next, at));
  }

  static void reading(Connection connection, Parcel of, Reading reading, String courier)
      throws SQLException {
    Sql.update(
        connection,
        "insert into parcel_reading (home, number, tenths, outside, at, parcel, courier) values (?,"
            + " ?, ?, ?, ?, ?, ?)",
        of.home(),
        of.readings() + 1,
        reading.tenths(),
        reading.outside(),
        reading.at(),
        of.id(),
        courier);
  }

  /** A temperature, in tenths of a degree Celsius. */
  record Reading(int tenths, boolean outside, Instant at) {}

  List<Reading> readings(Parcel of) {
    return sql.list(
        "select tenths, outside, at from parcel_reading where home = ? and parcel = ? order by"
            + " number",
        row -> new Reading(row.getInt("tenths"), row.getBoolean("outside"), Sql.instant(row, "at")),
        of.home(),
        of.id());
  }

  private ContentCodec.Encoded encode(Parcel parcel) {
    ObjectNode said = Json.MAPPER.createObjectNode();
    said.put("name", parcel.door().name());
    said.put("telephone", parcel.door().telephone()).put("address", parcel.door().address());
    return sealed.encode(parcel.id(), 0, said);
  }

  private static @Nullable Integer number(ResultSet row, String column) throws SQLException {
    int number = row.getInt(column);
    return row.wasNull() ? null : Integer.valueOf(number);
  }

  private Parcel row(ResultSet row) throws SQLException {
    String id = row.getString("id");
    JsonNode said = sealed.read(row);
    return new Parcel(
        row.getInt("home"),
        id,
        ParcelState.values()[row.getInt("state")],
        row.getInt("revision"),
        row.getInt("tries"),
        row.getInt("readings"),
        number(row, "low"),
        number(row, "high"),
        row.getBoolean("excursion"),
        row.getLong("patient"),
        Sql.instantOrNull(row, "read_at"),
        Sql.instant(row, "packed"),
        Sql.instant(row, "changed"),
        row.getString("circulation"),
        row.getString("delivery"),
        row.getString("task"),
        row.getString("shop"),
        row.getString("carrier"),
        row.getString("courier"),
        new Parcel.Door(
            said.path("name").asString(""),
            said.path("telephone").asString(""),
            said.path("address").asString("")));
  }

  void erase(long patient) {
    for (Parcel one : ofPatient(patient, Instant.EPOCH, Integer.MAX_VALUE)) {
      sql.together(
          connection -> {
            Sql.update(
                connection,
                "delete from parcel_reading where home = ? and parcel = ?",
                one.home(),
                one.id());
            Sql.update(
                connection, "delete from parcel where home = ? and id = ?", one.home(), one.id());
            return true;
          });
    }
  }
}
