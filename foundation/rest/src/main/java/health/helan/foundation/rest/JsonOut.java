package health.helan.foundation.rest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Grows JSON from pieces; stored resources are spliced in as bytes. Not thread-safe. */
final class JsonOut {
  private byte[] bytes;
  private int length;

  JsonOut(int expected) {
    bytes = new byte[Math.max(expected, 256)];
  }

  /** Text of JSON itself: ASCII, no user input. */
  @SuppressWarnings("deprecation") // getBytes(int, int, byte[], int) copies ASCII without a detour
  JsonOut raw(String ascii) {
    room(ascii.length());
    ascii.getBytes(0, ascii.length(), bytes, length);
    length += ascii.length();
    return this;
  }

  JsonOut raw(byte[] json) {
    room(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
    return this;
  }

  JsonOut number(long value) {
    return raw(Long.toString(value));
  }

  /** A string, quoted and escaped. */
  JsonOut string(String value) {
    raw("\"");
    int start = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 || c == '"' || c == '\\') {
        plain(value, start, i);
        raw(
            switch (c) {
              case '"' -> "\\\"";
              case '\\' -> "\\\\";
              case '\n' -> "\\n";
              default -> "\\u%04x".formatted((int) c);
            });
        start = i + 1;
      }
    }
    plain(value, start, value.length());
    return raw("\"");
  }

  private void plain(String value, int from, int to) {
    if (from < to) {
      raw(value.substring(from, to).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** {@code ,"name":"value"}; nothing when the value is null. */
  JsonOut field(String name, @Nullable String value) {
    if (value != null) {
      raw(",\"").raw(name).raw("\":").string(value);
    }
    return this;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
