package health.helan.foundation.delivery.subscription;

import health.helan.foundation.delivery.kept.KeptCaller;
import health.helan.foundation.delivery.kept.Statements;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The two tables. What a sender changes names its epoch. */
final class SubscriptionTable {
  /**
   * A subscription.
   *
   * @param resource without secrets, status and error
   * @param headers with secrets
   */
  record Row(
      String id,
      String owner,
      Caller caller,
      ObjectNode resource,
      Map<String, String> headers,
      int version,
      Instant updated,
      String state,
      String fault,
      @Nullable Instant ends,
      long epoch,
      Instant due,
      int failures,
      long event,
      @Nullable Instant sent) {
    Criteria criteria() {
      return Criteria.of(resource);
    }
  }

  /** A change to tell of. */
  record Delivery(
      int home,
      long seq,
      String type,
      String id,
      int version,
      Instant at,
      boolean matched,
      int state,
      long event,
      int round) {
    /** The same each time it is sent, another when it is asked for again. */
    String key(String subscription) {
      return subscription + ":" + home + ":" + seq + (round == 0 ? "" : ":" + round);
    }
  }

  static final int PENDING = 0;
  static final int SENT = 1;
  static final int LEFT_OUT = 2;

  private static final String COLUMNS =
      "id, owner, caller, resource, content, codec, key_id, version, updated, state, fault, ends,"
          + " epoch, due, failures, event, sent";
  private static final String DELIVERY =
      "home, seq, type, id, version, at, matched, state, event, round";

  private final Statements statements;
  private final ContentCodec codec;

  SubscriptionTable(DataSource dataSource, ContentCodec codec) {
    this.statements = new Statements(dataSource);
    this.codec = codec;
  }

