package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.Finding;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From bytes to text (MSH-18, HL7 table 0211). What is declared is tried first; where it does not
 * fit the bytes, or nothing is declared, UTF-8, then the feed's own, then GB18030 and at last
 * Windows-1252, in which everything is a text.
 */
public final class Charsets {
  private static final Charset GB18030 = Charset.forName("GB18030");
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("ASCII", "US-ASCII"),
          Map.entry("UNICODE", "UTF-16"),
          Map.entry("UNICODE UTF-8", "UTF-8"),
          Map.entry("UNICODE UTF-16", "UTF-16"),
          Map.entry("UNICODE UTF-32", "UTF-32"),
          Map.entry("UTF8", "UTF-8"),
          Map.entry("GB 18030-2000", "GB18030"),
          Map.entry("GB 18030-2005", "GB18030"),
          Map.entry("GB18030-2000", "GB18030"),
          Map.entry("GB2312", "GB18030"),
          Map.entry("GBK", "GB18030"),
          Map.entry("BIG-5", "Big5"),
          Map.entry("ISO IR6", "US-ASCII"),
          Map.entry("ISO IR87", "ISO-2022-JP"),
          Map.entry("KS X 1001", "EUC-KR"));

  private Charsets() {}

  /** A decoded message. */
  record Decoded(String text, Charset charset) {}

  /**
   * @param otherwise the feed's own character set; null for none
   */
  static Decoded decode(byte[] bytes, @Nullable Charset otherwise, List<Finding> findings) {
    Charset marked = marked(bytes);
    if (marked != null) {
      int skip = marked == StandardCharsets.UTF_8 ? 3 : 2;
      return new Decoded(new String(bytes, skip, bytes.length - skip, marked), marked);
    }
    Charset wide = wide(bytes);
    if (wide != null) {
      return new Decoded(new String(bytes, wide), wide);
    }
    String declared = declared(bytes);
    Charset named = declared.isEmpty() ? null : named(declared);
    if (!declared.isEmpty() && named == null) {
      findings.add(new Finding("gateway.found-unknown-charset", "MSH-18"));
    }
    if (named != null && !named.name().startsWith("UTF-16") && !named.name().startsWith("UTF-32")) {
      String text = strict(bytes, named);
      if (text != null) {
        return new Decoded(text, named);
      }
      findings.add(new Finding("gateway.found-wrong-charset", "MSH-18", named.name()));
    }
    Charset guessed = guess(bytes, otherwise);
    if (named == null && guessed != StandardCharsets.UTF_8 && guessed != otherwise) {
      findings.add(new Finding("gateway.found-guessed-charset", "MSH-18", guessed.name()));
    }
    return new Decoded(new String(bytes, guessed), guessed);
  }

  /**
   * Bytes that name no character set: by their mark, else UTF-8, the one that is expected, GB18030.
   *
   * @param otherwise null for none
   */
  public static String text(byte[] bytes, @Nullable Charset otherwise) {
    Charset marked = marked(bytes);
    if (marked != null) {
      int skip = marked == StandardCharsets.UTF_8 ? 3 : 2;
      return new String(bytes, skip, bytes.length - skip, marked);
    }
    return new String(bytes, guess(bytes, otherwise));
  }

  static Charset guess(byte[] bytes, @Nullable Charset otherwise) {
    if (strict(bytes, StandardCharsets.UTF_8) != null) {
      return StandardCharsets.UTF_8;
    }
    if (otherwise != null && strict(bytes, otherwise) != null) {
      return otherwise;
    }
    return strict(bytes, GB18030) != null ? GB18030 : WINDOWS_1252;
  }

  /** By byte order mark. */
  private static @Nullable Charset marked(byte[] b) {
    if (b.length >= 3 && b[0] == (byte) 0xEF && b[1] == (byte) 0xBB && b[2] == (byte) 0xBF) {
      return StandardCharsets.UTF_8;
    }
    if (b.length >= 2 && b[0] == (byte) 0xFE && b[1] == (byte) 0xFF) {
      return StandardCharsets.UTF_16BE;
    }
    if (b.length >= 2 && b[0] == (byte) 0xFF && b[1] == (byte) 0xFE) {
      return StandardCharsets.UTF_16LE;
    }
    return null;
  }

  /** UTF-16 without a mark: the header's letters stand between zeros. */
  private static @Nullable Charset wide(byte[] b) {
    if (b.length >= 6 && b[0] == 0 && b[1] == 'M' && b[2] == 0 && b[3] == 'S') {
      return StandardCharsets.UTF_16BE;
    }
    if (b.length >= 6 && b[0] == 'M' && b[1] == 0 && b[2] == 'S' && b[3] == 0) {
      return StandardCharsets.UTF_16LE;
    }
    return null;
  }

  /** MSH-18, first repetition; the header is ASCII up to there in every set but UTF-16. */
  private static String declared(byte[] bytes) {
    int from = 0;
    while (from + 3 < bytes.length
        && !(bytes[from] == 'M' && bytes[from + 1] == 'S' && bytes[from + 2] == 'H')) {
      from++;
    }
    if (from + 3 >= bytes.length) {
      return "";
    }
    byte separator = bytes[from + 3];
    int field = 1;
    int start = -1;
    for (int i = from + 3; i < bytes.length; i++) {
      if (bytes[i] == separator) {
        if (start >= 0) {
          return first(new String(bytes, start, i - start, StandardCharsets.ISO_8859_1));
        }
        if (++field == 18) {
          start = i + 1;
        }
      } else if (bytes[i] == '\r' || bytes[i] == '\n') {
        return start < 0
            ? ""
            : first(new String(bytes, start, i - start, StandardCharsets.ISO_8859_1));
      }
    }
    return "";
  }

  private static String first(String field) {
    int end = field.indexOf('~');
    return (end < 0 ? field : field.substring(0, end)).strip().toUpperCase(Locale.ROOT);
  }

  /** Null for one that is not known here. */
  static @Nullable Charset named(String name) {
    String upper = name.strip().toUpperCase(Locale.ROOT);
    String java = NAMES.get(upper);
    if (java == null) {
      java = upper.startsWith("8859/") ? "ISO-8859-" + upper.substring(5) : upper;
    }
    try {
      return Charset.forName(java);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable String strict(byte[] bytes, Charset charset) {
    try {
      return charset
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
