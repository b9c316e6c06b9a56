package health.helan.foundation.delivery.upload;

import health.helan.foundation.delivery.kept.KeptCaller;
import health.helan.foundation.delivery.kept.Statements;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The three tables. What a sender changes names its epoch. */
final class UploadTable {
  /**
   * A destination.
   *
   * @param caller with whose eyes
   * @param privateKey PKCS 8
   * @param publicKey JWK as JSON
   * @param scan what is read anew, as JSON; empty for nothing
   */
  record Destination(
      String id,
      String owner,
      Caller caller,
      String name,
      String base,
      String tokenUrl,
      String client,
      String scopes,
      List<String> agreements,
      byte[] privateKey,
      String publicKey,
      int version,
      String state,
      String fault,
      long epoch,
      Instant due,
      int failures,
      int refusals,
      long batch,
      String scan,
      @Nullable Instant sent) {
    /** Made by the same, with what they may today. */
    Destination as(Caller today) {
      return new Destination(
          id,
          owner,
          today,
          name,
          base,
          tokenUrl,
          client,
          scopes,
          agreements,
          privateKey,
          publicKey,
          version,
          state,
          fault,
          epoch,
          due,
          failures,
          refusals,
          batch,
          scan,
          sent);
    }
  }

  /** A resource at a destination. */
  record Item(
      String type,
      String id,
      int lane,
      long seq,
      int version,
      Instant at,
      boolean deleted,
      int state,
      int sentVersion,
      String etag,
      String location,
      long batch,
      @Nullable Instant done,
      int status,
      String fault,
      boolean adopt) {
    String reference() {
      return type + "/" + id;
    }
  }

  /** What was sent at once. */
  record Batch(
      long number,
      String request,
      Instant made,
      int state,
      int items,
      String digest,
      String members,
      @Nullable Instant answered,
      int status,
      String answerDigest,
      String receipt) {}

  /**
   * What a destination said of one resource.
   *
   * @param deleted whether it was deleted there
   */
  record Said(Item item, int version, boolean deleted, int status, String etag, String location) {}

  static final int PENDING = 0;
  static final int DELIVERED = 1;
  static final int REFUSED = 2;
  static final int LEFT_OUT = 3;

  private static final String DESTINATION =
      "id, owner, caller, name, base, token_url, client, scopes, agreements, content, codec,"
          + " key_id, public_key, version, state, fault, epoch, due, failures, refusals, batch,"
          + " scan, sent";
  private static final String ITEM =
      "type, id, lane, seq, version, at, deleted, state, sent_version, etag, location, batch, done,"
          + " status, fault, adopt";
  private static final String BATCH =
      "number, request, made, state, items, digest, members, answered, status, answer_digest,"
          + " receipt";

  private final Statements sql;
  private final ContentCodec codec;

  UploadTable(DataSource dataSource, ContentCodec codec) {
    this.sql = new Statements(dataSource);
    this.codec = codec;
  }

  private static ContentCodec.Place place(String id, int version) {
    return new ContentCodec.Place("upload-destination", id, version);
  }

  private Destination destination(ResultSet rows) throws SQLException {
    String id = rows.getString("id");
    int version = rows.getInt("version");
    List<String> agreements = new ArrayList<>();
    Json.MAPPER
        .readTree(rows.getString("agreements"))
        .forEach(one -> agreements.add(one.asString()));
    return new Destination(
        id,
        rows.getString("owner"),
        KeptCaller.parse(rows.getString("caller"), "upload-" + id),
        rows.getString("name"),
        rows.getString("base"),
        rows.getString("token_url"),
        rows.getString("client"),
        rows.getString("scopes"),
        agreements,
        codec.decode(
            place(id, version),
            rows.getShort("codec"),
            rows.getShort("key_id"),
            Objects.requireNonNull(rows.getBytes("content"))),
        rows.getString("public_key"),
        version,
        rows.getString("state"),
        rows.getString("fault"),
        rows.getLong("epoch"),
        Objects.requireNonNull(Statements.instant(rows, "due")),
        rows.getInt("failures"),
        rows.getInt("refusals"),
        rows.getLong("batch"),
        rows.getString("scan"),
        Statements.instant(rows, "sent"));
  }

