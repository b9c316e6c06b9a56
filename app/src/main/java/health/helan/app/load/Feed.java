package health.helan.app.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends units side by side. Whoever hands them over is held back while enough are under way, so
 * that a load takes the same memory however large it is.
 */
final class Feed {
  /** Bytes of bundles that may wait or be under way. One larger than this goes alone. */
  private static final int WAITING_BYTES = 256 << 20;

  private final Sender sender;
  private final SentUnits sent;
  private final RefusalReport report;
  private final Progress progress;
  private final String salt;
  private final int connections;
  private final Semaphore lines;
  private final Semaphore bytes = new Semaphore(WAITING_BYTES);
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  /**
   * @param salt makes the keys of this load differ from those of an equal one
   */
  Feed(
      Sender sender,
      SentUnits sent,
      RefusalReport report,
      Progress progress,
      String salt,
      int connections) {
    this.sender = sender;
    this.sent = sent;
    this.report = report;
    this.progress = progress;
    this.salt = salt;
    this.connections = connections;
    this.lines = new Semaphore(connections);
  }

  /**
   * Sends the unit as soon as a connection is free; returns at once then.
   *
   * @throws LoadStopped when a unit handed over earlier could not be sent
   */
  void send(Unit unit) throws InterruptedException {
    String key = key(unit);
    if (sent.has(key)) {
      progress.skipped().addAndGet(unit.resources());
      progress.passed(unit);
      return;
    }
    int weight = Math.min(unit.body().length, WAITING_BYTES);
    bytes.acquire(weight);
    lines.acquire();
    rethrow();
    Thread.ofVirtual()
        .name("load")
        .start(
            () -> {
              try {
                deliver(unit, key);
                progress.passed(unit);
              } catch (RuntimeException failed) {
                failure.compareAndSet(null, failed);
              } catch (IOException failed) {
                failure.compareAndSet(null, new UncheckedIOException(failed));
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              } finally {
                lines.release();
                bytes.release(weight);
              }
            });
  }

  /** Waits until everything handed over has its answer. */
  void settle() throws InterruptedException {
    lines.acquire(connections);
    lines.release(connections);
    rethrow();
  }

  private void rethrow() {
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  private void deliver(Unit unit, String key) throws InterruptedException, IOException {
    Sender.Result result = sender.send(unit, key);
    if (result.whole() && unit.divisible() && unit.resources() > 1) {
      for (Unit half : Contents.halves(unit)) {
        String halfKey = key(half);
        if (!sent.has(halfKey)) {
          deliver(half, halfKey);
        }
      }
      return;
    }
    int forLater = 0;
    for (Sender.Refused refused : result.refused()) {
      if (!result.whole() && refused.isForLater() && unit.resources() > 1) {
        // Of a batch some went in: the others are sent again, each by itself.
        Unit one = Contents.single(unit, refused.entry());
        String oneKey = key(one);
        if (!sent.has(oneKey)) {
          deliver(one, oneKey);
        }
        forLater++;
        continue;
      }
      int entry =
          refused.entry() < 0
              ? (unit.resources() == 1 ? unit.firstEntry() : 0)
              : unit.firstEntry() + refused.entry();
      report.add(unit.file(), entry, refused.status(), refused.code(), refused.why());
    }
    int refused = result.whole() ? unit.resources() : result.refused().size() - forLater;
    progress.refused().addAndGet(refused);
    progress.resources().addAndGet(unit.resources() - refused - forLater);
    if (!result.whole()) {
      sent.add(key);
    }
  }

  /**
   * The same for a repeat of this unit of this file in this load, and for nothing else: two files
   * with equal contents are two requests.
   */
  private String key(Unit unit) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(unit.file().getBytes(StandardCharsets.UTF_8));
      digest.update(
          ByteBuffer.allocate(Integer.BYTES + 1).put((byte) 0).putInt(unit.firstEntry()).array());
      digest.update(unit.body());
      return HexFormat.of().formatHex(digest.digest(), 0, 20);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A short name made of the given words, the same each time. */
  static String name(List<String> words) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String word : words) {
        digest.update(word.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 12);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
