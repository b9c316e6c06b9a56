package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.sql.Times;
import health.helan.foundation.trust.policy.EmergencyTasks;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the audit for unusual access. Each look adds the new rows up by caller and hour (so that
 * no row is read twice, by whatever instance), compares the hours it touched with the thresholds
 * and with the caller's own past, and writes an alert once for each caller, kind and hour.
 */
public final class Alerts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final String WATCH = "audit";
  private static final Duration STEP = Duration.ofMinutes(10);
  private static final int PAST_DAYS = 28;
  private static final int KEPT_DAYS = 60;
  private static final int USUAL_NIGHTS = 4;

  /** Systems write for whole hospitals. */
  private static final int SYSTEM_FACTOR = 10;

  /** What an alert is about. */
  enum Kind {
    MANY_RESIDENTS,
    MANY_REFUSALS,
    NIGHT,
    EMERGENCY_UNJUSTIFIED,
    EDGE_SILENT;

    String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * An alert.
   *
   * @param caller account, {@code remote:ADDRESS} where nobody knew who called, the id of the Task
   *     of an emergency access, or {@code edge.NAME} of an edge node
   * @param hour in which it happened
   * @param count what was counted
   * @param usual the caller's own average; 0 where it does not belong to the kind
   * @param note what was said at the last step
   */
  public record Alert(
      String id,
      String kind,
      String caller,
      String role,
      String institution,
      Instant hour,
      long count,
      long usual,
      String state,
      Instant made,
      String note,
      String by) {}

  private static final String ADD_UP =
      """
      insert into caller_hour (caller, hour, role, institution, requests, refusals, residents)
      select r.caller, r.hour, max(r.role), max(r.institution), sum(r.requests), sum(r.refusals), sum(r.residents)
      from (
        select case when a.account = '' then 'remote:' || a.remote else a.account end as caller,
          date_trunc('hour', a.at, 'UTC') as hour, max(a.role) as role,
          max(a.institution) as institution, count(*) as requests,
          count(*) filter (where a.status in (401, 403, 404)) as refusals, 0 as residents
        from audit a where a.kind = 'request' and a.at >= ? and a.at < ? group by 1, 2
        union all
        select a.account, date_trunc('hour', a.at, 'UTC'), max(a.role), max(a.institution), 0, 0,
          count(distinct s.subject)
        from audit a cross join lateral unnest(a.subjects) as s (subject)
        where a.kind = 'request' and a.at >= ? and a.at < ? and a.account <> '' and a.status < 400
          and a.operation <> 'pseudonymised'
          and a.interaction in ('read', 'vread', 'search-type', 'search-system', 'operation',
            'history-instance', 'history-type', 'history-system', 'batch', 'transaction')
        group by 1, 2) r
      group by r.caller, r.hour
      on conflict (caller, hour) do update set
        requests = caller_hour.requests + excluded.requests,
        refusals = caller_hour.refusals + excluded.refusals,
        residents = caller_hour.residents + excluded.residents,
        role = greatest(caller_hour.role, excluded.role),
        institution = greatest(caller_hour.institution, excluded.institution)""";

  private static final String PAST =
      """
      select h.caller, h.hour, h.role, h.institution, h.refusals, h.residents,
        coalesce((select avg(p.residents)::bigint from caller_hour p
          where p.caller = h.caller and p.hour < h.hour and p.hour >= ? and p.residents > 0), 0),
        (select count(distinct (p.hour at time zone 'Asia/Shanghai' - interval '6 hours')::date) from caller_hour p
          where p.caller = h.caller and p.hour < h.hour - interval '12 hours' and p.hour >= ? and p.residents > 0
            and (extract(hour from p.hour at time zone 'Asia/Shanghai') >= 23
              or extract(hour from p.hour at time zone 'Asia/Shanghai') < 5))
      from caller_hour h where h.hour >= ? and h.hour < ?
        and (h.residents >= ? or h.refusals >= ?)""";

  private static final String RAISE =
      """
      insert into alert (id, kind, caller, role, institution, hour, count, usual, state, made, note, by_subject)
      values (?, ?, ?, ?, ?, ?, ?, ?, 'detected', ?, '', '')
      on conflict (id) do update set count = greatest(alert.count, excluded.count)""";

  private final DataSource database;
  private final @Nullable RecordStore store;
  private final AlertSettings settings;
  private final Clock clock;
  private @Nullable Thread thread;
  private volatile boolean closed;

  /**
   * @param store where emergency accesses are; null to leave these out
   */
  public Alerts(
      DataSource database, @Nullable RecordStore store, AlertSettings settings, Clock clock) {
    this.database = database;
    this.store = store;
    this.settings = settings;
    this.clock = clock;
  }

  /** Looks now and then from now on. */
  public synchronized void start() {
    thread = Thread.ofPlatform().daemon().name("helan-alerts").start(this::run);
  }

  private void run() {
    while (!closed) {
      try {
        look();
      } catch (SQLException e) {
        LOG.warn("The audit could not be looked at for unusual access: {}", e.getSQLState());
      } catch (RuntimeException e) {
        LOG.error("The audit could not be looked at for unusual access", e);
      }
      LockSupport.parkNanos(this, settings.every().toNanos());
    }
  }

  /**
   * Brings the alerts up to the last settled row.
   *
   * @return how many new ones there are
   */
  public int look() throws SQLException {
    Instant until = clock.instant().minus(settings.settled()).truncatedTo(ChronoUnit.MILLIS);
    int raised = 0;
    try (Connection connection = database.getConnection()) {
      Instant done = begin(connection, until);
      while (!closed && done.isBefore(until)) {
        Instant next = done.plus(STEP).isBefore(until) ? done.plus(STEP) : until;
        if (!addUp(connection, done, next)) {
          return raised; // Another instance is at it.
        }
        raised += compare(connection, done, next);
        done = next;
      }
      raised += emergencies(connection);
      try (var delete = connection.prepareStatement("delete from caller_hour where hour < ?")) {
        connection.setAutoCommit(true);
        delete.setObject(1, Times.bound(until.minus(KEPT_DAYS, ChronoUnit.DAYS)));
        delete.executeUpdate();
      }
    }
    return raised;
  }

  /** From where on rows were not looked at. At first, a day back. */
  private static Instant begin(Connection connection, Instant until) throws SQLException {
    connection.setAutoCommit(true);
    try (var insert =
        connection.prepareStatement(
            "insert into alert_watch (watch, until) values (?, ?) on conflict (watch) do nothing")) {
      insert.setString(1, WATCH);
      insert.setObject(2, Times.bound(until.minus(1, ChronoUnit.DAYS)));
      insert.executeUpdate();
    }
    try (var select =
        connection.prepareStatement("select until from alert_watch where watch = ?")) {
      select.setString(1, WATCH);
      try (var row = select.executeQuery()) {
        row.next();
        return Times.instant(row, 1);
      }
    }
  }

  private static boolean addUp(Connection connection, Instant from, Instant until)
      throws SQLException {
    connection.setAutoCommit(false);
    try (var move =
            connection.prepareStatement(
                "update alert_watch set until = ? where watch = ? and until = ?");
        var add = connection.prepareStatement(ADD_UP)) {
      move.setObject(1, Times.bound(until));
      move.setString(2, WATCH);
      move.setObject(3, Times.bound(from));
      if (move.executeUpdate() == 0) {
        connection.rollback();
        return false;
      }
      for (int i = 0; i < 2; i++) {
        add.setObject(2 * i + 1, Times.bound(from));
        add.setObject(2 * i + 2, Times.bound(until));
      }
      add.executeUpdate();
      connection.commit();
      return true;
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private int compare(Connection connection, Instant from, Instant until) throws SQLException {
    Instant first = from.truncatedTo(ChronoUnit.HOURS);
    int least = Math.min(Math.max(1, settings.residents() / 4), settings.nightResidents());
    var raised = new ArrayList<Alert>();
    try (var select = connection.prepareStatement(PAST)) {
      OffsetDateTime past = Times.bound(first.minus(PAST_DAYS, ChronoUnit.DAYS));
      select.setObject(1, past);
      select.setObject(2, past);
      select.setObject(3, Times.bound(first));
      select.setObject(4, Times.bound(until));
      select.setLong(5, least);
      select.setLong(6, settings.refusals());
      try (var row = select.executeQuery()) {
        while (row.next()) {
          String caller = row.getString(1);
          Instant hour = Times.instant(row, 2);
          String role = row.getString(3);
          String institution = row.getString(4);
          long refusals = row.getLong(5);
          long residents = row.getLong(6);
          long usual = row.getLong(7);
          int nights = row.getInt(8);
          long most = (long) settings.residents() * (role.equals("system") ? SYSTEM_FACTOR : 1);
          if (residents > most
              || residents >= most / 4 && usual > 0 && residents > usual * settings.timesUsual()) {
            raised.add(
                alert(Kind.MANY_RESIDENTS, caller, role, institution, hour, residents, usual));
          }
          if (refusals >= settings.refusals()) {
            raised.add(alert(Kind.MANY_REFUSALS, caller, role, institution, hour, refusals, 0));
          }
          if (role.equals("practitioner")
              && isNight(hour)
              && residents >= settings.nightResidents()
              && nights < USUAL_NIGHTS) {
            raised.add(alert(Kind.NIGHT, caller, role, institution, hour, residents, 0));
          }
        }
      }
    }
    return raise(connection, raised);
  }

  private static boolean isNight(Instant hour) {
    int clock = hour.atZone(BEIJING).getHour();
    return clock >= 23 || clock < 5;
  }

  private Alert alert(
      Kind kind,
      String caller,
      String role,
      String institution,
      Instant hour,
      long count,
      long usual) {
    return new Alert(
        id(kind, caller, hour),
        kind.code(),
        caller,
        role,
        institution,
        hour,
        count,
        usual,
        AlertState.DETECTED.code(),
        clock.instant(),
        "",
        "");
  }

  /** The same for the same: whichever instance finds it, and however often. */
  private static String id(Kind kind, String caller, Instant hour) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(
                  (kind.code() + "|" + caller + "|" + hour.getEpochSecond())
                      .getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int raise(Connection connection, List<Alert> alerts) throws SQLException {
    int fresh = 0;
    for (Alert alert : alerts) {
      boolean isNew;
      try (var known =
          connection.prepareStatement("select exists (select from alert where id = ?)")) {
        known.setString(1, alert.id);
        try (var row = known.executeQuery()) {
          row.next();
          isNew = !row.getBoolean(1);
        }
      }
      try (PreparedStatement insert = connection.prepareStatement(RAISE)) {
        insert.setString(1, alert.id);
        insert.setString(2, alert.kind);
        insert.setString(3, alert.caller);
        insert.setString(4, alert.role);
        insert.setString(5, alert.institution);
        insert.setObject(6, Times.bound(alert.hour));
        insert.setLong(7, alert.count);
        insert.setLong(8, alert.usual);
        insert.setObject(9, Times.bound(alert.made));
        insert.executeUpdate();
      }
      if (isNew) {
        fresh++;
        LOG.warn("Alert ({}): see AuditEvent/$alerts, id {}", alert.kind, alert.id);
      }
    }
    return fresh;
  }

  private int emergencies(Connection connection) throws SQLException {
    RecordStore records = store;
    if (records == null) {
      return 0;
    }
    Instant before = clock.instant().minus(settings.emergencyHours(), ChronoUnit.HOURS);
    var raised = new ArrayList<Alert>();
    for (SearchResult.Entry entry :
        records.search(Caller.platform("alerts"), EmergencyTasks.openedBefore(before)).entries()) {
      EmergencyTasks.Opened opened = EmergencyTasks.of(entry.resource());
      raised.add(
          alert(
              Kind.EMERGENCY_UNJUSTIFIED,
              "Task/" + entry.resource().id(),
              "practitioner",
              opened.institution(),
              opened.at().truncatedTo(ChronoUnit.HOURS),
              1,
              0));
    }
    return raise(connection, raised);
  }

  /**
   * An edge node was not heard of any more; one alert for each hour in which that began.
   *
   * @param since when it was heard of last
   */
  public void edgeNodeIsSilent(String node, String institution, Instant since) throws SQLException {
    try (Connection connection = database.getConnection()) {
      raise(
          connection,
          List.of(
              alert(
                  Kind.EDGE_SILENT,
                  "edge." + node,
                  "system",
                  institution,
                  since.truncatedTo(ChronoUnit.HOURS),
                  1,
                  0)));
    }
  }

  // ------------------------------------------------------------------ for those who see to them

  /**
   * The alerts, the newest first.
   *
   * @param state null for all
   * @param kind null for all
   */
  public List<Alert> list(@Nullable String state, @Nullable String kind, int count) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                """
                select id, kind, caller, role, institution, hour, count, usual, state, made, note, by_subject
                from alert where (?::text is null or state = ?) and (?::text is null or kind = ?)
                order by hour desc, id limit ?""")) {
      statement.setString(1, state);
      statement.setString(2, state);
      statement.setString(3, kind);
      statement.setString(4, kind);
      statement.setInt(5, count);
      try (var row = statement.executeQuery()) {
        var alerts = new ArrayList<Alert>();
        while (row.next()) {
          alerts.add(
              new Alert(
                  row.getString(1),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  Times.instant(row, 6),
                  row.getLong(7),
                  row.getLong(8),
                  row.getString(9),
                  Times.instant(row, 10),
                  row.getString(11),
                  row.getString(12)));
        }
        return alerts;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Takes an alert a step on.
   *
   * @param step triage, contain or close
   * @throws Refusal NOT_FOUND, or BUSINESS_RULE if its state does not allow the step
   */
  public void step(String id, String step, String note, String by) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try (var select =
              connection.prepareStatement("select state from alert where id = ? for update");
          var update =
              connection.prepareStatement(
                  "update alert set state = ?, note = ?, by_subject = ? where id = ?")) {
        select.setString(1, id);
        try (var row = select.executeQuery()) {
          if (!row.next()) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "oversight.no-alert");
          }
          update.setString(1, AlertState.of(row.getString(1)).take(step).code());
        }
        update.setString(2, note);
        update.setString(3, by);
        update.setString(4, id);
        update.executeUpdate();
        connection.commit();
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

  /** How many of each kind are not closed. */
  public Map<String, Long> open() {
    var open = new TreeMap<String, Long>();
    for (Kind kind : Kind.values()) {
      open.put(kind.code(), 0L);
    }
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select kind, count(*) from alert where state <> 'closed' group by kind");
        var row = statement.executeQuery()) {
      while (row.next()) {
        open.put(row.getString(1), row.getLong(2));
      }
      return open;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread running = thread;
    if (running != null) {
      LockSupport.unpark(running);
      try {
        running.join(10_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
