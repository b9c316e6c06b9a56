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
  private Bodies() {}

  /** The whole body, unpacked when it came as gzip. */
  static byte[] read(HttpServletRequest request, long limit) throws IOException {
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
    return readAll(in, declared > 0 ? (int) declared : 8 * 1024, limit);
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
    JsonNode tree;
    try {
      tree = Json.MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw broken(e);
    }
    if (!(tree instanceof ObjectNode object)) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "rest.not-an-object");
    }
    return object;
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
    if (e instanceof StreamConstraintsException) {
      return new Refusal(
          Refusal.Kind.TOO_LONG, "rest.json-beyond-limits", Json.MAX_DEPTH, Json.MAX_NUMBER_LENGTH);
    }
    return new Refusal(Refusal.Kind.STRUCTURE, "rest.json-broken", line, column);
  }
}
