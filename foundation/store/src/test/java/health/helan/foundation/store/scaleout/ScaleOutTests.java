package health.helan.foundation.store.scaleout;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.about;
import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.delete;
import static health.helan.foundation.store.testing.StoreForTests.patient;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.sql.ChangeSql;
import health.helan.foundation.store.sql.Distribution;
import health.helan.foundation.store.sql.HistorySql;
import health.helan.foundation.store.sql.PruneSql;
import health.helan.foundation.store.sql.ReadSql;
import health.helan.foundation.store.sql.ReindexSql;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.sql.WriteSql;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.RecordingDataSource;
import health.helan.foundation.store.testing.StoreForTests;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every statement and table of the store to the rules of docs/adr/0002. */
@SuppressWarnings("StringConcatToTextBlock") // The check itself fails on this file.
class ScaleOutTests {
  private static final Pattern SQL =
      Pattern.compile(
          "(?i)\\b(select|insert into|update \\w+ set|delete from|with \\w+ as|copy \\w+|for update|"
              + "on conflict|create table|alter table|truncate)\\b");

  /** The statements that stand whole in the SQL classes. */
  private static List<String> statements() throws ReflectiveOperationException {
    var statements = new ArrayList<String>();
    for (Class<?> type :
        List.of(WriteSql.class, ChangeSql.class, PruneSql.class, ReindexSql.class)) {
      for (var field : type.getFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
          String text = (String) field.get(null);
          statements.add(SQL.matcher(text).find() ? text : "copy " + text + " from stdin");
        }
      }
    }
    for (WriteSql.ForTable table : WriteSql.all()) {
      statements.addAll(
          List.of(
              table.create,
              table.lock,
              table.moveToHistory,
              table.update,
              table.delete,
              "copy " + table.copyTarget + " from stdin"));
    }
    Instant now = Instant.now();
    for (String type : List.of("Patient", "Device")) {
      statements.add(ReadSql.current(type, 1, "a", new SqlText()).text());
      statements.add(ReadSql.inHistory(type, 1, "a", new SqlText()).add(ReadSql.LAST).text());
      statements.add(HistorySql.count(type, 1, "a", (_, _) -> {}, (_, _) -> {}).text());
      statements.add(ReindexSql.rows(type));
      statements.add(ReindexSql.update(type));
      for (var scope :
          List.of(
              new HistorySql.Scope(null, null, null, now, null, now, null),
              new HistorySql.Scope(
                  type, "a", 1, null, now, null, new HistorySql.Position(now, "a", 1, type)))) {
        statements.add(
            HistorySql.page(scope, 10, (_, _) -> {}, (_, _) -> {}, (_, _) -> {}, (_, _) -> {})
                .text());
      }
    }
    return statements;
  }

  @Test
  void statementsKeepTheRules() throws ReflectiveOperationException {
    List<String> statements = statements();
    assertThat(statements).hasSizeGreaterThan(150);
    assertThat(statements.stream().flatMap(sql -> Rules.broken(sql).stream())).isEmpty();
  }

  /** Every text in the program that is SQL or a piece of it. */
  @Test
  void noTextInTheProgramUsesWhatDoesNotScaleOut() throws IOException, URISyntaxException {
    var texts = new TreeSet<String>();
    Path classes =
        Path.of(RecordStore.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.walk(classes.resolve("health/helan/foundation/store"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String path = file.toString();
        if (path.contains("/testing/")
            || path.contains("/upgrade/")
            || path.contains("/scaleout/")
            || path.contains("Tests")) {
          continue; // Where tests are compiled to the same place.
        }
        for (var entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof StringEntry string && SQL.matcher(string.stringValue()).find()) {
            texts.add(string.stringValue());
          }
        }
      }
    }
    assertThat(texts).hasSizeGreaterThan(50);
    assertThat(texts.stream().flatMap(text -> Rules.brokenByWords(text).stream())).isEmpty();
  }

  @Test
  void whatABusyStoreReallySendsKeepsTheRules() throws SQLException {
    DataSource database = PostgresForTests.storeDatabase();
    var config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(10);
    List<RecordingDataSource.Executed> executed;
    List<String> texts;
    try (var pool = new HikariDataSource(config)) {
      var recording = new RecordingDataSource(pool);
      byte[] key = new byte[32];
      try (var store =
          RecordStore.open(
              recording,
              new StoreConfig(key, "recorded", "test", AccessPolicy.EVERYTHING, false),
              StoreForTests.QUICK)) {
        scenario(store);
      }
      executed = recording.executed();
      texts = recording.texts();
    }
    assertThat(texts).hasSizeGreaterThan(40);
    assertThat(texts).anyMatch(sql -> sql.startsWith("copy change_log"));
    assertThat(texts).anyMatch(sql -> sql.contains("for update"));
    assertThat(texts).contains(ChangeSql.MOVE_OFFSETS, ChangeSql.TAKE_LEASE);
    assertThat(texts.stream().flatMap(sql -> Rules.broken(sql).stream())).isEmpty();
    assertThat(afterTheLanes(executed)).isEmpty();
  }

  /** What transactions did after they took their numbers, other than writing the log (rule 4). */
  private static List<String> afterTheLanes(List<RecordingDataSource.Executed> executed) {
    var last = new HashMap<Integer, Boolean>();
    var wrong = new ArrayList<String>();
    for (var each : executed) {
      String sql = each.sql();
      if (sql.equals(RecordingDataSource.COMMIT) || sql.equals(RecordingDataSource.ROLLBACK)) {
        last.remove(each.connection());
      } else if (sql.equals(WriteSql.TAKE_LANE)) {
        last.put(each.connection(), true);
      } else if (last.containsKey(each.connection())
          && !sql.equals(WriteSql.READ_LANES)
          && !sql.startsWith("copy change_log")) {
        wrong.add(sql);
      }
    }
    return wrong;
  }

  private static void scenario(RecordStore store) throws SQLException {
    store
        .changes()
        .register(
            new ChangeConsumer() {
              @Override
              public String name() {
                return "stumbling";
              }

              @Override
              public Start start() {
                return Start.NOW;
              }

              @Override
              public void take(Connection transaction, List<Change> changes) {
                if (changes.stream().anyMatch(change -> change.id().equals("a"))) {
                  throw new IllegalStateException();
                }
              }
            });
    store.changes().follow("test", Set.of("Device"), _ -> {});
    String id = store.write(CALLER, create(patient("urn:test", "1"), "identifier=urn:test|1")).id();
    String patient = "Patient/" + id;
    store.write(CALLER, update(id, patient("urn:test", "2"), 1));
    store.write(CALLER, create(patient("urn:test", "1"), "identifier=urn:test|1"));
    store.write(CALLER, create(patient("urn:test", "2"), "identifier=urn:test|2"));
    store.write(CALLER, create(about("Observation", patient, "x")));
    for (String type : List.of("Observation", "Device", "Organization")) {
      store.write(CALLER, update("a", about(type, patient, "x"), null));
      store.write(
          CALLER, new Interaction.Patch(type, "a", null, tree -> tree.put("language", "y"), null));
      store.write(CALLER, delete(type, "a"));
      store.write(CALLER, update("a", about(type, patient, "z"), null));
      store.read(CALLER, type, "a");
      store.readVersion(CALLER, type, "a", 1);
      store.history(CALLER, new HistoryRequest(type, "a", null, null, null, 10, null));
      store.history(
          CALLER, new HistoryRequest(type, null, null, Instant.EPOCH, Instant.now(), 10, null));
      assertThatExceptionOfType(Refusal.class).isThrownBy(() -> store.read(CALLER, type, "nobody"));
    }
    store.history(CALLER, new HistoryRequest(null, null, Instant.EPOCH, null, null, 10, null));
    store.transact(
        CALLER,
        List.of(
            update("a", about("Device", patient, "x"), null),
            delete("Observation", "a"),
            create(about("Encounter", patient, "x")),
            create(resource("Location", "x")),
            create(patient("urn:test", "3"), "identifier=urn:test|3")),
        Set.of("Patient?identifier=urn:test|1"),
        "request");
    for (String query :
        List.of(
            "Patient?identifier=urn:test|2&_sort=-_lastUpdated&_total=accurate",
            "Observation?subject=" + patient + "&date=ge2020&_include=Observation:subject",
            "Observation?subject:Patient.identifier=urn:test|2&_count=2",
            "Patient?_has:Observation:patient:status=final&name=a",
            "Patient?name:missing=true&_revinclude=Observation:subject&_sort=birthdate",
            "Device?_lastUpdated=ge2020&_summary=count")) {
      search(store, query);
    }
    store.everything(CALLER, id, List.of());
    store.reindex().start("Device");
    await(
        "it is indexed anew",
        () -> store.reindex().progress().stream().allMatch(job -> job.finished() != null));
    await("the counts", () -> store.statistics().getOrDefault("Encounter", 0L) == 1);
    await(
        "it stumbles",
        () -> store.changes().status().stream().anyMatch(status -> !status.stuck().isEmpty()));
    for (var status : store.changes().status()) {
      for (Map.Entry<Integer, Long> stuck : status.stuck().entrySet()) {
        store.changes().skip(status.consumer(), stuck.getKey(), stuck.getValue(), "test");
      }
    }
    assertThat(store.isReady()).isTrue();
  }

  private static void search(RecordStore store, String query) {
    var parameters = new ArrayList<SearchRequest.Parameter>();
    int question = query.indexOf('?');
    for (String part : query.substring(question + 1).split("&")) {
      String[] pair = part.split("=", 2);
      parameters.add(new SearchRequest.Parameter(pair[0], pair[1]));
    }
    var request = new SearchRequest(query.substring(0, question), null, null, parameters, false);
    assertThat(store.search(CALLER, request)).isNotNull();
  }

  // ------------------------------------------------------------------ tables

  private static final DataSource MIGRATED = PostgresForTests.storeDatabase();

  private static List<String> rows(String sql) {
    try (Connection connection = MIGRATED.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var texts = new ArrayList<String>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyTableHasItsPlace() {
    assertThat(rows("select tablename from pg_tables where schemaname = 'public'"))
        .containsExactlyInAnyOrderElementsOf(Distribution.byTable().keySet());
    assertThat(Distribution.citusScript())
        .contains("create_distributed_table('change_log', 'home', colocate_with => 'lane')");
  }

  @Test
  void thereAreFewTables() {
    assertThat(Tables.all()).hasSizeBetween(15, 26);
    assertThat(Distribution.byTable()).hasSizeLessThan(60);
  }

  @Test
  void everyUniqueIndexContainsTheColumnOfDistribution() {
    var columnsOf = new HashMap<String, Set<String>>();
    for (String row :
        rows(
            """
            select t.relname || ' ' || i.relname || ' ' || string_agg(a.attname, ',')
            from pg_index x
            join pg_class t on t.oid = x.indrelid
            join pg_class i on i.oid = x.indexrelid
            join pg_attribute a on a.attrelid = t.oid and a.attnum = any(x.indkey)
            where x.indisunique and t.relnamespace = 'public'::regnamespace
            group by t.relname, i.relname""")) {
      String[] fields = row.split(" ");
      columnsOf.put(fields[0] + " " + fields[1], Set.of(fields[2].split(",")));
    }
    assertThat(columnsOf).hasSizeGreaterThan(30);
    columnsOf.forEach(
        (index, columns) -> {
          switch (Distribution.byTable().get(index.split(" ")[0])) {
            case HOME -> assertThat(columns).as(index).contains("home");
            case KEY -> assertThat(columns).as(index).contains("key");
            case CONSUMER -> assertThat(columns).as(index).contains("consumer");
            case REFERENCE, LOCAL -> {
              // One copy, or copies that are all written: uniqueness is no matter.
            }
          }
        });
  }

  @Test
  void nothingInTheCatalogCrossesHomes() {
    assertThat(rows("select conname from pg_constraint where contype in ('f', 'x', 't')"))
        .isEmpty();
    assertThat(rows("select sequencename from pg_sequences")).isEmpty();
    assertThat(rows("select tgname from pg_trigger where not tgisinternal")).isEmpty();
    assertThat(
            rows(
                "select proname from pg_proc where pronamespace = 'public'::regnamespace"
                    + " and not exists (select from pg_depend d where d.objid = pg_proc.oid and d.deptype = 'e')"))
        .isEmpty();
    assertThat(
            rows(
                "select table_name from information_schema.columns where table_schema = 'public'"
                    + " and column_name = 'home' and (data_type <> 'integer' or is_nullable = 'YES'"
                    + " or is_generated = 'ALWAYS' or column_default is not null)"))
        .isEmpty();
    assertThat(
            rows(
                "select table_name from information_schema.columns where table_schema = 'public'"
                    + " and data_type = 'xid8'"))
        .isEmpty();
  }

  @Test
  void everyRowOfAResourceCanBeGuardedMaskedAndEncrypted() {
    var tables = new ArrayList<>(Tables.all());
    tables.add("history");
    for (String table : tables) {
      assertThat(
              rows(
                  "select column_name from information_schema.columns where is_nullable = 'NO'"
                      + " and table_name = '%s'".formatted(table)))
          .as(table)
          .contains("home", "owner", "level", "stray", "codec", "key_id", "id", "version");
      assertThat(
              rows(
                  """
                  select a.attname from pg_index x
                  join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
                  where x.indisprimary and x.indrelid = '%s'::regclass"""
                      .formatted(table)))
          .as("first column of the primary key of %s", table)
          .containsExactly("home");
    }
  }

  @Test
  void migrationsArePlainStatements() throws IOException, URISyntaxException {
    Path folder =
        Path.of(RecordStore.class.getResource("/db/migration/V1__record_store.sql").toURI())
            .getParent();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".sql")).toList()) {
        String script = Files.readString(file).replaceAll("(?m)--.*$", "");
        for (String statement : script.split(";\\s*(\\n|$)")) {
          if (!statement.isBlank()) {
            assertThat(statement.strip()).as(file.getFileName().toString()).doesNotContain(";");
            assertThat(Rules.normal(statement))
                .as(file.getFileName().toString())
                .matches(
                    "(create table|create index|alter table|alter index|drop index|insert into|create extension) .*");
            assertThat(Rules.brokenByWords(statement)).as(file.getFileName().toString()).isEmpty();
          }
        }
      }
    }
  }

  // ------------------------------------------------------------------ the guard itself

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select pg_advisory_xact_lock(1)",
        "select pg_try_advisory_lock(?)",
        "notify news",
        "merge into res_patient using (values (1)) v on true when matched then delete",
        "insert into resource_count (home, type, count) values (?, ?, ?) on conflict (home, type) do update set at = now()",
        "update instance set seen = clock_timestamp() where id = ?",
        "select * from change_log where xid < pg_snapshot_xmin(pg_current_snapshot())",
        "select nextval('numbers')",
        "create table t (a bigserial)",
        "select id from res_patient where id = ? for update",
        "select id from res_patient where home = any(?) and id = any(?) for update",
        "insert into res_patient (id, version) values (?, ?)",
        "copy history (id, version) from stdin (format binary)",
        "update res_patient set version = ?, home = ? where home = ? and id = ?",
        "update res_patient set version = ? where id = ?",
        "update lane set seq = seq + 1 where home = any(?)",
        "delete from history where updated < ?",
        "insert into resource_count (home, type) values (?, ?) on conflict (type) do nothing",
        "with moved as (delete from res_patient where id = ? returning *) insert into history (home) select home from moved",
        "with recursive r as (select 1) select * from r",
        "create table t (a int references lane (home))",
        "create trigger t after insert on lane execute function f()",
      })
  void theGuardFinds(String sql) {
    assertThat(Rules.broken(sql)).isNotEmpty();
  }
}
