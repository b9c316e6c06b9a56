package health.helan.foundation.quality;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;

/**
 * The API with data quality and the real access policy, on a real PostgreSQL behind a real HTTP
 * server. One per test JVM; each test has an institution of its own.
 */
final class QualityServer extends ApiForTests {
  static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
  static final Clock CLOCK = Clock.system(ZONE);

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** Nothing happens by itself but judging: tests fold, recheck and tell when they want it. */
  static final Quality.Settings QUIET =
      new Quality.Settings(
          Duration.ofMillis(50),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          1_000_000,
          2);

  private static final class Running {
    static final QualityServer SERVER = new QualityServer(true);

    private Running() {}
  }

  final DataSource database;
  final RecordStore store;

  /** Not to be touched on a server without. */
  @SuppressWarnings("NullAway.Init")
  final Quality quality;

  private final String base;

  /** What the audit was told. */
  final List<AuditSink.Request> audited = new CopyOnWriteArrayList<>();

  static QualityServer get() {
    return Running.SERVER;
  }

  /** Another one, on a database of its own, where nothing is judged. */
  static QualityServer withoutQuality() {
    return new QualityServer(false);
  }

  @SuppressWarnings("NullAway")
  private QualityServer(boolean withQuality) {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(20);
      database = new HikariDataSource(config);
      store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      quality = withQuality ? new Quality(database, store, ValueSets.ofR4(), QUIET, CLOCK) : null;
      List<FhirOperation> all = new ArrayList<>(StandardOperations.all());
      if (withQuality) {
        all.addAll(quality.operations());
      }
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

  /**
   * A resident with nothing wrong, each with a number of their own: of numbers taken by chance two
   * are the same now and then.
   */
  static String wholePatient(String institution) {
    return "{'resourceType':'Patient','name':[{'text':'赵一'}],'gender':'female','birthDate':'1985-03-07',"
        + "'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'"
        + identityNumber("64010419850307", 2 * (NUMBERS.getAndIncrement() % 500))
        + "'}],'telecom':[{'system':'phone','value':'13900000000','use':'mobile'}],'address':[{'text':'某地'}],"
        + "'managingOrganization':{'reference':'Organization/"
        + institution
        + "'}}";
  }

  /** A valid number with the order number given, odd for men. */
  static String identityNumber(String first, int order) {
    String body = first + "%03d".formatted(order);
    int[] weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (body.charAt(i) - '0') * weights[i];
    }
    return body + "10X98765432".charAt(sum % 11);
  }

  /** An institution that is there, so that what refers to it leads somewhere. */
  String institution(String id) {
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

  /** Until everything that is committed has been judged. */
  void settle() {
    StoreForTests.await("judged", () -> behind() == 0);
    quality.sums().fold();
  }

  /** Changes that are still to be judged. */
  long behind() {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select coalesce(sum(l.seq - o.seq), 1) from lane l join consumer_offset o on"
                    + " o.home = l.home and o.consumer = 'quality'")) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
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

  /** Rules of the open findings about a record. */
  List<String> open(Caller caller, String reference) {
    settle();
    List<String> rules = new ArrayList<>();
    for (JsonNode finding : get(caller, "$quality-findings?count=1000").all("finding")) {
      if (part(finding, "record").equals(reference)) {
        rules.add(part(finding, "rule"));
      }
    }
    return rules;
  }

  /** The finding of a rule about a record; a missing node for none. */
  JsonNode finding(Caller caller, String reference, String rule, String state) {
    settle();
    for (JsonNode finding :
        get(caller, "$quality-findings?count=1000&state=" + state).all("finding")) {
      if (part(finding, "record").equals(reference) && part(finding, "rule").equals(rule)) {
        return finding;
      }
    }
    return Json.MAPPER.missingNode();
  }
}
