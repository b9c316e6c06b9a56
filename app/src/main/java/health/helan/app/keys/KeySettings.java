package health.helan.app.keys;

import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the environment says about keys; docs/guide/keys.md. */
final class KeySettings {
  static final String KEYSTORE = "HELAN_KEYSTORE";
  static final String PASSPHRASE = "HELAN_KEYSTORE_PASSPHRASE";
  static final String NEW_PASSPHRASE = "HELAN_KEYSTORE_NEW_PASSPHRASE";
  static final String ENCRYPTION = "HELAN_ENCRYPTION";

  /** In the data folder. */
  static final String FILE = "keystore";

  static final String PASSPHRASE_FILE = "keystore-passphrase";

  private final UnaryOperator<@Nullable String> environment;

  /**
   * @param environment value of a variable; null where it is not set
   */
  KeySettings(UnaryOperator<@Nullable String> environment) {
    this.environment = environment;
  }

  private @Nullable String value(String name) {
    String value = environment.apply(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  Path keystore(DataFolder data) {
    return keystore(data.root());
  }

  Path keystore(Path data) {
    String file = value(KEYSTORE);
    return file == null ? data.resolve(FILE) : Path.of(file).toAbsolutePath();
  }

  /**
   * The passphrase for a command beside a platform: nothing is made where there is none.
   *
   * @throws StartRefused without one
   */
  char[] passphrase(Path data) throws IOException {
    String passphrase = value(PASSPHRASE);
    Path file = data.resolve(PASSPHRASE_FILE);
    if (passphrase == null && Files.notExists(file)) {
      throw new StartRefused(
          "缺少密钥库口令：请设置环境变量 " + PASSPHRASE + "。",
          "The key store's passphrase is missing: set " + PASSPHRASE + ".");
    }
    return (passphrase == null ? Files.readString(file).strip() : passphrase).toCharArray();
  }

  /**
   * The passphrase from the environment; for trying the platform out, one from a file beside the
   * key store, which protects against nobody who has the data folder.
   *
   * <p>That production has one is among the checks of a start ({@link
   * health.helan.app.start.StartCheck}).
   *
   * @throws StartRefused without one where others can reach the platform
   */
  char[] passphrase(DataFolder data, InetAddress address) {
    String passphrase = value(PASSPHRASE);
    if (passphrase != null) {
      return passphrase.toCharArray();
    }
    if (!address.isLoopbackAddress()) {
      throw new StartRefused(
          "缺少密钥库口令：监听本机以外的地址时，必须设置环境变量 " + PASSPHRASE + "（见 docs/guide/keys.md）。",
          "The key store's passphrase is missing: on any address but loopback, "
              + PASSPHRASE
              + " must be set (see docs/guide/keys.md).");
    }
    return data.secret(PASSPHRASE_FILE).toCharArray();
  }

  /** The passphrase to change to; null for none. */
  char @Nullable [] newPassphrase() {
    String next = value(NEW_PASSPHRASE);
    return next == null ? null : next.toCharArray();
  }

  /**
   * How contents are encrypted; null for not at all. The default is docs/adr/0020's.
   *
   * @throws StartRefused for another word
   */
  @Nullable AeadAlgorithm encryption() {
    String word = value(ENCRYPTION);
    return switch (word == null ? "sm4" : word.toLowerCase(Locale.ROOT)) {
      case "sm4" -> AeadAlgorithm.SM4_GCM;
      case "aes" -> AeadAlgorithm.AES_256_GCM;
      case "off" -> null;
      default ->
          throw new StartRefused(
              ENCRYPTION + " 只能是 sm4、aes 或 off。", ENCRYPTION + " takes sm4, aes or off.");
    };
  }
}
