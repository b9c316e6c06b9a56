package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.StoreUnusable;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.sql.PurgeSql;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.foundation.trust.policy.Identities;
import health.helan.foundation.trust.policy.ProjectionPolicy;
import health.helan.foundation.trust.policy.RolePolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The projection of this installation: a store in a schema of its own, made from the records once
 * and kept up by a consumer of the change log. It opens after the platform has started, so that no
 * start waits for it. Thread-safe; one per application instance.
 */
public final class Projection implements AutoCloseable, Erasable, Identities {
  /** Schema of its tables. */
  public static final String SCHEMA = "pseudonym";

  /** Name of the consumer. */
  static final String NAME = "pseudonyms";

  private static final Logger LOG = LoggerFactory.getLogger(Projection.class);
  private static final Caller WRITER = Caller.platform(NAME);

  /** Resources in one transaction. */
  private static final int CHUNK = 100;

  /** A resource that changes more often than this while it is projected comes again by the log. */
  private static final int ROUNDS = 5;

  private static final Duration HELD = Duration.ofMinutes(2);
  private static final long LOOK_NANOS = 2_000_000_000L;
  private static final long FIRST_RETRY_MILLIS = 1_000;
  private static final long LAST_RETRY_MILLIS = 60_000;

  /** Nothing but counts follows the projection's own log. */
  private static final ChangeLog.Settings OWN_LOG =
      new ChangeLog.Settings(10_000, 2_000, 60_000, 60_000, 1_000, 300_000);

  private static final Retention OWN_RETENTION =
      new Retention(Duration.ofDays(1), Duration.ofDays(1), Duration.ofHours(1));

  /** How it stands. */
  public enum State {
    /** This instance is opening it, or cannot. */
    OPENING,
    /** Being made from the records: there, and not whole. */
    MAKING,
    /** All that the records hold, but for the last moment. */
    WHOLE
  }

  /**
   * How far the making has come with a type.
   *
   * @param checked resources looked at
   * @param projected those that have a place in the projection
   */
  public record Step(
      String type, long checked, long projected, Instant asked, @Nullable Instant finished) {}

  private record Reference(String type, String id) {}

  private final RecordStore records;
  private final DataSource database;
  private final KeyVault vault;
  private final Supplier<? extends DataSource> connections;
  private final ContentCodec codec;
  private final String version;
  private final Clock clock;
  private final Thread thread;
  private volatile @Nullable Open open;
  private volatile boolean whole;
  private volatile boolean closed;
  private boolean registered;
  private volatile @Nullable Exception failure;

  /** What there is once it is open. */
  private record Open(RecordStore store, DataSource connections, Pseudonymiser pseudonymiser) {}

  /**
   * @param connections makes a pool whose search path is {@link #SCHEMA} and nothing else; closed
   *     with the projection
   * @param codec of the records, opened already
   */
  public Projection(
      RecordStore records,
      DataSource database,
      KeyVault vault,
      Supplier<? extends DataSource> connections,
      ContentCodec codec,
      String version,
      Clock clock) {
    this.records = records;
    this.database = database;
    this.vault = vault;
    this.connections = connections;
    this.codec = codec;
    this.version = version;
    this.clock = clock;
    thread = Thread.ofPlatform().daemon().name("helan-projection").unstarted(this::run);
  }

  /** Opens it, in the background. */
  public void start() {
    thread.start();
  }

