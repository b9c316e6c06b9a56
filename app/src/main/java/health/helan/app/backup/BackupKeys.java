package health.helan.app.backup;

import health.helan.app.start.StartRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KEM;
import org.bouncycastle.crypto.generators.SCrypt;
import org.jspecify.annotations.Nullable;

/**
 * Who can open a backup. Each backup has a random key of its own; it stands in the backup's head,
 * locked for a passphrase, for one or several public keys (X25519), or both. With public keys only,
 * the machine that writes backups cannot read them: the private key lies elsewhere (escrow).
 */
final class BackupKeys {
  static final String PASSPHRASE_VARIABLE = "HELAN_BACKUP_PASSPHRASE";
  static final String RECIPIENT_VARIABLE = "HELAN_BACKUP_RECIPIENT";
  static final String KEY_VARIABLE = "HELAN_BACKUP_KEY";
  static final String CIPHER_VARIABLE = "HELAN_BACKUP_CIPHER";

  private static final int LEAST_PASSPHRASE = 16;

  /** 64 MB and about a third of a second for each guess at a passphrase. */
  private static final int SCRYPT_N = 1 << 16;

  /** A head asks for no more, whoever wrote it. */
  private static final int MOST_SCRYPT_N = 1 << 20;

  private static final int SCRYPT_R = 8;
  private static final int SCRYPT_P = 1;
  private static final int LOCK_KEY_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final @Nullable String passphrase;
  private final List<PublicKey> recipients;
  private final @Nullable PrivateKey privateKey;

  private BackupKeys(
      @Nullable String passphrase, List<PublicKey> recipients, @Nullable PrivateKey privateKey) {
    this.passphrase = passphrase;
    this.recipients = List.copyOf(recipients);
    this.privateKey = privateKey;
  }

  /** A key of a backup, locked. {@code kind} is {@code scrypt} or {@code x25519}. */
  record Lock(
      String kind,
      @Nullable String salt,
      int n,
      @Nullable String recipient,
      @Nullable String capsule,
      String locked) {}

  /** A backup's own key, and its locks. */
  record Locked(byte[] key, List<Lock> locks) {}

  /**
   * For writing backups.
   *
   * @throws StartRefused if the environment names no one who could open them
   */
  static BackupKeys forWriting(Map<String, String> environment) {
    String passphrase = set(environment, PASSPHRASE_VARIABLE);
    List<PublicKey> recipients = new ArrayList<>();
    String files = set(environment, RECIPIENT_VARIABLE);
    if (files != null) {
      for (String file : files.split(",")) {
        recipients.add(publicKey(Path.of(file.strip())));
      }
    }
    if (passphrase == null && recipients.isEmpty()) {
      throw new StartRefused(
          "备份必须加密：请设置 %s（公钥文件）或 %s（口令，至少 %d 个字符）。"
              .formatted(RECIPIENT_VARIABLE, PASSPHRASE_VARIABLE, LEAST_PASSPHRASE),
          "Backups are always encrypted: set %s (a public key's file) or %s (a passphrase of %d characters or more)."
              .formatted(RECIPIENT_VARIABLE, PASSPHRASE_VARIABLE, LEAST_PASSPHRASE));
    }
    if (passphrase != null && passphrase.length() < LEAST_PASSPHRASE) {
      throw new StartRefused(
          "%s 太短：至少 %d 个字符。".formatted(PASSPHRASE_VARIABLE, LEAST_PASSPHRASE),
          "%s is too short: %d characters or more."
              .formatted(PASSPHRASE_VARIABLE, LEAST_PASSPHRASE));
    }
    return new BackupKeys(passphrase, recipients, null);
  }

  /**
   * For reading backups.
   *
   * @param keyFile private key; null for the environment's, or a passphrase
   */
  static BackupKeys forReading(Map<String, String> environment, @Nullable Path keyFile) {
    String passphrase = set(environment, PASSPHRASE_VARIABLE);
    String named = set(environment, KEY_VARIABLE);
    Path file = keyFile != null ? keyFile : named == null ? null : Path.of(named);
    if (file == null && passphrase == null) {
      throw new StartRefused(
          "请提供打开备份的密钥：--key 私钥文件，或环境变量 " + PASSPHRASE_VARIABLE + "。",
          "Say how the backup is opened: --key with the private key's file, or "
              + PASSPHRASE_VARIABLE
              + " in the environment.");
    }
    return new BackupKeys(passphrase, List.of(), file == null ? null : privateKey(file));
  }

