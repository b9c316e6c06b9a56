package health.helan.foundation.trust.audit;

import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.sql.CopyBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends rows to a chain of its own, many at a time: while one commit is under way the next rows
 * gather. One thread.
 *
 * <p>Nobody else may append to the chain, except who closes it because this instance was taken for
 * gone; then, and when a row stands there that is not this appender's, it leaves the chain and
 * opens another.
 */
final class Appender implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Appender.class);

  /** So many rows at most in one commit. */
  private static final int MOST = 1000;

  /**
   * No row waits longer for others to share its commit. On a fast disk a commit is over before the
   * next rows are there, and one for each two of them costs more than the rows.
   */
  private static final Duration GATHER = Duration.ofMillis(2);

  /** A connection that has nothing to do is given back after this. */
  private static final Duration IDLE = Duration.ofMillis(50);

  /**
   * Corrections that could not be written, with no row to come along, are tried again after this.
   */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final int number;
  private final DataSource dataSource;
  private final Chains chains;
  private final Inbox inbox;
  private final AuditLog.Settings settings;

  /** The last row that is known to be committed; null before the first chain is open. */
  private volatile Chains.@Nullable Head head;

  /** Heads of chains that were left, for the next seal. Guarded by itself. */
  private final List<Seal.Head> left = new ArrayList<>();

  /** Batches of which it is not known whether they were committed. */
  private final List<Doubt> inDoubt = new ArrayList<>();

  /** Rows to come, for requests whose row says what was not answered. */
  private final List<Waiting> corrections = new ArrayList<>();

  private record Doubt(Chains.Head end, List<Waiting> batch) {}

  /** Something went wrong since the last row that is known to be committed. */
  private boolean isDoubtful;

  private long opened;
  private volatile boolean stopping;

  Appender(
      int number, DataSource dataSource, Chains chains, Inbox inbox, AuditLog.Settings settings) {
    this.number = number;
    this.dataSource = dataSource;
    this.chains = chains;
    this.inbox = inbox;
    this.settings = settings;
  }

  Inbox inbox() {
    return inbox;
  }

  /** The last committed row; null while there is no chain. */
  Chains.@Nullable Head head() {
    return head;
  }

  /** Heads of chains that were left since the last call. */
  List<Seal.Head> takeLeft() {
    synchronized (left) {
      List<Seal.Head> taken = List.copyOf(left);
      left.clear();
      return taken;
    }
  }

  void giveBack(List<Seal.Head> heads) {
    synchronized (left) {
      left.addAll(heads);
    }
  }

  /** Opens the first chain. */
  void open(Connection connection) throws SQLException {
    head = chains.open(connection, number);
    opened = System.nanoTime();
  }

  /** Has it end once the queue is empty. */
  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    Connection connection = null;
    var batch = new ArrayList<Waiting>();
    while (true) {
      try {
        Duration idle = corrections.isEmpty() ? IDLE : isDoubtful ? AGAIN : Duration.ZERO;
        inbox.await(idle.toNanos(), GATHER.toNanos());
        batch.addAll(corrections);
        corrections.clear();
        inbox.drainTo(batch, Math.max(0, MOST - batch.size()));
        if (batch.isEmpty()) {
          connection = close(connection);
          if (stopping && inbox.isEmpty()) {
            break;
          }
          continue;
        }
        batch.removeIf(waiting -> !waiting.take());
        if (!batch.isEmpty()) {
          connection = write(connection, batch);
        }
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException e) {
        LOG.error("The audit's appender {} failed", number, e);
        isDoubtful = true;
        fail(batch);
        connection = close(connection);
      } finally {
        batch.clear();
      }
    }
    close(connection);
    finish();
  }

  private static @Nullable Connection close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        LOG.debug("Closing a connection", e);
      }
    }
    return null;
  }

  /** Writes the batch and lets its requests go; gives the connection that stays in use. */
  private @Nullable Connection write(@Nullable Connection held, List<Waiting> batch) {
    Connection connection = held;
    // A connection that was held may have been cut meanwhile: that is worth another try.
    int attempts = held == null ? 2 : 3;
    for (int attempt = 1; ; attempt++) {
      try {
        if (connection == null) {
          connection = dataSource.getConnection();
        }
        append(connection, batch);
        return connection;
      } catch (SQLException e) {
        isDoubtful = true;
        boolean theirs = Chains.isUniqueViolation(e);
        if (!theirs) {
          connection = close(connection);
        }
        if (attempt >= attempts) {
          LOG.warn("{} rows of the audit could not be written: {}", batch.size(), e.getSQLState());
          fail(batch);
          return connection;
        }
      }
    }
  }

  private void fail(List<Waiting> batch) {
    for (Waiting waiting : batch) {
      waiting.fail();
      if (waiting.isCorrection && !stopping) {
        waiting.again();
        corrections.add(waiting);
      }
    }
  }

  /** The rows are committed: lets their requests go, or corrects what was answered otherwise. */
  private void done(List<Waiting> batch) {
    for (Waiting waiting : batch) {
      boolean isAsAnswered = waiting.done();
      if (waiting.isCorrection) {
        corrections.remove(waiting); // In case an attempt that was taken for failed was not.
      } else if (!isAsAnswered) {
        corrections.add(waiting.correction());
      }
    }
  }

  private void append(Connection connection, List<Waiting> batch) throws SQLException {
    reconcile(connection);
    // Of an earlier attempt, after all.
    batch.removeIf(Waiting::isKept);
    if (batch.isEmpty()) {
      return;
    }
    Chains.Head last = head;
    if (last != null
        && (last.seq() >= settings.chainRows()
            || System.nanoTime() - opened > settings.chainAge().toNanos())) {
      leave(chains.close(connection, last).closed());
      last = null;
    }
    if (last == null) {
      open(connection);
      last = java.util.Objects.requireNonNull(head);
    }
    var copy = new CopyBuffer(AuditRow.COLUMN_COUNT);
    long seq = last.seq();
    byte[] digest = last.digest();
    for (Waiting waiting : batch) {
      AuditRow row = AuditRow.of(last.chain(), ++seq, waiting.request);
      digest = row.digest(digest);
      row.copyTo(copy, digest);
    }
    var next = new Chains.Head(last.chain(), seq, digest);
    inDoubt.add(new Doubt(next, List.copyOf(batch)));
    // One statement outside a transaction block: its own commit.
    copy.send(connection, AuditSql.COPY);
    inDoubt.clear();
    head = next;
    done(batch);
  }

  /** Finds out what became of a batch whose commit was not heard of, and who wrote instead. */
  private void reconcile(Connection connection) throws SQLException {
    Chains.Head last = head;
    if (!isDoubtful || last == null) {
      return;
    }
    try (var statement = connection.prepareStatement(AuditSql.HEAD)) {
      statement.setLong(1, last.chain());
      try (var rows = statement.executeQuery()) {
        boolean is = rows.next();
        long seq = is ? rows.getLong(1) : -1;
        byte[] digest = is ? rows.getBytes(2) : new byte[0];
        if (seq == last.seq() && Arrays.equals(digest, last.digest())) {
          isDoubtful = false;
          return; // Nothing came. Should it come yet, the next insert meets it.
        }
        for (Doubt own : List.copyOf(inDoubt)) {
          if (own.end.seq() == seq && Arrays.equals(own.end.digest(), digest)) {
            head = own.end;
            done(own.batch);
            inDoubt.clear();
            isDoubtful = false;
            return;
          }
        }
        if (is && seq == last.seq() + 1 && rows.getString(3).equals(AuditRow.CLOSE)) {
          LOG.warn("Chain {} was closed already; a new one follows", last.chain());
          leave(new Chains.Head(last.chain(), seq, digest).closed());
        } else {
          // Sealed as closed at the last own row, so that a verification finds what was done to it.
          LOG.error(
              "Chain {} has rows that are not its appender's; a new one follows", last.chain());
          leave(last.closed());
        }
        inDoubt.clear();
        isDoubtful = false;
      }
    }
  }

  private void leave(Seal.Head closed) {
    synchronized (left) {
      left.add(closed);
    }
    head = null;
  }

  /** Closes the chain, if the database allows it; else the next instance does. */
  private void finish() {
    if (head == null) {
      return;
    }
    try (Connection connection = dataSource.getConnection()) {
      reconcile(connection);
      Chains.Head last = head;
      if (last != null) {
        leave(chains.close(connection, last).closed());
      }
    } catch (SQLException e) {
      LOG.warn("A chain of the audit could not be closed: {}", e.getSQLState());
    }
  }

  /** A request that waits for its row. */
  static final class Waiting {
    /** Where a request stands with its row. */
    private enum State {
      QUEUED,
      /** In a batch that is being written. */
      TAKEN,
      KEPT,
      /** Its thread left before the row was in a batch: it will not be. */
      GIVEN_UP,
      /** Its thread left, with a refusal, while the row was being written. */
      LATE
    }

    private final AuditSink.Request request;
    private final boolean isCorrection;
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
    private final CompletableFuture<Boolean> kept = new CompletableFuture<>();

    Waiting(AuditSink.Request request) {
      this(request, false);
    }

    private Waiting(AuditSink.Request request, boolean isCorrection) {
      this.request = request;
      this.isCorrection = isCorrection;
    }

    private boolean take() {
      return state.compareAndSet(State.QUEUED, State.TAKEN);
    }

    /** A correction that could not be written goes into a later batch. */
    private void again() {
      state.set(State.QUEUED);
    }

    private boolean isKept() {
      return state.get() == State.KEPT || kept.isDone() && state.get() == State.LATE;
    }

    /** False if its thread has left with a refusal. */
    private boolean done() {
      boolean waits = state.compareAndSet(State.TAKEN, State.KEPT);
      kept.complete(waits);
      return waits;
    }

    private void fail() {
      state.compareAndSet(State.TAKEN, State.LATE);
      kept.complete(false);
    }

    /** The row of what was answered in truth. */
    private Waiting correction() {
      return new Waiting(request.unanswered(Instant.now()), true);
    }

    /** True once the row is committed; false when it was not, or not in time. */
    boolean await(long millis) {
      try {
        return kept.get(millis, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        return isKeptAfterAll();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return isKeptAfterAll();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    private boolean isKeptAfterAll() {
      return !state.compareAndSet(State.QUEUED, State.GIVEN_UP)
          && !state.compareAndSet(State.TAKEN, State.LATE)
          && state.get() == State.KEPT;
    }
  }
}
