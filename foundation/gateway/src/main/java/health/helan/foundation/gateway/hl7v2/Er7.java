package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.Finding;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message in ER7 as segments of raw fields (HL7 v2.8.2, 2.6). Lenient: it wants a header that
 * names its separators, and takes any segments, fields and components that follow, known or not.
 * Fields are taken apart when they are asked for.
 */
final class Er7 {
  /** Most segments of a message. */
  static final int MAX_SEGMENTS = 50_000;

  /** Most findings of reading one: more tell nothing new. */
  private static final int MAX_FINDINGS = 50;

  /**
   * What splits and escapes; 0 for none.
   *
   * @param truncation of HL7 2.7 and later; 0 for none
   */
  record Separators(
      char field, char component, char repetition, char escape, char sub, char truncation) {
    /** MSH-2 as this side would write it. */
    String encoding() {
      return "" + component + repetition + escape + sub;
    }
  }

  /** A segment: its name, and its fields as sent, from 1. */
  static final class Segment {
    private final String name;
    private final List<String> fields;

    Segment(String name, List<String> fields) {
      this.name = name;
      this.fields = fields;
    }

    String name() {
      return name;
    }

    /** Raw text of a field; empty for none. */
    String field(int number) {
      return number >= 1 && number <= fields.size() ? fields.get(number - 1) : "";
    }

    int size() {
      return fields.size();
    }
  }

  private final Separators separators;
  private final List<Segment> segments;
  private final List<Finding> findings;

  private Er7(Separators separators, List<Segment> segments, List<Finding> findings) {
    this.separators = separators;
    this.segments = segments;
    this.findings = findings;
  }