  /**
   * Takes away what an earlier start kept, where the projection is switched off: nobody would keep
   * it up, and erasures would not reach it.
   */
  public static void takeAway(DataSource database) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var offsets = connection.prepareStatement(PseudonymSql.FORGET_OFFSETS)) {
      connection.setAutoCommit(true);
      try (var there =
          statement.executeQuery("select 1 from pg_namespace where nspname = '" + SCHEMA + "'")) {
        if (!there.next()) {
          return;
        }
      }
      // The offset first: without it the next start with the projection on begins anew.
      offsets.setString(1, NAME);
      offsets.executeUpdate();
      statement.execute("drop schema " + SCHEMA + " cascade");
      statement.execute(PseudonymSql.FORGET_PATIENTS);
      statement.execute(PseudonymSql.FORGET_STEPS);
      LOG.info("The projection for regulators is off and was taken away");
    } catch (SQLException e) {
      LOG.error(
          "The projection for regulators is off, but could not be taken away and is no longer kept"
              + " up: database error {}",
          e.getSQLState());
    }
  }

  /** The store that regulators ask; null while it is not open. */
  public @Nullable RecordStore store() {
    Open now = open;
    return now == null ? null : now.store;
  }

  public State state() {
    return open == null ? State.OPENING : whole ? State.WHOLE : State.MAKING;
  }

  /** What keeps it from opening or from being made; null for nothing. For tests and the log. */
  @Nullable Exception failure() {
    return failure;
  }

  // ------------------------------------------------------------------ opening

  private void run() {
    long pause = FIRST_RETRY_MILLIS;
    while (!closed && open == null) {
      try {
        open();
        failure = null;
      } catch (SQLException | RuntimeException e) {
        failure = e;
        if (closed) {
          return;
        }
        LOG.warn(
            "The projection for regulators cannot be opened and is tried again: {}",
            e instanceof StoreUnusable ? e.getMessage() : e.getClass().getName());
        LockSupport.parkNanos(this, pause * 1_000_000);
        pause = Math.min(2 * pause, LAST_RETRY_MILLIS);
      }
    }
    while (!closed) {
      try {
        if (!walk()) {
          LockSupport.parkNanos(this, LOOK_NANOS);
        }
        failure = null;
      } catch (SQLException e) {
        failure = e;
        if (!closed) {
          LOG.warn("Making the projection waits: database error {}", e.getSQLState());
        }
        LockSupport.parkNanos(this, 5 * LOOK_NANOS);
      } catch (RuntimeException e) {
        failure = e;
        LOG.error("Making the projection failed and is tried again: {}", e.getClass().getName());
        LockSupport.parkNanos(this, 5 * LOOK_NANOS);
      }
    }
  }

  private void open() throws SQLException {
    Pseudonyms pseudonyms = PseudonymKey.open(vault, database);
    DataSource pool = connections.get();
    RecordStore store = null;
    try {
      store =
          RecordStore.openDerived(
              pool,
              new StoreConfig(
                  pseudonyms.indexKey(),
                  UUID.randomUUID().toString(),
                  version,
                  new ProjectionPolicy(new RolePolicy(clock), Rules.all()),
                  // Checked when it was written; what is left may lack what R4 asks for.
                  false,
                  alreadyOpen(codec)),
              OWN_LOG,
              OWN_RETENTION,
              SCHEMA);
      boolean isNew = !isEnrolled() || steps().isEmpty();
      open = new Open(store, pool, new Pseudonymiser(pseudonyms, clock));
      // First follow, then look: whatever changes meanwhile comes by the log.
      if (!registered) {
        records.changes().register(new ProjectionConsumer(this));
        registered = true;
      }
      if (isNew) {
        rebuild();
      }
      look();
    } catch (SQLException | RuntimeException e) {
      open = null;
      if (store != null) {
        store.close();
      }
      close(pool);
      throw e;
    }
  }

  private static ContentCodec alreadyOpen(ContentCodec codec) {
    return new ContentCodec() {
      @Override
      public Encoded encode(Place place, byte[] json) {
        return codec.encode(place, json);
      }

      @Override
      public byte[] decode(Place place, short codecId, short keyId, byte[] content) {
        return codec.decode(place, codecId, keyId, content);
      }
    };
  }

  private boolean isEnrolled() throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(PseudonymSql.IS_ENROLLED)) {
      statement.setString(1, NAME);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  private Open opened() {
    Open now = open;
    if (now == null) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "pseudonym.not-ready");
    }
    return now;
  }

  // ------------------------------------------------------------------ making it

  /** Empties it and makes it from the records, in the background: after new rules, or a doubt. */
  public void rebuild() {
    Open now = opened();
    whole = false;
    try (Connection connection = now.connections.getConnection();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(true);
      var tables = new ArrayList<>(Tables.all());
      // Not the claims: of ids that clients chose every instance remembers that they are taken.
      tables.addAll(List.of("history", "directory", "resource_count"));
      statement.execute("truncate table " + String.join(", ", tables));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    try (Connection connection = database.getConnection();
        var forget = connection.createStatement();
        var ask = connection.prepareStatement(PseudonymSql.ASK)) {
      connection.setAutoCommit(true);
      forget.execute(PseudonymSql.FORGET_PATIENTS);
      ask.setObject(1, utc(Instant.now()));
      ask.setArray(2, connection.createArrayOf("text", Rules.all().toArray()));
      ask.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    LockSupport.unpark(thread);
  }

  /** How far it is with each type. */
  public List<Step> steps() {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(PseudonymSql.STEPS);
        var rows = statement.executeQuery()) {
      var steps = new ArrayList<Step>();
      while (rows.next()) {
        OffsetDateTime finished = rows.getObject(6, OffsetDateTime.class);
        steps.add(
            new Step(
                rows.getString(1),
                rows.getLong(3),
                rows.getLong(4),
                rows.getObject(5, OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant()));
      }
      return steps;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Changes of the records that are still to be taken, of those parts that this instance holds. */
  public long lag() {
    return records.changes().status().stream()
        .filter(status -> status.consumer().equals(NAME))
        .mapToLong(ChangeLog.Status::lag)
        .sum();
  }

  private void look() {
    List<Step> steps = steps();
    whole = !steps.isEmpty() && steps.stream().allMatch(step -> step.finished() != null);
  }

  private record Position(String type, @Nullable String cursor, OffsetDateTime asked) {}

  /** One page of one type; false when there is nothing to do. */
  private boolean walk() throws SQLException {
    Position position = null;
    boolean isMore = false;
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      var open = new ArrayList<Position>();
      try (var statement = connection.prepareStatement(PseudonymSql.STEPS);
          var rows = statement.executeQuery()) {
        while (rows.next()) {
          if (rows.getObject(6) == null) {
            open.add(
                new Position(
                    rows.getString(1), rows.getString(2), rows.getObject(5, OffsetDateTime.class)));
          }
          isMore = true;
        }
      }
      if (open.isEmpty()) {
        whole = isMore;
        return false;
      }
      whole = false;
      for (Position one : open) {
        if (take(connection, one.type)) {
          position = one;
          break;
        }
      }
    }
    if (position == null) {
      return false;
    }
    page(position);
    return true;
  }

  private boolean take(Connection connection, String type) throws SQLException {
    Instant now = Instant.now();
    try (var take = connection.prepareStatement(PseudonymSql.TAKE)) {
      take.setString(1, records.instance());
      take.setObject(2, utc(now.plus(HELD)));
      take.setString(3, type);
      take.setString(4, records.instance());
      take.setObject(5, utc(now));
      return take.executeUpdate() == 1;
    }
  }

  private void page(Position position) throws SQLException {
    var parameters = new ArrayList<Parameter>();
    parameters.add(new Parameter("_count", Integer.toString(CHUNK)));
    if (position.cursor != null) {
      parameters.add(new Parameter(SearchEngine.CURSOR, position.cursor));
    }
    SearchResult page =
        records.search(WRITER, new SearchRequest(position.type, null, null, parameters, false));
    var found = new LinkedHashMap<Reference, @Nullable ResourceVersion>();
    for (SearchResult.Entry entry : page.entries()) {
      found.put(new Reference(position.type, entry.resource().id()), entry.resource());
    }
    int projected;
    try {
      projected = project(found, false);
    } catch (Refusal e) {
      projected = oneByOne(found);
    }
    Instant now = Instant.now();
    try (Connection connection = database.getConnection();
        var move = connection.prepareStatement(PseudonymSql.MOVE)) {
      connection.setAutoCommit(true);
      move.setString(1, page.next());
      move.setInt(2, found.size());
      move.setInt(3, projected);
      move.setObject(4, page.next() == null ? utc(now) : null, Types.TIMESTAMP_WITH_TIMEZONE);
      move.setObject(5, utc(now.plus(HELD)));
      move.setString(6, position.type);
      move.setString(7, records.instance());
      move.setObject(8, position.asked);
      move.setString(9, position.cursor);
      move.executeUpdate(); // Not where somebody asked to begin anew: then that goes on.
    }
  }

  /** What cannot be projected is left out and told by its type; it must not hold up the rest. */
  private int oneByOne(Map<Reference, @Nullable ResourceVersion> found) {
    int projected = 0;
    for (Map.Entry<Reference, @Nullable ResourceVersion> entry : found.entrySet()) {
      var one = new LinkedHashMap<Reference, @Nullable ResourceVersion>();
      one.put(entry.getKey(), entry.getValue());
      try {
        projected += project(one, false);
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        LOG.error("A {} was left out of the projection: {}", entry.getKey().type, e.messageKey());
      }
    }
    return projected;
  }

  // ------------------------------------------------------------------ one change

  /**
   * Brings resources of the records into the projection as they are now, or out of it.
   *
   * @param references {@code Type/id}, of projected types
   */
  void follow(Set<String> references) {
    var chunk = new LinkedHashMap<Reference, @Nullable ResourceVersion>();
    for (String text : references) {
      int slash = text.indexOf('/');
      var reference = new Reference(text.substring(0, slash), text.substring(slash + 1));
      chunk.put(reference, current(reference));
      if (chunk.size() == CHUNK) {
        project(chunk, true);
        chunk.clear();
      }
    }
    if (!chunk.isEmpty()) {
      project(chunk, true);
    }
  }

  /** Null when there is none. */
  private @Nullable ResourceVersion current(Reference reference) {
    try {
      return records.read(WRITER, reference.type, reference.id);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.NOT_FOUND || e.kind() == Refusal.Kind.GONE) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Whoever writes last may have read first: so each looks again after it has written. What is
   * written after that look comes by the log.
   *
   * @param mayBeThere false where there is nothing to compare with
   * @return how many have a place in the projection
   */
  private int project(Map<Reference, @Nullable ResourceVersion> sources, boolean mayBeThere) {
    Open now = opened();
    Map<Reference, @Nullable ResourceVersion> todo = new LinkedHashMap<>(sources);
    int projected = -1;
    for (int round = 0; round < ROUNDS && !todo.isEmpty(); round++) {
      int there = write(now, todo, mayBeThere || round > 0);
      projected = projected < 0 ? there : projected;
      var changed = new LinkedHashMap<Reference, @Nullable ResourceVersion>();
      for (Map.Entry<Reference, @Nullable ResourceVersion> entry : todo.entrySet()) {
        ResourceVersion used = entry.getValue();
        ResourceVersion current = current(entry.getKey());
        if ((used == null ? 0 : used.version()) != (current == null ? 0 : current.version())) {
          changed.put(entry.getKey(), current);
        }
      }
      todo = changed;
    }
    return Math.max(0, projected);
  }

  private int write(
      Open now, Map<Reference, @Nullable ResourceVersion> sources, boolean mayBeThere) {
    var interactions = new ArrayList<Interaction>();
    var superseded = new ArrayList<Reference>();
    var patients = new LinkedHashMap<String, @Nullable String>();
    int there = 0;
    for (Map.Entry<Reference, @Nullable ResourceVersion> entry : sources.entrySet()) {
      Reference source = entry.getKey();
      ResourceVersion version = entry.getValue();
      ObjectNode tree =
          version == null
              ? null
              : now.pseudonymiser.apply(
                  source.type,
                  source.id,
                  (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content())));
      String id = now.pseudonymiser.id(source.type, source.id);
      if (tree == null) {
        interactions.add(new Interaction.Delete(source.type, id, null, null, false));
      } else if (mayBeThere && isSame(now, source.type, id, tree)) {
        there++;
      } else {
        there++;
        interactions.add(
            new Interaction.Update(
                source.type, id, null, Interaction.Body.of(tree), null, false, null, null));
      }
      if (!Rules.OPEN.contains(source.type)) {
        superseded.add(new Reference(source.type, id));
      }
      if (source.type.equals("Patient")) {
        patients.put(id, tree == null ? null : source.id);
      }
    }
    keep(patients);
    if (interactions.isEmpty()) {
      return there;
    }
    List<Outcome> outcomes = now.store.transact(WRITER, interactions, Set.of(), null);
    if (outcomes.stream().anyMatch(outcome -> outcome.version() > 1)) {
      purge(now, superseded);
    }
    return there;
  }

  /**
   * A change of what is left out must not show, not even as a new version: somebody moved, or has
   * another name.
   */
  private static boolean isSame(Open now, String type, String id, ObjectNode tree) {
    try {
      ResourceVersion there = now.store.read(WRITER, type, id);
      ObjectNode before =
          (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(there.content()));
      if (before.get("meta") instanceof ObjectNode meta) {
        meta.remove("versionId");
        meta.remove("lastUpdated");
      }
      ObjectNode after = (ObjectNode) Json.MAPPER.readTree(Json.MAPPER.writeValueAsBytes(tree));
      return before.equals(after);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.NOT_FOUND || e.kind() == Refusal.Kind.GONE) {
        return false;
      }
      throw e;
    }
  }

  /** What was current before is not kept: the projection has no past. */
  private static void purge(Open now, List<Reference> superseded) {
    try (Connection connection = now.connections.getConnection();
        var statement = connection.prepareStatement(PurgeSql.PURGE_ALL)) {
      connection.setAutoCommit(true);
      for (Reference one : superseded) {
        statement.setInt(1, Ids.home(one.id));
        statement.setString(2, one.type);
        statement.setString(3, one.id);
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ whose they are

  /**
   * @param patients id in the records by pseudonym; null for one that is gone
   */
  private void keep(Map<String, @Nullable String> patients) {
    if (patients.isEmpty()) {
      return;
    }
    try (Connection connection = database.getConnection();
        var keep = connection.prepareStatement(PseudonymSql.KEEP_PATIENT);
        var forget = connection.prepareStatement(PseudonymSql.FORGET_PATIENT)) {
      connection.setAutoCommit(true);
      for (Map.Entry<String, @Nullable String> entry : patients.entrySet()) {
        String patient = entry.getValue();
        if (patient == null) {
          forget.setInt(1, Ids.home(entry.getKey()));
          forget.setString(2, entry.getKey());
          forget.addBatch();
        } else {
          keep.setInt(1, Ids.home(entry.getKey()));
          keep.setString(2, entry.getKey());
          keep.setString(3, patient);
          keep.setLong(4, records.purges().subject(patient));
          keep.addBatch();
        }
      }
      keep.executeBatch();
      forget.executeBatch();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public @Nullable String patient(String pseudonym) {
    if (!Ids.isAssigned(pseudonym)) {
      return null;
    }
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(PseudonymSql.PATIENT)) {
      statement.setInt(1, Ids.home(pseudonym));
      statement.setString(2, pseudonym);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Takes an erased record out at once. The deletions that follow in the log do the same, so that
   * nothing is lost where the projection is not open yet.
   */
  @Override
  public void erase(long subject) {
    Open now = open;
    if (now == null) {
      return;
    }
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      var found = new ArrayList<String>();
      try (var statement = connection.prepareStatement(PseudonymSql.OF_SUBJECT)) {
        statement.setLong(1, subject);
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getString(2));
          }
        }
      }
      for (String pseudonym : found) {
        now.store.purges().purge(now.store.purges().subject(pseudonym));
        try (var forget = connection.prepareStatement(PseudonymSql.FORGET_PATIENT)) {
          forget.setInt(1, Ids.home(pseudonym));
          forget.setString(2, pseudonym);
          forget.executeUpdate();
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static void close(DataSource pool) {
    if (pool instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.warn("The projection's connections did not close", e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    records.changes().unregister(NAME);
    Open last = open;
    if (last != null) {
      open = null;
      last.store.close();
      close(last.connections);
    }
  }
}
