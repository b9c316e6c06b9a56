package health.helan.pharmacy.circulation;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;

/**
 * What the QR code of a prescription holds. It says nothing of whose or what prescription it is: a
 * secret by which the platform finds it, once. About 160 characters of the QR alphanumeric mode,
 * which is QR version 7 at error correction M.
 *
 * <pre>
 * text      "HLR1:" and Base32 (RFC 4648, without padding) of
 * 0         layout, 1
 * 1..2      number of the signing key
 * 3..4      home of the prescription's row, one of 4,096
 * 5..8      when it is over, seconds since 1970 UTC
 * 9..24     secret, by chance
 * 25..      SM2 signature, DER, over the text "HLR1:" and bytes 0..24
 * </pre>
 */
record Token(int key, int home, Instant until, byte[] secret, byte[] signature) {
  static final String HEAD = "HLR1:";
  private static final int SECRET = 16;
  private static final int SIGNED = 25;
  private static final int LONGEST = 220;
  private static final char[] LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray();
  private static final SecureRandom RANDOM = new SecureRandom();

  private byte[] signed() {
    byte[] head = HEAD.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(head.length + SIGNED)
        .put(head)
        .put((byte) 1)
        .putShort((short) key)
        .putShort((short) home)
        .putInt((int) until.getEpochSecond())
        .put(secret)
        .array();
  }

  String text() {
    byte[] signed = signed();
    byte[] all =
        Arrays.copyOfRange(signed, HEAD.length(), HEAD.length() + SIGNED + signature.length);
    System.arraycopy(signature, 0, all, SIGNED, signature.length);
    return HEAD + base32(all);
  }

  /** What the database keeps of it: nothing that could be shown as a code. */
  byte[] digest() {
    return sha256(secret);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads a text, which proves nothing yet. Blanks and small letters of a scanner or a keyboard do
   * no harm.
   *
   * @throws Refusal VALUE for what is no code
   */
  static Token parse(String written) {
    String text = written.replaceAll("\\s", "").toUpperCase(java.util.Locale.ROOT);
    if (text.length() <= LONGEST && text.startsWith(HEAD)) {
      byte[] bytes = bytes(text.substring(HEAD.length()));
      if (bytes.length > SIGNED && bytes[0] == 1) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        in.get();
        int key = in.getShort() & 0xffff;
        int home = in.getShort() & 0xffff;
        Instant until = Instant.ofEpochSecond(in.getInt() & 0xffffffffL);
        if (home < Ids.HOMES) {
          return new Token(
              key,
              home,
              until,
              Arrays.copyOfRange(bytes, SIGNED - SECRET, SIGNED),
              Arrays.copyOfRange(bytes, SIGNED, bytes.length));
        }
      }
    }
    throw unreadable();
  }

  private static Refusal unreadable() {
    return new Refusal(Refusal.Kind.VALUE, "circulation.code-unreadable");
  }

  private static String base32(byte[] bytes) {
    var text = new StringBuilder();
    int held = 0;
    int bits = 0;
    for (byte one : bytes) {
      held = held << 8 | one & 0xff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(LETTERS[held >> bits & 31]);
      }
    }
    if (bits > 0) {
      text.append(LETTERS[held << (5 - bits) & 31]);
    }
    return text.toString();
  }

  private static byte[] bytes(String text) {
    var bytes = ByteBuffer.allocate(text.length() * 5 / 8);
    int held = 0;
    int bits = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int value = c >= 'A' && c <= 'Z' ? c - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
      if (value < 0) {
        throw unreadable();
      }
      held = (held << 5 | value) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.put((byte) (held >> bits));
      }
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /**
   * The keys that sign codes: {@code circulation-1}, {@code circulation-2} and so on in the vault.
   * The newest signs, all of them verify.
   */
  static final class Keys {
    private static final String NAME = "circulation-";

    private final KeyVault vault;
    private final CertificateAuthority authority;

    Keys(KeyVault vault, CertificateAuthority authority) {
      this.vault = vault;
      this.authority = authority;
    }

    private int newest() {
      return vault.names().stream()
          .filter(name -> name.matches(NAME + "\\d{1,4}"))
          .mapToInt(name -> Integer.parseInt(name, NAME.length(), name.length(), 10))
          .max()
          .orElse(0);
    }

    Token make(int home, Instant until) {
      int key = Math.max(1, newest());
      var signer =
          authority.platformKey(
              NAME + key, CertificateAuthority.Kind.SEAL, "处方流转码 Prescription codes " + key);
      byte[] secret = new byte[SECRET];
      RANDOM.nextBytes(secret);
      var unsigned = new Token(key, home, until, secret, new byte[0]);
      return new Token(key, home, until, secret, signer.sign(unsigned.signed()));
    }

    /**
     * @throws Refusal VALUE when it was not signed here
     */
    void check(Token token) {
      String name = NAME + token.key;
      if (!vault.has(name)
          || !SignatureAlgorithm.SM2_SM3.verifies(
              vault.signer(name).certificate().getPublicKey(), token.signed(), token.signature)) {
        throw unreadable();
      }
    }
  }
}
