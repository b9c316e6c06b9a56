package health.helan.care.results;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;

/** The API with results and bills, the real policy, a real PostgreSQL. One for all tests here. */
final class ResultsServer extends ApiForTests {
  static final Caller ROOT = Caller.operator("test");

  private static final class Only {
    static final ResultsServer SERVER = new ResultsServer();

    private Only() {}
  }

  final DataSource database = PostgresForTests.emptyDatabase();
  final RecordStore store = open();
  private final String base;

  static ResultsServer get() {
    return Only.SERVER;
  }

  private ResultsServer() {
    List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
    operations.addAll(
        ResultsOperations.all(new Notices(store, Clock.systemUTC()), new Bills(store)));
    var servlet =
        new FhirServlet(
            store,
            new Operations(operations),
            new RestConfig(
                null,
                8 << 20,
                new StandardFormats(),
                new CapabilityStatements("test", "2026-11-26", store.parameters())));
    base = new TomcatForTests(servlet, caller()).base();
  }

  /** Another instance on the same database, as after a restart. */
  RecordStore open() {
    var config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(12);
    return RecordStore.open(
        new HikariDataSource(config),
        null,
        new StoreConfig(
            new byte[32],
            UUID.randomUUID().toString(),
            "test",
            new RolePolicy(Clock.systemUTC()),
            true,
            new ZstdCodec(),
            ValueSets.ofR4(),
            WriteFollower.NONE),
        StoreForTests.QUICK,
        Retention.DEFAULT);
  }

  @Override
  protected String base() {
    return base;
  }

  /** Loads a resource as the root; answers its id. */
  String load(String json, Object... arguments) {
    return created(ROOT, json.formatted(arguments));
  }

  String patient() {
    return load("{'resourceType':'Patient','name':[{'text':'马秀兰'}]}");
  }

  String hospital() {
    return load("{'resourceType':'Organization','active':true,'name':'第一人民医院'}");
  }

  /** Value of a Money part, as it is written. */
  static String money(JsonNode list, String name) {
    for (JsonNode one : list) {
      if (one.path("name").asString("").equals(name)) {
        return one.path("valueMoney").path("value").toString();
      }
    }
    return "";
  }
}
