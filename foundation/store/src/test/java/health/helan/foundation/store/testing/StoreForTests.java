package health.helan.foundation.store.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.PersonLinks;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A store on a database of its own, or a second application instance on another's database. */
public final class StoreForTests implements AutoCloseable {
  public static final Caller CALLER = Caller.operator("test");

  /** Short enough for tests to wait for. */
  public static final ChangeLog.Settings QUICK =
      new ChangeLog.Settings(100, 10, 2_000, 2_000, 100, 1_000);

  public final DataSource database;
  public final HikariDataSource pool;

  /** Keeps the instance's heartbeat, or other threads, from getting a connection. */
  public final HeldThreads heartbeat = new HeldThreads();

  public final RecordStore store;

  private StoreForTests(
      DataSource database,
      String instance,
      ChangeLog.Settings settings,
      Retention retention,
      AccessPolicy policy,
      PersonLinks links) {
    this.database = database;
    var config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(40);
    config.setMinimumIdle(2);
    config.setConnectionTimeout(10_000);
    pool = new HikariDataSource(config);
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 7);
    // Not checked against R4: these tests write much and say little.
    var unchecked =
        new StoreConfig(
            key,
            instance,
            "test",
            policy,
            false,
            new ZstdCodec(),
            ValueSets.ofR4(),
            WriteFollower.NONE,
            links);
    store = RecordStore.open(heartbeat.over(pool), null, unchecked, settings, retention);
  }

  public static StoreForTests open() {
    return open(PostgresForTests.storeDatabase(), "one");
  }

  /** With a policy, for what asks it. */
  public static StoreForTests open(AccessPolicy policy) {
    return new StoreForTests(
        PostgresForTests.storeDatabase(),
        "one",
        QUICK,
        Retention.DEFAULT,
        policy,
        PersonLinks.NONE);
  }

  /** With what says which Patients are one person. */
  public static StoreForTests open(DataSource database, AccessPolicy policy, PersonLinks links) {
    return new StoreForTests(database, "one", QUICK, Retention.DEFAULT, policy, links);
  }

  public static StoreForTests open(DataSource database, String instance) {
    return open(database, instance, QUICK);
  }

  public static StoreForTests open(
      DataSource database, String instance, ChangeLog.Settings settings) {
    return open(database, instance, settings, Retention.DEFAULT);
  }

  public static StoreForTests open(
      DataSource database, String instance, ChangeLog.Settings settings, Retention retention) {
    return new StoreForTests(
        database, instance, settings, retention, AccessPolicy.EVERYTHING, PersonLinks.NONE);
  }

  public static ObjectNode resource(String type, String text) {
    return (ObjectNode)
        Json.MAPPER.readTree("{\"resourceType\":\"" + type + "\",\"language\":\"" + text + "\"}");
  }

  /** An Observation-like resource of a patient, so that it lies in the patient's home. */
  public static ObjectNode about(String type, String patient, String text) {
    ObjectNode resource = resource(type, text);
    resource.putObject("subject").put("reference", patient);
    return resource;
  }

  public static ObjectNode patient(String system, String value) {
    ObjectNode patient = resource("Patient", "zh");
    patient.putArray("identifier").addObject().put("system", system).put("value", value);
    return patient;
  }

  public static Interaction create(ObjectNode resource) {
    return create(resource, null);
  }

  public static Interaction create(ObjectNode resource, @Nullable String ifNoneExist) {
    return new Interaction.Create(
        type(resource), Interaction.Body.of(resource), ifNoneExist, null, null);
  }

  public static Interaction update(String id, ObjectNode resource, @Nullable Integer ifMatch) {
    ObjectNode body = resource.deepCopy();
    body.put("id", id);
    return new Interaction.Update(
        type(resource), id, null, Interaction.Body.of(body), ifMatch, false, null, null);
  }

  public static Interaction delete(String type, String id) {
    return new Interaction.Delete(type, id, null, null, false);
  }

  private static String type(ObjectNode resource) {
    return resource.path("resourceType").stringValue();
  }

  public Outcome write(Interaction interaction) {
    return store.write(CALLER, interaction);
  }

  public List<Outcome> transact(List<Interaction> interactions) {
    return store.transact(CALLER, interactions, Set.of(), null);
  }

  /** First column of the first row. */
  public long number(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** First column of all rows. */
  public List<String> texts(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var texts = new ArrayList<String>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  public void execute(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Waits until the condition holds; fails after a minute. */
  public static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited in vain: " + what);
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** As if the process died: every connection is cut, nothing is handed over. */
  public void kill() {
    pool.close();
    store.close();
  }

  @Override
  public void close() {
    store.close();
    pool.close();
  }
}
