package health.helan.foundation.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that arrive while others are under way go together in the next transaction: one commit,
 * one COPY a table, one statement where each would have sent its own. Who comes alone is written at
 * once, as ever. Thread-safe. Why: {@code docs/adr/0090}.
 */
final class Gathering {
  private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

  /** Few enough that the first of them does not wait long for the last. */
  private static final int MOST = 48;

  /** What comes of a share: its outcomes, or why it is refused. */
  record Result(
      @Nullable List<Outcome> outcomes,
      @Nullable RuntimeException refusal,
      List<@Nullable Long> patients) {}

  /** Writes shares in one transaction. */
  interface Writing {
    /**
     * @return a result for each, in their order
     * @throws RuntimeException when nothing is written
     */
    List<Result> write(List<Share> shares);
  }

  /** A word to one who waits. */
  private sealed interface Word {
    record Done(Result result) implements Word {}

    /** It is written with nobody else. */
    record Alone() implements Word {}

    /** Its thread writes for these, itself among them. */
    record Lead(List<Waiting> batch) implements Word {}
  }

  private record Waiting(Share share, CompletableFuture<Word> word) {}

  private final Writing writing;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  /** Whether somebody is writing: while one transaction is made, the next gathers. */
  private boolean isBusy;

  Gathering(Writing writing) {
    this.writing = writing;
  }

  /**
   * @param alone writes the same share by itself
   * @throws Refusal for this share alone
   */
  List<Outcome> write(Share share, Supplier<List<Outcome>> alone) {
    var mine = new Waiting(share, new CompletableFuture<>());
    lock.lock();
    try {
      waiting.add(mine);
      if (!isBusy) {
        isBusy = true;
        mine.word.complete(new Word.Lead(next()));
      }
    } finally {
      lock.unlock();
    }
    return switch (mine.word.join()) {
      case Word.Lead lead -> lead(lead.batch, mine, alone);
      case Word.Done done -> outcomes(done.result, alone);
      case Word.Alone _ -> alone.get();
    };
  }

  private List<Outcome> lead(List<Waiting> batch, Waiting mine, Supplier<List<Outcome>> alone) {
    Result own = null;
    try {
      if (batch.size() == 1) {
        return alone.get();
      }
      List<Result> results = writing.write(batch.stream().map(Waiting::share).toList());
      for (int i = 0; i < batch.size(); i++) {
        if (batch.get(i) == mine) {
          own = results.get(i);
        } else {
          batch.get(i).word.complete(new Word.Done(results.get(i)));
        }
      }
    } catch (RuntimeException | Error e) {
      if (batch.size() == 1 || e instanceof Error) {
        throw e;
      }
      // One of them cannot be written, or the database failed: each meets its own fate.
      if (e instanceof Refusal) {
        LOG.debug("{} writes go alone: {}", batch.size(), e.toString());
      } else {
        LOG.warn("{} writes could not be made together, and go alone", batch.size(), e);
      }
    } finally {
      for (Waiting one : batch) {
        one.word.complete(new Word.Alone()); // But who has had a word already.
      }
      handOver();
    }
    return own == null ? alone.get() : outcomes(own, alone);
  }

  private void handOver() {
    lock.lock();
    try {
      List<Waiting> batch = next();
      if (batch.isEmpty()) {
        isBusy = false;
      } else {
        batch.getFirst().word.complete(new Word.Lead(batch));
      }
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private List<Waiting> next() {
    var batch = new ArrayList<Waiting>();
    while (batch.size() < MOST && !waiting.isEmpty()) {
      batch.add(waiting.remove());
    }
    return batch;
  }

  /** On the thread of the request: its own trail is told what it changed. */
  private static List<Outcome> outcomes(Result result, Supplier<List<Outcome>> alone) {
    if (result.refusal instanceof WriteFollower.GoAlone) {
      return alone.get();
    }
    if (result.refusal != null) {
      throw result.refusal;
    }
    result.patients.forEach(AccessTrail::noteChange);
    return Objects.requireNonNull(result.outcomes);
  }
}
