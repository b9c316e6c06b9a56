package health.helan.foundation.store.objects;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Names an object for good: 128 random bits as 32 hexadecimal digits.
 *
 * <p>Random, not the hash of the content. Two residents' equal files are two objects, so that one
 * resident's can be erased without counting references, and encrypted under a key of its own; and
 * nobody who holds a file can find out from a key whether the platform holds it too. What equal
 * files would save does not pay for that: health records hardly repeat.
 */
public record ObjectKey(String value) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

  /**
   * @throws IllegalArgumentException if {@code value} is not a key
   */
  public ObjectKey {
    if (!isKey(value)) {
      throw new IllegalArgumentException("Not an object key");
    }
  }

  public static boolean isKey(String value) {
    return FORM.matcher(value).matches();
  }

  /** A key that nothing has yet. */
  static ObjectKey random() {
    var bits = new byte[16];
    RANDOM.nextBytes(bits);
    return new ObjectKey(HexFormat.of().formatHex(bits));
  }

  @Override
  public String toString() {
    return value;
  }
}
