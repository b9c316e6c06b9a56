package health.helan.foundation.gateway;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.SqlErrors;
import java.security.MessageDigest;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Tables {@code intake…}. Thread-safe; each call is a transaction of its own. */
final class Journal {
  /** The place of a content; version 0 is the original, others are corrections. */
  private static final String PLACE = "intake";

  private static final String COLUMNS =
      "home, seq, lane, id, feed, type, control, received, changed, state, attempts, corrected, size,"
          + " mapping, reason, findings, made";

  private static final String INSERT =
      """
      with taken as (
        insert into intake_control (key, mac, at, home, id, digest) values (?, ?, ?, ?, ?, ?)
        on conflict (key, mac) do nothing returning 1),
      numbered as (
        insert into intake_lane (home, seq) select ?, 1 where exists (select from taken)
        on conflict (home) do update set seq = intake_lane.seq + 1 returning seq)
      insert into intake (home, seq, lane, received, changed, state, attempts, corrected, codec, key_id, version,
        size, id, feed, type, control, digest, mapping, reason, findings, made, content)
      select ?, numbered.seq, ?, ?, ?, ?, 0, 0, ?, ?, 0, ?, ?, ?, ?, ?, ?, null, ?, ?, null, ? from numbered
      returning seq""";

  private static final String OF_CONTROL =
      "select home, id, digest from intake_control where key = ? and mac = ?";

  private static final String READ = "select " + COLUMNS + " from intake where home = ? and id = ?";

  private static final String CONTENT =
      "select codec, key_id, content from intake where home = ? and id = ?";

  private static final String CORRECTION =
      "select codec, key_id, content from intake_correction where home = ? and id = ? and version = ?";

  /** What is still to be done before it; and what failed, where that counts. */
  private static final String BEFORE =
      "select id, state from intake where home = ? and lane = ? and seq < ?"
          + " and state = 0 order by seq limit 1";

  private static final String BEFORE_OR_FAILED =
      "select id, state from intake where home = ? and lane = ? and seq < ?"
          + " and state in (0, 2, 3) order by state, seq limit 1";

  /**
   * Without waiting for the disk: what it says is repeated after a crash, since the message is then
   * tried again, with no effect but this.
   */
  private static final String SETTLE =
      """
      update intake set state = ?, changed = ?, attempts = least(attempts + 1, 32000), mapping = ?, reason = ?,
        findings = ?, made = ?, patient = ?, type = ?, control = ?
      from (select set_config('synchronous_commit', 'off', true)) as unflushed
      where home = ? and id = ? and state = any(?)""";

  private static final String MOVE =
      "update intake set state = ?, changed = ?, reason = ? where home = ? and id = ? and state = any(?)";

  private final DataSource database;
  private final ContentCodec codec;

  Journal(DataSource database, ContentCodec codec) {
    this.database = database;
    this.codec = codec;
  }

  /** What is put in, before it has a number. */
  record Entry(
      int home,
      long lane,
      Instant received,
      State state,
      String id,
      String feed,
      String type,
      String control,
      byte[] digest,
      Message.@Nullable Reason reason,
      List<Finding> findings,
      byte[] content) {}

  /** A number of a sender that was used before. */
  record Taken(int home, String id, boolean isSame) {}

  /** Either a new row's number, or who has the number already. */
  record Inserted(long seq, @Nullable Taken taken) {}

