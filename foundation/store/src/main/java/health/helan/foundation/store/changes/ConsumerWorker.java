package health.helan.foundation.store.changes;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.sql.ChangeSql;
import health.helan.foundation.store.sql.PruneSql;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer on this instance: a thread that holds a share of its parts and takes their changes.
 * Where each home stands is kept in memory while the part is held; what counts is the offset row,
 * moved in the consumer's own transaction and only from where this worker read.
 */
final class ConsumerWorker {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerWorker.class);

  private final ChangeLog log;
  private final ChangeConsumer consumer;
  private final Leases leases;
  private final Thread thread;
  private final AtomicLongArray hinted = new AtomicLongArray(Ids.HOMES / 64);
  private final long[] position = new long[Ids.HOMES];
  private final Map<Integer, Stuck> stuck = new ConcurrentHashMap<>();
  private final List<io.micrometer.core.instrument.Meter> meters = new ArrayList<>();
  private final Counter taken;
  private final Counter failures;
  private volatile long lag;
  private volatile int parts;
  private volatile long behindSince;
  private volatile boolean awake;
  private volatile boolean closed;
  private boolean mustReload;
  private int goesOnAt;
  private CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);
  private long nextCheck = System.nanoTime();

  /** A change that failed, and when it is tried again. */
  private record Stuck(long seq, int attempts, long retryAt) {}

  /** Another instance moved the offset, or owns it by now. */
  private static final class Fenced extends Exception {
    private static final long serialVersionUID = 1L;

    Fenced() {
      super(null, null, false, false);
    }
  }

  /** The consumer refused changes of a home. */
  private static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Change first;

    Failed(Change first, Throwable cause) {
      super(null, cause, false, false);
      this.first = first;
    }
  }

  ConsumerWorker(ChangeLog log, ChangeConsumer consumer) {
    this.log = log;
    this.consumer = consumer;
    leases = new Leases(log, consumer.name());
    thread =
        Thread.ofPlatform().daemon().name("helan-consumer-" + consumer.name()).unstarted(this::run);
    MeterRegistry registry = log.meters();
    Tags tags = Tags.of("consumer", consumer.name(), "instance", log.instance());
    taken =
        Counter.builder("helan.changes.taken")
            .description("Changes that a consumer took")
            .tags(tags)
            .register(registry);
    failures =
        Counter.builder("helan.changes.failures")
            .description("Times that a consumer refused changes")
            .tags(tags)
            .register(registry);
    meters.add(taken);
    meters.add(failures);
    meters.add(
        Gauge.builder("helan.changes.lag", () -> lag)
            .description("Changes still to be taken, of the parts this instance holds")
            .tags(tags)
            .register(registry));
    meters.add(
        Gauge.builder("helan.changes.behind", this::behindSeconds)
            .description("Time since nothing was left to be taken")
            .baseUnit("seconds")
            .tags(tags)
            .register(registry));
    meters.add(
        Gauge.builder("helan.changes.stuck", stuck::size)
            .description("Homes held up by a change that fails")
            .tags(tags)
            .register(registry));
    meters.add(
        Gauge.builder("helan.changes.parts", () -> parts)
            .description("Parts of the homes that this instance holds")
            .tags(tags)
            .register(registry));
  }

  private double behindSeconds() {
    long since = behindSince;
    return since == 0 ? 0 : (System.currentTimeMillis() - since) / 1000.0;
  }

  /** Makes the rows of a consumer that is new to the database. */
  void enrol() throws SQLException {
    try (Connection connection = log.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      leases.create(connection);
      if (!isNew(connection)) {
        return;
      }
      connection.setAutoCommit(false);
      try {
        placeOffsets(connection);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  private boolean isNew(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(ChangeSql.IS_NEW)) {
      statement.setString(1, consumer.name());
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  /** While nothing is pruned: what the offsets say is there must be there. */
  private void placeOffsets(Connection connection) throws SQLException {
    String now = Instant.now().toString();
    try (var make = connection.prepareStatement(PruneSql.MAKE_GATE);
        var close = connection.prepareStatement(PruneSql.CLOSE_GATE)) {
      make.setString(1, now);
      make.executeUpdate();
      close.setString(1, now);
      close.executeUpdate();
    }
    String sql =
        switch (consumer.start()) {
          case BEGINNING -> ChangeSql.START_AT_BEGINNING;
          case NOW -> ChangeSql.START_AT_NOW;
        };
    long before = 0;
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, consumer.name());
      statement.setString(2, consumer.name());
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          before += rows.getLong(1);
        }
      }
    }
    if (before > 0 && consumer.start() == ChangeConsumer.Start.BEGINNING) {
      LOG.info(
          "Consumer {} begins after {} changes that the log no longer holds",
          consumer.name(),
          before);
      consumer.beginsAfter(connection, before);
    }
  }

  void start() {
    thread.start();
  }

  void hint(Set<Integer> homes) {
    for (int home : homes) {
      long bit = 1L << (home & 63);
      if ((hinted.get(home >> 6) & bit) == 0) {
        hinted.getAndAccumulate(home >> 6, bit, (a, b) -> a | b);
      }
    }
    wake();
  }

  void wake() {
    if (!awake) {
      awake = true;
      LockSupport.unpark(thread);
    }
  }

  ChangeLog.Status status() {
    var seqs = new TreeMap<Integer, Long>();
    stuck.forEach((home, failed) -> seqs.put(home, failed.seq));
    return new ChangeLog.Status(consumer.name(), parts, lag, seqs);
  }

  void stop() {
    closed = true;
    LockSupport.unpark(thread);
  }

  void awaitEnd() {
    try {
      thread.join(10_000);
      if (thread.isAlive()) {
        LOG.warn("Consumer {} does not end; its work is broken off", consumer.name());
        thread.interrupt();
        thread.join(2_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    meters.forEach(log.meters()::remove);
  }

  // ------------------------------------------------------------------ the thread

  private void run() {
    int failed = 0;
    while (!closed) {
      try {
        keepLeases();
        List<Integer> due = due();
        if (due.isEmpty()) {
          rest();
        } else {
          work(due);
        }
        failed = 0;
      } catch (Fenced e) {
        reload();
      } catch (SQLException e) {
        reload();
        if (!closed) {
          LOG.warn("Consumer {} waits: database error {}", consumer.name(), e.getSQLState());
          pause(failed++);
        }
      } catch (RuntimeException | Error e) {
        // A thread that ends would leave its parts untouched for as long as the lease is renewed.
        reload();
        LOG.error("Consumer {} failed and goes on: {}", consumer.name(), places(e));
        pause(failed++);
      }
    }
    leave();
  }

  private void reload() {
    mustReload = true;
    nextCheck = System.nanoTime();
    leases.recheck();
  }

  private void leave() {
    reading.join(); // The pool it reads from may be closed next.
    try (Connection connection = log.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      leases.leave(connection);
    } catch (SQLException e) {
      LOG.warn(
          "Consumer {} could not hand over; others take over when its leases run out: {}",
          consumer.name(),
          e.getSQLState());
    }
    parts = 0;
  }

  private long retryMillis(int failed) {
    return Math.min(
        log.settings().lastRetryMillis(),
        log.settings().firstRetryMillis() << Math.min(failed, 20));
  }

  private void pause(int failed) {
    long end = System.nanoTime() + Math.min(30_000, retryMillis(failed)) * 1_000_000;
    while (!closed && end - System.nanoTime() > 0) {
      LockSupport.parkNanos(this, end - System.nanoTime());
    }
  }

  /** Waits for news, then a little longer, so that more comes together. */
  private void rest() {
    awake = false;
    if (hasHints()) {
      awake = true;
    } else {
      LockSupport.parkNanos(this, log.settings().pollMillis() * 1_000_000);
    }
    if (awake && !closed) {
      long end = System.nanoTime() + log.settings().lingerMillis() * 1_000_000;
      while (!closed && end - System.nanoTime() > 0) {
        LockSupport.parkNanos(this, end - System.nanoTime());
      }
    }
  }

  private boolean hasHints() {
    for (int i = 0; i < hinted.length(); i++) {
      if (hinted.get(i) != 0) {
        return true;
      }
    }
    return false;
  }

  private void keepLeases() throws SQLException {
    if (System.nanoTime() - nextCheck < 0) {
      return;
    }
    try (Connection connection = log.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      leases.keep(connection, this::fence);
      if (mustReload) {
        for (int part = 0; part < ChangeLog.PARTS; part++) {
          if (leases.holds(part)) {
            load(connection, part);
          }
        }
        mustReload = false;
      }
    }
    stuck.keySet().removeIf(home -> !leases.holds(partOf(home)));
    parts = leases.held();
    nextCheck = System.nanoTime() + Math.min(1000, log.settings().leaseMillis() / 3) * 1_000_000;
  }

  private static int partOf(int home) {
    return home / ChangeLog.HOMES_PER_PART;
  }

  /** Makes the part's offsets this holder's, and learns where they stand. */
  private void fence(Connection connection, int part, long epoch) throws SQLException {
    try (var statement = connection.prepareStatement(ChangeSql.FENCE_OFFSETS)) {
      statement.setLong(1, epoch);
      statement.setString(2, consumer.name());
      statement.setInt(3, part * ChangeLog.HOMES_PER_PART);
      statement.setInt(4, (part + 1) * ChangeLog.HOMES_PER_PART - 1);
      statement.setLong(5, epoch);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          position[rows.getInt(1)] = rows.getLong(2);
        }
      }
    }
  }

  private void load(Connection connection, int part) throws SQLException {
    try (var statement = connection.prepareStatement(ChangeSql.OFFSETS)) {
      statement.setString(1, consumer.name());
      statement.setInt(2, part * ChangeLog.HOMES_PER_PART);
      statement.setInt(3, (part + 1) * ChangeLog.HOMES_PER_PART - 1);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          int home = rows.getInt(1);
          long seq = rows.getLong(2);
          position[home] = seq;
          stuck.computeIfPresent(home, (_, failed) -> failed.seq <= seq ? null : failed);
        }
      }
    }
  }

  /** Homes with news, of the parts held, without those that wait after a failure. */
  private List<Integer> due() {
    long[] lanes = log.lanes();
    long now = System.nanoTime();
    long left = 0;
    long bits = 0;
    var due = new ArrayList<Integer>();
    for (int home = 0; home < Ids.HOMES; home++) {
      if ((home & 63) == 0) {
        bits = hinted.getAndSet(home >> 6, 0);
      }
      if (!leases.holds(partOf(home))) {
        continue;
      }
      long news = lanes[home] - position[home];
      if (news > 0) {
        left += news;
      }
      if (news > 0 || (bits >>> (home & 63) & 1) != 0) {
        Stuck failed = stuck.get(home);
        if (failed == null || failed.retryAt - now <= 0) {
          due.add(home);
        }
      }
    }
    lag = left;
    if (left == 0) {
      behindSince = 0;
    } else if (behindSince == 0) {
      behindSince = System.currentTimeMillis();
    }
    return due;
  }

  private void work(List<Integer> due) throws SQLException, Fenced {
    int homes = Math.max(1, consumer.homesPerTransaction());
    List<Integer> sound = fromWhereItStood(due);
    for (int home : due) {
      if (stuck.containsKey(home) && !closed) {
        isolate(home);
      }
    }
    for (int i = 0; i < sound.size() && !closed; i += homes) {
      List<Integer> some = sound.subList(i, Math.min(sound.size(), i + homes));
      long begun = System.nanoTime();
      readAhead(sound, i + homes);
      try {
        take(some, Math.max(1, consumer.changesPerTransaction() / some.size()));
        goesOnAt = some.getLast() + 1;
      } catch (Failed e) {
        for (int home : some) {
          if (!closed) {
            isolate(home);
          }
        }
      }
      restAfter(begun);
      if (System.nanoTime() - nextCheck >= 0) {
        return; // Leases first; what is left is still due.
      }
    }
  }

  /**
   * Those that are not held up, in a round: leases are looked after in the middle of it, and homes
   * at the end are not to wait for those at the beginning.
   */
  private List<Integer> fromWhereItStood(List<Integer> due) {
    var later = new ArrayList<Integer>();
    var sound = new ArrayList<Integer>();
    for (int home : due) {
      if (!stuck.containsKey(home)) {
        (home < goesOnAt ? later : sound).add(home);
      }
    }
    sound.addAll(later);
    return sound;
  }

  /**
   * Shows the consumer what is taken after the homes that are taken now. What is shown for them has
   * been looked at before they are taken.
   */
  private void readAhead(List<Integer> sound, int from) {
    if (!consumer.readsAhead()) {
      return;
    }
    reading.join();
    // Behind the last come the first again, as long as there is much to do.
    int begin = from < sound.size() ? from : lag > consumer.changesPerTransaction() ? 0 : -1;
    int homes = Math.max(1, consumer.homesPerTransaction());
    if (begin < 0 || from - homes == begin) {
      return;
    }
    List<Integer> next = List.copyOf(sound.subList(begin, Math.min(sound.size(), begin + homes)));
    int limit = Math.max(1, consumer.changesPerTransaction() / next.size());
    long[] after = next.stream().mapToLong(home -> position[home]).toArray();
    reading =
        CompletableFuture.runAsync(
            () -> {
              try (Connection connection = log.dataSource().getConnection()) {
                connection.setAutoCommit(true);
                consumer.ahead(connection, changesOf(connection, next, after, limit));
              } catch (SQLException | RuntimeException | Error e) {
                // It fails again when its turn comes, and is told then.
                LOG.debug("Consumer {} reads nothing ahead: {}", consumer.name(), e.getClass());
              }
            },
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("helan-consumer-" + consumer.name() + "-ahead")
                    .start(task));
  }

  private void restAfter(long begun) {
    long now = System.nanoTime();
    long end = now + Math.min(1_000_000_000L, consumer.restNanos(now - begun));
    while (!closed && end - System.nanoTime() > 0) {
      LockSupport.parkNanos(this, end - System.nanoTime());
    }
  }

  /** Takes one home's changes; when they fail, one by one up to the one at fault. */
  private void isolate(int home) throws SQLException, Fenced {
    Stuck before = stuck.get(home);
    try {
      if (before == null) {
        take(List.of(home), consumer.changesPerTransaction());
        return;
      }
    } catch (Failed e) {
      // Known once it stands alone.
    }
    try {
      for (int i = 0; i < consumer.changesPerTransaction() && !closed; i++) {
        if (take(List.of(home), 1) == 0) {
          break;
        }
      }
    } catch (Failed e) {
      long seq = e.first.seq();
      int attempts = before != null && before.seq == seq ? before.attempts + 1 : 1;
      long pause = retryMillis(attempts - 1);
      stuck.put(home, new Stuck(seq, attempts, System.nanoTime() + pause * 1_000_000));
      failures.increment();
      LOG.error(
          "Consumer {} fails at change {} for the {}. time and tries again in {} ms: {}",
          consumer.name(),
          e.first.key(),
          attempts,
          pause,
          places(Objects.requireNonNull(e.getCause())));
    }
  }

  /** Kinds and places of an exception and its causes; messages may speak of residents. */
  private static String places(Throwable thrown) {
    var text = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      text.append(text.isEmpty() ? "" : "; caused by ").append(cause.getClass().getName());
      if (cause instanceof SQLException sql) {
        text.append(" (").append(sql.getSQLState()).append(')');
      }
      Arrays.stream(cause.getStackTrace()).limit(4).forEach(at -> text.append(" at ").append(at));
    }
    return text.toString();
  }

  /**
   * Takes up to {@code limit} changes of each home in one transaction.
   *
   * @return number of changes taken
   */
  private int take(List<Integer> homes, int limit) throws SQLException, Fenced, Failed {
    try (Connection connection = log.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      try {
        var byHome = new LinkedHashMap<Integer, List<Change>>();
        for (Change change : read(connection, homes, limit)) {
          byHome.computeIfAbsent(change.home(), _ -> new ArrayList<>()).add(change);
        }
        if (byHome.isEmpty()) {
          connection.rollback();
          return 0;
        }
        try (var statement = connection.createStatement()) {
          statement.execute(ChangeSql.STALL_LIMIT + log.settings().stallMillis());
        }
        move(connection, byHome);
        int number = 0;
        if (consumer.takesTogether() && byHome.size() > 1) {
          hand(
              byHome.firstEntry().getValue(),
              () -> consumer.takeTogether(connection, List.copyOf(byHome.values())));
        } else {
          for (List<Change> changes : byHome.values()) {
            hand(changes, () -> consumer.take(connection, List.copyOf(changes)));
          }
        }
        for (List<Change> changes : byHome.values()) {
          number += changes.size();
        }
        connection.commit();
        for (Map.Entry<Integer, List<Change>> home : byHome.entrySet()) {
          position[home.getKey()] = home.getValue().getLast().seq();
          stuck.remove(home.getKey());
          if (home.getValue().size() == limit) {
            hinted.getAndAccumulate(
                home.getKey() >> 6, 1L << (home.getKey() & 63), (a, b) -> a | b);
          }
        }
        taken.increment(number);
        return number;
      } catch (SQLException | Fenced | Failed | RuntimeException | Error e) {
        rollback(connection, e);
        throw e;
      } finally {
        restore(connection);
      }
    }
  }

  private static void rollback(Connection connection, Throwable cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void restore(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      LOG.debug("A connection is gone: {}", e.getSQLState());
    }
  }

  private List<Change> read(Connection connection, List<Integer> homes, int limit)
      throws SQLException {
    List<Change> changes;
    if (homes.size() == 1) {
      try (var statement = connection.prepareStatement(ChangeSql.CHANGES_OF_HOME)) {
        statement.setInt(1, homes.getFirst());
        statement.setLong(2, position[homes.getFirst()]);
        statement.setInt(3, limit);
        try (var rows = statement.executeQuery()) {
          changes = ChangeLog.changes(rows);
        }
      }
    } else {
      changes =
          changesOf(
              connection, homes, homes.stream().mapToLong(home -> position[home]).toArray(), limit);
    }
    Change before = null;
    for (Change change : changes) {
      long expected =
          (before != null && before.home() == change.home()
                  ? before.seq()
                  : position[change.home()])
              + 1;
      if (change.seq() != expected) {
        // Never step over a gap: the change that is missing would be lost for good.
        throw new IllegalStateException(
            "the change log has a gap before " + change.key() + ", expected " + expected);
      }
      before = change;
    }
    return changes;
  }

  private static List<Change> changesOf(
      Connection connection, List<Integer> homes, long[] after, int limit) throws SQLException {
    try (var statement = connection.prepareStatement(ChangeSql.CHANGES_OF_HOMES)) {
      statement.setArray(1, connection.createArrayOf("integer", homes.toArray()));
      statement.setObject(2, after);
      statement.setInt(3, limit);
      try (var rows = statement.executeQuery()) {
        return ChangeLog.changes(rows);
      }
    }
  }

  private void move(Connection connection, Map<Integer, List<Change>> byHome)
      throws SQLException, Fenced {
    int number = byHome.size();
    var homes = new Integer[number];
    var before = new long[number];
    var last = new long[number];
    var epochs = new long[number];
    int i = 0;
    for (Map.Entry<Integer, List<Change>> home : byHome.entrySet()) {
      homes[i] = home.getKey();
      before[i] = position[home.getKey()];
      last[i] = home.getValue().getLast().seq();
      epochs[i] = leases.epoch(partOf(home.getKey()));
      i++;
    }
    try (var statement = connection.prepareStatement(ChangeSql.MOVE_OFFSETS)) {
      statement.setArray(1, connection.createArrayOf("integer", homes));
      statement.setObject(2, before);
      statement.setObject(3, last);
      statement.setObject(4, epochs);
      statement.setString(5, consumer.name());
      if (statement.executeUpdate() != number) {
        throw new Fenced();
      }
    }
  }

  private interface Handing {
    void run() throws SQLException;
  }

  private static void hand(List<Change> changes, Handing handing) throws SQLException, Failed {
    try {
      handing.run();
    } catch (SQLException e) {
      if (isOfTheDatabase(e)) {
        throw e;
      }
      throw new Failed(changes.getFirst(), e);
    } catch (RuntimeException | StackOverflowError e) {
      if (causedByTheDatabase(e) instanceof SQLException sql) {
        throw sql;
      }
      throw new Failed(changes.getFirst(), e);
    }
  }

  private static @Nullable SQLException causedByTheDatabase(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && isOfTheDatabase(sql)) {
        return sql;
      }
    }
    return null;
  }

  /** Errors that say nothing about the changes: connection lost, shutting down, deadlock. */
  private static boolean isOfTheDatabase(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.startsWith("08")
        || state.startsWith("53")
        || state.startsWith("57P")
        || state.equals("25P03")
        || state.equals("40001")
        || state.equals("40P01")
        || e instanceof java.sql.SQLTransientException;
  }
}
