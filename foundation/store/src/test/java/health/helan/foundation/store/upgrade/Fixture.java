package health.helan.foundation.store.upgrade;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.about;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.delete;
import static health.helan.foundation.store.testing.StoreForTests.patient;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;

import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.PGConnection;

/**
 * A small database as version 1 left it: {@code v1/schema.sql} (migration V1 as it was), {@code
 * v1/data.sql} (its rows as COPY text) and {@code v1/expected.txt} (every version it holds). Made
 * once, by {@link #main}; after the first release it is never made again: it stands for the data
 * folders of those who use that version.
 */
final class Fixture {
  private static final String HISTORY_TABLE =
      """
      create table flyway_schema_history (
        installed_rank int not null,
        version varchar(50),
        description varchar(200) not null,
        type varchar(20) not null,
        script varchar(1000) not null,
        checksum int,
        installed_by varchar(100) not null,
        installed_on timestamp not null default now(),
        execution_time int not null,
        success boolean not null,
        constraint flyway_schema_history_pk primary key (installed_rank)
      );
      create index flyway_schema_history_s_idx on flyway_schema_history (success);
      """;

  private Fixture() {}

  private static String resourceText(String name) {
    try (InputStream in = Objects.requireNonNull(Fixture.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Lines {@code Type/id version method content} of every version. */
  static List<String> expected() {
    return resourceText("v1/expected.txt").lines().toList();
  }

  /** A new database with the fixture in it. */
  static DataSource database() throws SQLException, IOException {
    DataSource database = PostgresForTests.emptyDatabase();
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(resourceText("v1/schema.sql"));
      statement.execute(HISTORY_TABLE);
      var copies = connection.unwrap(PGConnection.class).getCopyAPI();
      String command = null;
      var rows = new StringBuilder();
      for (String line : resourceText("v1/data.sql").lines().toList()) {
        if (command == null && line.startsWith("copy ")) {
          command = line;
        } else if (command == null) {
          statement.execute(line);
        } else if (line.equals("\\.")) {
          copies.copyIn(command, new StringReader(rows.toString()));
          command = null;
          rows.setLength(0);
        } else {
          rows.append(line).append('\n');
        }
      }
    }
    return database;
  }

  /** All versions of a store, as lines of {@link #expected}. */
  static List<String> versions(StoreForTests store) {
    var lines = new ArrayList<String>();
    String cursor = null;
    do {
      HistoryRequest.Page page =
          store.store.history(
              CALLER, new HistoryRequest(null, null, null, null, null, 100, cursor));
      for (ResourceVersion version : page.versions()) {
        byte[] content = version.content();
        lines.add(
            "%s/%s %d %s %s"
                .formatted(
                    version.type(),
                    version.id(),
                    version.version(),
                    version.method(),
                    content == null ? "-" : new String(content, StandardCharsets.UTF_8)));
      }
      cursor = page.next();
    } while (cursor != null);
    lines.sort(null);
    return lines;
  }

  /** A few of everything: updates, deletions, identifiers, conditions, long and short bodies. */
  private static void fill(StoreForTests store) {
    String id =
        store.write(create(patient("urn:fixture", "P-1"), "identifier=urn:fixture|P-1")).id();
    String subject = "Patient/" + id;
    store.write(update("given", patient("urn:fixture", "P-2"), null));
    for (int i = 0; i < 5; i++) {
      store.write(create(about("Observation", subject, "value-" + i)));
    }
    store.write(update("changed", about("Condition", subject, "first"), null));
    store.write(update("changed", about("Condition", subject, "second"), 1));
    store.write(update("gone", about("Procedure", subject, "first"), null));
    store.write(delete("Procedure", "gone"));
    store.write(update("back", resource("Device", "first"), null));
    store.write(delete("Device", "back"));
    store.write(update("back", resource("Device", "third"), null));
    var note = about("DocumentReference", subject, "long");
    note.put("description", "贺兰山下的卫生院。".repeat(400));
    store.write(create(note));
    store.transact(
        List.of(create(resource("Organization", "zh")), create(resource("Location", "zh"))));
    store.store.transact(
        CALLER, List.of(create(resource("Task", "zh"))), Set.of(), "request-of-version-1");
  }

  /**
   * Makes the files.
   *
   * @param args folder of this package under src/test/resources
   */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0], "v1"));
    DataSource first = PostgresForTests.emptyDatabase();
    Flyway.configure().dataSource(first).target("1").load().migrate();
    var data = new ByteArrayOutputStream();
    try (var store = StoreForTests.open(PostgresForTests.storeDatabase(), "maker");
        Connection old = first.getConnection();
        Connection now = store.database.getConnection()) {
      fill(store);
      StoreForTests.await("the clock", () -> store.number("select count(*) from change_log") > 0);
      copy(old, "flyway_schema_history", data);
      for (String table :
          texts(
              old,
              "select tablename from pg_tables where schemaname = 'public'"
                  + " and tablename <> 'flyway_schema_history' order by tablename")) {
        if (table.equals("lane")) {
          for (String line :
              texts(
                  now,
                  "select 'update lane set seq = ' || seq || ' where home = ' || home || ';'"
                      + " from lane where seq > 0 order by home")) {
            data.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
          }
        } else if (!table.startsWith("consumer_") && !table.equals("instance")) {
          String columns =
              String.join(
                  ", ",
                  texts(
                      old,
                      "select column_name from information_schema.columns where table_name = '"
                          + table
                          + "' order by ordinal_position"));
          copy(now, table + " (" + columns + ")", data);
        }
      }
      Files.write(folder.resolve("data.sql"), data.toByteArray());
      Files.write(folder.resolve("expected.txt"), versions(store));
      Files.writeString(
          folder.resolve("schema.sql"), resourceText("/db/migration/V1__record_store.sql"));
    }
  }

  private static void copy(Connection connection, String table, ByteArrayOutputStream to)
      throws SQLException, IOException {
    var rows = new ByteArrayOutputStream();
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut("copy " + table + " to stdout", rows);
    if (rows.size() > 0) {
      to.writeBytes(("copy " + table + " from stdin\n").getBytes(StandardCharsets.UTF_8));
      to.writeBytes(rows.toByteArray());
      to.writeBytes("\\.\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static List<String> texts(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var texts = new ArrayList<String>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }
}
