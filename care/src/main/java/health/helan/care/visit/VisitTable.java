package health.helan.care.visit;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Tables {@code visit} and {@code visit_message}. */
final class VisitTable {
  /** Names the place of contents; also the table. */
  private static final String PLACE = "visit_message";

  private static final String COLUMNS =
      "select home, id, state, last, signals, resident_got, resident_read, doctor_got, doctor_read, patient, applied, entered,"
          + " practitioner, department, institution, chain from visit";

  final Sql sql;
  private final ContentCodec codec;

  VisitTable(Sql sql, ContentCodec codec) {
    this.sql = sql;
    this.codec = codec;
  }

  /**
   * A visit as its row says it.
   *
   * @param patient keyed digest
   * @param chain head; empty before the first message
   */
  record Row(
      int home,
      String id,
      VisitState state,
      int last,
      int signals,
      Marks marks,
      long patient,
      Instant applied,
      Instant entered,
      String practitioner,
      String department,
      String institution,
      byte[] chain) {}

  /** How many are open, by institution: a fan-out over homes, by index {@code visit_open}. */
  Map<String, Visits.Open> open() {
    var found = new HashMap<String, Visits.Open>();
    sql.list(
            """
            select institution, count(*) filter (where state < 3) as waiting, count(*) filter (where state = 3) as talking
            from visit where state < 4 and state > 0 group by institution""",
            row ->
                found.put(
                    row.getString("institution"),
                    new Visits.Open(row.getInt("waiting"), row.getInt("talking"))))
        .clear();
    return found;
  }

  private static Row row(ResultSet row) throws SQLException {
    byte[] chain = row.getBytes("chain");
    return new Row(
        row.getInt("home"),
        row.getString("id"),
        VisitState.values()[row.getInt("state")],
        row.getInt("last"),
        row.getInt("signals"),
        new Marks(
            row.getInt("resident_got"),
            row.getInt("resident_read"),
            row.getInt("doctor_got"),
            row.getInt("doctor_read")),
        row.getLong("patient"),
        Sql.instant(row, "applied"),
        Sql.instant(row, "entered"),
        row.getString("practitioner"),
        row.getString("department"),
        row.getString("institution"),
        chain == null ? new byte[0] : chain);
  }

  /** Null for none. */
  @Nullable Row find(String id) {
    return Ids.isAssigned(id)
        ? sql.one(COLUMNS + " where home = ? and id = ?", VisitTable::row, Ids.home(id), id)
        : null;
  }

  /**
   * Those that are open, of a doctor at an institution, the longest waiting first; across homes.
   */
  List<Row> ofDoctor(String practitioner, String institution, int most) {
    return sql.list(
        COLUMNS
            + " where practitioner = ? and institution = ? and state in (1, 2, 3) order by applied limit ?",
        VisitTable::row,
        practitioner,
        institution,
        most);
  }

  /** Those that ended, of a doctor at an institution, the last first; across homes. */
  List<Row> pastOfDoctor(String practitioner, String institution, Instant before, int most) {
    return sql.list(
        COLUMNS
            + " where practitioner = ? and institution = ? and state in (4, 5, 6) and applied < ?"
            + " order by applied desc limit ?",
        VisitTable::row,
        practitioner,
        institution,
        before,
        most);
  }

  /** Those of some residents, the last first; across homes. */
  List<Row> ofPatients(List<Long> patients, Instant before, int most) {
    return sql.list(
        COLUMNS
            + " where patient = any(?::text[]::bigint[]) and applied < ? order by applied desc limit ?",
        VisitTable::row,
        patients.stream().map(String::valueOf).toList(),
        before,
        most);
  }

  /** Those in a state before the consultation since before a time; across homes. */
  List<Row> waiting(Instant before, int most) {
    return sql.list(
        COLUMNS + " where state < 3 and entered < ? order by entered limit ?",
        VisitTable::row,
        before,
        most);
  }

  /** As much of some visits as tells whether anything has changed; across homes. */
  Map<String, Row> glance(Collection<String> ids) {
    Map<String, Row> found = new HashMap<>();
    if (!ids.isEmpty()) {
      List<String> homes = ids.stream().map(id -> String.valueOf(Ids.home(id))).distinct().toList();
      for (Row row :
          sql.list(
              COLUMNS + " where home = any(?::text[]::integer[]) and id = any(?)",
              VisitTable::row,
              homes,
              List.copyOf(ids))) {
        found.put(row.id, row);
      }
    }
    return found;
  }

  // ------------------------------------------------------------------ what follows the Encounter

  /** What a writing of the Encounter means to its row. */
  enum News {
    NEW,
    /** It came to another state, or was paid: what it waits for, it waits for from now on. */
    ENTERED,
    NONE
  }

