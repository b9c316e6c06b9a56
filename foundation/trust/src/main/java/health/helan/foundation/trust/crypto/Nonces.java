package health.helan.foundation.trust.crypto;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Nonces for one key in one process: 64 random bits drawn once for a run, then a counter of 32
 * bits; after 2^32 messages another run. Two messages can share a nonce only if two runs drew the
 * same 64 bits, so the bound is on starts of the platform, not on messages: with purely random
 * nonces a key would have to go after 2^32 messages (NIST SP 800-38D, 8.3), which a region reaches.
 * See docs/adr/0021.
 */
final class Nonces {
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final class Run {
    final long head = RANDOM.nextLong();
    final AtomicLong next;

    Run(long first) {
      next = new AtomicLong(first);
    }
  }

  private volatile Run current;

  Nonces() {
    this(0);
  }

  /** As if {@code used} nonces of the first run were gone. */
  Nonces(long used) {
    current = new Run(used);
  }

  byte[] next() {
    while (true) {
      Run run = current;
      long number = run.next.getAndIncrement();
      if (number < 1L << 32) {
        return ByteBuffer.allocate(AeadAlgorithm.NONCE)
            .putLong(run.head)
            .putInt((int) number)
            .array();
      }
      next(run);
    }
  }

  private synchronized void next(Run used) {
    if (current == used) {
      current = new Run(0);
    }
  }
}
