package health.helan.oversight.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** A platform with the policy of roles, on a database of the test's own. */
public final class OversightForTests {
  private OversightForTests() {}

  public static HikariDataSource pool(DataSource database, int connections) {
    var config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(connections);
    return new HikariDataSource(config);
  }

  public static RecordStore store(DataSource database, WriteFollower follower) {
    return RecordStore.open(
        database,
        null,
        new StoreConfig(
            new byte[32],
            UUID.randomUUID().toString(),
            "test",
            new RolePolicy(Clock.systemUTC()),
            true,
            new ZstdCodec(),
            ValueSets.ofR4(),
            follower),
        StoreForTests.QUICK,
        Retention.DEFAULT);
  }

  /** The API with the standard operations and these. */
  public static FhirServlet servlet(RecordStore store, List<FhirOperation> more) {
    List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
    operations.addAll(more);
    return new FhirServlet(
        store,
        new Operations(operations),
        new RestConfig(
            null,
            8 << 20,
            new StandardFormats(),
            new CapabilityStatements("test", "2026-11-26", store.parameters())));
  }
}
