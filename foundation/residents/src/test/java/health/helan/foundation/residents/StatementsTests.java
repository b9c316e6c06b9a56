package health.helan.foundation.residents;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.scaleout.Rules;
import health.helan.foundation.store.sql.Distribution;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The statements and tables of the resident index keep the rules of docs/adr/0002. */
class StatementsTests {
  private static final Pattern SQL =
      Pattern.compile("(?i)\\b(select .*from|insert into|update \\w+ set|delete from)\\b");

  @Test
  void useNothingThatDoesNotScaleOut() throws Exception {
    var texts = new TreeSet<String>();
    Path classes =
        Path.of(Residents.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (var entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof StringEntry string && SQL.matcher(string.stringValue()).find()) {
            texts.add(string.stringValue());
          }
        }
      }
    }
    assertThat(texts).hasSizeGreaterThan(20);
    assertThat(texts.stream().flatMap(text -> Rules.broken(text).stream())).isEmpty();
  }

  @Test
  void haveAPlaceForEachTableOfTheHomes() throws Exception {
    var tables = new TreeSet<String>();
    for (String file :
        new String[] {
          "V80__resident_index",
          "V81__resident_reviews",
          "V82__resident_walks",
          "V83__resident_notices",
          "V87__resident_source_merge",
          "V132__resident_review_institution"
        }) {
      try (var in = Residents.class.getResourceAsStream("/db/migration/" + file + ".sql")) {
        String script = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(Rules.brokenByWords(script.replaceAll("(?m)--.*$", ""))).isEmpty();
        Pattern.compile("create table (\\w+)")
            .matcher(script)
            .results()
            .forEach(r -> tables.add(r.group(1)));
      }
    }
    tables.removeAll(java.util.Set.of("resident_gate", "resident_walk")); // Stay where they are.
    assertThat(tables).hasSize(9);
    assertThat(Distribution.ofOtherRooms().keySet()).containsAll(tables);
  }
}