  /**
   * Puts a message in, if its control key is free.
   *
   * @param key first 64 bits of the digest of what is used once; {@code mac} its first 128
   */
  Inserted insert(Entry entry, long key, byte[] mac) {
    ContentCodec.Encoded encoded =
        codec.encode(new ContentCodec.Place(PLACE, entry.id, 0), entry.content);
    OffsetDateTime at = at(entry.received);
    try (Connection connection = database.getConnection()) {
      try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
        int i = 1;
        statement.setLong(i++, key);
        statement.setBytes(i++, mac);
        statement.setObject(i++, at);
        statement.setInt(i++, entry.home);
        statement.setString(i++, entry.id);
        statement.setBytes(i++, entry.digest);
        statement.setInt(i++, entry.home);
        statement.setInt(i++, entry.home);
        statement.setLong(i++, entry.lane);
        statement.setObject(i++, at);
        statement.setObject(i++, at);
        statement.setShort(i++, entry.state.code());
        statement.setShort(i++, encoded.codec());
        statement.setShort(i++, encoded.keyId());
        statement.setInt(i++, entry.content.length);
        statement.setString(i++, entry.id);
        statement.setString(i++, entry.feed);
        statement.setString(i++, cut(entry.type, 60));
        statement.setString(i++, cut(entry.control, 199));
        statement.setBytes(i++, entry.digest);
        statement.setString(i++, json(entry.reason));
        statement.setString(i++, json(entry.findings));
        statement.setBytes(i, encoded.content());
        try (ResultSet rows = statement.executeQuery()) {
          if (rows.next()) {
            return new Inserted(rows.getLong(1), null);
          }
        }
      }
      Taken taken = taken(connection, key, mac, entry.digest);
      if (taken != null) {
        return new Inserted(0, taken);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    // Retention took it between the two statements: the next try finds it free.
    return insert(entry, key, mac);
  }

  /** Who has a control key; null for nobody. */
  @Nullable Taken taken(long key, byte[] mac, byte[] digest) {
    try (Connection connection = database.getConnection()) {
      return taken(connection, key, mac, digest);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static @Nullable Taken taken(Connection connection, long key, byte[] mac, byte[] digest)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OF_CONTROL)) {
      statement.setLong(1, key);
      statement.setBytes(2, mac);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next()
            ? new Taken(rows.getInt(1), rows.getString(2), Arrays.equals(rows.getBytes(3), digest))
            : null;
      }
    }
  }

  private static String cut(String text, int most) {
    String clean = text.replace("\0", "");
    return clean.length() <= most ? clean : clean.substring(0, most);
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  /** Null for an id that no message has. */
  @Nullable Message read(String id) {
    if (!Ids.isAssigned(id)) {
      return null;
    }
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setInt(1, Ids.home(id));
      statement.setString(2, id);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? message(rows) : null;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * The bytes of a message.
   *
   * @param version 0 for the original
   */
  byte[] content(String id, int version) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(version == 0 ? CONTENT : CORRECTION)) {
      statement.setInt(1, Ids.home(id));
      statement.setString(2, id);
      if (version > 0) {
        statement.setInt(3, version);
      }
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new IllegalStateException("no content of " + id);
        }
        return codec.decode(
            new ContentCodec.Place(PLACE, id, version),
            rows.getShort(1),
            rows.getShort(2),
            rows.getBytes(3));
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** What stands before a message in its lane. */
  record Before(String id, State state) {}

  /**
   * What stands before a message in its lane: the first that is still to be done; else, if {@code
   * failed} counts too, a failed or parked one. Null for nothing.
   */
  @Nullable Before before(int home, long lane, long seq, boolean failed) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(failed ? BEFORE_OR_FAILED : BEFORE)) {
      statement.setInt(1, home);
      statement.setLong(2, lane);
      statement.setLong(3, seq);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? new Before(rows.getString(1), State.of(rows.getShort(2))) : null;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** What became of a message. */
  record Settled(
      State state,
      String type,
      String control,
      @Nullable String mapping,
      Message.@Nullable Reason reason,
      List<Finding> findings,
      List<String> made,
      @Nullable Long patient) {}

  /**
   * Writes down what became of a message, if it still stands where it stood.
   *
   * @return false when another instance was faster
   */
  boolean settle(String id, List<State> from, Settled settled, Instant now) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SETTLE)) {
      int i = 1;
      statement.setShort(i++, settled.state.code());
      statement.setObject(i++, at(now));
      statement.setString(i++, settled.mapping);
      statement.setString(i++, json(settled.reason));
      statement.setString(i++, json(settled.findings));
      statement.setArray(i++, connection.createArrayOf("text", settled.made.toArray()));
      statement.setObject(i++, settled.patient, java.sql.Types.BIGINT);
      statement.setString(i++, cut(settled.type, 60));
      statement.setString(i++, cut(settled.control, 199));
      statement.setInt(i++, Ids.home(id));
      statement.setString(i++, id);
      statement.setArray(i, states(connection, from));
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Array states(Connection connection, List<State> states) throws SQLException {
    return connection.createArrayOf("smallint", states.stream().map(State::code).toArray());
  }

  /** Moves a message from one of some states to another; false when it was in none of them. */
  boolean move(
      String id, List<State> from, State to, Message.@Nullable Reason reason, Instant now) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(MOVE)) {
      statement.setShort(1, to.code());
      statement.setObject(2, at(now));
      statement.setString(3, json(reason));
      statement.setInt(4, Ids.home(id));
      statement.setString(5, id);
      statement.setArray(6, states(connection, from));
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Messages that wait since before a time, the oldest first: a stop left them behind. */
  List<String> waiting(Instant before, int most) {
    return ids(
        "select id from intake where state = 0 and received < ? order by received limit ?",
        statement -> {
          statement.setObject(1, at(before));
          statement.setInt(2, most);
        });
  }

  /**
   * Messages that wait behind a failed one that is settled by now: whoever settled it was stopped
   * before it came to them, or they came while it did.
   */
  List<String> forgotten(int most) {
    return ids(
        "select parked.id from intake as parked where parked.state = 3 and not exists"
            + " (select from intake as failed where failed.home = parked.home and failed.lane = parked.lane"
            + " and failed.seq < parked.seq and failed.state in (0, 2, 3)) limit ?",
        statement -> statement.setInt(1, most));
  }

  /** Messages of a lane that wait behind a failed one, in order. */
  List<String> parked(int home, long lane) {
    return ids(
        "select id from intake where home = ? and lane = ? and state = 3 order by seq",
        statement -> {
          statement.setInt(1, home);
          statement.setLong(2, lane);
        });
  }

  /** Later messages of the lane that are done: replaying this one would write over them. */
  int overtakenBy(Message message) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select count(*) from intake where lane = ? and home = ? and seq > ? and state = 1")) {
      statement.setLong(1, message.lane());
      statement.setInt(2, message.home());
      statement.setLong(3, message.seq());
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Keeps a corrected text beside the original.
   *
   * @return its number
   */
  int correct(String id, byte[] content, String by, Instant now) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        int version;
        try (PreparedStatement statement =
            connection.prepareStatement(
                "update intake set corrected = corrected + 1, changed = ? where home = ? and id = ? returning corrected")) {
          statement.setObject(1, at(now));
          statement.setInt(2, Ids.home(id));
          statement.setString(3, id);
          try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            version = rows.getInt(1);
          }
        }
        ContentCodec.Encoded encoded =
            codec.encode(new ContentCodec.Place(PLACE, id, version), content);
        try (PreparedStatement statement =
            connection.prepareStatement(
                """
                insert into intake_correction (home, version, codec, key_id, at, by_subject, id, content)
                values (?, ?, ?, ?, ?, ?, ?, ?)""")) {
          statement.setInt(1, Ids.home(id));
          statement.setInt(2, version);
          statement.setShort(3, encoded.codec());
          statement.setShort(4, encoded.keyId());
          statement.setObject(5, at(now));
          statement.setString(6, by);
          statement.setString(7, id);
          statement.setBytes(8, encoded.content());
          statement.executeUpdate();
        }
        connection.commit();
        return version;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * What is looked for; null or empty for anything.
   *
   * @param feeds names of the feeds that the caller may see; null for all
   * @param before older than this one, for the next page
   */
  record Query(
      @Nullable List<String> feeds,
      @Nullable String type,
      @Nullable String control,
      @Nullable Long patient,
      List<State> states,
      @Nullable Instant since,
      @Nullable Instant until,
      @Nullable String before,
      int count) {}

  /** Messages, the newest first. */
  List<Message> find(Query query) {
    var sql = new StringBuilder("select " + COLUMNS + " from intake where true");
    var values = new ArrayList<Object>();
    if (query.feeds != null) {
      sql.append(" and feed = any(?)");
      values.add(query.feeds.toArray(new String[0]));
    }
    if (query.type != null) {
      sql.append(" and (type = ? or starts_with(type, ?))");
      values.add(query.type);
      values.add(query.type.endsWith("^") ? query.type : query.type + "^");
    }
    if (query.control != null) {
      sql.append(" and control = ?");
      values.add(query.control);
    }
    if (query.patient != null) {
      sql.append(" and patient = ?");
      values.add(query.patient);
    }
    if (!query.states.isEmpty()) {
      sql.append(" and state = any(?)");
      values.add(query.states.stream().map(State::code).toArray(Short[]::new));
    }
    if (query.since != null) {
      sql.append(" and received >= ?");
      values.add(at(query.since));
    }
    if (query.until != null) {
      sql.append(" and received < ?");
      values.add(at(query.until));
    }
    Message last = query.before == null ? null : read(query.before);
    if (last != null) {
      sql.append(" and (received, id) < (?, ?)");
      values.add(at(last.received()));
      values.add(last.id());
    }
    sql.append(" order by received desc, id desc limit ?");
    values.add(query.count);
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql.toString())) {
      for (int i = 0; i < values.size(); i++) {
        switch (values.get(i)) {
          case String[] texts -> statement.setArray(i + 1, connection.createArrayOf("text", texts));
          case Short[] codes ->
              statement.setArray(i + 1, connection.createArrayOf("smallint", codes));
          case Object value -> statement.setObject(i + 1, value);
        }
      }
      var found = new ArrayList<Message>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(message(rows));
        }
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Deletes what is settled since before a time, a part at a time.
   *
   * @return number of messages that went
   */
  int forget(Instant before, int most) {
    forgetNumbers(before);
    List<String> gone =
        ids(
            "select id from intake where received < ? and state in (1, 5) and changed < ? order by received limit ?",
            statement -> {
              statement.setObject(1, at(before));
              statement.setObject(2, at(before));
              statement.setInt(3, most);
            });
    delete(gone);
    return gone.size();
  }

  /**
   * Takes messages out for good: an erasure. With those that became records of the resident go
   * those that did not, and have only the lane in common with them.
   */
  void erase(long patient) {
    List<String> gone =
        ids(
            "select id from intake where lane in (select lane from intake where patient = ?)",
            statement -> statement.setLong(1, patient));
    var files = new LinkedHashSet<String>();
    for (String id : gone) {
      Message part = read(id);
      String file = part == null ? "" : Message.container(part.control());
      Message container = Ids.isAssigned(file) ? read(file) : null;
      if (part != null && container != null && container.feed().equals(part.feed())) {
        // The file as it came speaks of this resident among others; their rows stay.
        files.add(file);
      }
    }
    delete(gone);
    delete(List.copyOf(files));
  }

  private void delete(List<String> ids) {
    if (ids.isEmpty()) {
      return;
    }
    try (Connection connection = database.getConnection()) {
      for (String table : List.of("intake_correction", "intake")) {
        try (PreparedStatement statement =
            connection.prepareStatement("delete from " + table + " where home = ? and id = ?")) {
          for (String id : ids) {
            statement.setInt(1, Ids.home(id));
            statement.setString(2, id);
            statement.addBatch();
          }
          statement.executeBatch();
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private void forgetNumbers(Instant before) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement("delete from intake_control where at < ?")) {
      statement.setObject(1, at(before));
      statement.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @FunctionalInterface
  private interface Binding {
    void bind(PreparedStatement statement) throws SQLException;
  }

  private List<String> ids(String sql, Binding binding) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      binding.bind(statement);
      var ids = new ArrayList<String>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
      return ids;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Numbers of messages by feed and state, of what waits for somebody. */
  record Count(String feed, State state, long count) {}

  List<Count> open() {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select feed, state, count(*) from intake where state in (0, 2, 3, 4) group by feed, state order by feed, state");
        ResultSet rows = statement.executeQuery()) {
      var counts = new ArrayList<Count>();
      while (rows.next()) {
        counts.add(new Count(rows.getString(1), State.of(rows.getShort(2)), rows.getLong(3)));
      }
      return counts;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** By indexes {@code intake_received} and {@code intake_waiting}. */
  List<Gateway.Traffic> traffic(Instant since) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                select feed, sum(received), sum(waiting), min(oldest) from (
                  select feed, count(*) as received, 0 as waiting, null::timestamptz as oldest
                  from intake where received >= ? group by feed
                  union all
                  select feed, 0, count(*), min(received) from intake where state = 0 group by feed) t
                group by feed order by feed""")) {
      statement.setObject(1, since.atOffset(ZoneOffset.UTC));
      try (ResultSet rows = statement.executeQuery()) {
        var found = new ArrayList<Gateway.Traffic>();
        while (rows.next()) {
          OffsetDateTime oldest = rows.getObject(4, OffsetDateTime.class);
          found.add(
              new Gateway.Traffic(
                  rows.getString(1),
                  rows.getLong(2),
                  rows.getLong(3),
                  oldest == null ? null : oldest.toInstant()));
        }
        return found;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ rows

  private static Message message(ResultSet row) throws SQLException {
    Array made = row.getArray(17);
    return new Message(
        row.getInt(1),
        row.getLong(2),
        row.getLong(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getObject(8, OffsetDateTime.class).toInstant(),
        row.getObject(9, OffsetDateTime.class).toInstant(),
        State.of(row.getShort(10)),
        row.getInt(11),
        row.getInt(12),
        row.getInt(13),
        row.getString(14),
        reason(row.getString(15)),
        findings(row.getString(16)),
        made == null ? List.of() : List.of((String[]) made.getArray()));
  }

  private static @Nullable String json(Message.@Nullable Reason reason) {
    if (reason == null) {
      return null;
    }
    ArrayNode array = Json.MAPPER.createArrayNode();
    array.add(reason.key());
    reason.arguments().forEach(array::add);
    return array.toString();
  }

  private static Message.@Nullable Reason reason(@Nullable String json) {
    if (json == null) {
      return null;
    }
    List<String> texts = texts(Json.MAPPER.readTree(json));
    return new Message.Reason(texts.getFirst(), texts.subList(1, texts.size()));
  }

  private static @Nullable String json(List<Finding> findings) {
    if (findings.isEmpty()) {
      return null;
    }
    ArrayNode array = Json.MAPPER.createArrayNode();
    for (Finding finding : findings) {
      ArrayNode one = array.addArray().add(finding.key()).add(finding.place());
      finding.arguments().forEach(one::add);
    }
    return array.toString();
  }

  private static List<Finding> findings(@Nullable String json) {
    if (json == null) {
      return List.of();
    }
    var findings = new ArrayList<Finding>();
    for (JsonNode each : Json.MAPPER.readTree(json)) {
      List<String> texts = texts(each);
      findings.add(new Finding(texts.get(0), texts.get(1), texts.subList(2, texts.size())));
    }
    return findings;
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(text -> texts.add(text.asString("")));
    return texts;
  }

  /** SHA-256 of the bytes. */
  static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static Message required(@Nullable Message message) {
    return Objects.requireNonNull(message);
  }
}
