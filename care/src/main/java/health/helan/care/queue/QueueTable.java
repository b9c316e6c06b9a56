package health.helan.care.queue;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SealedJson;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Tables {@code visit_queue} and {@code visit_queue_ticket}. */
final class QueueTable {
  /** Names the place of contents; also the table. */
  private static final String PLACE = "visit_queue_ticket";

  private static final String QUEUES =
      "select home, id, institution, department, practitioner, prefix, name, place, skip, misses,"
          + " near, state, calls, revision from visit_queue";

  private static final String TICKETS =
      "select home, id, queue, day, number, revision, state, level, due, entered, not_before,"
          + " misses, patient, server, place, told, called_at, started_at, ended_at, version,"
          + " codec, key_id, content from visit_queue_ticket";

  private static final int OPEN = 0;
  private static final int CLOSED = 1;
  private static final int FIRST_FINAL = State.SERVED.ordinal();

  private final Sql sql;
  private final SealedJson sealed;

  QueueTable(Sql sql, ContentCodec codec) {
    this.sql = sql;
    sealed = new SealedJson(codec, PLACE);
  }

  // ------------------------------------------------------------------ queues

  /** Null for none. */
  @Nullable Queue queue(String id) {
    return Ids.isAssigned(id)
        ? sql.one(QUEUES + " where home = ? and id = ?", QueueTable::queue, Ids.home(id), id)
        : null;
  }

  List<Queue> ofInstitution(String institution) {
    return sql.list(
        QUEUES + " where institution = ? order by name, id", QueueTable::queue, institution);
  }

