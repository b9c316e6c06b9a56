package health.helan.oversight.payment;

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

/** The statements and tables of payment keep the rules of docs/adr/0002. */
class StatementsTests {
  private static final Pattern SQL =
      Pattern.compile("(?is)\\b(select .*from|insert into|update \\w+( \\w)? set|delete from)\\b");

  private static TreeSet<String> texts() throws Exception {
    var texts = new TreeSet<String>();
    Path classes =
        Path.of(Payments.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("health/helan/oversight/payment");
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

  @Test
  void haveAPlaceForEachTable() throws Exception {
    var tables = new TreeSet<String>();
    for (String file : List.of("V141__payment")) {
      try (var in = Payments.class.getResourceAsStream("/db/migration/" + file + ".sql")) {
        String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(Rules.brokenByWords(script.replaceAll("(?m)--.*$", ""))).isEmpty();
        Pattern.compile("create table (\\w+)")
            .matcher(script)
            .results()
            .forEach(r -> tables.add(r.group(1)));
      }
    }
    assertThat(tables).hasSize(4);
    assertThat(Distribution.ofOtherRooms().keySet()).containsAll(tables);
  }
}
