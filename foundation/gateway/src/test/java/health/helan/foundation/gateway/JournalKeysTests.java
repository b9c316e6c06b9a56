package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.Recoding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages are encrypted as records are, and follow them to another key. */
class JournalKeysTests {
  private static String message(String control, String patient) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A04|"
        + control
        + "|P|2.5\rPID|1||"
        + patient
        + "^^^HOSP^MR||urn-mark-of-a-resident\r";
  }

  private static long count(GatewayForTests house, String sql) {
    try (Connection connection = house.database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void messagesAreReadableUnderTheNextKeyAndUnreadableOnTheDisk(@TempDir Path folder)
      throws Exception {
    var vault =
        KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray());
    try (var keys =
        new DataKeys(
            vault, AeadAlgorithm.SM4_GCM, new DataKeys.Settings(50, 300), Clock.systemUTC())) {
      var cipher = new ContentCipher(keys);
      try (GatewayForTests house = GatewayForTests.open(GatewayForTests.QUICK, cipher)) {
        Feed feed = house.feed("his");
        Receipt done = house.take(feed, message("1", "P1"));
        Receipt failed = house.take(feed, message("2", ""));
        byte[] corrected = message("2", "P2").getBytes(StandardCharsets.UTF_8);
        house.gateway.replay(
            failed.id(), corrected, Gateway.Overtaken.REFUSE, GatewayForTests.ROOT);
        assertThat(count(house, "select count(*) from intake where key_id = 1")).isEqualTo(2);
        assertThat(
                count(
                    house,
                    "select count(*) from (select content from intake union all select content from intake_correction) c"
                        + " where position('urn-mark'::bytea in content) > 0"))
            .isZero();
        try (var recoding = new Recoding(keys, cipher, house.store::watermark)) {
          assertThat(keys.rotate()).isEqualTo((short) 2);
          StoreForTests.await(
              "all is rewritten",
              () ->
                  count(
                          house,
                          "select (select count(*) from intake where key_id <> 2)"
                              + " + (select count(*) from intake_correction where key_id <> 2)")
                      == 0);
          StoreForTests.await(
              "the old key retires",
              () ->
                  count(house, "select count(*) from data_key where id = 1 and retired is not null")
                      == 1);
          assertThat(recoding.progress().stream().map(Recoding.Progress::table))
              .contains("intake", "intake_correction");
        }
        assertThat(new String(house.gateway.content(done.id(), 0), StandardCharsets.UTF_8))
            .isEqualTo(message("1", "P1"));
        assertThat(house.gateway.content(failed.id(), 1)).isEqualTo(corrected);
      }
    }
  }
}