  void insert(Queue queue, LocalDate day, Instant at) {
    sql.update(
        """
        insert into visit_queue (home, state, skip, misses, near, last, calls, revision, day, changed, id, institution,
          department, practitioner, prefix, name, place)
        values (?, ?, ?, ?, ?, 0, 0, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        queue.home(),
        queue.isOpen() ? OPEN : CLOSED,
        queue.rule().skip(),
        queue.rule().misses(),
        queue.rule().near(),
        day,
        at,
        queue.id(),
        queue.institution(),
        queue.department(),
        queue.practitioner(),
        queue.prefix(),
        queue.name(),
        queue.place());
  }

  void update(Queue queue, Instant at) {
    sql.update(
        "update visit_queue set state = ?, skip = ?, misses = ?, near = ?, prefix = ?, name = ?,"
            + " place = ?, changed = ?, revision = revision + 1 where home = ? and id = ?",
        queue.isOpen() ? OPEN : CLOSED,
        queue.rule().skip(),
        queue.rule().misses(),
        queue.rule().near(),
        queue.prefix(),
        queue.name(),
        queue.place(),
        at,
        queue.home(),
        queue.id());
  }

  /**
   * The next number of the day; holds the queue until the transaction ends.
   *
   * @throws Refusal BUSINESS_RULE when it is closed
   */
  static int number(Connection connection, Queue queue, LocalDate day, Instant at)
      throws SQLException {
    List<Integer> numbers =
        Sql.list(
            connection,
            "update visit_queue set last = case when day = ? then last + 1 else 1 end, day = ?,"
                + " changed = ?, revision = revision + 1 where home = ? and id = ? and state = 0"
                + " returning last",
            row -> row.getInt(1),
            day,
            day,
            at,
            queue.home(),
            queue.id());
    if (numbers.isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.closed");
    }
    return numbers.getFirst();
  }

  /** Notes that something in the queue changes; answers how many calls it has made. */
  static long touch(Connection connection, int home, String queue, Instant at) throws SQLException {
    return Sql.list(
            connection,
            "update visit_queue set revision = revision + 1, changed = ? where home = ? and id = ?"
                + " returning calls",
            row -> row.getLong(1),
            at,
            home,
            queue)
        .getFirst();
  }

  /**
   * Counts a call, if none was made since the queue was read.
   *
   * @return false when one was
   */
  static boolean call(Connection connection, Queue read, Instant at) throws SQLException {
    return Sql.update(
            connection,
            "update visit_queue set calls = calls + 1, revision = revision + 1, changed = ?"
                + " where home = ? and id = ? and calls = ?",
            at,
            read.home(),
            read.id(),
            read.calls())
        == 1;
  }

  // ------------------------------------------------------------------ tickets

  /** Null for none. */
  @Nullable Ticket ticket(String id) {
    return Ids.isAssigned(id)
        ? sql.one(TICKETS + " where home = ? and id = ?", this::ticket, Ids.home(id), id)
        : null;
  }

  /** The live ones of a queue that were entered since a time. */
  List<Ticket> live(Queue queue, LocalDate day, Instant since) {
    return sql.list(
        TICKETS
            + " where home = ? and queue = ? and day >= ? and state < ? and entered >= ? order by"
            + " number",
        this::ticket,
        queue.home(),
        queue.id(),
        day,
        FIRST_FINAL,
        since);
  }

  /**
   * A visit that ended.
   *
   * @param server who had it, and where
   */
  record Measured(long server, Instant called, Instant ended) {}

  /**
   * Visits of a queue that ended since a time, the latest first.
   *
   * @param day of the earliest tickets among them
   */
  List<Measured> measured(Queue queue, LocalDate day, Instant since, int most) {
    return sql.list(
        "select server, called_at, ended_at from visit_queue_ticket where home = ? and queue = ?"
            + " and day >= ? and state = ? and called_at is not null and ended_at >= ? order by"
            + " ended_at desc limit ?",
        row ->
            new Measured(
                row.getLong("server"), Sql.instant(row, "called_at"), Sql.instant(row, "ended_at")),
        queue.home(),
        queue.id(),
        day,
        FIRST_FINAL,
        since,
        most);
  }

  /** Of a resident since a day, the latest first. */
  List<Ticket> ofPatient(long patient, LocalDate since) {
    return sql.list(
        TICKETS + " where patient = ? and day >= ? order by entered desc",
        this::ticket,
        patient,
        since);
  }

  /**
   * @throws Refusal CONFLICT when the resident has a live one there
   */
  void insert(Connection connection, Ticket ticket, Instant at) throws SQLException {
    ContentCodec.Encoded content = encode(ticket);
    int made =
        Sql.update(
            connection,
            """
            insert into visit_queue_ticket (home, number, revision, version, state, level, misses, codec, key_id, told,
              not_before, patient, server, day, due, entered, changed, id, queue, place, content)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (home, queue, day, patient) where state < 4 do nothing\
            """,
            ticket.home(),
            ticket.number(),
            ticket.revision(),
            ticket.version(),
            ticket.state().ordinal(),
            ticket.level().ordinal(),
            ticket.misses(),
            content.codec(),
            content.keyId(),
            ticket.told(),
            ticket.notBefore(),
            ticket.patient(),
            ticket.server(),
            ticket.day(),
            ticket.due(),
            ticket.entered(),
            at,
            ticket.id(),
            ticket.queue(),
            ticket.place(),
            content.content());
    if (made == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "queue.there-already");
    }
  }

  /**
   * @param next with its revision raised by one
   * @return false when somebody was faster
   */
  boolean update(Connection connection, Ticket next, Instant at) throws SQLException {
    ContentCodec.Encoded content = encode(next);
    return Sql.update(
            connection,
            """
            update visit_queue_ticket set revision = ?, version = ?, state = ?, level = ?, misses = ?, codec = ?,
              key_id = ?, told = ?, not_before = ?, server = ?, called_at = ?::timestamptz, started_at = ?::timestamptz,
              ended_at = ?::timestamptz, changed = ?, place = ?, content = ?
            where home = ? and id = ? and revision = ?\
            """,
            next.revision(),
            next.version(),
            next.state().ordinal(),
            next.level().ordinal(),
            next.misses(),
            content.codec(),
            content.keyId(),
            next.told(),
            next.notBefore(),
            next.server(),
            next.called(),
            next.started(),
            next.ended(),
            at,
            next.place(),
            content.content(),
            next.home(),
            next.id(),
            next.revision() - 1)
        == 1;
  }

  /** Live ones that were entered before a time, of all queues. */
  List<Ticket> forgotten(Instant before, int most) {
    return sql.list(
        TICKETS + " where state < ? and entered < ? order by entered limit ?",
        this::ticket,
        FIRST_FINAL,
        before,
        most);
  }

  /** Those whose visits ended since a day, of all queues, the latest first. */
  List<Ticket> served(LocalDate since, int most) {
    return sql.list(
        TICKETS + " where state = ? and day >= ? order by changed desc limit ?",
        this::ticket,
        FIRST_FINAL,
        since,
        most);
  }

  /** Takes out what ended before a day; what happened stands in Encounters and Provenances. */
  int prune(LocalDate before) {
    return sql.update(
        "delete from visit_queue_ticket where home between ? and ? and state >= ? and day < ?",
        0,
        Ids.HOMES - 1,
        FIRST_FINAL,
        before);
  }

  void erase(long patient) {
    sql.update(
        "delete from visit_queue_ticket where home between ? and ? and patient = ?",
        0,
        Ids.HOMES - 1,
        patient);
  }

  // ------------------------------------------------------------------ rows

  private ContentCodec.Encoded encode(Ticket ticket) {
    Ticket.Content content = ticket.content();
    return sealed.encode(
        ticket.id(),
        ticket.version(),
        Json.MAPPER
            .createObjectNode()
            .put("patient", content.patient())
            .put("encounter", content.encounter())
            .put("appointment", content.appointment())
            .put("name", content.name())
            .put("reason", content.reason()));
  }

  private static Queue queue(ResultSet row) throws SQLException {
    return new Queue(
        row.getInt("home"),
        row.getString("id"),
        row.getString("institution"),
        row.getString("department"),
        row.getString("practitioner"),
        row.getString("prefix"),
        row.getString("name"),
        row.getString("place"),
        new Queue.Rule(row.getInt("skip"), row.getInt("misses"), row.getInt("near")),
        row.getInt("state") == OPEN,
        row.getLong("calls"),
        row.getLong("revision"));
  }

  private Ticket ticket(ResultSet row) throws SQLException {
    String id = row.getString("id");
    int version = row.getInt("version");
    JsonNode said = sealed.read(row);
    return new Ticket(
        row.getInt("home"),
        id,
        row.getString("queue"),
        row.getObject("day", LocalDate.class),
        row.getInt("number"),
        row.getInt("revision"),
        State.values()[row.getInt("state")],
        Level.values()[row.getInt("level")],
        Sql.instant(row, "due"),
        Sql.instant(row, "entered"),
        row.getLong("not_before"),
        row.getInt("misses"),
        row.getLong("patient"),
        row.getLong("server"),
        row.getString("place"),
        row.getBoolean("told"),
        Sql.instantOrNull(row, "called_at"),
        Sql.instantOrNull(row, "started_at"),
        Sql.instantOrNull(row, "ended_at"),
        version,
        new Ticket.Content(
            text(said, "patient"),
            text(said, "encounter"),
            text(said, "appointment"),
            text(said, "name"),
            text(said, "reason")));
  }

  private static String text(JsonNode said, String name) {
    return said.path(name).asString("");
  }
}
