package health.helan.app.keys;

import health.helan.app.database.Database;
import health.helan.app.start.Console;
import health.helan.app.start.DataFolder;
import health.helan.app.start.StartRefused;
import health.helan.app.start.Words;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.CertificateFiles;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.crypto.VaultUnusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * {@code helan keys import FILE --name NAME}: takes a signing key and its certificates from an
 * outside authority into the key vault, beside a running platform or a stopped one. The file's
 * passphrase comes from {@code HELAN_IMPORT_PASSPHRASE}: what stands on a command line, everyone on
 * the machine can read. See docs/guide/keys.md.
 */
public final class KeysCommand {
  static final String PASSPHRASE = "HELAN_IMPORT_PASSPHRASE";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,119}");

  /** Bits of key usage (RFC 5280, 4.2.1.3) of which a key that signs documents has one. */
  private static final int DIGITAL_SIGNATURE = 0;

  private static final int NON_REPUDIATION = 1;

  private KeysCommand() {}

  /**
   * @param words what follows {@code keys}
   * @return exit code
   * @throws StartRefused if the key is not taken; the vault is as it was then
   */
  public static int run(List<String> words, Map<String, String> environment) {
    if (words.isEmpty() || !words.getFirst().equals("import")) {
      throw new StartRefused(
          "用法：./helan keys import 文件 --name 名称", "Usage: ./helan keys import FILE --name NAME");
    }
    Words given = Words.parse(words.subList(1, words.size()), Set.of(), Set.of("--name", "--data"));
    Path file =
        given.onePlace(
            "请指明 PKCS#12 文件：./helan keys import 文件 --name 名称",
            "Say which PKCS#12 file: ./helan keys import FILE --name NAME");
    String name = given.values().getOrDefault("--name", "");
    if (!NAME.matcher(name).matches()) {
      throw new StartRefused(
          "请用 --name 指定密钥名称：字母、数字、点和连字符，以字母或数字开头。",
          "Name the key with --name: letters, digits, dots and hyphens, a letter or digit first.");
    }
    String passphrase = environment.get(PASSPHRASE);
    if (passphrase == null || passphrase.isEmpty()) {
      throw new StartRefused(
          "请在环境变量 " + PASSPHRASE + " 中给出文件的口令，不要写在命令行上。",
          "Give the file's passphrase in " + PASSPHRASE + ", not on the command line.");
    }
    Console console = Console.of(environment);
    try {
      CertificateFiles.KeyAndChain taken =
          CertificateFiles.pkcs12(Files.readAllBytes(file), passphrase.toCharArray());
      signs(taken.chain().getFirst());
      boolean isRevocationKnown = take(given.data(), name, taken, environment);
      X509Certificate own = taken.chain().getFirst();
      console.say(
          "已导入密钥 %s：%s，有效期至 %s。/ Taken in as %s: %s, valid until %s."
              .formatted(
                  name,
                  own.getSubjectX500Principal(),
                  own.getNotAfter().toInstant(),
                  name,
                  own.getSubjectX500Principal(),
                  own.getNotAfter().toInstant()));
      if (!isRevocationKnown) {
        console.say("注意：没有该机构的吊销列表，无法确认证书未被吊销；请用 $trust-authority 提供。");
        console.say(
            "Mind: there is no revocation list of its authority to ask; give one with $trust-authority.");
      }
      console.say("请重新复制密钥库文件到保险处。/ Copy the key store into the safe again.");
      return 0;
    } catch (Refusal refused) {
      throw new StartRefused(
          Messages.of(Locale.CHINESE, refused), Messages.of(Locale.ENGLISH, refused), refused);
    } catch (VaultUnusable unusable) {
      throw new StartRefused(unusable.chinese(), unusable.english(), unusable);
    } catch (IOException e) {
      throw new StartRefused("无法读取文件 " + file + "。", "The file " + file + " cannot be read.", e);
    }
  }

  private static void signs(X509Certificate certificate) {
    boolean[] usage = certificate.getKeyUsage();
    if (certificate.getBasicConstraints() >= 0
        || usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
      throw new StartRefused(
          "这张证书不能用于签名（密钥用途中没有数字签名），或是机构自己的证书。",
          "This certificate is not one for signatures (its key usage has none), or an authority's own.");
    }
  }

  private static boolean take(
      Path data, String name, CertificateFiles.KeyAndChain taken, Map<String, String> environment)
      throws IOException {
    boolean outside = !environment.getOrDefault("HELAN_DB_URL", "").isBlank();
    if (!Files.isDirectory(data) || !outside && !Files.isDirectory(data.resolve("postgres"))) {
      throw new StartRefused(
          "数据目录 " + data + " 中没有平台的数据，请用 --data 指明。",
          "There is no platform's data in " + data + ": name its folder with --data.");
    }
    Database running = Database.running(environment, data);
    if (running != null) {
      return take(data, name, taken, environment, running);
    }
    try (DataFolder folder = DataFolder.open(data, 0);
        Database started = Database.open(environment, folder)) {
      return take(data, name, taken, environment, started);
    }
  }

  private static boolean take(
      Path data,
      String name,
      CertificateFiles.KeyAndChain taken,
      Map<String, String> environment,
      Database database)
      throws IOException {
    var source = new PGSimpleDataSource();
    source.setURL(database.jdbcUrl());
    if (!database.user().isEmpty()) {
      source.setUser(database.user());
      source.setPassword(database.password());
    }
    TrustedAuthorities.Checked checked =
        new TrustedAuthorities(source).check(taken.chain(), Clock.systemUTC().instant());
    var settings = new KeySettings(environment::get);
    KeyStoreVault vault = KeyStoreVault.open(settings.keystore(data), settings.passphrase(data));
    // With all of its path, so that whoever verifies a signature later needs nothing of ours.
    vault.take(name, taken.key(), checked.path());
    return checked.revocationKnown();
  }
}