  private static @Nullable Instant instant(ResultSet rows, int column) throws SQLException {
    OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private Row row(ResultSet rows) throws SQLException {
    String id = rows.getString(1);
    byte[] headers =
        codec.decode(
            place(id, rows.getInt(8)),
            rows.getShort(6),
            rows.getShort(7),
            Objects.requireNonNull(rows.getBytes(5)));
    var values = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    Json.MAPPER
        .readTree(headers)
        .properties()
        .forEach(one -> values.put(one.getKey(), one.getValue().asString()));
    return new Row(
        id,
        rows.getString(2),
        KeptCaller.parse(rows.getString(3), "subscription-" + id),
        (ObjectNode) Json.MAPPER.readTree(rows.getString(4)),
        values,
        rows.getInt(8),
        Objects.requireNonNull(instant(rows, 9)),
        rows.getString(10),
        rows.getString(11),
        instant(rows, 12),
        rows.getLong(13),
        Objects.requireNonNull(instant(rows, 14)),
        rows.getInt(15),
        rows.getLong(16),
        instant(rows, 17));
  }

  private static ContentCodec.Place place(String id, int version) {
    return new ContentCodec.Place("subscription", id, version);
  }

  private ContentCodec.Encoded sealed(String id, int version, Map<String, String> headers) {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    headers.forEach(tree::put);
    return codec.encode(place(id, version), Json.MAPPER.writeValueAsBytes(tree));
  }

  void add(
      String id,
      Caller caller,
      ObjectNode resource,
      Map<String, String> headers,
      Criteria criteria,
      String state,
      Instant now) {
    ContentCodec.Encoded sealed = sealed(id, 1, headers);
    statements.update(
        "insert into subscription (ends, id, owner, caller, resource, content, codec, key_id,"
            + " version, updated, state, fault, type, holder, epoch, until, due, failures, event)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, '', ?, '', 0, ?, ?, 0, 0)",
        criteria.ends(),
        id,
        caller.institution(),
        KeptCaller.text(caller),
        resource.toString(),
        sealed.content(),
        sealed.codec(),
        sealed.keyId(),
        now,
        state,
        criteria.type(),
        now,
        now);
  }

  /** False when another version is there by now. A sender at work loses its hold. */
  boolean change(
      Row before,
      Caller caller,
      ObjectNode resource,
      Map<String, String> headers,
      Criteria criteria,
      String state,
      Instant now) {
    ContentCodec.Encoded sealed = sealed(before.id(), before.version() + 1, headers);
    return statements.update(
            "update subscription set ends = ?, caller = ?, resource = ?, content = ?, codec = ?,"
                + " key_id = ?, version = version + 1, updated = ?, state = ?, fault = '', forsaken = null, type ="
                + " ?, epoch = epoch + 1, until = ?, due = ?, failures = 0 where id = ? and version"
                + " = ?",
            criteria.ends(),
            KeptCaller.text(caller),
            resource.toString(),
            sealed.content(),
            sealed.codec(),
            sealed.keyId(),
            now,
            state,
            criteria.type(),
            now,
            now,
            before.id(),
            before.version())
        == 1;
  }

  /** Its system is let in (again). */
  void remembered(String id) {
    statements.update(
        "update subscription set forsaken = null where id = ? and forsaken is not null", id);
  }

  /** Since when its system is not let in; null when there is no such subscription. */
  @Nullable Instant forsaken(String id, Instant now) {
    List<Instant> since =
        statements.with(
            connection ->
                Statements.list(
                    connection,
                    rows -> Objects.requireNonNull(instant(rows, 1)),
                    "update subscription set forsaken = coalesce(forsaken, ?) where id = ?"
                        + " returning forsaken",
                    now,
                    id));
    return since.isEmpty() ? null : since.getFirst();
  }

  /**
   * Ends one for good: off, and nothing waits any more.
   *
   * @param version that was looked at: one written again meanwhile goes on
   * @return how much waited; -1 where it goes on
   */
  int end(String id, int version) {
    int ended =
        statements.update(
            "update subscription set state = 'off', fault = 'client', failures = 0, forsaken ="
                + " null, epoch = epoch + 1 where id = ? and version = ? and forsaken is not null",
            id,
            version);
    return ended == 0
        ? -1
        : statements.update(
            "delete from subscription_delivery where subscription = ? and state = 0", id);
  }

  void remove(String id) {
    statements.update("delete from subscription where id = ?", id);
    statements.update("delete from subscription_delivery where subscription = ?", id);
  }

  @Nullable Row find(String id) {
    List<Row> found =
        statements.list(this::row, "select " + COLUMNS + " from subscription where id = ?", id);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** In the order of their ids. */
  List<Row> all(String after, int limit) {
    return statements.list(
        this::row,
        "select " + COLUMNS + " from subscription where id > ? order by id limit ?",
        after,
        limit);
  }

  /** In the order of their ids. */
  List<Row> of(String owner, String after, int limit) {
    return statements.list(
        this::row,
        "select " + COLUMNS + " from subscription where owner = ? and id > ? order by id limit ?",
        owner,
        after,
        limit);
  }

  /** Those that a change of one of the types may concern. */
  List<Row> listening(Connection transaction, Set<String> types) throws SQLException {
    return statements.list(
        transaction,
        this::row,
        "select "
            + COLUMNS
            + " from subscription where state in ('requested', 'active', 'error')"
            + " and type = any(?)",
        (Object) types.toArray(String[]::new));
  }

  /** Once, however often the consumer comes by. */
  void note(
      Connection transaction,
      String subscription,
      health.helan.foundation.store.changes.Change change,
      boolean matched)
      throws SQLException {
    statements.update(
        transaction,
        "insert into subscription_delivery (home, subscription, seq, type, id, version, at,"
            + " matched, state, event, round) values (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)"
            + " on conflict (home, subscription, seq) do nothing",
        change.home(),
        subscription,
        change.seq(),
        change.type(),
        change.id(),
        change.version(),
        change.updated(),
        matched);
  }

  // ---- senders

  /**
   * Takes one that has something to do and that nobody works on; null for none.
   *
   * @param reachable whether something can be sent for it from here
   */
  @Nullable Row take(
      String holder, Instant now, Duration lease, java.util.function.Predicate<Row> reachable) {
    List<Row> due =
        statements.list(
            this::row,
            "select "
                + COLUMNS
                + " from subscription where state in ('requested', 'active', 'error')"
                + " and until <= ? and due <= ? order by due",
            now,
            now);
    if (due.isEmpty()) {
      return null;
    }
    // Of those alone: what waits for an endpoint that is away for days is not looked through.
    Set<String> pending =
        new HashSet<>(
            statements.list(
                rows -> rows.getString(1),
                "select distinct subscription from subscription_delivery where state = 0"
                    + " and subscription = any(?)",
                (Object) due.stream().map(Row::id).toArray(String[]::new)));
    for (Row row : due) {
      if (!hasWork(row, pending, now, reachable.test(row))) {
        continue;
      }
      int taken =
          statements.update(
              "update subscription set holder = ?, epoch = ?, until = ? where id = ? and epoch = ?"
                  + " and until <= ?",
              holder,
              row.epoch() + 1,
              now.plus(lease),
              row.id(),
              row.epoch(),
              now);
      if (taken == 1) {
        Row mine = find(row.id());
        if (mine != null && mine.epoch() == row.epoch() + 1) {
          return mine;
        }
      }
    }
    return null;
  }

  boolean hasPending(String subscription) {
    return !statements
        .list(
            rows -> 1,
            "select 1 from subscription_delivery where subscription = ? and state = 0 limit 1",
            subscription)
        .isEmpty();
  }

  private static boolean hasWork(Row row, Set<String> pending, Instant now, boolean reachable) {
    Instant ends = row.ends();
    return row.state().equals("requested")
        || ends != null && ends.isBefore(now)
        || reachable && (pending.contains(row.id()) || isQuiet(row, now));
  }

  /** Whether a heartbeat is due. */
  static boolean isQuiet(Row row, Instant now) {
    Criteria criteria = row.criteria();
    Instant last = row.sent() == null ? row.updated() : row.sent();
    return criteria.notifications()
        && criteria.heartbeat() > 0
        && last.plusSeconds(criteria.heartbeat()).isBefore(now);
  }

  boolean renew(Row row, Instant until) {
    return statements.update(
            "update subscription set until = ? where id = ? and epoch = ?",
            until,
            row.id(),
            row.epoch())
        == 1;
  }

  /** The hold ends; others may go on. */
  void leave(Row row, Instant now) {
    statements.update(
        "update subscription set until = ?, due = ? where id = ? and epoch = ?",
        now,
        now,
        row.id(),
        row.epoch());
  }

  /** After a failure: in error, and not before a while. */
  void failed(Row row, String fault, Instant now, Instant due) {
    statements.update(
        "update subscription set state = case state when 'requested' then 'requested' else 'error'"
            + " end, fault = ?, failures = failures + 1, due = ?, until = ? where id = ? and epoch"
            + " = ?",
        fault,
        due,
        now,
        row.id(),
        row.epoch());
  }

  boolean state(Row row, String state, Instant now) {
    return statements.update(
            "update subscription set state = ?, fault = '', failures = 0, sent = ? where id = ?"
                + " and epoch = ?",
            state,
            now,
            row.id(),
            row.epoch())
        == 1;
  }

  /**
   * What is to be sent, in order within each home.
   *
   * @param from the home that comes first, so that none waits for all others
   */
  List<Delivery> pending(String subscription, int from, int limit) {
    return statements.list(
        SubscriptionTable::delivery,
        "select "
            + DELIVERY
            + " from subscription_delivery where subscription = ? and state = 0"
            + " order by (home < ?), home, seq limit ?",
        subscription,
        from,
        limit);
  }

  private static Delivery delivery(ResultSet rows) throws SQLException {
    return new Delivery(
        rows.getInt(1),
        rows.getLong(2),
        rows.getString(3),
        rows.getString(4),
        rows.getInt(5),
        Objects.requireNonNull(instant(rows, 6)),
        rows.getBoolean(7),
        rows.getInt(8),
        rows.getLong(9),
        rows.getInt(10));
  }

  /**
   * Gives events their numbers, kept when they are sent again.
   *
   * @return numbers in the order of the deliveries; null when the hold is lost
   */
  long @Nullable [] numbers(Row row, List<Delivery> deliveries) {
    long[] numbers = deliveries.stream().mapToLong(Delivery::event).toArray();
    long wanted = Arrays.stream(numbers).filter(number -> number == 0).count();
    if (wanted == 0) {
      return numbers;
    }
    List<Long> last =
        statements.with(
            connection -> {
              connection.setAutoCommit(false);
              try {
                List<Long> given =
                    Statements.list(
                        connection,
                        rows -> rows.getLong(1),
                        "update subscription set event = event + ? where id = ? and epoch = ?"
                            + " returning event",
                        wanted,
                        row.id(),
                        row.epoch());
                if (!given.isEmpty()) {
                  long next = given.getFirst() - wanted;
                  try (var statement =
                      connection.prepareStatement(
                          "update subscription_delivery set event = ?, matched = true where home ="
                              + " ? and subscription = ? and seq = ?")) {
                    for (int i = 0; i < numbers.length; i++) {
                      if (numbers[i] == 0) {
                        numbers[i] = ++next;
                        Delivery one = deliveries.get(i);
                        Statements.bind(statement, numbers[i], one.home(), row.id(), one.seq());
                        statement.addBatch();
                      }
                    }
                    statement.executeBatch();
                  }
                }
                connection.commit();
                return given;
              } catch (SQLException e) {
                connection.rollback();
                throw e;
              } finally {
                connection.setAutoCommit(true);
              }
            });
    return last.isEmpty() ? null : numbers;
  }

  void done(Row row, List<Delivery> deliveries, int state, Instant now) {
    if (deliveries.isEmpty()) {
      return;
    }
    var unused =
        statements.with(
            connection -> {
              connection.setAutoCommit(false);
              try (var statement =
                  connection.prepareStatement(
                      "update subscription_delivery set state = ?, done = ? where home = ? and"
                          + " subscription = ? and seq = ?")) {
                for (Delivery one : deliveries) {
                  Statements.bind(statement, state, now, one.home(), row.id(), one.seq());
                  statement.addBatch();
                }
                statement.executeBatch();
                connection.commit();
                return deliveries.size();
              } catch (SQLException e) {
                connection.rollback();
                throw e;
              } finally {
                connection.setAutoCommit(true);
              }
            });
  }

  // ---- looking back

  /** Events with a number from and to, in order. */
  List<Delivery> events(String subscription, long from, long to, int limit) {
    return statements.list(
        SubscriptionTable::delivery,
        "select "
            + DELIVERY
            + " from subscription_delivery where subscription = ? and event between ? and ?"
            + " and event > 0 order by event limit ?",
        subscription,
        from,
        to,
        limit);
  }

  /** Sends again what was sent for changes at or after a time; returns how many. */
  int replay(String subscription, Instant since) {
    return statements.update(
        "update subscription_delivery set state = 0, done = null, round = round + 1 where"
            + " subscription = ? and state <> 0 and at >= ?",
        subscription,
        since);
  }

  /** How many are to be sent, and since when the first of them waits. */
  record Backlog(long pending, @Nullable Instant oldest) {}

  Backlog backlog(String subscription) {
    return statements
        .list(
            rows -> new Backlog(rows.getLong(1), instant(rows, 2)),
            "select count(*), min(at) from subscription_delivery where subscription = ? and state ="
                + " 0",
            subscription)
        .getFirst();
  }

  // ---- tokens for sockets

  /** What a token binds, and for whom. */
  record Binding(List<String> subscriptions, Caller caller) {}

  void token(String digest, List<String> subscriptions, Caller caller, Instant expires) {
    var ids = Json.MAPPER.createArrayNode();
    subscriptions.forEach(ids::add);
    statements.update(
        "insert into subscription_token (digest, subscriptions, caller, expires) values (?, ?, ?,"
            + " ?)",
        digest,
        ids.toString(),
        KeptCaller.text(caller),
        expires);
  }

  /** Takes a token: it is good once. Null for none that is good. */
  @Nullable Binding takeToken(String digest, Instant now) {
    List<Binding> found =
        statements.list(
            rows -> {
              List<String> ids = new ArrayList<>();
              Json.MAPPER.readTree(rows.getString(1)).forEach(one -> ids.add(one.asString()));
              return new Binding(ids, KeptCaller.parse(rows.getString(2), "socket"));
            },
            "delete from subscription_token where digest = ? and expires > ? returning"
                + " subscriptions, caller",
            digest,
            now);
    return found.isEmpty() ? null : found.getFirst();
  }

  int pruneTokens(Instant now) {
    return statements.update("delete from subscription_token where expires < ?", now);
  }

  int prune(Instant doneBefore) {
    return statements.update("delete from subscription_delivery where done < ?", doneBefore);
  }
}
