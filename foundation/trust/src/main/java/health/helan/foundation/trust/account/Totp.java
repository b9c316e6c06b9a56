package health.helan.foundation.trust.account;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Time-based one-time passwords, RFC 6238: SHA-1, 6 digits, steps of 30 s, as all apps know them.
 */
public final class Totp {
  private static final int STEP_SECONDS = 30;
  private static final int SECRET = 20;
  private static final char[] BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray();
  private static final SecureRandom RANDOM = new SecureRandom();

  private Totp() {}

  static byte[] newSecret() {
    byte[] secret = new byte[SECRET];
    RANDOM.nextBytes(secret);
    return secret;
  }

  /**
   * The time step in which the code is right: the present one or its neighbours, for clocks that
   * are a little off. -1 if it is wrong.
   */
  static long stepOf(byte[] secret, String code, Instant now) {
    long present = now.getEpochSecond() / STEP_SECONDS;
    long found = -1;
    byte[] typed = code.replaceAll("\\s", "").getBytes(StandardCharsets.UTF_8);
    for (long step = present - 1; step <= present + 1; step++) {
      if (MessageDigest.isEqual(code(secret, step, 6).getBytes(StandardCharsets.US_ASCII), typed)) {
        found = step;
      }
    }
    return found;
  }

  /** The code of an instant, as the owner's app shows it. */
  public static String code(byte[] secret, Instant at) {
    return code(secret, at.getEpochSecond() / STEP_SECONDS, 6);
  }

  static String code(byte[] secret, long step, int digits) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(secret, "HmacSHA1"));
      byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
      int offset = hash[hash.length - 1] & 0xf;
      int number = ByteBuffer.wrap(hash, offset, 4).getInt() & 0x7fff_ffff;
      int modulus = (int) Math.pow(10, digits);
      return ("%0" + digits + "d").formatted(number % modulus);
    } catch (GeneralSecurityException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Secret as people type it into an app, RFC 4648 base 32 without padding. */
  public static String base32(byte[] secret) {
    StringBuilder text = new StringBuilder();
    int buffer = 0;
    int bits = 0;
    for (byte b : secret) {
      buffer = buffer << 8 | b & 0xff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(BASE32[buffer >> bits & 31]);
      }
    }
    if (bits > 0) {
      text.append(BASE32[buffer << 5 - bits & 31]);
    }
    return text.toString();
  }

  /** What a QR code says to an app: {@code otpauth://totp/…}. */
  public static String address(byte[] secret, String name) {
    String label = URLEncoder.encode("Helan:" + name, StandardCharsets.UTF_8).replace("+", "%20");
    return "otpauth://totp/" + label + "?secret=" + base32(secret) + "&issuer=Helan";
  }
}
