package health.helan.foundation.fhirpath;

import static health.helan.foundation.fhirpath.Functions.add;
import static health.helan.foundation.fhirpath.Functions.integer;
import static health.helan.foundation.fhirpath.Functions.string;

import health.helan.foundation.fhirpath.Functions.Result;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Functions on texts. */
final class TextFunctions {
  private static final BoundedCache<String, Pattern> PATTERNS = new BoundedCache<>(500);

  private TextFunctions() {}

  static void register() {
    strings();
    encodings();
  }

  private interface OnText {
    Coll apply(Env env, String text, String argument);
  }

  private static void onText(String name, Result result, OnText body) {
    add(
        name,
        1,
        1,
        result,
        (env, focus, in, args) -> {
          String text = string(in, name + "()");
          String argument = string(args[0].eval(env, focus), name + "()");
          return text == null || argument == null ? Many.EMPTY : body.apply(env, text, argument);
        });
  }

  private static void ofText(String name, Result result, Function<String, Node> body) {
    add(
        name,
        0,
        0,
        result,
        (_, _, in, _) -> {
          String text = string(in, name + "()");
          return text == null ? Many.EMPTY : body.apply(text);
        });
  }

  private static void strings() {
    onText("indexOf", Result.INTEGER, (_, text, part) -> Node.of(text.indexOf(part)));
    onText("startsWith", Result.BOOLEAN, (_, text, part) -> Node.of(text.startsWith(part)));
    onText("endsWith", Result.BOOLEAN, (_, text, part) -> Node.of(text.endsWith(part)));
    onText("contains", Result.BOOLEAN, (_, text, part) -> Node.of(text.contains(part)));
    ofText("upper", Result.STRING, text -> Node.of(text.toUpperCase(Locale.ROOT)));
    ofText("lower", Result.STRING, text -> Node.of(text.toLowerCase(Locale.ROOT)));
    ofText("trim", Result.STRING, text -> Node.of(text.strip()));
    ofText("length", Result.INTEGER, text -> Node.of(text.length()));
    add(
        "substring",
        1,
        2,
        Result.STRING,
        (env, focus, in, args) -> {
          String text = string(in, "substring()");
          Integer start = integer(args[0].eval(env, focus), "substring()");
          if (text == null || start == null || start < 0 || start >= text.length()) {
            return Many.EMPTY;
          }
          Integer length =
              args.length > 1 ? integer(args[1].eval(env, focus), "substring()") : null;
          int end =
              length == null
                  ? text.length()
                  : (int) Math.min(text.length(), (long) start + Math.max(0, length));
          return Node.of(text.substring(start, end));
        });
    add(
        "replace",
        2,
        2,
        Result.STRING,
        (env, focus, in, args) -> {
          String text = string(in, "replace()");
          String part = string(args[0].eval(env, focus), "replace()");
          String by = string(args[1].eval(env, focus), "replace()");
          if (text == null || part == null || by == null) {
            return Many.EMPTY;
          }
          long times = part.isEmpty() ? text.length() + 1L : text.length() / part.length();
          if (times * by.length() + text.length() > Env.MAX_TEXT) {
            times = occurrences(text, part);
          }
          env.chargeText(text.length() + times * by.length());
          return Node.of(text.replace(part, by));
        });
    onText(
        "matches",
        Result.BOOLEAN,
        (env, text, regex) ->
            Node.of(pattern(regex).matcher(new CountedText(env, text, 0, text.length())).find()));
    onText(
        "matchesFull",
        Result.BOOLEAN,
        (env, text, regex) ->
            Node.of(
                pattern(regex).matcher(new CountedText(env, text, 0, text.length())).matches()));
    add(
        "replaceMatches",
        2,
        2,
        Result.STRING,
        (env, focus, in, args) -> {
          String text = string(in, "replaceMatches()");
          String regex = string(args[0].eval(env, focus), "replaceMatches()");
          String by = string(args[1].eval(env, focus), "replaceMatches()");
          if (text == null || regex == null || by == null) {
            return Many.EMPTY;
          }
          return Node.of(regex.isEmpty() ? text : replaceMatches(env, text, regex, by));
        });
    add(
        "toChars",
        0,
        0,
        Result.STRING,
        (env, _, in, _) -> {
          String text = string(in, "toChars()");
          if (text == null) {
            return Many.EMPTY;
          }
          env.charge(text.length());
          var out = new Many(text.length());
          text.codePoints().forEach(c -> out.add(Node.of(Character.toString(c))));
          return out.done();
        });
    onText(
        "split",
        Result.STRING,
        (env, text, separator) -> {
          var out = new Many(8);
          for (String part : text.split(Pattern.quote(separator), -1)) {
            out.add(Node.of(part));
          }
          env.charge(out.size());
          return out.done();
        });
    add(
        "join",
        0,
        1,
        Result.STRING,
        (env, focus, in, args) -> {
          String separator = args.length == 0 ? "" : string(args[0].eval(env, focus), "join()");
          if (in.isEmpty()) {
            return in;
          }
          var out = new StringBuilder();
          for (int i = 0; i < in.size(); i++) {
            String part = string(in.get(i), "join()");
            if (i > 0 && separator != null) {
              out.append(separator);
            }
            if (part != null) {
              out.append(part);
            }
            env.chargeText(out.length());
          }
          return Node.of(out.toString());
        });
  }

