package health.helan.foundation.rest;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Request bodies: bounded, unpacked, and JSON. */
final class Bodies {
  /** Up to here a declared length is believed before the bytes are there. */
  private static final int TRUSTED_LENGTH = 4 << 20;

  private Bodies() {}

  /** The whole body, unpacked when it came as gzip. */
  static byte[] read(HttpServletRequest request, long limit) {
    try {
      return readUnpacked(request, limit);
    } catch (IOException e) {
      // The connection, or the form of its chunks: ours is no fault that reading could meet.
      throw new Refusal(Refusal.Kind.INVALID, "rest.body-cut");
    }
  }

  private static byte[] readUnpacked(HttpServletRequest request, long limit) throws IOException {
    long declared = request.getContentLengthLong();
    if (declared > limit) {
      throw tooLong(limit);
    }
    String encoding = request.getHeader("Content-Encoding");
    InputStream in = request.getInputStream();
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      if (!encoding.toLowerCase(Locale.ROOT).contains("gzip")) {
        throw new Refusal(Refusal.Kind.MEDIA_TYPE, "rest.encoding-unknown");
      }
      try {
        return readAll(new GZIPInputStream(in), 16 * 1024, limit);
      } catch (ZipException | java.io.EOFException e) {
        throw new Refusal(Refusal.Kind.INVALID, "rest.gzip-broken");
      }
    }
    // A length is easily said: memory is given for what comes.
    int expected = declared > 0 ? (int) Math.min(declared, TRUSTED_LENGTH) : 8 * 1024;
    return readAll(in, expected, limit);
  }

  private static byte[] readAll(InputStream in, int expected, long limit) throws IOException {
    byte[] bytes = new byte[Math.max(expected, 64)];
    int length = 0;
    while (true) {
      int got = in.read(bytes, length, bytes.length - length);
      if (got < 0) {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
      }
      length += got;
      if (length > limit) {
        throw tooLong(limit);
      }
      if (length == bytes.length) {
        int next = in.read();
        if (next < 0) {
          return bytes;
        }
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, 1024));
        bytes[length++] = (byte) next;
      }
    }
  }

  private static Refusal tooLong(long limit) {
    return new Refusal(Refusal.Kind.TOO_LONG, "rest.body-too-long", limit >> 20);
  }

  /** A JSON object. */
  static ObjectNode object(byte[] bytes) {
    if (bytes.length == 0) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "rest.body-empty");
    }
    refuseOtherEncodings(bytes);
    JsonNode tree = tree(bytes, 0, bytes.length);
    if (!(tree instanceof ObjectNode object)) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "rest.not-an-object");
    }
    return object;
  }

  /**
   * JSON of any kind.
   *
   * @throws Refusal when it is not JSON, or beyond the limits of {@link Json}
   */
  static JsonNode tree(byte[] bytes, int from, int length) {
    try {
      return Json.MAPPER.readTree(bytes, from, length);
    } catch (JacksonException e) {
      throw broken(e);
    } catch (NumberFormatException e) {
      // The parser's own limit, an exponent beyond 32 bits, comes as this.
      throw new Refusal(Refusal.Kind.TOO_LONG, "rest.number-beyond-limits", Json.MAX_EXPONENT);
    }
  }

  /** JSON on this API is UTF-8 (FHIR R4, json.html); the parser would also take UTF-16 and 32. */
  static void refuseOtherEncodings(byte[] bytes) {
    if (bytes.length >= 2 && (bytes[0] == 0 || bytes[1] == 0 || (bytes[0] & 0xfe) == 0xfe)) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "rest.not-utf-8");
    }
  }

  /** Says where JSON is broken, without quoting it. */
  static Refusal broken(JacksonException e) {
    var location = e.getLocation();
    int line = location == null ? 0 : location.getLineNr();
    int column = location == null ? 0 : location.getColumnNr();
    if (e instanceof Json.NumberBeyondLimits) {
      return new Refusal(Refusal.Kind.TOO_LONG, "rest.number-beyond-limits", Json.MAX_EXPONENT);
    }
    if (e instanceof StreamConstraintsException) {
      return new Refusal(
          Refusal.Kind.TOO_LONG, "rest.json-beyond-limits", Json.MAX_DEPTH, Json.MAX_NUMBER_LENGTH);
    }
    return new Refusal(Refusal.Kind.STRUCTURE, "rest.json-broken", line, column);
  }
}
