package health.helan.foundation.residents.card;

import health.helan.foundation.store.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * What a QR code of a card holds: 142 characters of the QR alphanumeric mode, which is QR version 6
 * at error correction M (41 × 41 dots). The layout is ours (docs/guide/health-card.md,
 * docs/adr/0083); WS/T 543 as far as we know it asks for SM2 and SM4 and leaves the bytes to the
 * region.
 *
 * <pre>
 * text      "HLN1:" and Base45 (RFC 9285) of 91 bytes
 * 0         1 dynamic (lives for a moment), 2 printed
 * 1..3      region of the issuer, GB/T 2260, six digits as a number
 * 4..5      number of the signing key
 * 6..9      time of issue, seconds since 1970 UTC
 * 10        life in seconds; 0 of printed ones
 * 11..26    SM4 block over the card's handle (8 bytes) and chance (8 bytes)
 * 27..90    SM2 signature, r and s, over the text "HLN1:" and bytes 0..26
 * </pre>
 *
 * @param block tells nothing to who has not the opener of this key, and is another in each code
 */
record Code(
    Kind kind, int region, int key, Instant issued, int life, byte[] block, byte[] signature) {
  static final String HEAD = "HLN1:";
  static final int BYTES = 91;
  static final int BLOCK = 16;
  private static final int SIGNED = 27;
  private static final int SIGNATURE = 64;

  /** Longest text that is looked at: half as long again as a code. */
  private static final int LONGEST = 220;

  enum Kind {
    DYNAMIC(1),
    PRINTED(2);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    String word() {
      return this == DYNAMIC ? "dynamic" : "printed";
    }
  }

  /** The bytes that are signed. */
  static byte[] signed(Kind kind, int region, int key, Instant issued, int life, byte[] block) {
    byte[] head = HEAD.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(head.length + SIGNED)
        .put(head)
        .put((byte) kind.number)
        .put((byte) (region >>> 16))
        .putShort((short) region)
        .putShort((short) key)
        .putInt((int) issued.getEpochSecond())
        .put((byte) life)
        .put(block)
        .array();
  }

  byte[] signed() {
    return signed(kind, region, key, issued, life, block);
  }

  String text() {
    byte[] signed = signed();
    byte[] bytes = Arrays.copyOfRange(signed, HEAD.length(), HEAD.length() + BYTES);
    System.arraycopy(signature, 0, bytes, SIGNED, SIGNATURE);
    return HEAD + Base45.encode(bytes);
  }

  /** When it is over; of printed ones never. */
  Instant until() {
    return kind == Kind.PRINTED ? Instant.MAX : issued.plusSeconds(life);
  }

  boolean isOver(Instant now, Duration skew) {
    return kind == Kind.DYNAMIC && now.isAfter(until().plus(skew));
  }

  /**
   * Reads a text, which proves nothing yet.
   *
   * @throws Refusal VALUE for what is no code
   */
  static Code parse(String text) {
    try {
      if (text.length() <= LONGEST && text.startsWith(HEAD)) {
        byte[] bytes = Base45.decode(text.substring(HEAD.length()));
        if (bytes.length == BYTES && (bytes[0] == 1 || bytes[0] == 2)) {
          ByteBuffer in = ByteBuffer.wrap(bytes);
          Kind kind = in.get() == 1 ? Kind.DYNAMIC : Kind.PRINTED;
          int region = (in.get() & 0xff) << 16 | in.getShort() & 0xffff;
          int key = in.getShort() & 0xffff;
          Instant issued = Instant.ofEpochSecond(in.getInt() & 0xffffffffL);
          int life = in.get() & 0xff;
          return new Code(
              kind,
              region,
              key,
              issued,
              life,
              Arrays.copyOfRange(bytes, 11, SIGNED),
              Arrays.copyOfRange(bytes, SIGNED, BYTES));
        }
      }
    } catch (IllegalArgumentException broken) {
      // Said below.
    }
    throw new Refusal(Refusal.Kind.VALUE, "card.code-unreadable");
  }

  // -------------------------------------------------------- signatures: DER to 64 bytes and back

  /** r and s of a DER sequence, 32 bytes each. */
  static byte[] raw(byte[] der) {
    byte[] raw = new byte[SIGNATURE];
    int at = 2; // The sequence is shorter than 128 bytes.
    for (int part = 0; part < 2; part++) {
      int length = der[at + 1];
      int from = at + 2;
      int skip = Math.max(0, length - 32); // A zero before a high bit.
      System.arraycopy(der, from + skip, raw, part * 32 + 32 - (length - skip), length - skip);
      at = from + length;
    }
    return raw;
  }

  static byte[] der(byte[] raw) {
    byte[] r = new java.math.BigInteger(1, Arrays.copyOf(raw, 32)).toByteArray();
    byte[] s = new java.math.BigInteger(1, Arrays.copyOfRange(raw, 32, 64)).toByteArray();
    return ByteBuffer.allocate(6 + r.length + s.length)
        .put((byte) 0x30)
        .put((byte) (4 + r.length + s.length))
        .put((byte) 2)
        .put((byte) r.length)
        .put(r)
        .put((byte) 2)
        .put((byte) s.length)
        .put(s)
        .array();
  }
}
