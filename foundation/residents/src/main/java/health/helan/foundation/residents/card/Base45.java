package health.helan.foundation.residents.card;

import java.io.ByteArrayOutputStream;

/**
 * RFC 9285: bytes in the 45 characters that a QR code packs densest (alphanumeric mode, 5.5 bits
 * each).
 */
final class Base45 {
  private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

  private Base45() {}

  static String encode(byte[] bytes) {
    var text = new StringBuilder();
    for (int i = 0; i < bytes.length; i += 2) {
      boolean isPair = i + 1 < bytes.length;
      int value = isPair ? (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff : bytes[i] & 0xff;
      text.append(ALPHABET.charAt(value % 45)).append(ALPHABET.charAt(value / 45 % 45));
      if (isPair) {
        text.append(ALPHABET.charAt(value / 2025));
      }
    }
    return text.toString();
  }

  /**
   * @throws IllegalArgumentException for what {@link #encode} does not make
   */
  static byte[] decode(String text) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i += 3) {
      int length = Math.min(3, text.length() - i);
      int value = 0;
      for (int j = length - 1; j >= 0; j--) {
        int digit = ALPHABET.indexOf(text.charAt(i + j));
        if (digit < 0) {
          throw new IllegalArgumentException("not of Base45");
        }
        value = value * 45 + digit;
      }
      if (length == 1 || value > (length == 3 ? 0xffff : 0xff)) {
        throw new IllegalArgumentException("not of Base45");
      }
      if (length == 3) {
        bytes.write(value >>> 8);
      }
      bytes.write(value);
    }
    return bytes.toByteArray();
  }
}