  /**
   * @throws Refusal STRUCTURE when it does not begin with a header that can be understood
   */
  static Er7 parse(String text) {
    int from = 0;
    while (from < text.length() && isNoise(text.charAt(from))) {
      from++;
    }
    if (!text.startsWith("MSH", from) || text.length() < from + 5) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.no-header");
    }
    var findings = new ArrayList<Finding>();
    Separators separators = separators(text, from, findings);
    var segments = new ArrayList<Segment>();
    // The segment that is being read, with the lines that it broke into.
    var open = new StringBuilder();
    int at = from;
    while (at < text.length()) {
      int end = at;
      while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
        end++;
      }
      String line = stripFraming(text.substring(at, end));
      if (isSegment(line, separators.field)) {
        close(open, separators, segments);
        open.append(line);
      } else if (!line.isBlank()) {
        if (open.isEmpty()) {
          throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.no-header");
        }
        // A text with line ends of its own: it belongs to the field that it breaks.
        open.append('\n').append(line);
        var finding = new Finding("gateway.found-broken-line", open.substring(0, 3));
        if (findings.size() < MAX_FINDINGS && !findings.contains(finding)) {
          findings.add(finding);
        }
      }
      at = end + 1;
    }
    close(open, separators, segments);
    return new Er7(separators, segments, findings);
  }

  /** Space, byte order mark and framing characters that some senders put before the header. */
  private static boolean isNoise(char c) {
    return c <= ' ' || c == '\uFEFF';
  }

  private static Separators separators(String text, int from, List<Finding> findings) {
    char field = text.charAt(from + 3);
    int end = from + 4;
    while (end < text.length() && text.charAt(end) != field && text.charAt(end) >= ' ') {
      end++;
    }
    String given = text.substring(from + 4, end);
    if (Character.isLetterOrDigit(field) || Character.isWhitespace(field) || given.isEmpty()) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.bad-separators");
    }
    if (given.length() == 5 && given.charAt(2) == given.charAt(3)) {
      // Escaped once too often by whoever put it into a string: ^~\\& for ^~\&.
      given = given.substring(0, 3) + given.charAt(4);
      findings.add(new Finding("gateway.found-doubled-escape", "MSH-2"));
    }
    char[] chars = {'^', '~', '\\', '&', 0};
    for (int i = 0; i < Math.min(5, given.length()); i++) {
      chars[i] = given.charAt(i);
    }
    // Shorter ones were sent by early versions: what is not named has its usual character, unless
    // that one is taken.
    for (int i = given.length(); i < 4; i++) {
      if (given.indexOf(chars[i]) >= 0 || chars[i] == field) {
        chars[i] = 0;
      }
    }
    for (int i = 0; i < Math.min(4, given.length()); i++) {
      char c = chars[i];
      if (c == field || Character.isLetterOrDigit(c) || given.indexOf(c) != i) {
        throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.bad-separators");
      }
    }
    return new Separators(field, chars[0], chars[1], chars[2], chars[3], chars[4]);
  }

  /** Takes the open segment apart, if there is one. */
  private static void close(StringBuilder open, Separators separators, List<Segment> segments) {
    if (open.isEmpty()) {
      return;
    }
    if (segments.size() == MAX_SEGMENTS) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.too-many-segments", MAX_SEGMENTS);
    }
    String segment = open.toString();
    open.setLength(0);
    var fields = new ArrayList<String>();
    String name = segment.substring(0, 3);
    int start = 3;
    if (name.equals("MSH") || name.equals("BHS") || name.equals("FHS")) {
      fields.add(String.valueOf(separators.field)); // MSH-1 is the separator itself.
    }
    while (start < segment.length()) {
      int end = segment.indexOf(separators.field, start + 1);
      if (end < 0) {
        end = segment.length();
      }
      fields.add(segment.substring(start + 1, end));
      start = end;
    }
    segments.add(new Segment(name, fields));
  }

  private static String stripFraming(String line) {
    int from = 0;
    int to = line.length();
    while (from < to && (isNoise(line.charAt(from)))) {
      from++;
    }
    while (to > from && (line.charAt(to - 1) == 0x1C || line.charAt(to - 1) == 0x0B)) {
      to--;
    }
    return line.substring(from, to);
  }

  private static boolean isSegment(String line, char field) {
    if (line.length() < 3 || line.length() > 3 && line.charAt(3) != field) {
      return false;
    }
    for (int i = 0; i < 3; i++) {
      char c = line.charAt(i);
      if (!(c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9')) {
        return false;
      }
    }
    return true;
  }

  Separators separators() {
    return separators;
  }

  List<Segment> segments() {
    return segments;
  }

  List<Finding> findings() {
    return findings;
  }

  Segment header() {
    return segments.getFirst();
  }

  /** The first segment of a name; null for none. */
  @Nullable Segment first(String name) {
    for (Segment segment : segments) {
      if (segment.name.equals(name)) {
        return segment;
      }
    }
    return null;
  }

  /** Repetitions of a raw field; one for an empty field. */
  static List<String> split(String text, char by) {
    if (by == 0 || text.indexOf(by) < 0) {
      return List.of(text);
    }
    var parts = new ArrayList<String>();
    int start = 0;
    while (true) {
      int end = text.indexOf(by, start);
      if (end < 0) {
        parts.add(text.substring(start));
        return parts;
      }
      parts.add(text.substring(start, end));
      start = end + 1;
    }
  }

  /** The n-th part from 1; empty for none. */
  static String nth(String text, char by, int number) {
    if (by == 0) {
      return number == 1 ? text : "";
    }
    int start = 0;
    for (int i = 1; i < number; i++) {
      int end = text.indexOf(by, start);
      if (end < 0) {
        return "";
      }
      start = end + 1;
    }
    int end = text.indexOf(by, start);
    return end < 0 ? text.substring(start) : text.substring(start, end);
  }

  /** Component of the first repetition of a field, without escapes. */
  String value(@Nullable Segment segment, int field, int component) {
    if (segment == null) {
      return "";
    }
    String raw = nth(segment.field(field), separators.repetition, 1);
    return unescape(nth(nth(raw, separators.component, component), separators.sub, 1)).strip();
  }

  /**
   * Resolves escape sequences (2.7): separators, {@code \.br\}, {@code \Xdd..\}; highlighting and
   * formatting commands are dropped, what is no escape sequence stays as it is.
   */
  String unescape(String text) {
    char escape = separators.escape;
    if (escape == 0 || text.indexOf(escape) < 0) {
      return text;
    }
    var out = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      int start = text.indexOf(escape, at);
      int end = start < 0 ? -1 : text.indexOf(escape, start + 1);
      if (end < 0) {
        out.append(text, at, text.length());
        break;
      }
      out.append(text, at, start);
      String code = text.substring(start + 1, end);
      String meant = meaning(code);
      if (meant == null) {
        // A stray escape character, such as the backslash of a path.
        out.append(escape);
        at = start + 1;
      } else {
        out.append(meant);
        at = end + 1;
      }
    }
    return out.toString();
  }

  private @Nullable String meaning(String code) {
    if (code.length() == 1) {
      return switch (code.charAt(0)) {
        case 'F' -> String.valueOf(separators.field);
        case 'S' -> String.valueOf(separators.component);
        case 'T' -> String.valueOf(separators.sub);
        case 'R' -> String.valueOf(separators.repetition);
        case 'E' -> String.valueOf(separators.escape);
        case 'P' -> "#";
        case 'H', 'N' -> "";
        default -> null;
      };
    }
    if (code.startsWith(".")) {
      String command = code.length() > 3 ? code.substring(0, 3) : code;
      return switch (command) {
        case ".br", ".sp", ".ce" -> "\n";
        case ".in", ".ti", ".sk", ".fi", ".nf" -> " ";
        default -> null;
      };
    }
    if (code.matches("X([0-9A-Fa-f]{2})+")) {
      byte[] bytes = java.util.HexFormat.of().parseHex(code.substring(1));
      return new String(bytes, Charsets.guess(bytes, null));
    }
    if (code.matches("[CM][0-9A-Fa-f]{4,6}")) {
      return ""; // A change of character set within a text; what follows was decoded as a whole.
    }
    return null;
  }
}