  private static Item item(ResultSet rows) throws SQLException {
    return new Item(
        rows.getString("type"),
        rows.getString("id"),
        rows.getInt("lane"),
        rows.getLong("seq"),
        rows.getInt("version"),
        Objects.requireNonNull(Statements.instant(rows, "at")),
        rows.getBoolean("deleted"),
        rows.getInt("state"),
        rows.getInt("sent_version"),
        rows.getString("etag"),
        rows.getString("location"),
        rows.getLong("batch"),
        Statements.instant(rows, "done"),
        rows.getInt("status"),
        rows.getString("fault"),
        rows.getBoolean("adopt"));
  }

  private static Batch batch(ResultSet rows) throws SQLException {
    return new Batch(
        rows.getLong("number"),
        rows.getString("request"),
        Objects.requireNonNull(Statements.instant(rows, "made")),
        rows.getInt("state"),
        rows.getInt("items"),
        rows.getString("digest"),
        rows.getString("members"),
        Statements.instant(rows, "answered"),
        rows.getInt("status"),
        rows.getString("answer_digest"),
        rows.getString("receipt"));
  }

  // ---- destinations

  void add(
      String id,
      Caller caller,
      String name,
      String base,
      String tokenUrl,
      String client,
      String scopes,
      List<String> agreements,
      byte[] privateKey,
      String publicKey,
      String state,
      Instant now) {
    ContentCodec.Encoded sealed = codec.encode(place(id, 1), privateKey);
    sql.update(
        "insert into upload_destination (id, home, version, owner, caller, name, base, token_url,"
            + " client, scopes, agreements, content, codec, key_id, public_key, state, fault,"
            + " holder, epoch, until, due, failures, refusals, batch, scan, updated) values (?, 0,"
            + " 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, ?, ?, 0, 0, 0, '', ?)",
        id,
        caller.institution(),
        KeptCaller.text(caller),
        name,
        base,
        tokenUrl,
        client,
        scopes,
        array(agreements),
        sealed.content(),
        sealed.codec(),
        sealed.keyId(),
        publicKey,
        state,
        now,
        now,
        now);
  }

  private static String array(List<String> texts) {
    var array = Json.MAPPER.createArrayNode();
    texts.forEach(array::add);
    return array.toString();
  }

  /** The key stays. A sender at work loses its hold. False when somebody changed it meanwhile. */
  boolean change(
      Destination before,
      Caller caller,
      String name,
      String base,
      String tokenUrl,
      String client,
      String scopes,
      List<String> agreements,
      String state,
      Instant now) {
    return sql.update(
            "update upload_destination set caller = ?, name = ?, base = ?, token_url = ?, client ="
                + " ?, scopes = ?, agreements = ?, state = ?, fault = '', epoch = epoch + 1, until"
                + " = ?, due = ?, failures = 0, refusals = 0, updated = ? where id = ? and epoch ="
                + " ?",
            KeptCaller.text(caller),
            name,
            base,
            tokenUrl,
            client,
            scopes,
            array(agreements),
            state,
            now,
            now,
            now,
            before.id(),
            before.epoch())
        == 1;
  }

  @Nullable Destination find(String id) {
    List<Destination> found =
        sql.list(
            this::destination,
            "select " + DESTINATION + " from upload_destination where id = ?",
            id);
    return found.isEmpty() ? null : found.getFirst();
  }

  List<Destination> all() {
    return sql.list(
        this::destination, "select " + DESTINATION + " from upload_destination order by id");
  }

  /** Those that changes are noted for: paused ones too, so that nothing is missed. */
  List<Destination> listening(Connection transaction) throws SQLException {
    return Statements.list(
        transaction,
        this::destination,
        "select " + DESTINATION + " from upload_destination order by id");
  }

  void scan(String id, String scan) {
    sql.update("update upload_destination set scan = ? where id = ?", scan, id);
  }

  // ---- noting