  /**
   * The Encounter was written.
   *
   * @throws Refusal CONFLICT when there are more messages by now than the closing version speaks of
   */
  static void follow(
      Connection transaction,
      News news,
      int home,
      String id,
      Visit visit,
      long patient,
      String institution,
      Instant at)
      throws SQLException {
    VisitState state = Objects.requireNonNull(visit.state());
    if (news == News.NEW) {
      int made =
          Sql.update(
              transaction,
              """
              insert into visit (home, state, last, resident_got, resident_read, doctor_got, doctor_read, patient, applied,
                entered, changed, id, practitioner, department, institution)
              values (?, ?, 0, 0, 0, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing""",
              home,
              state.ordinal(),
              patient,
              at,
              at,
              at,
              id,
              visit.practitioner(),
              visit.department(),
              institution);
      if (made == 0) {
        throw new Refusal(Refusal.Kind.CONFLICT, "visit.open-already");
      }
      return;
    }
    int changed =
        Sql.update(
            transaction,
            """
            update visit set entered = case when ? then ?::timestamptz else entered end, state = ?, changed = ?
            where home = ? and id = ? and (? < 0 or last = ?)""",
            news == News.ENTERED,
            at,
            state.ordinal(),
            at,
            home,
            id,
            visit.messages(),
            visit.messages());
    if (changed == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "visit.message-meanwhile");
    }
  }

  // ------------------------------------------------------------------ messages

  /** The row, locked until the transaction ends; null for none. */
  static @Nullable Row lock(Connection transaction, String id) throws SQLException {
    return first(
        Sql.list(
            transaction,
            COLUMNS + " where home = ? and id = ? for update",
            VisitTable::row,
            Ids.home(id),
            id));
  }

  static boolean isThere(Connection transaction, String id) throws SQLException {
    return !Sql.list(
            transaction,
            "select 1 from visit where home = ? and id = ?",
            row -> row.getInt(1),
            Ids.home(id),
            id)
        .isEmpty();
  }

  private static <T> @Nullable T first(List<T> rows) {
    return rows.isEmpty() ? null : rows.getFirst();
  }

  /** The message that a client has sent already under this token; null for none. */
  @Nullable Message sent(Connection transaction, Row visit, Party side, String token)
      throws SQLException {
    return first(
        Sql.list(transaction, SENT, this::message, visit.home, visit.id, side.ordinal(), token));
  }

  /** The same outside a transaction: before something costly is done for nothing. */
  @Nullable Message sent(Row visit, Party side, String token) {
    return sql.one(SENT, this::message, visit.home, visit.id, side.ordinal(), token);
  }

  /** Adds a message and moves the counters. */
  Message add(
      Connection transaction,
      Row visit,
      Party side,
      Message.Kind kind,
      String token,
      String by,
      ObjectNode said,
      Instant at)
      throws SQLException {
    String id = Ids.next(visit.home);
    int number = visit.last + 1;
    byte[] plain = said.toString().getBytes(StandardCharsets.UTF_8);
    byte[] chain = chain(visit.chain, number, side, kind, at, plain);
    ContentCodec.Encoded content = codec.encode(new ContentCodec.Place(PLACE, id, 0), plain);
    Sql.update(
        transaction,
        """
        insert into visit_message (home, number, version, side, kind, codec, key_id, patient, at, visit, id, token,
          by_subject, content, chain)
        values (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        visit.home,
        number,
        side.ordinal(),
        kind.ordinal(),
        content.codec(),
        content.keyId(),
        visit.patient,
        at,
        visit.id,
        id,
        token,
        by,
        content.content(),
        chain);
    Sql.update(
        transaction,
        "update visit set last = ?, chain = ?, changed = ? where home = ? and id = ?",
        number,
        chain,
        at,
        visit.home,
        visit.id);
    return new Message(number, side, kind, token, at, said);
  }

  /**
   * What proves that nothing was changed, left out or put in: SM3 over the digest before and all
   * that a message says.
   */
  static byte[] chain(
      byte[] before, int number, Party side, Message.Kind kind, Instant at, byte[] said) {
    var digest = new SM3Digest();
    byte[] head =
        (number + "|" + side.word() + "|" + kind.word() + "|" + at + "|")
            .getBytes(StandardCharsets.UTF_8);
    digest.update(before, 0, before.length);
    digest.update(head, 0, head.length);
    digest.update(said, 0, said.length);
    var out = new byte[digest.getDigestSize()];
    digest.doFinal(out, 0);
    return out;
  }

  private static final String MESSAGES =
      "select id, number, version, side, kind, codec, key_id, at, token, content from visit_message";

  private static final String SENT =
      MESSAGES + " where home = ? and visit = ? and side = ? and token = ?";

  /** Messages after a number, in order. */
  List<Message> messages(Row visit, int after, int most) {
    return sql.list(
        MESSAGES + " where home = ? and visit = ? and number > ? order by number limit ?",
        this::message,
        visit.home,
        visit.id,
        after,
        most);
  }

  private Message message(ResultSet row) throws SQLException {
    String id = row.getString("id");
    byte[] content =
        codec.decode(
            new ContentCodec.Place(PLACE, id, row.getInt("version")),
            row.getShort("codec"),
            row.getShort("key_id"),
            row.getBytes("content"));
    return new Message(
        row.getInt("number"),
        Party.values()[row.getInt("side")],
        Message.Kind.values()[row.getInt("kind")],
        row.getString("token"),
        Sql.instant(row, "at"),
        (ObjectNode) Json.MAPPER.readTree(content));
  }

  /**
   * Moves a party's marks on; never back, never beyond what there is.
   *
   * @return whether anything moved
   */
  boolean mark(Row visit, Party side, int got, int read, Instant at) {
    int far = Math.max(got, read);
    return sql.update(
            side == Party.RESIDENT
                ? """
                  update visit set resident_got = greatest(resident_got, ?), resident_read = greatest(resident_read, ?),
                    changed = ? where home = ? and id = ? and last >= ? and (resident_got < ? or resident_read < ?)"""
                : """
                  update visit set doctor_got = greatest(doctor_got, ?), doctor_read = greatest(doctor_read, ?),
                    changed = ? where home = ? and id = ? and last >= ? and (doctor_got < ? or doctor_read < ?)""",
            far,
            read,
            at,
            visit.home,
            visit.id,
            far,
            far,
            read)
        > 0;
  }

  /** Takes out all that is kept of a resident, home by home. */
  void erase(long subject) {
    for (String statement :
        List.of(
            "delete from visit_signal where home between ? and ? and patient = ?",
            "delete from visit_message where home between ? and ? and patient = ?",
            "delete from visit where home between ? and ? and patient = ?")) {
      sql.update(statement, 0, Ids.HOMES - 1, subject);
    }
  }
}
