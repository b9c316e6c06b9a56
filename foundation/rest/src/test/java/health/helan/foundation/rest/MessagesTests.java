package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each sentence that the platform can say is there, in Chinese and in English. */
class MessagesTests {
  private static final String BUNDLE = "/health/helan/foundation/rest/messages";
  private static final String VALIDATION = "/health/helan/foundation/store/validation/messages";

  /** A literal shaped like a key: {@code rest.unknown-type}. */
  private static final Pattern KEY =
      Pattern.compile("\"([a-z]{3,}(?:\\.[a-z0-9]+(?:-[a-z0-9]+)*)+)\"");

  private static final Pattern ARGUMENT = Pattern.compile("\\{(\\d+)}");

  private static Properties read(String resource) throws IOException {
    var properties = new Properties();
    try (var in = MessagesTests.class.getResourceAsStream(resource)) {
      assertThat(in).as(resource).isNotNull();
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    }
    return properties;
  }

  @Test
  void eachSentenceIsThereInBothLanguages() throws IOException {
    same(read(BUNDLE + ".properties"), read(BUNDLE + "_zh.properties"));
    same(read(VALIDATION + "_en.properties"), read(VALIDATION + ".properties"));
  }

  private static void same(Properties english, Properties chinese) {
    assertThat(chinese.stringPropertyNames())
        .containsExactlyInAnyOrderElementsOf(english.stringPropertyNames())
        .hasSizeGreaterThan(10);
    for (String key : english.stringPropertyNames()) {
      assertThat(english.getProperty(key)).as(key).isNotBlank();
      assertThat(chinese.getProperty(key)).as(key).containsPattern("\\p{IsHan}");
      assertThat(arguments(chinese.getProperty(key)))
          .as("arguments of " + key)
          .isEqualTo(arguments(english.getProperty(key)));
    }
  }

  private static Set<String> arguments(String pattern) {
    return ARGUMENT
        .matcher(pattern)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void eachKeyThatTheCodeNamesHasASentence() throws IOException {
    var keys = new TreeSet<>(read(BUNDLE + ".properties").stringPropertyNames());
    keys.addAll(sentencesOfTheSignIn());
    var missing = new TreeSet<String>();
    int found = 0;
    for (Path file : sources()) {
      String source = Files.readString(file);
      if (!source.contains("Refusal") && !source.contains("Outcomes")) {
        continue;
      }
      for (var match : KEY.matcher(source).results().toList()) {
        if (match.group(1).startsWith("health.") || match.group(1).startsWith("helan.")) {
          continue; // A name of a resource file, or of a meter.
        }
        if (source.startsWith("wrong(", match.start() - "wrong(".length())) {
          continue; // A field of what was sent.
        }
        found++;
        if (!keys.contains(match.group(1))) {
          missing.add(match.group(1) + " in " + file.getFileName());
        }
      }
    }
    assertThat(found).isGreaterThan(80);
    assertThat(missing).isEmpty();
  }

  @Test
  void eachSentenceIsSaidSomewhere() throws IOException {
    var all = new StringBuilder();
    for (Path file : sources()) {
      all.append(Files.readString(file));
    }
    String code = all.toString();
    assertThat(read(BUNDLE + ".properties").stringPropertyNames())
        .allSatisfy(
            key -> {
              int dot = key.lastIndexOf('.') + 1;
              assertThat(
                      code.contains("\"" + key + "\"")
                          // With what is to be put into it behind.
                          || code.contains("\"" + key + " ")
                          || code.contains("\"" + key.substring(0, dot) + "\" + ")
                          || code.contains(
                              "\"" + key.substring(0, key.lastIndexOf('-') + 1) + "\" + ")
                          // Put together from a group's name and the fault's.
                          || code.contains("\"" + key.substring(dot) + "\"")
                              && key.indexOf('.') != dot - 1)
                  .as(key)
                  .isTrue();
            });
  }

  /** The pages and the API of sign-in speak for themselves. */
  private static java.util.Set<String> sentencesOfTheSignIn() throws IOException {
    var texts = new java.util.Properties();
    try (var in =
        Files.newBufferedReader(
            Path.of("../../app/src/main/resources/health/helan/app/access/texts.properties"))) {
      texts.load(in);
    }
    return texts.stringPropertyNames();
  }

  private static List<Path> sources() throws IOException {
    Path project = Path.of("..", "..").toAbsolutePath().normalize();
    var sources = new ArrayList<Path>();
    for (String part : List.of("foundation", "care", "pharmacy", "oversight", "app")) {
      try (var files = Files.walk(project.resolve(part))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> file.toString().contains("src/main/java"))
            .forEach(sources::add);
      }
    }
    return sources;
  }
}
