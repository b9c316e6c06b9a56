package health.helan.foundation.residents;

import health.helan.foundation.residents.index.Index;
import health.helan.foundation.residents.index.Source;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through all Patients, and then through all records of the index, page by page: for what the
 * log no longer tells, and when the model by which records are compared is another. What people
 * decided stays. One instance works at it; when it dies, another goes on where it stood.
 */
public final class Walk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Walk.class);
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final String JOB = "fill";

  private static final String FIND =
      "select stage, why, model, at_home, after_id, looked, changed, epoch, until, asked, finished"
          + " from resident_walk where job = ?";
  private static final String MAKE =
      "insert into resident_walk (job, stage, why, model, at_home, after_id, looked, changed,"
          + " holder, epoch, until, asked, finished) values (?, ?, ?, ?, -1, '', 0, 0, '', 0, ?, ?, ?)"
          + " on conflict (job) do nothing";
  private static final String ASK =
      "update resident_walk set stage = 'patients', why = ?, model = ?, at_home = -1, after_id = '', looked ="
          + " 0, changed = 0, holder = '', epoch = epoch + 1, until = ?, asked = ?, finished = null"
          + " where job = ?";
  private static final String TAKE =
      "update resident_walk set holder = ?, model = ?, epoch = epoch + 1, until = ? where job = ?"
          // Asked for by a model, it is no work of an instance that has another.
          + " and epoch = ? and stage <> 'done' and (model = '' or model = ?)";
  private static final String MOVE =
      "update resident_walk set stage = ?, at_home = ?, after_id = ?, looked = looked + ?, changed ="
          + " changed + ?, until = ?, finished = ? where job = ? and epoch = ?";

  /**
   * How far it is.
   *
   * @param stage patients, records, done
   * @param why model-changed, begins-late, switched-off, asked
   * @param model version by which it compares
   * @param looked Patients and records looked at
   */
  public record Progress(
      String stage,
      String why,
      String model,
      long looked,
      long changed,
      Instant asked,
      @Nullable Instant finished) {}

  private record State(Progress progress, int atHome, String afterId, long epoch, Instant until) {}

  private final DataSource database;
  private final Residents residents;
  private final String instance;
  private final Clock clock;
  private @Nullable Thread worker;
  private volatile boolean closed;

  Walk(DataSource database, Residents residents, String instance, Clock clock) {
    this.database = database;
    this.residents = residents;
    this.instance = instance;
    this.clock = clock;
  }

  void start() throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      Instant now = clock.instant();
      make(connection, "done", "", residents.index().model(), now);
      State state = find(connection);
      if (state != null && !state.progress.model().equals(residents.index().model())) {
        LOG.info(
            "The resident index goes through all Patients: model {} takes the place of {}",
            residents.index().model(),
            state.progress.model());
        ask(connection, "model-changed", residents.index().model(), now);
      }
    }
    worker = Thread.ofPlatform().daemon().name("helan-residents-walk").start(this::work);
  }

  private static void make(
      Connection connection, String stage, String why, String model, Instant now)
      throws SQLException {
    OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
    update(
        connection,
        MAKE,
        JOB,
        stage,
        why,
        model,
        at,
        at,
        stage.equals("done") ? at : new Nothing());
  }

  /** Begins it anew, on whatever instance takes it. */
  static void ask(Connection connection, String why, Instant now) throws SQLException {
    ask(connection, why, "", now);
  }

  /**
   * @param model by which it must compare; empty for that of whoever takes it
   */
  private static void ask(Connection connection, String why, String model, Instant now)
      throws SQLException {
    make(connection, "patients", why, model, now);
    OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
    update(connection, ASK, why, model, at, at, JOB);
  }

  /** Begins it anew. */
  public void ask() {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      ask(connection, "asked", clock.instant());
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    LockSupport.unpark(worker);
  }

  /** How far it is, or the last one came. */
  public Progress progress() {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      State state = find(connection);
      if (state == null) {
        throw new IllegalStateException("no walk was made");
      }
      return state.progress;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static @Nullable State find(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(FIND)) {
      statement.setString(1, JOB);
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        OffsetDateTime finished = rows.getObject(11, OffsetDateTime.class);
        return new State(
            new Progress(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getLong(6),
                rows.getLong(7),
                rows.getObject(10, OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant()),
            rows.getInt(4),
            rows.getString(5),
            rows.getLong(8),
            rows.getObject(9, OffsetDateTime.class).toInstant());
      }
    }
  }

  private void work() {
    while (!closed) {
      try {
        State state = state();
        if (state == null
            || state.progress.stage().equals("done")
            || state.until.isAfter(clock.instant())) {
          LockSupport.parkNanos(this, 2_000_000_000L);
        } else if (take(state)) {
          walk(state.epoch + 1);
        } else {
          LockSupport.parkNanos(this, 2_000_000_000L);
        }
      } catch (RuntimeException | SQLException e) {
        if (!closed) {
          LOG.warn("The walk of the resident index waits: {}", e.getClass().getName());
          LockSupport.parkNanos(this, 5_000_000_000L);
        }
      }
    }
  }

  private @Nullable State state() throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return find(connection);
    }
  }

  private boolean take(State state) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      String model = residents.index().model();
      return update(connection, TAKE, instance, model, until(), JOB, state.epoch, model) == 1;
    }
  }

  private OffsetDateTime until() {
    return clock.instant().plus(LEASE).atOffset(ZoneOffset.UTC);
  }

  private void walk(long epoch) {
    boolean goesOn = true;
    while (goesOn && !closed) {
      goesOn = residents.index().inTransaction(transaction -> page(transaction, epoch));
    }
  }

  /** One page; false when it is done, or somebody else's. */
  private boolean page(Connection transaction, long epoch) throws SQLException {
    Index.holdGate(transaction); // Before reading: an older version must not come last.
    State state = find(transaction);
    if (state == null || state.epoch != epoch || state.progress.stage().equals("done")) {
      return false;
    }
    return state.progress.stage().equals("patients")
        ? patients(transaction, state)
        : records(transaction, state);
  }

  private boolean patients(Connection transaction, State state) throws SQLException {
    int page = residents.settings().pageOfWalk();
    List<PlatformRows.Owned> rows =
        residents.store().rows().next(transaction, "Patient", state.atHome, state.afterId, page);
    residents.index().take(transaction, rows.stream().map(Residents::source).toList(), true);
    boolean isLast = rows.size() < page;
    PlatformRows.Owned last = rows.isEmpty() ? null : rows.getLast();
    move(
        transaction,
        state,
        isLast ? "records" : "patients",
        isLast || last == null ? -1 : last.home(),
        isLast || last == null ? "" : last.version().id(),
        rows.size(),
        rows.size());
    return true;
  }

  private boolean records(Connection transaction, State state) throws SQLException {
    int page = residents.settings().pageOfWalk();
    List<Index.Place> places =
        residents.index().places(transaction, state.atHome, state.afterId, page);
    var byHome = new LinkedHashMap<Integer, Collection<String>>();
    for (Index.Place place : places) {
      byHome.computeIfAbsent(place.home(), _ -> new ArrayList<>()).add(place.id());
    }
    var there = new HashSet<String>();
    for (PlatformRows.Owned row :
        residents.store().rows().currentOf(transaction, "Patient", byHome)) {
      there.add(row.version().id());
    }
    var gone = new ArrayList<Source>();
    for (Index.Place place : places) {
      if (!there.contains(place.id())) {
        gone.add(new Source(place.home(), place.id(), 0, clock.instant(), "", null));
      }
    }
    residents.index().take(transaction, gone, false);
    boolean isLast = places.size() < page;
    Index.Place last = places.isEmpty() ? null : places.getLast();
    move(
        transaction,
        state,
        isLast ? "done" : "records",
        last == null ? -1 : last.home(),
        last == null ? "" : last.id(),
        places.size(),
        gone.size());
    if (isLast) {
      LOG.info("The resident index has gone through all Patients");
    }
    return !isLast;
  }

  private void move(
      Connection transaction,
      State state,
      String stage,
      int home,
      String id,
      int looked,
      int changed)
      throws SQLException {
    int moved =
        update(
            transaction,
            MOVE,
            stage,
            home,
            id,
            looked,
            changed,
            until(),
            stage.equals("done") ? clock.instant().atOffset(ZoneOffset.UTC) : new Nothing(),
            JOB,
            state.epoch);
    if (moved != 1) {
      throw new Refusal(Refusal.Kind.CONFLICT, "store.contended");
    }
  }

  /** No time. */
  private record Nothing() {}

  private static int update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        if (values[i] instanceof Nothing) {
          statement.setNull(i + 1, java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
          statement.setObject(i + 1, values[i]);
        }
      }
      return statement.executeUpdate();
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread thread = worker;
    if (thread != null) {
      LockSupport.unpark(thread);
      try {
        thread.join(10_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
