package health.helan.foundation.delivery.subscription;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.Recoding;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets of subscribers follow the records to another data key. */
class SubscriptionKeysTests {
  private static final String SECRET = "Bearer s3cret-of-the-receiver";

  private static long count(DataSource database, String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void secretsAreSentUnderTheNextKeyAndTheOldKeyRetiresWithoutThem(@TempDir Path folder)
      throws Exception {
    var vault =
        KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray());
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.storeDatabase());
    config.setMaximumPoolSize(20);
    try (var keys =
            new DataKeys(
                vault, AeadAlgorithm.SM4_GCM, new DataKeys.Settings(50, 300), Clock.systemUTC());
        var database = new HikariDataSource(config);
        var receiver = new Receiver()) {
      var cipher = new ContentCipher(keys);
      try (RecordStore store =
              RecordStore.open(
                  database,
                  null,
                  new StoreConfig(
                      new byte[32], "keys", "test", AccessPolicy.EVERYTHING, true, cipher),
                  StoreForTests.QUICK,
                  Retention.DEFAULT);
          var subscriptions =
              new Subscriptions(
                  database,
                  store,
                  cipher,
                  DeliveryServer.agreements(database, store),
                  AuditSink.NONE,
                  caller -> caller,
                  _ -> true,
                  "",
                  DeliveryServer.QUICK_SUBSCRIPTIONS)) {
        subscriptions
            .writing()
            .create(
                StoreForTests.CALLER,
                DeliveryServer.tree(
                    "{'resourceType':'Subscription','status':'requested','reason':'test','criteria':'Patient','channel':{'type':'rest-hook','endpoint':'"
                        + receiver.url()
                        + "','header':['Authorization: "
                        + SECRET
                        + "']}}"));
        assertThat(count(database, "select count(*) from subscription where key_id = 1"))
            .isEqualTo(1);
        try (var recoding = new Recoding(keys, cipher, store::watermark)) {
          assertThat(keys.rotate()).isEqualTo((short) 2);
          await(
              "the old key retires",
              () ->
                  count(
                          database,
                          "select count(*) from data_key where id = 1 and retired is not null")
                      == 1);
          assertThat(recoding.progress().stream().map(Recoding.Progress::table))
              .contains("subscription");
        }
        assertThat(count(database, "select count(*) from subscription where key_id <> 2")).isZero();
        store.write(
            StoreForTests.CALLER, StoreForTests.create(StoreForTests.patient("urn:s", "1")));
        await("the notification", () -> !receiver.taken.isEmpty());
        assertThat(receiver.taken.getFirst().header("Authorization")).isEqualTo(SECRET);
      }
    }
  }
}
