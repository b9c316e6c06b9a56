package health.helan.foundation.store;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.changes.Leases;
import health.helan.foundation.store.index.IndexEntry;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.sql.ReindexSql;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.sql.Times;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Custom search parameters, and indexing rows anew while the store works.
 *
 * <p>A SearchParameter resource with status {@code active} is indexed by all writes from the moment
 * each instance has heard of it, and can be searched by once the rows written before that have been
 * indexed too. The walk begins only when every instance has said so and its earlier writes have
 * ended: otherwise a row could slip in behind the walk without the new values. It goes by key, in
 * small transactions, skips rows that changed meanwhile (whoever changed them indexed them), and
 * goes on where it stood after a stop, on whatever instance.
 */
public final class Reindex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reindex.class);
  private static final String PARAMETER_JOB = "SearchParameter/";
  private static final int ROWS = 200;
  private static final long LOOK_NANOS = 1_000_000_000L;

  /**
   * How far a job has come with a type.
   *
   * @param job {@code SearchParameter/…} or {@code type/…}
   * @param checked rows looked at
   * @param changed rows whose search values were different
   */
  public record Progress(
      String job, String type, long checked, long changed, @Nullable Instant finished) {}

  private record Step(String job, String type, int home, String id) {}

  /** A custom parameter and the job that makes it searchable. */
  private record Defined(R4.SearchParam parameter, String job) {}

  private final StoreParts parts;
  private final ParameterRegistry registry;
  private final Leases leases;
  private final Thread thread;
  private volatile boolean closed;
  private Set<String> unfinished = Set.of();

  Reindex(StoreParts parts, ParameterRegistry registry, ChangeLog changes) {
    this.parts = parts;
    this.registry = registry;
    leases = new Leases(changes, "reindex");
    thread = Thread.ofPlatform().daemon().name("helan-reindex").unstarted(this::run);
  }

  /** Loads what is defined, on this instance and before its first write, and begins to work. */
  void start(ChangeLog changes) throws SQLException {
    try (Connection connection = parts.dataSource().getConnection()) {
      leases.create(connection);
    }
    changes.follow("search parameters", Set.of("SearchParameter"), _ -> reload());
    load();
    thread.start();
  }

  private void reload() {
    try {
      load();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e); // The follower hears of it again.
    }
    LockSupport.unpark(thread);
  }

  /**
   * Indexes all resources of a type anew: after an upgrade that indexes differently.
   *
   * @return the job's name
   * @throws Refusal for a name that is no resource type
   */
  public String start(String type) {
    if (!R4.get().resourceTypes().contains(type)) {
      throw new Refusal(Refusal.Kind.UNKNOWN_TYPE, "rest.unknown-type", type);
    }
    Instant now = Instant.now();
    String job = "type/" + type + "/" + now.toEpochMilli();
    try (Connection connection = parts.dataSource().getConnection()) {
      ask(connection, job, List.of(type), now);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    LockSupport.unpark(thread);
    return job;
  }

  /** All jobs, the oldest first. */
  public List<Progress> progress() {
    try (Connection connection = parts.dataSource().getConnection();
        var statement = connection.prepareStatement(ReindexSql.PROGRESS);
        var rows = statement.executeQuery()) {
      var progress = new ArrayList<Progress>();
      while (rows.next()) {
        progress.add(
            new Progress(
                rows.getString(1),
                rows.getString(2),
                rows.getLong(3),
                rows.getLong(4),
                Times.instantOrNull(rows, 5)));
      }
      return progress;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ definitions

  /** Reads the definitions, tells the registry, and asks for what is not indexed yet. */
  private synchronized void load() throws SQLException {
    try (Connection connection = parts.dataSource().getConnection()) {
      List<Defined> defined = definitions(connection);
      Set<String> done = done(connection);
      var custom = new ArrayList<ParameterRegistry.Custom>();
      for (Defined one : defined) {
        boolean searchable =
            types(one.parameter.base()).stream()
                .allMatch(type -> done.contains(one.job + " " + type));
        custom.add(new ParameterRegistry.Custom(one.parameter, searchable));
      }
      var rejected = new HashSet<R4.SearchParam>();
      for (ParameterRegistry.Rejected one : registry.setCustom(custom)) {
        if (rejected.add(one.parameter())) {
          LOG.warn(
              "Search parameter {} of {} is not used: {}",
              one.parameter().code(),
              one.parameter().base(),
              one.reason());
        }
      }
      var jobs = new HashSet<String>();
      Instant now = Instant.now();
      for (Defined one : defined) {
        if (!rejected.contains(one.parameter)) {
          jobs.add(one.job);
          ask(connection, one.job, types(one.parameter.base()), now);
        }
      }
      // Of a definition that is gone or changed, so that it is walked again should it come back.
      try (var forget = connection.prepareStatement(ReindexSql.FORGET);
          var ready = connection.prepareStatement(ReindexSql.FORGET_READY)) {
        forget.setString(1, PARAMETER_JOB + "%");
        forget.setArray(2, connection.createArrayOf("text", jobs.toArray()));
        forget.executeUpdate();
        ready.executeUpdate();
      }
      // Whatever began before this moment may have been indexed without the definitions.
      Instant latest = parts.instances().latest();
      try (var statement = connection.prepareStatement(ReindexSql.SAY_READY)) {
        for (String job : jobs) {
          statement.setString(1, job);
          statement.setString(2, parts.instances().id());
          statement.setObject(3, latest.atOffset(ZoneOffset.UTC));
          statement.addBatch();
        }
        statement.executeBatch();
      }
      unfinished = open(connection);
    }
  }

  private static Set<String> done(Connection connection) throws SQLException {
    var done = new HashSet<String>();
    try (var statement = connection.prepareStatement(ReindexSql.FINISHED);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        done.add(rows.getString(1) + " " + rows.getString(2));
      }
    }
    return done;
  }

  private static Set<String> open(Connection connection) throws SQLException {
    var open = new HashSet<String>();
    for (Step step : steps(connection)) {
      open.add(step.job + " " + step.type);
    }
    return open;
  }

  private static void ask(Connection connection, String job, List<String> types, Instant now)
      throws SQLException {
    try (var statement = connection.prepareStatement(ReindexSql.ASK)) {
      statement.setString(1, job);
      statement.setObject(2, now.atOffset(ZoneOffset.UTC));
      statement.setArray(3, connection.createArrayOf("text", types.toArray()));
      statement.executeUpdate();
    }
  }

  private static List<String> types(String base) {
    return base.equals("Resource") || base.equals("DomainResource")
        ? List.copyOf(R4.get().resourceTypes())
        : List.of(base);
  }

  private List<Defined> definitions(Connection connection) throws SQLException {
    var defined = new ArrayList<Defined>();
    try (var statement = connection.prepareStatement(ReindexSql.PARAMETERS);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        JsonNode resource =
            Json.MAPPER.readTree(
                parts
                    .codec()
                    .decode(
                        new ContentCodec.Place(
                            "SearchParameter", rows.getString(1), rows.getInt(5)),
                        rows.getShort(2),
                        rows.getShort(3),
                        rows.getBytes(4)));
        if (resource.path("status").asString("").equals("active")) {
          define(rows.getString(1), resource, defined);
        }
      }
    }
    return defined;
  }

  private void define(String id, JsonNode resource, List<Defined> defined) {
    String code = resource.path("code").asString("");
    String type = resource.path("type").asString("");
    String expression = resource.path("expression").asString("");
    if (code.isEmpty() || expression.isEmpty() || resource.has("component")) {
      LOG.warn("SearchParameter/{} is not used: it needs a code and an expression", id);
      return;
    }
    var targets = new ArrayList<String>();
    resource.path("target").forEach(target -> targets.add(target.asString("")));
    for (JsonNode base : resource.path("base")) {
      var parameter =
          new R4.SearchParam(
              base.asString(""),
              code,
              type,
              expression,
              targets,
              List.of(),
              resource.path("url").asString(""));
      // Another definition under the same id is another job.
      String definition = String.join("\n", parameter.base(), code, type, expression, "" + targets);
      String job =
          PARAMETER_JOB
              + id
              + "#"
              + Long.toHexString(parts.indexKey().digests().of("job\n" + definition));
      defined.add(new Defined(parameter, job));
    }
  }

  // ------------------------------------------------------------------ the walk

  private void run() {
    while (!closed) {
      try {
        if (!work()) {
          LockSupport.parkNanos(this, LOOK_NANOS);
        }
      } catch (SQLException e) {
        if (!closed) {
          LOG.warn("Indexing anew waits: database error {}", e.getSQLState());
        }
        LockSupport.parkNanos(this, 5 * LOOK_NANOS);
      } catch (RuntimeException e) {
        LOG.error("Indexing anew failed and is tried again: {}", e.getClass().getName());
        LockSupport.parkNanos(this, 30 * LOOK_NANOS);
      }
    }
  }

  /** One look; true when there is more to do at once. */
  private boolean work() throws SQLException {
    List<Step> steps;
    try (Connection connection = parts.dataSource().getConnection()) {
      steps = steps(connection);
    }
    var now = new HashSet<String>();
    steps.forEach(step -> now.add(step.job + " " + step.type));
    boolean changed;
    synchronized (this) {
      changed = !now.equals(unfinished);
    }
    if (changed) {
      load(); // Something is finished: it can be searched by from now on.
    }
    if (steps.isEmpty()) {
      return false;
    }
    try (Connection connection = parts.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      leases.keep(connection, (_, _, _) -> {});
      if (!leases.holds(0)) {
        return false;
      }
      for (Step step : steps) {
        if (isReady(connection, step.job)) {
          walk(connection, step);
          return true;
        }
      }
      return false;
    }
  }

  private static List<Step> steps(Connection connection) throws SQLException {
    var steps = new ArrayList<Step>();
    try (var statement = connection.prepareStatement(ReindexSql.UNFINISHED);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        steps.add(
            new Step(rows.getString(1), rows.getString(2), rows.getInt(3), rows.getString(4)));
      }
    }
    return steps;
  }

  private static boolean isReady(Connection connection, String job) throws SQLException {
    if (!job.startsWith(PARAMETER_JOB)) {
      return true;
    }
    try (var statement = connection.prepareStatement(ReindexSql.NOT_READY)) {
      statement.setString(1, job);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1) == 0;
      }
    }
  }

  /** The next rows: their values and the position in one transaction. */
  private void walk(Connection connection, Step step) throws SQLException {
    connection.setAutoCommit(false);
    try {
      int checked = 0;
      int changed = 0;
      int home = step.home;
      String id = step.id;
      try (var select = connection.prepareStatement(ReindexSql.rows(step.type));
          var update = connection.prepareStatement(ReindexSql.update(step.type))) {
        int i = 1;
        select.setInt(i++, step.home);
        select.setString(i++, step.id);
        if (Tables.isShared(step.type)) {
          select.setString(i++, step.type);
        }
        select.setInt(i, ROWS);
        try (var rows = select.executeQuery()) {
          while (rows.next()) {
            home = rows.getInt(1);
            id = rows.getString(2);
            byte[] json =
                parts
                    .codec()
                    .decode(
                        new ContentCodec.Place(step.type, id, rows.getInt(3)),
                        rows.getShort(4),
                        rows.getShort(5),
                        rows.getBytes(6));
            ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(json);
            IndexEntry index = parts.indexing().index(step.type, tree, id);
            bind(update, step.type, home, id, rows.getInt(3), index, Levels.of(step.type, tree));
            changed += update.executeUpdate();
            checked++;
          }
        }
      }
      try (var move = connection.prepareStatement(ReindexSql.MOVE)) {
        move.setInt(1, home);
        move.setString(2, id);
        move.setInt(3, checked);
        move.setInt(4, changed);
        move.setObject(
            5,
            checked < ROWS ? Instant.now().atOffset(ZoneOffset.UTC) : null,
            Types.TIMESTAMP_WITH_TIMEZONE);
        move.setString(6, step.job);
        move.setString(7, step.type);
        move.setInt(8, step.home);
        move.setString(9, step.id);
        if (move.executeUpdate() == 1) {
          connection.commit();
        } else {
          connection.rollback(); // Another instance took over, or the job is gone.
        }
      }
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static void bind(
      PreparedStatement update,
      String type,
      int home,
      String id,
      int version,
      IndexEntry index,
      short level)
      throws SQLException {
    int i = bindValues(update, 1, index, level);
    update.setInt(i++, home);
    update.setString(i++, id);
    update.setInt(i++, version);
    if (Tables.isShared(type)) {
      update.setString(i++, type);
    }
    bindValues(update, i, index, level);
  }

  private static int bindValues(PreparedStatement update, int first, IndexEntry index, short level)
      throws SQLException {
    int i = first;
    update.setObject(i++, index.patient(), Types.BIGINT);
    i = Writes.setMicros(update, i, index.dateLo());
    i = Writes.setMicros(update, i, index.dateHi());
    update.setShort(i++, level);
    update.setObject(i++, index.tokens());
    update.setString(i++, new String(index.vals(), java.nio.charset.StandardCharsets.UTF_8));
    return i;
  }

  /** Lets the current step end. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Connection connection = parts.dataSource().getConnection()) {
      leases.leave(connection);
    } catch (SQLException e) {
      LOG.debug("The lease runs out by itself: {}", e.getSQLState());
    }
  }
}
