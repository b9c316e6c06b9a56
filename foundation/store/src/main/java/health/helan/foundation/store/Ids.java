package health.helan.foundation.store;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids that the server assigns: three hex digits of the home, ten base-32 digits of time
 * (microseconds), eight of chance. Ordered by time within a home; the home is read from the id
 * without asking the database.
 */
public final class Ids {
  /** Buckets of residents; see docs/adr/0002. */
  public static final int HOMES = 4096;

  private static final char[] BASE32 = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
  private static final int LENGTH = 21;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final AtomicLong LAST = new AtomicLong();
  private static final boolean[] IS_BASE32 = new boolean[128];

  static {
    for (char c : BASE32) {
      IS_BASE32[c] = true;
    }
  }

  private Ids() {}

  /** A new id in {@code home}; never the same twice, and later ones sort after earlier ones. */
  public static String next(int home) {
    long now = System.currentTimeMillis() * 1000;
    long micros = LAST.updateAndGet(last -> Math.max(last + 1, now));
    long chance = RANDOM.nextLong();
    char[] id = new char[LENGTH];
    id[0] = HexFormat.of().toHexDigits((byte) (home >> 8)).charAt(1);
    String low = HexFormat.of().toHexDigits((byte) home);
    id[1] = low.charAt(0);
    id[2] = low.charAt(1);
    for (int i = 0; i < 10; i++) {
      id[12 - i] = BASE32[(int) (micros >>> (5 * i)) & 31];
    }
    for (int i = 0; i < 8; i++) {
      id[20 - i] = BASE32[(int) (chance >>> (5 * i)) & 31];
    }
    return new String(id);
  }

  /** True when the id has the server's form, so that {@link #home} can read its home. */
  public static boolean isAssigned(String id) {
    if (id.length() != LENGTH) {
      return false;
    }
    for (int i = 0; i < 3; i++) {
      char c = id.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    for (int i = 3; i < LENGTH; i++) {
      char c = id.charAt(i);
      if (c >= 128 || !IS_BASE32[c]) {
        return false;
      }
    }
    return true;
  }

  /** Home of an id for which {@link #isAssigned} holds. */
  public static int home(String id) {
    return Integer.parseInt(id, 0, 3, 16);
  }
}
