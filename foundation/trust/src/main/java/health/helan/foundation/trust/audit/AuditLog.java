package health.helan.foundation.trust.audit;

import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.Signer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit of an application instance: keeps the trace of each request in hash chains, seals their
 * heads, and indexes the rows by resident. Thread-safe; one per instance.
 *
 * <p>{@link #record} returns once the row is committed. Rows of many requests share a commit.
 */
public final class AuditLog implements AuditSink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final int RETIRE_AT_ONCE = 10;

  private final DataSource dataSource;
  private final Settings settings;
  private final Chains chains;

  /** Requests that have come and not left: among them those whose rows wait. */
  private final AtomicInteger present = new AtomicInteger();

  /** Whose turn it is to take a row. */
  private final AtomicInteger turn = new AtomicInteger();

  private final List<Appender> appenders = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Thread keeper;

  /** How far this instance's chains are sealed. Guarded by this. */
  private final Map<Long, Long> sealed = new HashMap<>();

  private volatile boolean closed;

  /**
   * How the audit is kept.
   *
   * @param appenders chains that are appended to at once; one takes what a fast disk takes
   * @param patience how long a request waits for its row before it is refused
   * @param sealEvery time between seals, when there is news
   * @param chainRows a chain is closed and another opened after so many rows
   * @param chainAge and after this time
   * @param retention closed chains older than this are removed; zero keeps them for ever
   */
  public record Settings(
      int appenders,
      Duration patience,
      Duration sealEvery,
      long chainRows,
      Duration chainAge,
      Duration retention) {
    public static final Settings DEFAULT =
        new Settings(
            1,
            Duration.ofSeconds(5),
            Duration.ofMinutes(1),
            5_000_000,
            Duration.ofDays(1),
            Duration.ZERO);

    /** The same, removing what is older. */
    public Settings keepingFor(Duration retention) {
      return new Settings(appenders, patience, sealEvery, chainRows, chainAge, retention);
    }
  }

  private AuditLog(DataSource dataSource, String instance, Signer signer, Settings settings) {
    this.dataSource = dataSource;
    this.settings = settings;
    this.chains = new Chains(signer, instance);
    for (int i = 1; i <= settings.appenders(); i++) {
      appenders.add(
          new Appender(i, dataSource, chains, new Inbox(present, settings.appenders()), settings));
    }
    this.keeper = Thread.ofPlatform().daemon().name("helan-audit-keeper").unstarted(this::keep);
  }

  /**
   * Closes the chains that instances left behind, and opens those of this one.
   *
   * @param dataSource migrated, as {@link health.helan.foundation.store.RecordStore#open} does
   * @param instance {@link health.helan.foundation.store.RecordStore#instance}
   * @param signer signs the seals
   * @throws Refusal TRANSIENT if the database does not answer
   */
  public static AuditLog open(
      DataSource dataSource, String instance, Signer signer, Settings settings) {
    var log = new AuditLog(dataSource, instance, signer, settings);
    try (Connection connection = dataSource.getConnection()) {
      log.sealLeftBehind(connection);
      for (Appender appender : log.appenders) {
        appender.open(connection);
      }
    } catch (SQLException e) {
      throw unwritable();
    }
    for (Appender appender : log.appenders) {
      log.threads.add(
          Thread.ofPlatform().daemon().name("helan-audit-" + log.threads.size()).start(appender));
    }
    log.keeper.start();
    return log;
  }

  private static Refusal unwritable() {
    return new Refusal(Refusal.Kind.TRANSIENT, "audit.unwritable");
  }

  @Override
  public void record(Request request) {
    var waiting = new Appender.Waiting(request);
    Appender appender = appenders.get(Math.floorMod(turn.getAndIncrement(), appenders.size()));
    if (closed
        || !appender.inbox().offer(waiting)
        || !waiting.await(settings.patience().toMillis())) {
      throw unwritable();
    }
  }

  @Override
  public void arrives() {
    present.incrementAndGet();
  }

  @Override
  public void leaves() {
    present.decrementAndGet();
  }

  // ------------------------------------------------------------------ sealing, indexing, retiring

  private void keep() {
    long lastSeal = System.nanoTime();
    long lastRetired = lastSeal - Duration.ofDays(2).toNanos();
    while (!closed) {
      try {
        Thread.sleep(Math.min(1000, settings.sealEvery().toMillis()));
        index();
        if (System.nanoTime() - lastSeal >= settings.sealEvery().toNanos()) {
          lastSeal = System.nanoTime();
          seal();
          if (settings.retention().isPositive()
              && System.nanoTime() - lastRetired > Duration.ofDays(1).toNanos()) {
            retire(Instant.now().minus(settings.retention()));
            lastRetired = System.nanoTime();
          }
        }
      } catch (InterruptedException e) {
        return;
      } catch (SQLException e) {
        LOG.warn(
            "The audit could not be sealed or indexed and is tried again: {}", e.getSQLState());
      } catch (RuntimeException e) {
        LOG.error("The audit could not be sealed or indexed", e);
      }
    }
  }

  /** Seals what is new in this instance's chains, and what gone instances left behind. */
  public synchronized void seal() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      sealLeftBehind(connection);
      var heads = new ArrayList<Seal.Head>();
      var taken = new HashMap<Appender, List<Seal.Head>>();
      for (Appender appender : appenders) {
        // From memory, not from the table: what was removed there since is then missed.
        Chains.Head head = appender.head();
        List<Seal.Head> left = appender.takeLeft();
        taken.put(appender, left);
        heads.addAll(left);
        if (head != null
            && head.seq() > sealed.getOrDefault(head.chain(), 0L)
            && left.stream().noneMatch(one -> one.chain() == head.chain())) {
          heads.add(head.sealed());
        }
      }
      try {
        chains.seal(connection, heads, transaction -> {});
      } catch (SQLException | RuntimeException e) {
        taken.forEach(Appender::giveBack);
        throw e;
      }
      for (Seal.Head head : heads) {
        sealed.put(head.chain(), head.seq());
        if (head.state() != Seal.Head.State.HEAD) {
          sealed.remove(head.chain());
        }
      }
    }
  }

  private void sealLeftBehind(Connection connection) throws SQLException {
    chains.seal(connection, chains.closeLeftBehind(connection), transaction -> {});
  }

  /** Brings the index by resident up to the last committed row, of all instances. */
  public synchronized void index() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      record Part(long chain, long after, long to) {}
      var parts = new ArrayList<Part>();
      try (var statement = connection.prepareStatement(AuditSql.NOT_INDEXED);
          var rows = statement.executeQuery()) {
        while (rows.next()) {
          parts.add(new Part(rows.getLong(1), rows.getLong(2), rows.getLong(3)));
        }
      }
      for (Part part : parts) {
        for (long from = part.after; from < part.to; ) {
          long to = Math.min(part.to, from + 10_000);
          try (var index = connection.prepareStatement(AuditSql.INDEX)) {
            index.setLong(1, part.chain);
            index.setLong(2, from);
            index.setLong(3, to);
            index.executeUpdate();
          }
          try (var done = connection.prepareStatement(AuditSql.INDEXED)) {
            done.setLong(1, to);
            done.setLong(2, part.chain);
            done.setLong(3, to);
            done.executeUpdate();
          }
          from = to;
        }
      }
    }
  }

  /**
   * Removes closed chains whose last row is older, and says so in a seal.
   *
   * @return number of chains removed
   */
  public synchronized int retire(Instant before) throws SQLException {
    int retired = 0;
    try (Connection connection = dataSource.getConnection()) {
      while (true) {
        var heads = new ArrayList<Seal.Head>();
        try (var statement = connection.prepareStatement(AuditSql.CLOSED_BEFORE)) {
          statement.setObject(1, before.atOffset(ZoneOffset.UTC));
          statement.setObject(2, before.atOffset(ZoneOffset.UTC));
          statement.setInt(3, RETIRE_AT_ONCE);
          try (var rows = statement.executeQuery()) {
            while (rows.next()) {
              heads.add(
                  Seal.Head.of(
                      Seal.Head.State.RETIRED, rows.getLong(1), rows.getLong(2), rows.getBytes(3)));
            }
          }
        }
        if (heads.isEmpty()) {
          return retired;
        }
        chains.seal(
            connection,
            heads,
            transaction -> {
              for (Seal.Head head : heads) {
                for (String sql :
                    List.of(
                        AuditSql.FORGET_SUBJECTS, AuditSql.FORGET_ROWS, AuditSql.FORGET_CHAIN)) {
                  try (var statement = transaction.prepareStatement(sql)) {
                    statement.setLong(1, head.chain());
                    statement.executeUpdate();
                  }
                }
              }
            });
        retired += heads.size();
      }
    }
  }

  /** Writes what waits, closes the chains and seals them. */
  @Override
  public void close() {
    closed = true;
    keeper.interrupt();
    appenders.forEach(Appender::stop);
    try {
      for (Thread thread : threads) {
        thread.join(Duration.ofSeconds(20));
      }
      keeper.join(Duration.ofSeconds(5));
      index();
      seal();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      LOG.warn("The audit could not be sealed at its end: {}", e.getSQLState());
    }
  }
}
