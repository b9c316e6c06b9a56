package health.helan.oversight.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.scaleout.Rules;
import health.helan.foundation.store.sql.Distribution;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The statements and tables of the ledger keep the rules of docs/adr/0002. */
class StatementsTests {
  private static final Pattern SQL =
      Pattern.compile("(?is)\\b(select .*from|insert into|update \\w+( \\w)? set|delete from)\\b");

  private static TreeSet<String> texts() throws Exception {
    var texts = new TreeSet<String>();
    Path classes =
        Path.of(Ledger.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("health/helan/oversight/ledger");
    try (var files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (var entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof StringEntry string && SQL.matcher(string.stringValue()).find()) {
            texts.add(string.stringValue());
          }
        }
      }
    }
    return texts;
  }

  @Test
  void useNothingThatDoesNotScaleOut() throws Exception {
    TreeSet<String> texts = texts();
    assertThat(texts).hasSizeGreaterThan(10);
    assertThat(texts.stream().flatMap(text -> Rules.broken(text).stream())).isEmpty();
  }

  /** The only rows that change are balances; nothing is deleted. */
  @Test
  void onlyAddToWhatWasBooked() throws Exception {
    assertThat(texts())
        .noneMatch(text -> text.matches("(?is).*\\bupdate\\s+ledger_(posting|transfer)\\b.*"))
        .noneMatch(text -> text.matches("(?is).*\\b(delete|truncate)\\b.*"))
        .anyMatch(text -> text.contains("update ledger_balance"));
  }

  @Test
  void haveAPlaceForEachTable() throws Exception {
    var tables = new TreeSet<String>();
    for (String file : List.of("V140__ledger")) {
      try (var in = Ledger.class.getResourceAsStream("/db/migration/" + file + ".sql")) {
        String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(Rules.brokenByWords(script.replaceAll("(?m)--.*$", ""))).isEmpty();
        Pattern.compile("create table (\\w+)")
            .matcher(script)
            .results()
            .forEach(r -> tables.add(r.group(1)));
      }
    }
    assertThat(tables).hasSize(3);
    assertThat(Distribution.ofOtherRooms().keySet()).containsAll(tables);
  }
}
