package health.helan.app.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.backup.BackupKeys.Locked;
import health.helan.app.database.Database;
import health.helan.app.start.Console;
import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** How tables go into backups, on a real PostgreSQL: none forgotten, each by its rule. */
class KeptTablesTests {
  private static final Map<String, String> PASSPHRASE =
      Map.of(BackupKeys.PASSPHRASE_VARIABLE, "correct horse battery staple");
  private static final Console SILENT =
      new Console(new PrintStream(OutputStream.nullOutputStream()), false);

  private static Path root;
  private static DataFolder folder;
  private static Database database;

  @BeforeAll
  static void start(@TempDir Path given) throws Exception {
    root = given;
    folder = DataFolder.open(given.resolve("data"), 0);
    database = Database.open(Map.of("HELAN_PG_SHARED_BUFFERS_MB", "32"), folder);
    // The platform's own role makes no databases; the server's owner does.
    try (Connection owner =
        DriverManager.getConnection(database.jdbcUrl(), "postgres", database.password())) {
      for (String name : List.of("from_here", "to_here", "empty", "newer", "reasons")) {
        CopyRows.run(owner, "create database " + name + " owner helan");
      }
    }
  }

  @AfterAll
  static void stop() {
    database.close();
    folder.close();
  }

  private static Connection connect(String name) throws SQLException {
    return source(name).getConnection();
  }

