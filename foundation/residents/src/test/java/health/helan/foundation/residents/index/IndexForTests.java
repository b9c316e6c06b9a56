package health.helan.foundation.residents.index;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.residents.match.Matcher;
import health.helan.foundation.residents.match.Model;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.testing.PostgresForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The index's tables alone, without a store. */
final class IndexForTests implements AutoCloseable {
  static final Caller KEEPER = Caller.operator("test");

  /** What says something and no time: what must be the same when everything is as it was. */
  private static final Map<String, String> STATE =
      Map.of(
          "record", "select home, id, version, model, owner, person, keys from resident_record",
          "key", "select key, record, home from resident_key",
          "member", "select key, record, home, id from resident_member",
          "pair",
              "select key, other, key_home, other_home, weight, verdict, ruling, ruled_at_verdict,"
                  + " status, reason, certain, found from resident_pair",
          "review",
              "select key, other, weight, reason, key_id, other_id, assignee, note, state from"
                  + " resident_review where wanted",
          "ruling", "select key, other, says, kind, by_whom, note from resident_ruling");

  final HikariDataSource database;
  final Index index;

  /** What the listener was told last, of each Patient: its person's members. */
  final Map<String, String> told = new ConcurrentHashMap<>();

  IndexForTests() {
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.emptyDatabase());
    config.setMaximumPoolSize(12);
    database = new HikariDataSource(config);
    Flyway.configure().dataSource(database).load().migrate();
    var model = Model.shipped();
    byte[] key = new byte[32];
    index =
        new Index(
            database,
            new Matcher(model),
            model.version(),
            new ZstdCodec(),
            new IndexKey(key).digests(),
            64,
            (_, patients, _) -> patients.forEach(patient -> told.put(patient, "")),
            Clock.systemUTC());
  }

  /** In one transaction. */
  void take(Source... sources) {
    take(List.of(sources));
  }

  void take(List<Source> sources) {
    index.inTransaction(
        transaction -> {
          index.take(transaction, sources, false);
          return true;
        });
  }

  static Source source(String id, int version, @Nullable ObjectNode patient) {
    return new Source(id.hashCode() & 4095, id, version, Instant.EPOCH, "", patient);
  }

  /** Ids of its person. */
  List<String> person(String id) {
    Index.Person person = index.person(id.hashCode() & 4095, id);
    if (person == null) {
      throw new AssertionError("not there: " + id);
    }
    return person.members();
  }

  /** All rows of all tables, as text. */
  Map<String, List<String>> state() {
    var state = new TreeMap<String, List<String>>();
    STATE.forEach((name, sql) -> state.put(name, rows(sql)));
    return state;
  }

  List<String> rows(String sql) {
    return rows(database, sql);
  }

  static List<String> rows(DataSource database, String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var texts = new ArrayList<String>();
      while (rows.next()) {
        var text = new StringBuilder();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          text.append(rows.getString(i)).append(' ');
        }
        texts.add(text.toString());
      }
      texts.sort(null);
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  void empty() {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          "truncate resident_record, resident_key, resident_member, resident_pair, resident_ruling,"
              + " resident_review, resident_decision, resident_notice");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