  static long key(String destination, String type, String id) {
    return ByteBuffer.wrap(
            sha256((destination + "|" + type + "|" + id).getBytes(StandardCharsets.UTF_8)))
        .getLong();
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All of a resident in one. */
  static int lane(@Nullable Long patient, String type, String id) {
    return (int) ((patient == null ? key("", type, id) : patient) & 0xfff);
  }

  private static final String NOTE =
      "insert into upload_item (key, destination, type, id, lane, seq, version, at, deleted, state,"
          + " sent_version, etag, location, batch, status, fault, adopt) values (?, ?, ?, ?, ?, ?,"
          + " ?, ?, false, 0, 0, '', '', 0, 0, '', false) on conflict (key, destination, type, id)"
          + " do update set lane = excluded.lane, version = excluded.version, at = excluded.at,"
          + " deleted = false, fault = '', state = 0, seq = ";

  /** A change. What waits already is told of at the place of the last change. */
  void note(
      Connection transaction,
      String destination,
      String type,
      String id,
      int lane,
      long seq,
      int version,
      Instant at)
      throws SQLException {
    Statements.update(
        transaction,
        NOTE + "excluded.seq where upload_item.version < excluded.version",
        key(destination, type, id),
        destination,
        type,
        id,
        lane,
        seq,
        version,
        at);
  }

  /** One that is read anew; what waits by its change keeps its place. */
  void noteAgain(
      Connection transaction,
      String destination,
      String type,
      String id,
      int lane,
      int version,
      Instant at)
      throws SQLException {
    Statements.update(
        transaction,
        NOTE
            + "case upload_item.state when 0 then upload_item.seq else 0 end"
            + " where upload_item.version <= excluded.version",
        key(destination, type, id),
        destination,
        type,
        id,
        lane,
        0L,
        version,
        at);
  }

  /** A deletion, of what has been sent; what has not is not sent any more. */
  void noteDeletion(
      Connection transaction,
      String destination,
      String type,
      String id,
      long seq,
      int version,
      Instant at)
      throws SQLException {
    Statements.update(
        transaction,
        "update upload_item set seq = ?, version = ?, at = ?, deleted = true, fault = '', state ="
            + " case when sent_version > 0 then 0 else 3 end where key = ? and destination = ? and"
            + " type = ? and id = ? and version < ?",
        seq,
        version,
        at,
        key(destination, type, id),
        destination,
        type,
        id,
        version);
  }

  // ---- senders

  /** Takes one that has something to do and that nobody works on; null for none. */
  @Nullable Destination take(String holder, Instant now, Duration lease) {
    for (Destination due :
        sql.list(
            this::destination,
            "select "
                + DESTINATION
                + " from upload_destination where state in ('active', 'error') and until <= ? and"
                + " due <= ? order by due",
            now,
            now)) {
      if (due.scan().isEmpty() && !hasWork(due.id())) {
        continue;
      }
      int taken =
          sql.update(
              "update upload_destination set holder = ?, epoch = epoch + 1, until = ? where id = ?"
                  + " and epoch = ? and until <= ?",
              holder,
              now.plus(lease),
              due.id(),
              due.epoch(),
              now);
      if (taken == 1) {
        Destination mine = find(due.id());
        if (mine != null && mine.epoch() == due.epoch() + 1) {
          return mine;
        }
      }
    }
    return null;
  }

  boolean hasWork(String destination) {
    return !sql.list(
                rows -> 1,
                "select 1 from upload_item where destination = ? and state = 0 limit 1",
                destination)
            .isEmpty()
        || openBatch(destination) != null;
  }

  boolean renew(Destination held, Instant until) {
    return sql.update(
            "update upload_destination set until = ? where id = ? and epoch = ?",
            until,
            held.id(),
            held.epoch())
        == 1;
  }

  void leave(Destination held, Instant now) {
    sql.update(
        "update upload_destination set until = ? where id = ? and epoch = ?",
        now,
        held.id(),
        held.epoch());
  }

  void failed(Destination held, String fault, Instant now, Instant due) {
    sql.update(
        "update upload_destination set state = 'error', fault = ?, failures = failures + 1, due ="
            + " ?, until = ? where id = ? and epoch = ?",
        fault,
        due,
        now,
        held.id(),
        held.epoch());
  }

  List<Item> pending(String destination, int from, int limit) {
    return sql.list(
        UploadTable::item,
        "select "
            + ITEM
            + " from upload_item where destination = ? and state = 0 order by (lane < ?), lane,"
            + " seq, at, id limit ?",
        destination,
        from,
        limit);
  }

  @Nullable Item item(String destination, String type, String id) {
    List<Item> found =
        sql.list(
            UploadTable::item,
            "select "
                + ITEM
                + " from upload_item where key = ? and destination = ? and type = ? and id = ?",
            key(destination, type, id),
            destination,
            type,
            id);
    return found.isEmpty() ? null : found.getFirst();
  }

  @Nullable Batch openBatch(String destination) {
    List<Batch> found =
        sql.list(
            UploadTable::batch,
            "select "
                + BATCH
                + " from upload_batch where destination = ? and state = 0 order by number limit 1",
            destination);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Kept before it is sent. Null when the hold is lost. */
  @Nullable Batch begin(
      Destination held, String request, int items, String digest, String members, Instant now) {
    return Objects.requireNonNull(
            sql.<java.util.Optional<Batch>>together(
                connection -> {
                  List<Long> number =
                      Statements.list(
                          connection,
                          rows -> rows.getLong(1),
                          "update upload_destination set batch = batch + 1 where id = ? and epoch ="
                              + " ? returning batch",
                          held.id(),
                          held.epoch());
                  if (number.isEmpty()) {
                    return java.util.Optional.empty();
                  }
                  Statements.update(
                      connection,
                      "insert into upload_batch (destination, number, request, made, state, items,"
                          + " digest, members, status, answer_digest, receipt) values (?, ?, ?, ?,"
                          + " 0, ?, ?, ?, 0, '', '')",
                      held.id(),
                      number.getFirst(),
                      request,
                      now,
                      items,
                      digest,
                      members);
                  return java.util.Optional.of(
                      new Batch(
                          number.getFirst(),
                          request,
                          now,
                          0,
                          items,
                          digest,
                          members,
                          null,
                          0,
                          "",
                          ""));
                }))
        .orElse(null);
  }

  /** Taken: the proof and what it proves, together. */
  boolean taken(
      Destination held,
      Batch batch,
      int status,
      String answerDigest,
      String receipt,
      List<Said> said,
      Instant now) {
    return sql.together(
        connection -> {
          int mine =
              Statements.update(
                  connection,
                  "update upload_destination set state = 'active', fault = '', failures = 0,"
                      + " refusals = 0, sent = ? where id = ? and epoch = ?",
                  now,
                  held.id(),
                  held.epoch());
          if (mine == 0) {
            return false;
          }
          answered(connection, held, batch, 1, status, answerDigest, receipt, now);
          for (Said one : said) {
            Item item = one.item();
            Statements.update(
                connection,
                "update upload_item set sent_version = ?, etag = ?, location = ?, batch = ?, done ="
                    + " ?, status = ?, adopt = false, state = case when version <= ? then 1 when"
                    // Deleted here before it was known that it had arrived there.
                    + " deleted and state = 3 then 0 else state end, fault = '' where key = ? and destination = ? and type = ? and id"
                    + " = ?",
                one.deleted() ? 0 : one.version(),
                one.deleted() ? "" : one.etag(),
                one.location(),
                batch.number(),
                now,
                one.status(),
                one.version(),
                key(held.id(), item.type(), item.id()),
                held.id(),
                item.type(),
                item.id());
          }
          return true;
        });
  }

  private static void answered(
      Connection connection,
      Destination held,
      Batch batch,
      int state,
      int status,
      String answerDigest,
      String receipt,
      Instant now)
      throws SQLException {
    Statements.update(
        connection,
        "update upload_batch set state = ?, status = ?, answer_digest = ?, receipt = ?, answered ="
            + " ? where destination = ? and number = ?",
        state,
        status,
        answerDigest,
        receipt,
        now,
        held.id(),
        batch.number());
  }

  /** Not taken: the destination changed nothing. */
  void notTaken(Destination held, Batch batch, int status, String answerDigest, Instant now) {
    var unused =
        sql.together(
            connection -> {
              answered(connection, held, batch, 2, status, answerDigest, "", now);
              return true;
            });
  }

  /** Put aside with the reason; the next are sent. */
  void refused(Destination held, Item item, int version, int status, String fault, Instant now) {
    var unused =
        sql.together(
            connection -> {
              Statements.update(
                  connection,
                  "update upload_item set state = 2, status = ?, fault = ?, done = ? where key = ?"
                      + " and destination = ? and type = ? and id = ? and version <= ? and state ="
                      + " 0",
                  status,
                  fault,
                  now,
                  key(held.id(), item.type(), item.id()),
                  held.id(),
                  item.type(),
                  item.id(),
                  version);
              return Statements.update(
                  connection,
                  "update upload_destination set refusals = refusals + 1 where id = ? and epoch ="
                      + " ?",
                  held.id(),
                  held.epoch());
            });
  }

  void leftOut(String destination, List<Item> items) {
    for (Item item : items) {
      sql.update(
          "update upload_item set state = 3 where key = ? and destination = ? and type = ? and id"
              + " = ? and version = ? and state = 0",
          key(destination, item.type(), item.id()),
          destination,
          item.type(),
          item.id(),
          item.version());
    }
  }

  /** A page that was read anew, with where to go on. */
  boolean scanned(Destination held, List<Item> found, String scan) {
    return sql.together(
        connection -> {
          int mine =
              Statements.update(
                  connection,
                  "update upload_destination set scan = ? where id = ? and epoch = ? and scan = ?",
                  scan,
                  held.id(),
                  held.epoch(),
                  held.scan());
          if (mine == 0) {
            return false;
          }
          for (Item one : found) {
            noteAgain(
                connection, held.id(), one.type(), one.id(), one.lane(), one.version(), one.at());
          }
          return true;
        });
  }

  // ---- looking back

  int replayRefused(String destination, boolean adopt) {
    return sql.update(
        "update upload_item set state = 0, fault = '', adopt = ? where destination = ? and state ="
            + " 2",
        adopt,
        destination);
  }

  int replay(String destination, String type, String id, boolean adopt) {
    return sql.update(
        "update upload_item set state = 0, fault = '', adopt = ? where key = ? and destination = ?"
            // What was never sent is not there to be deleted, unless by another.
            + " and type = ? and id = ? and (not deleted or sent_version > 0)",
        adopt,
        key(destination, type, id),
        destination,
        type,
        id);
  }

  List<Item> refused(String destination, int limit) {
    return sql.list(
        UploadTable::item,
        "select "
            + ITEM
            + " from upload_item where destination = ? and state = 2 order by done limit ?",
        destination,
        limit);
  }

  /** How many wait, and since when; how many were refused. */
  record Backlog(long pending, @Nullable Instant oldest, long refused) {}

  Backlog backlog(String destination) {
    return sql.list(
            rows ->
                new Backlog(
                    rows.getLong("pending"),
                    Statements.instant(rows, "oldest"),
                    rows.getLong("refused")),
            "select count(*) filter (where state = 0) as pending, min(at) filter (where state = 0)"
                + " as oldest, count(*) filter (where state = 2) as refused from upload_item where"
                + " destination = ? and state in (0, 2)",
            destination)
        .getFirst();
  }

  List<Batch> batches(String destination, long after, int limit) {
    return sql.list(
        UploadTable::batch,
        "select "
            + BATCH
            + " from upload_batch where destination = ? and number > ? order by number limit ?",
        destination,
        after,
        limit);
  }

  @Nullable Batch batch(String destination, long number) {
    List<Batch> found = batches(destination, number - 1, 1);
    return found.isEmpty() || found.getFirst().number() != number ? null : found.getFirst();
  }

  int prune(Instant before) {
    return sql.update("delete from upload_batch where answered < ?", before);
  }
}