  private static long occurrences(String text, String part) {
    if (part.isEmpty()) {
      return text.length() + 1L;
    }
    long found = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      found++;
    }
    return found;
  }

  private static Pattern pattern(String regex) {
    try {
      return PATTERNS.get(regex, text -> Pattern.compile(text, Pattern.DOTALL));
    } catch (PatternSyntaxException e) {
      throw FhirPathException.evaluation("The regular expression is not valid");
    }
  }

  private static String replaceMatches(Env env, String text, String regex, String by) {
    var matcher = pattern(regex).matcher(new CountedText(env, text, 0, text.length()));
    var out = new StringBuilder();
    try {
      while (matcher.find()) {
        matcher.appendReplacement(out, by);
        env.chargeText(out.length());
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw FhirPathException.evaluation("The replacement names a group that does not exist");
    }
    return matcher.appendTail(out).toString();
  }

  /**
   * Text that charges for every character the matcher reads, so that a pattern which backtracks
   * without end runs out of steps.
   */
  private record CountedText(Env env, String text, int start, int end) implements CharSequence {
    @Override
    public int length() {
      return end - start;
    }

    @Override
    public char charAt(int index) {
      env.charge(1);
      return text.charAt(start + index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new CountedText(env, text, start + from, start + to);
    }

    @Override
    public String toString() {
      return text.substring(start, end);
    }
  }

  private static void encodings() {
    onText("encode", Result.STRING, (_, text, how) -> encode(text, how));
    onText("decode", Result.STRING, (_, text, how) -> decode(text, how));
    onText(
        "escape",
        Result.STRING,
        (_, text, how) ->
            switch (how) {
              case "html" -> Node.of(Escapes.html(text));
              case "json" -> Node.of(Escapes.json(text));
              default -> Many.EMPTY;
            });
    onText(
        "unescape",
        Result.STRING,
        (_, text, how) ->
            switch (how) {
              case "html" -> Node.of(Escapes.fromHtml(text));
              case "json" -> Node.of(Escapes.fromJson(text));
              default -> Many.EMPTY;
            });
  }

  private static Coll encode(String text, String how) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return switch (how) {
      case "base64" -> Node.of(Base64.getEncoder().encodeToString(bytes));
      case "urlbase64" -> Node.of(Base64.getUrlEncoder().encodeToString(bytes));
      case "hex" -> Node.of(HexFormat.of().formatHex(bytes));
      default -> Many.EMPTY;
    };
  }

  private static Coll decode(String text, String how) {
    try {
      byte[] bytes =
          switch (how) {
            case "base64" -> Base64.getDecoder().decode(text);
            case "urlbase64" -> Base64.getUrlDecoder().decode(text);
            case "hex" -> HexFormat.of().parseHex(text);
            default -> null;
          };
      return bytes == null ? Many.EMPTY : Node.of(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw FhirPathException.evaluation("The text is not in the encoding " + how);
    }
  }
}
