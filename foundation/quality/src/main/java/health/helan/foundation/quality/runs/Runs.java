package health.helan.foundation.quality.runs;

import health.helan.foundation.quality.Quality;
import health.helan.foundation.quality.checks.Subject;
import health.helan.foundation.quality.score.Tally;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Looks at the records of whole data sets, page by page: for new rules, and for what was there
 * before there was quality. One instance works on a run; when it dies, another goes on where it
 * stood.
 */
public final class Runs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
  private static final int PAGE = 200;
  private static final int MOST_WAITING = 20;
  private static final int TRIES = 5;
  private static final Duration LEASE = Duration.ofMinutes(2);

  private static final String COLUMNS =
      "id, asked_by, spec, state, dataset, at_home, after_id, checked, opened, closed, counts,"
          + " fault, epoch, made, finished";
  private static final String INSERT =
      "insert into quality_run (id, asked_by, spec, state, dataset, at_home, after_id, checked,"
          + " opened, closed, counts, fault, holder, epoch, until, made) values (?, ?, ?, 'waiting',"
          + " ?, -1, '', 0, 0, 0, '[]', '', '', 0, ?, ?)";
  private static final String OPEN =
      "select "
          + COLUMNS
          + " from quality_run where state in ('waiting', 'running') and until <= ? order by made"
          + " limit 1";
  private static final String TAKE =
      "update quality_run set state = 'running', holder = ?, epoch = ?, until = ? where id = ? and"
          + " epoch = ? and state in ('waiting', 'running')";
  private static final String MOVE =
      "update quality_run set dataset = ?, at_home = ?, after_id = ?, checked = checked + ?, opened"
          + " = opened + ?, closed = closed + ?, counts = ?, until = ? where id = ? and epoch = ?"
          + " and state = 'running'";
  private static final String END =
      "update quality_run set state = ?, fault = ?, finished = ? where id = ? and epoch = ? and"
          + " state = 'running'";
  private static final String CANCEL =
      "update quality_run set state = 'cancelled', finished = ? where id = ? and state in"
          + " ('waiting', 'running')";

  /**
   * A run.
   *
   * @param datasets resource types, in the order they are looked at
   * @param institution whose records; null for all
   * @param rule the only one asked; null for all
   * @param dataset the one that it is at
   * @param counts JSON of {@link Tally}
   */
  public record Run(
      String id,
      String askedBy,
      List<String> datasets,
      @Nullable String institution,
      @Nullable String rule,
      String state,
      String dataset,
      int atHome,
      String afterId,
      long checked,
      long opened,
      long closed,
      String counts,
      String fault,
      long epoch,
      Instant made,
      @Nullable Instant finished) {}

  private final DataSource database;
  private final Quality quality;
  private final String instance;
  private final Clock clock;
  private final Thread worker;
  private volatile boolean closed;

  public Runs(DataSource database, Quality quality, String instance, Clock clock) {
    this.database = database;
    this.quality = quality;
    this.instance = instance;
    this.clock = clock;
    worker = Thread.ofPlatform().daemon().name("helan-quality-runs").start(this::work);
  }

  // ------------------------------------------------------------------ asking

  /**
   * Asks for a run.
   *
   * @throws Refusal THROTTLED when too many wait
   */
  public Run ask(
      String by, List<String> datasets, @Nullable String institution, @Nullable String rule) {
    if (list(100).stream().filter(run -> run.finished() == null).count() >= MOST_WAITING) {
      throw new Refusal(Refusal.Kind.THROTTLED, "quality.too-many-runs", MOST_WAITING);
    }
    ObjectNode spec = Json.MAPPER.createObjectNode();
    datasets.forEach(spec.putArray("datasets")::add);
    if (institution != null) {
      spec.put("institution", institution);
    }
    if (rule != null) {
      spec.put("rule", rule);
    }
    String id = Ids.next(0);
    update(INSERT, id, by, spec.toString(), datasets.getFirst(), now(), now());
    LockSupport.unpark(worker);
    return find(id);
  }

  /**
   * @throws Refusal NOT_FOUND
   */
  public Run find(String id) {
    List<Run> found = query("select " + COLUMNS + " from quality_run where id = ?", id);
    if (found.isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-run", id);
    }
    return found.getFirst();
  }

  /** The newest first. */
  public List<Run> list(int limit) {
    return query("select " + COLUMNS + " from quality_run order by made desc limit ?", limit);
  }

  /** What it has done stays. */
  public void cancel(String id) {
    find(id);
    update(CANCEL, now(), id);
  }

  // ------------------------------------------------------------------ working

  private void work() {
    while (!closed) {
      try {
        List<Run> open = query(OPEN, now());
        if (open.isEmpty()) {
          LockSupport.parkNanos(this, 2_000_000_000L);
        } else {
          Run run = open.getFirst();
          if (update(TAKE, instance, run.epoch() + 1, now().plus(LEASE), run.id(), run.epoch())
              == 1) {
            work(find(run.id()));
          }
        }
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.warn("Runs of data quality wait: {}", e.getClass().getName());
          LockSupport.parkNanos(this, 5_000_000_000L);
        }
      }
    }
  }

  private void work(Run taken) {
    Run run = taken;
    int failed = 0;
    while (!closed && run.state().equals("running") && run.epoch() == taken.epoch()) {
      long begun = System.nanoTime();
      try {
        if (!page(run)) {
          return;
        }
        failed = 0;
      } catch (RuntimeException e) {
        if (++failed == TRIES) {
          LOG.error("Run {} of data quality failed: {}", run.id(), e.getClass().getName());
          update(END, "failed", e.getClass().getSimpleName(), now(), run.id(), run.epoch());
          return;
        }
        LockSupport.parkNanos(this, 1_000_000_000L);
      }
      long end = System.nanoTime() + quality.restNanos(System.nanoTime() - begun);
      while (!closed && end - System.nanoTime() > 0) {
        LockSupport.parkNanos(this, end - System.nanoTime());
      }
      run = find(run.id());
    }
  }

  /** One page; false when the run has ended. */
  private boolean page(Run run) {
    var made = new HashMap<Integer, Set<Subject>>();
    boolean more =
        quality.inTransaction(
            transaction -> {
              List<PlatformRows.Owned> rows =
                  quality
                      .store()
                      .rows()
                      .next(transaction, run.dataset(), run.atHome(), run.afterId(), PAGE);
              Tally counts = quality.tally();
              counts.add(run.counts());
              List<PlatformRows.Owned> mine =
                  run.institution() == null
                      ? rows
                      : rows.stream().filter(row -> row.owner().equals(run.institution())).toList();
              Quality.Looked looked =
                  quality.lookAgain(transaction, mine, run.rule(), counts, made);
              boolean isLast = rows.size() < PAGE;
              int next = run.datasets().indexOf(run.dataset()) + 1;
              boolean ends = isLast && next == run.datasets().size();
              PlatformRows.Owned last = rows.isEmpty() ? null : rows.getLast();
              int moved =
                  update(
                      transaction,
                      MOVE,
                      isLast && !ends ? run.datasets().get(next) : run.dataset(),
                      isLast || last == null ? -1 : last.home(),
                      isLast || last == null ? "" : last.version().id(),
                      looked.records(),
                      looked.opened(),
                      looked.closed(),
                      counts.json(),
                      now().plus(LEASE),
                      run.id(),
                      run.epoch());
              if (moved != 1) {
                throw new Refusal(Refusal.Kind.CONFLICT, "quality.run-taken", run.id());
              }
              if (ends) {
                update(transaction, END, "completed", "", now(), run.id(), run.epoch());
              }
              return !ends;
            });
    quality.lookTwice(made);
    return more;
  }

  // ------------------------------------------------------------------ the table

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }

  private int update(String sql, Object... values) {
    try (Connection connection = database.getConnection()) {
      return update(connection, sql, values);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static int update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  private List<Run> query(String sql, Object value) {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(sql)) {
      statement.setObject(1, value);
      try (var rows = statement.executeQuery()) {
        var runs = new ArrayList<Run>();
        while (rows.next()) {
          runs.add(run(rows));
        }
        return runs;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Run run(ResultSet rows) throws SQLException {
    JsonNode spec = Json.MAPPER.readTree(rows.getString(3));
    var datasets = new ArrayList<String>();
    spec.path("datasets").forEach(dataset -> datasets.add(dataset.asString()));
    OffsetDateTime finished = rows.getObject(15, OffsetDateTime.class);
    return new Run(
        rows.getString(1),
        rows.getString(2),
        datasets,
        spec.path("institution").asString(null),
        spec.path("rule").asString(null),
        rows.getString(4),
        rows.getString(5),
        rows.getInt(6),
        rows.getString(7),
        rows.getLong(8),
        rows.getLong(9),
        rows.getLong(10),
        rows.getString(11),
        rows.getString(12),
        rows.getLong(13),
        rows.getObject(14, OffsetDateTime.class).toInstant(),
        finished == null ? null : finished.toInstant());
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(worker);
    try {
      worker.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