  private static PGSimpleDataSource source(String name) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(database.jdbcUrl().replaceFirst("/helan$", "/" + name));
    source.setUser(database.user());
    source.setPassword(database.password());
    return source;
  }

  @Test
  void eachHaveADeclaredRule() throws Exception {
    Flyway.configure().dataSource(source("empty")).load().migrate();
    try (Connection connection = connect("empty")) {
      Map<String, TableRule> rules = TableRule.declared();
      assertThat(Table.all(connection).keySet())
          .as("tables without a line in a module's db/backup-rules.properties")
          .hasSizeGreaterThan(30)
          .allSatisfy(table -> assertThat(rules).containsKey(table));
      for (Table table : Table.all(connection).values()) {
        TableRule rule = Objects.requireNonNull(rules.get(table.name()));
        switch (rule.kind()) {
          case ROWS -> {
            assertThat(table.columns()).contains("home", "id");
            assertThat(table.columns().contains("type"))
                .as(table.name())
                .isEqualTo(rule.words().isEmpty());
          }
          case VERSIONS -> assertThat(table.columns()).contains("home", "type", "id", "version");
          case WITH -> {
            assertThat(table.columns()).contains("home", "type", "id");
            assertThat(table.key()).isNotEmpty();
          }
          case SINCE -> {
            assertThat(table.columns()).contains(rule.words().getFirst());
            assertThat(table.key()).isNotEmpty();
          }
          case SERIES -> assertThat(table.columns()).containsAll(rule.words());
          case NONE ->
              assertThat(rule.words())
                  .as("the reason why %s is left out", table.name())
                  .hasSizeGreaterThan(2);
          case LOG, WHOLE -> assertThat(table.columns()).isNotEmpty();
        }
      }
    }
  }

  /** A chain of three over tables of each kind that the store itself has none of. */
  @Test
  void goBackAsTheyWere() throws Exception {
    Map<String, TableRule> rules = new HashMap<>(TableRule.declared());
    rules.put("link", TableRule.parse("series chain seq"));
    Path target = Files.createDirectory(root.resolve("backups"));
    Path data = Files.createDirectory(root.resolve("files"));
    Files.writeString(data.resolve("a-key"), "first");
    String make =
        """
        create table link (chain text, seq bigint, note text, primary key (chain, seq));
        create table nobody_knows_me (id integer primary key, twice integer generated always as (id * 2) stored,
          many integer[], at timestamptz, amount numeric(12, 2), said jsonb);
        create table parent_of (id integer primary key);
        create table child_of (id integer primary key, parent integer not null references parent_of (id));
        create index link_note on link (note);
        create sequence counter;
        """;
    for (String name : List.of("from_here", "to_here")) {
      Flyway.configure().dataSource(source(name)).load().migrate();
      try (Connection connection = connect(name)) {
        CopyRows.run(connection, make);
      }
    }
    try (Connection from = connect("from_here")) {
      CopyRows.run(
          from,
          """
          insert into link select 'a', n, 'note ' || n from generate_series(1, 1000) n;
          insert into link values ('b', 1, null);
          insert into nobody_knows_me (id, many, at, amount, said)
            values (1, '{1,2,null}', '2026-01-01T00:00:00Z', 12.50, '{"a": "张三"}');
          insert into parent_of values (1);
          insert into child_of values (1, 1);
          select nextval('counter');
          update lane set seq = 2 where home in (9, 10);
          insert into change_log select h, n, null, now(), 1, 1, 'Patient', 'p' || n
            from (values (9), (10)) v (h), generate_series(1, 2) n;
          """);
    }
    backup(rules, target, data);
    try (Connection from = connect("from_here")) {
      CopyRows.run(
          from,
          """
          insert into link select 'a', n, 'note ' || n from generate_series(1001, 1500) n;
          insert into link values ('c', 7, 'a series of its own');
          update nobody_knows_me set amount = 13;
          insert into parent_of values (2);
          insert into child_of values (2, 2);
          select setval('counter', 77);
          """);
    }
    Files.writeString(data.resolve("a-key"), "second");
    Files.writeString(data.resolve("another"), "more");
    Backup.Done second = backup(rules, target, data);
    assertThat(second.head().number()).isEqualTo(1);
    assertThat(second.rows()).as("only what is new of a series").isLessThan(4096 + 600);
    try (Connection from = connect("from_here")) {
      CopyRows.run(
          from,
          """
          delete from link where chain = 'a' and seq < 900;
          delete from link where chain = 'b';
          delete from change_log where home = 9 and seq = 1 or home = 10;
          update lane set seq = 3 where home = 9;
          insert into change_log values (9, 3, null, now(), 2, 2, 'Patient', 'p1');
          insert into link values ('a', 1501, 'the last');
          delete from child_of where id = 1;
          delete from nobody_knows_me;
          """);
    }
    Files.delete(data.resolve("another"));
    assertThat(backup(rules, target, data).head().number()).isEqualTo(2);

    Path goal = Files.createDirectory(root.resolve("goal-files"));
    try (Connection to = connect("to_here");
        Connection from = connect("from_here")) {
      Restore restore =
          new Restore(Chain.at(target), BackupKeys.forReading(PASSPHRASE, null), rules, SILENT);
      restore.verify();
      restore.bringIn(to, goal);
      for (Table table : Table.all(from).values()) {
        if (rules.getOrDefault(table.name(), TableRule.WHOLE).kind() != TableRule.Kind.NONE) {
          assertThat(CopyRows.sum(to, table).toString())
              .as(table.name())
              .isEqualTo(CopyRows.sum(from, table).toString());
        }
      }
      assertThat(CopyRows.text(to, "select count(*) from link")).isEqualTo("603");
      assertThat(CopyRows.text(to, "select nextval('counter')")).isEqualTo("78");
      assertThat(
              CopyRows.text(
                  to, "select string_agg(home || ':' || seq, ' ' order by seq) from change_log"))
          .as("what was pruned from the log is gone")
          .isEqualTo("9:2 9:3");
      assertThat(CopyRows.text(to, "select count(*) from pg_indexes where schemaname = 'public'"))
          .isEqualTo(
              CopyRows.text(from, "select count(*) from pg_indexes where schemaname = 'public'"));
      assertThat(
              CopyRows.text(
                  to,
                  "select count(*) from pg_constraint k join pg_namespace n on n.oid = k.connamespace"
                      + " where contype = 'f' and nspname = 'public'"))
          .isEqualTo("1");
    }
    assertThat(Files.readString(goal.resolve("a-key"))).isEqualTo("second");
    assertThat(goal.resolve("another")).doesNotExist();
  }

  private static Backup.Done backup(Map<String, TableRule> rules, Path target, Path data)
      throws Exception {
    Backup.Plan plan =
        new Backup.Plan(
            target,
            data,
            false,
            false,
            BackupCipher.SM4_GCM,
            null,
            BackupCommand.objects(null, data),
            null,
            "a version");
    try (Connection from = connect("from_here")) {
      return new Backup(plan, BackupKeys.forWriting(PASSPHRASE), rules, from, SILENT).run();
    }
  }

  /** What the change log does not tell of makes the next backup a full one, and says why. */
  @Test
  void areKeptWholeWhenTheLogDoesNotTellAll() throws Exception {
    Path target = Files.createDirectory(root.resolve("reasons"));
    Path data = Files.createDirectory(root.resolve("reasons-files"));
    Flyway.configure().dataSource(source("reasons")).load().migrate();
    assertThat(reason(target, data)).isEqualTo(Backup.Why.NONE_BEFORE);
    assertThat(reason(target, data)).isNull();
    change("insert into reindex values ('a job', 'Patient', 0, '', 1, 1, now(), null)");
    assertThat(reason(target, data)).isEqualTo(Backup.Why.REWRITTEN);
    change("insert into store_fact values ('rewrites', '1')");
    assertThat(reason(target, data)).isEqualTo(Backup.Why.REWRITTEN);
    change(
        "insert into object_recode (walk, after, checked, changed, asked, holder, until)"
            + " values ('objects', '', 0, 0, now(), '', now())");
    // A walk that was asked for at a start, and has changed nothing.
    assertThat(reason(target, data)).isNull();
    change("update object_recode set changed = 1");
    assertThat(reason(target, data)).isEqualTo(Backup.Why.REWRITTEN);
    change("update object_recode set checked = 7, holder = 'another'");
    assertThat(reason(target, data)).isNull();
    assertThat(reason(target, data)).isNull();
    change(
        "update lane set seq = 3 where home = 5;"
            + "insert into change_log values (5, 2, null, now(), 1, 1, 'Patient', 'x'),"
            + " (5, 3, null, now(), 1, 1, 'Patient', 'y')");
    assertThat(reason(target, data)).as("number 1 was pruned").isEqualTo(Backup.Why.LOG_GAP);
    change("update change_log set id = 'z' where seq = 3");
    assertThat(reason(target, data)).as("another history").isEqualTo(Backup.Why.OTHER_DATABASE);
    change("update lane set seq = 2 where home = 5; delete from change_log where seq = 3");
    assertThat(reason(target, data)).as("set back").isEqualTo(Backup.Why.OTHER_DATABASE);
    change(
        "insert into flyway_schema_history select 9998, '9998', description, type, script, 1,"
            + " installed_by, installed_on, 1, true from flyway_schema_history where version = '1'");
    assertThat(reason(target, data)).isEqualTo(Backup.Why.NEW_TABLES);
    assertThat(reason(target, data)).isNull();
    try (var files = Files.list(target)) {
      for (Path file : files.filter(f -> f.toString().endsWith(Backup.SUFFIX)).toList()) {
        Files.delete(file);
      }
    }
    assertThat(reason(target, data)).isEqualTo(Backup.Why.FILE_GONE);
  }

  private static void change(String sql) throws Exception {
    try (Connection connection = connect("reasons")) {
      CopyRows.run(connection, sql);
    }
  }

  private static Backup.@Nullable Why reason(Path target, Path data) throws Exception {
    Backup.Plan plan =
        new Backup.Plan(
            target,
            data,
            false,
            false,
            BackupCipher.AES_256_GCM,
            null,
            BackupCommand.objects(null, data),
            null,
            "a version");
    try (Connection from = connect("reasons")) {
      return new Backup(plan, BackupKeys.forWriting(PASSPHRASE), TableRule.declared(), from, SILENT)
          .run()
          .whyFull();
    }
  }

  @Test
  void ofANewerPlatformAreRefused() throws Exception {
    Path target = Files.createDirectory(root.resolve("newer"));
    Path data = Files.createDirectory(root.resolve("newer-files"));
    Flyway.configure().dataSource(source("newer")).load().migrate();
    try (Connection from = connect("newer")) {
      CopyRows.run(
          from,
          """
          insert into flyway_schema_history
          select 9999, '9999', description, type, 'V9999__later.sql', checksum, installed_by,
            installed_on, execution_time, success
          from flyway_schema_history where version = '1'""");
      Backup.Plan plan =
          new Backup.Plan(
              target,
              data,
              false,
              false,
              BackupCipher.AES_256_GCM,
              null,
              BackupCommand.objects(null, data),
              null,
              "a version");
      new Backup(plan, BackupKeys.forWriting(PASSPHRASE), TableRule.declared(), from, SILENT).run();
    }
    Restore restore =
        new Restore(
            Chain.at(target),
            BackupKeys.forReading(PASSPHRASE, null),
            TableRule.declared(),
            SILENT);
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> restore.requireKnown(source("empty")))
        .withMessageContaining("made by a newer version")
        .withMessageContaining("更新的版本");
  }

  @Test
  void openForThoseTheyWereLockedForOnly(@TempDir Path keys) throws Exception {
    List<Path> pair = BackupKeys.makePair(keys.resolve("escrow"));
    List<Path> other = BackupKeys.makePair(keys.resolve("other"));
    Map<String, String> both = new HashMap<>(PASSPHRASE);
    both.put(BackupKeys.RECIPIENT_VARIABLE, pair.get(1) + "," + other.get(1));
    Locked locked = BackupKeys.forWriting(both).newKey(BackupCipher.AES_256_GCM);
    assertThat(locked.locks()).hasSize(3);
    assertThat(BackupKeys.forReading(PASSPHRASE, null).open(locked.locks()))
        .isEqualTo(locked.key());
    for (Path key : List.of(pair.get(0), other.get(0))) {
      assertThat(BackupKeys.forReading(Map.of(), key).open(locked.locks())).isEqualTo(locked.key());
    }
    Path stranger = BackupKeys.makePair(keys.resolve("stranger")).get(0);
    assertThat(BackupKeys.forReading(Map.of(), stranger).open(locked.locks())).isNull();
    assertThat(
            BackupKeys.forReading(
                    Map.of(BackupKeys.PASSPHRASE_VARIABLE, "another passphrase"), null)
                .open(locked.locks()))
        .isNull();
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> BackupKeys.forWriting(Map.of()))
        .withMessageContaining("always encrypted");
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> BackupKeys.forWriting(Map.of(BackupKeys.PASSPHRASE_VARIABLE, "short")))
        .withMessageContaining("too short");
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> BackupKeys.makePair(keys.resolve("escrow")))
        .withMessageContaining("not overwritten");
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> BackupKeys.forReading(Map.of(), pair.get(1)))
        .withMessageContaining("no X25519 key");
  }
}
