package health.helan.pharmacy.review;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.scaleout.Rules;
import health.helan.foundation.store.sql.Distribution;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The statements and tables of review keep the rules of docs/adr/0002. */
class StatementsTests {
  private static final Pattern SQL =
      Pattern.compile(
          "(?i)\\b(select|insert into|update|delete from|copy)\\b .*\\b(from|set|into)\\b|insert"
              + " into");

  @Test
  void useNothingThatDoesNotScaleOut() throws Exception {
    var texts = new TreeSet<String>();
    Path classes =
        Path.of(Review.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("health/helan/pharmacy");
    try (var files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (var entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof StringEntry string && SQL.matcher(string.stringValue()).find()) {
            texts.add(string.stringValue());
          }
        }
      }
    }
    assertThat(texts).hasSizeGreaterThan(6);
    assertThat(texts.stream().flatMap(text -> Rules.broken(text).stream())).isEmpty();
  }

  @Test
  void haveAPlaceForEachTable() throws Exception {
    var tables = new TreeSet<String>();
    for (String file : new String[] {"V150__review_rules"}) {
      try (var in = Review.class.getResourceAsStream("/db/migration/" + file + ".sql")) {
        String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(Rules.brokenByWords(script.replaceAll("(?m)--.*$", ""))).isEmpty();
        Pattern.compile("create table (\\w+)")
            .matcher(script)
            .results()
            .forEach(r -> tables.add(r.group(1)));
      }
    }
    assertThat(tables).hasSize(2);
    assertThat(Distribution.ofOtherRooms().keySet()).containsAll(tables);
  }
}
