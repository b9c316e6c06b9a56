package health.helan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for secrets in text files; says where, never what. */
final class SecretScan {
  private static final long LARGEST = 4 << 20;

  /** What is a secret wherever it stands. */
  private static final Map<String, Pattern> ANYWHERE =
      Map.of(
          "private key",
          Pattern.compile(
              "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\\s*(?:\\\\n|\"|\\s)*[A-Za-z0-9+/=]{20,}"),
          "cloud access key",
          Pattern.compile("\\b(?:AKIA|ASIA|LTAI)[A-Z0-9a-z]{12,20}\\b"),
          "token of a code host",
          Pattern.compile(
              "\\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,})\\b"),
          "token of a messenger",
          Pattern.compile("\\bxox[abprs]-[A-Za-z0-9-]{10,}"),
          "signed token",
          Pattern.compile("\\beyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}"),
          "password in an address",
          Pattern.compile(
              "[a-z][a-z0-9+]{2,}://[^\\s/:@\"'<>{}$]+:[^\\s/:@\"'<>{}$…]{6,}@[a-z0-9.-]+",
              Pattern.CASE_INSENSITIVE));

  /** A value given to something that is named like a secret. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|token|credential)(?![\\w.-]*(?:file|path|name|url))[\\w.-]{0,20}\\s*[:=]\\s*[\"']?([^\\s\"',;<>{}$()…]{12,})",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern LONG_WORD = Pattern.compile("[A-Za-z0-9+]{32,}");

  /** Bits a character: hexadecimal digests have just under 4, base64 about 5, words about 3. */
  private static final double RANDOM_BITS = 3.5;

  private static final double VERY_RANDOM_BITS = 3.7;

  private final Path root;
  private final List<Pattern> meant;

  /**
   * @param meant {@code file:line text} of what is no secret
   */
  SecretScan(Path root, List<Pattern> meant) {
    this.root = root;
    this.meant = meant;
  }

  /** {@code file:line kind} of all that looks like a secret. */
  List<String> of(List<String> files) throws IOException {
    List<String> found = new ArrayList<>();
    for (String name : files) {
      Path file = root.resolve(name);
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
        continue;
      }
      String text;
      try {
        text =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                .toString();
      } catch (CharacterCodingException binary) {
        continue;
      }
      ANYWHERE.forEach(
          (kind, pattern) -> {
            for (Matcher match = pattern.matcher(text); match.find(); ) {
              note(found, name, text, match.start(), kind);
            }
          });
      if (isConfiguration(name)) {
        for (Matcher match = NAMED.matcher(text); match.find(); ) {
          if (bits(match.group(1)) > RANDOM_BITS - 0.7) {
            note(found, name, text, match.start(), "value of a secret's name");
          }
        }
        for (Matcher match = LONG_WORD.matcher(text); match.find(); ) {
          if (bits(match.group()) > VERY_RANDOM_BITS && match.group().matches("(?:\\D*\\d){3}.*")) {
            note(found, name, text, match.start(), "random-looking value");
          }
        }
      } else {
        for (Matcher match = NAMED.matcher(text); match.find(); ) {
          if (bits(match.group(1)) > RANDOM_BITS
              && match.group(1).matches("[A-Za-z0-9+/_=-]{20,}")
              && match.group(1).matches(".*\\d.*")) {
            note(found, name, text, match.start(), "value of a secret's name");
          }
        }
      }
    }
    return found;
  }

  private void note(List<String> found, String name, String text, int at, String kind) {
    int from = text.lastIndexOf('\n', at) + 1;
    int to = text.indexOf('\n', at);
    String line = text.substring(from, to < 0 ? text.length() : to);
    long number = text.substring(0, at).lines().count() + (from == at ? 1 : 0);
    if (meant.stream().noneMatch(pattern -> pattern.matcher(name + ":" + line).find())) {
      found.add(name + ":" + Math.max(1, number) + " " + kind);
    }
  }

  private static boolean isConfiguration(String name) {
    return name.matches(
        "(.*/)?(.*\\.(properties|ya?ml|json|toml|ini|conf|cfg|env|sh|xml|tf|sql)|\\.[a-z]+rc|\\.env.*|Dockerfile.*|helan)");
  }

  /** Shannon's measure of a word's characters. */
  static double bits(String word) {
    double bits = 0;
    for (int character : word.chars().distinct().toArray()) {
      double share = (double) word.chars().filter(c -> c == character).count() / word.length();
      bits -= share * Math.log(share) / Math.log(2);
    }
    return bits;
  }
}
