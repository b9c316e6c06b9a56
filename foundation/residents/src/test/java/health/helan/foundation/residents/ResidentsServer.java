package health.helan.foundation.residents;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.residents.index.IndexLinks;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.RolePolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;

/**
 * The API with the resident index and the real access policy, on a real PostgreSQL behind a real
 * HTTP server. One per test JVM; each test has an institution of its own.
 */
public final class ResidentsServer extends ApiForTests {
  public static final Clock CLOCK = Clock.system(ZoneId.of("Asia/Shanghai"));

  private static final class Running {
    static final ResidentsServer SERVER = new ResidentsServer();

    private Running() {}
  }

  final DataSource database;
  public final RecordStore store;

  public final Residents residents;

  private final String base;

  /** What the audit was told. */
  final List<AuditSink.Request> audited = new CopyOnWriteArrayList<>();

  public static ResidentsServer get() {
    return Running.SERVER;
  }

  private ResidentsServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(20);
      database = new HikariDataSource(config);
      var codec = new ZstdCodec();
      store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true,
                  codec,
                  ValueSets.ofR4(),
                  WriteFollower.NONE,
                  new IndexLinks(new IndexKey(new byte[32]))),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      residents = new Residents(database, store, codec, CLOCK);
      List<FhirOperation> all = new ArrayList<>(StandardOperations.all());
      all.addAll(AccessOperations.all(Clock.systemUTC(), database));
      all.addAll(residents.operations());
      var operations = new Operations(all);
      var servlet =
          new FhirServlet(
              store,
              operations,
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-22", store.parameters())),
              new Audits(store, operations, audited::add),
              List.of());
      base = new TomcatForTests(servlet, caller()).base();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected String base() {
    return base;
  }

  // ---- callers

  /** An institution that is there, so that what refers to it leads somewhere. */
  public String institution(String id) {
    Reply reply =
        send(
            Caller.operator("test"),
            "PUT",
            "Organization/" + id,
            "{\"resourceType\":\"Organization\",\"id\":\"" + id + "\",\"name\":\"某院\"}");
    if (reply.status() > 201) {
      throw new AssertionError(reply.text());
    }
    return id;
  }

  // ---- waiting

  /** Until everything that is committed has been taken in. */
  public void settle() {
    StoreForTests.await("indexed", () -> behind() == 0);
  }

  long behind() {
    return number(
        "select coalesce(sum(l.seq - o.seq), 1) from lane l join consumer_offset o on o.home ="
            + " l.home and o.consumer = 'residents'");
  }

  long number(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  void execute(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** First column of all rows. */
  List<String> texts(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