  private static @Nullable String set(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  static BackupCipher cipher(Map<String, String> environment) {
    String name = set(environment, CIPHER_VARIABLE);
    BackupCipher cipher = name == null ? BackupCipher.AES_256_GCM : BackupCipher.named(name);
    if (cipher == null) {
      throw new StartRefused(
          CIPHER_VARIABLE + " 可取 AES-256-GCM 或 SM4-GCM。",
          CIPHER_VARIABLE + " takes AES-256-GCM or SM4-GCM.");
    }
    return cipher;
  }

  /** A new key for one backup, locked for everyone who is to open it. */
  Locked newKey(BackupCipher cipher) {
    byte[] key = random(cipher.keyBytes);
    List<Lock> locks = new ArrayList<>();
    if (passphrase != null) {
      byte[] salt = random(16);
      locks.add(
          new Lock(
              "scrypt",
              base64(salt),
              SCRYPT_N,
              null,
              null,
              base64(lock(stretched(passphrase, salt, SCRYPT_N), key))));
    }
    for (PublicKey recipient : recipients) {
      try {
        KEM.Encapsulated capsule =
            KEM.getInstance("DHKEM")
                .newEncapsulator(recipient)
                .encapsulate(0, LOCK_KEY_BYTES, "Generic");
        locks.add(
            new Lock(
                "x25519",
                null,
                0,
                fingerprint(recipient),
                base64(capsule.encapsulation()),
                base64(lock(capsule.key().getEncoded(), key))));
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    return new Locked(key, List.copyOf(locks));
  }

  /**
   * The key of a backup.
   *
   * @return null if none of its locks opens with what is at hand
   */
  byte @Nullable [] open(List<Lock> locks) {
    for (Lock lock : locks) {
      byte[] key = open(lock);
      if (key != null) {
        return key;
      }
    }
    return null;
  }

  private byte @Nullable [] open(Lock lock) {
    try {
      byte[] locked = Base64.getDecoder().decode(lock.locked());
      if (lock.kind().equals("scrypt") && passphrase != null && lock.salt() != null) {
        if (lock.n() < 2 || lock.n() > MOST_SCRYPT_N || Integer.bitCount(lock.n()) != 1) {
          return null;
        }
        byte[] salt = Base64.getDecoder().decode(lock.salt());
        return unlock(stretched(passphrase, salt, lock.n()), locked);
      }
      if (lock.kind().equals("x25519") && privateKey != null && lock.capsule() != null) {
        byte[] secret =
            KEM.getInstance("DHKEM")
                .newDecapsulator(privateKey)
                .decapsulate(
                    Base64.getDecoder().decode(lock.capsule()), 0, LOCK_KEY_BYTES, "Generic")
                .getEncoded();
        return unlock(secret, locked);
      }
      return null;
    } catch (GeneralSecurityException | IllegalArgumentException doesNotFit) {
      return null;
    }
  }

  private static byte[] stretched(String passphrase, byte[] salt, int n) {
    return SCrypt.generate(
        passphrase.getBytes(StandardCharsets.UTF_8), salt, n, SCRYPT_R, SCRYPT_P, LOCK_KEY_BYTES);
  }

  /** The locking key is fresh each time, by its salt or its capsule, so the nonce may be zero. */
  private static byte[] lock(byte[] lockingKey, byte[] key) {
    try {
      return BackupCipher.AES_256_GCM
          .start(Cipher.ENCRYPT_MODE, lockingKey, new byte[BackupCipher.NONCE_BYTES], new byte[0])
          .doFinal(key);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte @Nullable [] unlock(byte[] lockingKey, byte[] locked)
      throws GeneralSecurityException {
    try {
      return BackupCipher.AES_256_GCM
          .start(Cipher.DECRYPT_MODE, lockingKey, new byte[BackupCipher.NONCE_BYTES], new byte[0])
          .doFinal(locked);
    } catch (AEADBadTagException otherKey) {
      return null;
    }
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String fingerprint(PublicKey key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()), 0, 8);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Makes a pair: {@code NAME.private.pem} for the safe, {@code NAME.public.pem} for the machine.
   * The same that {@code openssl genpkey -algorithm X25519} makes.
   *
   * @throws StartRefused if either file is there already
   */
  static List<Path> makePair(Path name) {
    Path secret = Path.of(name + ".private.pem");
    Path open = Path.of(name + ".public.pem");
    if (Files.exists(secret) || Files.exists(open)) {
      throw new StartRefused(
          "文件 " + secret + " 或 " + open + " 已经存在，不会覆盖。",
          secret + " or " + open + " is there already and is not overwritten.");
    }
    try {
      KeyPair pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
      Files.createFile(
          secret,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(secret, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      Files.writeString(open, pem("PUBLIC KEY", pair.getPublic().getEncoded()));
      return List.of(secret, open);
    } catch (IOException failed) {
      throw new StartRefused(
          "无法写入密钥文件：" + failed, "The key files cannot be written: " + failed, failed);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
        + "\n-----END "
        + kind
        + "-----\n";
  }

  private static byte[] pem(Path file, String kind) {
    try {
      String text = Files.readString(file);
      String begin = "-----BEGIN " + kind + "-----";
      int from = text.indexOf(begin);
      int to = text.indexOf("-----END " + kind + "-----");
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("no " + kind);
      }
      return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    } catch (IOException | IllegalArgumentException unusable) {
      throw notAKey(file, kind, unusable);
    }
  }

  private static StartRefused notAKey(Path file, String kind, Exception why) {
    return new StartRefused(
        "文件 " + file + " 不是 X25519 的 PEM 密钥（" + kind + "），请用 ./helan backup --make-key 生成。",
        file + " is no X25519 key in PEM (" + kind + "): make one with ./helan backup --make-key.",
        why);
  }

  private static PublicKey publicKey(Path file) {
    try {
      return KeyFactory.getInstance("X25519")
          .generatePublic(new X509EncodedKeySpec(pem(file, "PUBLIC KEY")));
    } catch (GeneralSecurityException otherKind) {
      throw notAKey(file, "PUBLIC KEY", otherKind);
    }
  }

  private static PrivateKey privateKey(Path file) {
    try {
      return KeyFactory.getInstance("X25519")
          .generatePrivate(new PKCS8EncodedKeySpec(pem(file, "PRIVATE KEY")));
    } catch (GeneralSecurityException otherKind) {
      throw notAKey(file, "PRIVATE KEY", otherKind);
    }
  }

  /** Without secrets, so that none can reach a log. */
  @Override
  public String toString() {
    return "BackupKeys";
  }
}
