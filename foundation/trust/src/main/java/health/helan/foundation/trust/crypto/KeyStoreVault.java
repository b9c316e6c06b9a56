package health.helan.foundation.trust.crypto;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/**
 * A vault in a file: BouncyCastle's BCFKS, which encrypts and authenticates the whole store under
 * the passphrase and, unlike PKCS#12, keeps symmetric keys too. Readable by its owner only, and
 * replaced as a whole, so that a crash leaves the old one or the new one.
 */
public final class KeyStoreVault implements KeyVault {
  private static final String TYPE = "BCFKS";
  private static final int SECRET_BYTES = 32;
  private static final int LEAST_PASSPHRASE = 12;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,119}");

  /** Symmetric keys are secrets from which the key for an algorithm is derived. */
  private static final String SECRET_ALGORITHM = "HmacSHA256";

  /** Two vaults of one process on one file exclude each other too, which a file lock does not. */
  private static final Object CHANGES = new Object();

  private final Path file;
  private char[] passphrase;
  private final KeyStore keys;

  /** The file as this vault last read or wrote it; encrypted, as the file is. */
  private byte[] inFile;

  /**
   * Keys as they were put in or taken out: to take one out of the store again costs a derivation
   * from the passphrase, slow on purpose. No more than what signers hold in memory anyway.
   */
  private final ConcurrentHashMap<String, Key> opened = new ConcurrentHashMap<>();

  private final ConcurrentHashMap<String, Signer> signers = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Aead> wrapping = new ConcurrentHashMap<>();

  private KeyStoreVault(Path file, char[] passphrase, KeyStore keys, byte[] inFile) {
    this.file = file;
    this.passphrase = passphrase;
    this.keys = keys;
    this.inFile = inFile;
  }

  /**
   * Opens a vault, or makes an empty one where there is no file.
   *
   * @throws VaultUnusable if the passphrase is too short or not the one, or the file is damaged
   */
  public static KeyStoreVault open(Path file, char[] passphrase) {
    longEnough(passphrase);
    try {
      KeyStore keys = KeyStore.getInstance(TYPE, BouncyCastle.PROVIDER);
      boolean isNew = Files.notExists(file);
      byte[] inFile = isNew ? new byte[0] : Files.readAllBytes(file);
      if (isNew) {
        keys.load(null, null);
      } else {
        keys.load(new ByteArrayInputStream(inFile), passphrase);
      }
      var vault = new KeyStoreVault(file, passphrase.clone(), keys, inFile);
      if (isNew) {
        vault.save();
      }
      return vault;
    } catch (IOException | GeneralSecurityException e) {
      throw new VaultUnusable(
          "无法用给定口令打开密钥库 " + file + "：口令不对，或文件已损坏。",
          "The key store "
              + file
              + " does not open with this passphrase: it is another one, or the file is damaged.",
          e);
    }
  }

  /** Something that changes the file: one at a time, over all processes that share it. */
  private <T> T changing(Supplier<T> change) {
    synchronized (CHANGES) {
      try (FileChannel channel =
              FileChannel.open(
                  file.resolveSibling(file.getFileName() + ".lock"),
                  Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------")));
          var _ = channel.lock()) {
        synchronized (this) {
          reload(); // What another process put in must not be lost.
          return change.get();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private synchronized void reload() {
    try {
      byte[] bytes = Files.readAllBytes(file);
      // Reading them anew costs two derivations of a key from the passphrase, slow on purpose.
      if (!Arrays.equals(bytes, inFile)) {
        keys.load(new ByteArrayInputStream(bytes), passphrase);
        opened.clear();
        inFile = bytes;
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new VaultUnusable(
          "密钥库 " + file + " 在运行中被更改或损坏。",
          "The key store " + file + " was changed or damaged while the platform runs.",
          e);
    }
  }

  private static void longEnough(char[] passphrase) {
    if (passphrase.length < LEAST_PASSPHRASE) {
      throw new VaultUnusable(
          "密钥库口令太短，至少需要 " + LEAST_PASSPHRASE + " 个字符。",
          "The passphrase of the key store is too short: it takes "
              + LEAST_PASSPHRASE
              + " characters at least.",
          null);
    }
  }

  /**
   * Puts all keys under another passphrase. Copies of the file still open with the one before: if
   * they may have been seen, wrap the data keys anew too ({@link DataKeys#renewMaster}).
   *
   * @throws VaultUnusable if it is too short
   */
  public void changePassphrase(char[] next) {
    longEnough(next);
    changing(
        () -> {
          rewrite(next);
          return next;
        });
  }

  private void rewrite(char[] next) {
    char[] before = passphrase;
    try {
      for (String name : names()) {
        Key key = keys.getKey(name, before);
        keys.setKeyEntry(name, key, next, keys.getCertificateChain(name));
      }
      passphrase = next.clone();
      save();
      Arrays.fill(before, '\0');
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void save() {
    inFile = new byte[0]; // Until it is there: what fails half-way must be read anew.
    try {
      Path draft = file.resolveSibling(file.getFileName() + ".new");
      Files.deleteIfExists(draft);
      byte[] written;
      try (FileChannel channel =
          FileChannel.open(
              draft,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        var bytes = new ByteArrayOutputStream();
        keys.store(bytes, passphrase);
        written = bytes.toByteArray();
        Channels.newOutputStream(channel).write(written);
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      inFile = written;
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized Set<String> names() {
    try {
      return Collections.unmodifiableSet(new TreeSet<>(Collections.list(keys.aliases())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void free(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no name of a key: " + name);
    }
    if (has(name)) {
      throw new VaultUnusable(
          "密钥库中已有名为 " + name + " 的密钥。", "The vault has a key named " + name + " already.", null);
    }
  }

  private static VaultUnusable missing(String name) {
    return new VaultUnusable(
        "密钥库中没有名为 " + name + " 的密钥。", "The vault has no key named " + name + ".", null);
  }

  @Override
  public PublicKey generate(String name, SignatureAlgorithm algorithm) {
    return changing(() -> make(name, algorithm));
  }

  private PublicKey make(String name, SignatureAlgorithm algorithm) {
    free(name);
    KeyPair pair = algorithm.newKeyPair();
    X500Name self = X509.name("Helan", name + " (uncertified)");
    Instant now = Instant.now();
    var signer = new KeySigner(algorithm, pair.getPrivate(), null);
    X509Certificate certificate =
        X509.issue(
            self,
            self,
            pair.getPublic(),
            pair.getPublic(),
            new BigInteger(127, new SecureRandom()),
            now,
            now.plus(1, ChronoUnit.DAYS),
            X509.Profile.UNCERTIFIED,
            signer);
    put(name, pair.getPrivate(), List.of(certificate));
    return pair.getPublic();
  }

  @Override
  public void certify(String name, List<X509Certificate> chain) {
    changing(
        () -> {
          if (!(key(name) instanceof PrivateKey own)) {
            throw missing(name);
          }
          belongTogether(name, own, chain);
          put(name, own, chain);
          return name;
        });
  }

  @Override
  public void take(String name, PrivateKey key, List<X509Certificate> chain) {
    changing(
        () -> {
          free(name);
          belongTogether(name, key, chain);
          put(name, key, chain);
          return name;
        });
  }

  /** A key and a certificate belong together when one verifies what the other signs. */
  private static void belongTogether(String name, PrivateKey key, List<X509Certificate> chain) {
    byte[] text = "proof of possession".getBytes(StandardCharsets.US_ASCII);
    try {
      SignatureAlgorithm algorithm = SignatureAlgorithm.of(key);
      if (!chain.isEmpty()
          && algorithm.verifies(
              X509.usable(chain.getFirst()).getPublicKey(), text, algorithm.sign(key, text))) {
        return;
      }
    } catch (InvalidKeyException | IllegalArgumentException e) {
      // Answered below.
    }
    throw new VaultUnusable(
        "证书与名为 " + name + " 的私钥不匹配。",
        "The certificate does not belong to the private key named " + name + ".",
        null);
  }

  private void put(String name, PrivateKey key, List<X509Certificate> chain) {
    try {
      keys.setKeyEntry(name, key, passphrase, chain.toArray(Certificate[]::new));
      save();
      opened.put(name, key);
      signers.remove(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Key key(String name) {
    Key known = opened.get(name);
    if (known != null) {
      return known;
    }
    try {
      Key key = keys.getKey(name, passphrase);
      if (key == null) {
        reload(); // Another process that shares the file may have made it.
        key = keys.getKey(name, passphrase);
      }
      if (key == null) {
        throw missing(name);
      }
      opened.put(name, key);
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Signer signer(String name) {
    Signer known = signers.get(name);
    if (known != null) {
      return known;
    }
    synchronized (this) {
      if (!(key(name) instanceof PrivateKey key)) {
        throw missing(name);
      }
      var signer = new KeySigner(SignatureAlgorithm.of(key), key, chain(name).getFirst());
      signers.put(name, signer);
      return signer;
    }
  }

  @Override
  public synchronized List<X509Certificate> chain(String name) {
    try {
      Certificate[] chain = keys.getCertificateChain(name);
      if (chain == null) {
        throw missing(name);
      }
      var certificates = new ArrayList<X509Certificate>();
      for (Certificate certificate : chain) {
        certificates.add(X509.usable((X509Certificate) certificate));
      }
      return List.copyOf(certificates);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void makeWrappingKey(String name) {
    if (!has(name)) {
      changing(
          () -> {
            if (!has(name)) {
              makeSecret(name);
            }
            return name;
          });
    }
  }

  private void makeSecret(String name) {
    free(name);
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    try {
      Key key = new SecretKeySpec(secret, SECRET_ALGORITHM); // Copies the secret.
      keys.setKeyEntry(name, key, passphrase, null);
      save();
      opened.put(name, key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  @Override
  public byte[] wrap(String name, AeadAlgorithm algorithm, byte[] key, byte[] bound) {
    byte[] nonce = new byte[AeadAlgorithm.NONCE];
    new SecureRandom().nextBytes(nonce); // A few keys in a vault's life: random is enough.
    return wrapping(name, algorithm).sealWithNonce(nonce, bound, key);
  }

  @Override
  public byte[] unwrap(String name, AeadAlgorithm algorithm, byte[] wrapped, byte[] bound) {
    return wrapping(name, algorithm).openWithNonce(bound, wrapped);
  }

  private Aead wrapping(String name, AeadAlgorithm algorithm) {
    return wrapping.computeIfAbsent(
        name + " " + algorithm.code(),
        _ -> {
          synchronized (this) {
            if (!(key(name) instanceof SecretKey secret)) {
              throw missing(name);
            }
            // HKDF (RFC 5869) with SM3: one secret never serves two algorithms as it is.
            var hkdf = new HKDFBytesGenerator(new SM3Digest());
            hkdf.init(
                new HKDFParameters(
                    secret.getEncoded(),
                    null,
                    ("helan wrap " + algorithm.code()).getBytes(StandardCharsets.US_ASCII)));
            byte[] key = algorithm.newKey();
            hkdf.generateBytes(key, 0, key.length);
            return algorithm.with(key);
          }
        });
  }
}
