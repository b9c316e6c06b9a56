package health.helan.foundation.store.testing;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.scaleout.Rules;
import health.helan.foundation.store.sql.Distribution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What each room proves of its statements and tables: that they keep docs/adr/0002. */
public final class StatementsForTests {
  /** Rather a sentence too many than a statement too few: the rules let a sentence pass. */
  private static final Pattern SQL =
      Pattern.compile("(?i)\\b(select|insert into|update|delete from|copy)\\b");

  private static final Pattern TABLE = Pattern.compile("create table (\\w+)");

  private StatementsForTests() {}

  /**
   * Looks at each SQL text in the program of a room.
   *
   * @param room a class at its root; packages below belong to it
   * @return the texts, for the caller to see that they were found
   */
  public static Set<String> kept(Class<?> room) {
    var texts = new TreeSet<String>();
    try (var files = Files.walk(root(room))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (var entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof StringEntry string && SQL.matcher(string.stringValue()).find()) {
            texts.add(string.stringValue());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(texts.stream().flatMap(text -> Rules.broken(text).stream())).isEmpty();
    return texts;
  }

  private static Path root(Class<?> room) {
    try {
      return Path.of(room.getProtectionDomain().getCodeSource().getLocation().toURI())
          .resolve(room.getPackageName().replace('.', '/'));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Looks at the migrations of a room: each table that they make has its kind of distribution.
   *
   * @param migrations names of files, without their ending
   * @return those tables
   */
  public static Set<String> placed(Class<?> room, String... migrations) {
    return placed(room, Set.of(), List.of(migrations));
  }

  /**
   * @param staying tables that are of one database, and are not distributed; not in the answer
   */
  public static Set<String> placed(Class<?> room, Set<String> staying, List<String> migrations) {
    var tables = new TreeSet<String>();
    for (String migration : migrations) {
      String script = script(room, migration).replaceAll("(?m)--.*$", "");
      assertThat(Rules.brokenByWords(script)).isEmpty();
      TABLE.matcher(script).results().forEach(table -> tables.add(table.group(1)));
    }
    assertThat(tables).containsAll(staying);
    tables.removeAll(staying);
    assertThat(Distribution.ofOtherRooms().keySet()).containsAll(tables);
    return tables;
  }

  private static String script(Class<?> room, String migration) {
    try (var in = room.getResourceAsStream("/db/migration/" + migration + ".sql")) {
      return new String(
          Objects.requireNonNull(in, migration).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
