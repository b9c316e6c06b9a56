package health.helan.app.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the environment may say about keys. */
class KeySettingsTests {
  private static KeySettings settings(Map<String, String> environment) {
    return new KeySettings(environment::get);
  }

  @Test
  void aPassphraseIsMadeForTryingThePlatformOutOnly(@TempDir Path folder) throws Exception {
    try (DataFolder data = DataFolder.open(folder, 0)) {
      char[] made = settings(Map.of()).passphrase(data, InetAddress.getLoopbackAddress());
      assertThat(made).hasSize(64);
      assertThat(settings(Map.of()).passphrase(data, InetAddress.getLoopbackAddress()))
          .isEqualTo(made);
      Path file = folder.resolve("keystore-passphrase");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");

      // In production it is refused before anything starts: StartingInProductionTests.
      assertThatExceptionOfType(StartRefused.class)
          .isThrownBy(() -> settings(Map.of()).passphrase(data, InetAddress.getByName("0.0.0.0")))
          .withMessageContaining("HELAN_KEYSTORE_PASSPHRASE must be set")
          .withMessageContaining("必须设置环境变量");
      assertThat(
              settings(
                      Map.of(
                          "HELAN_MODE", "production", "HELAN_KEYSTORE_PASSPHRASE", "from outside"))
                  .passphrase(data, InetAddress.getByName("0.0.0.0")))
          .isEqualTo("from outside".toCharArray());
    }
  }

  @ParameterizedTest
  @CsvSource({"sm4, SM4_GCM", "AES, AES_256_GCM", "off,"})
  void encryptionIsAsTheEnvironmentSays(String word, AeadAlgorithm algorithm) {
    assertThat(settings(Map.of("HELAN_ENCRYPTION", word)).encryption()).isEqualTo(algorithm);
  }

  @Test
  void anUnknownWordIsRefused() {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> settings(Map.of("HELAN_ENCRYPTION", "des")).encryption())
        .withMessageContaining("sm4, aes or off");
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> health.helan.app.start.RunMode.of(_ -> "prod"))
        .withMessageContaining("trial or production");
  }
}
