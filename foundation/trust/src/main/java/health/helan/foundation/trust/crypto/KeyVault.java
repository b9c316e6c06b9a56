package health.helan.foundation.trust.crypto;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/**
 * Where private keys and the keys that wrap other keys lie: a key store file, or a hardware module
 * behind the same verbs. Keys are used here and never given out. Thread-safe.
 *
 * <p>Names are made of letters, digits, dots and hyphens, such as {@code content-master} or {@code
 * seal}.
 */
public interface KeyVault {

  /** Names of all keys, sorted. */
  Set<String> names();

  default boolean has(String name) {
    return names().contains(name);
  }

  /**
   * Makes a key that signs. Until {@link #certify} its certificate is one that it signed itself,
   * for a day, and proves nothing.
   *
   * @throws VaultUnusable if the name is taken, or the vault cannot keep the key
   */
  PublicKey generate(String name, SignatureAlgorithm algorithm);

  /**
   * Puts the certificates beside a key, its own first.
   *
   * @throws VaultUnusable if there is no such key, or the first certificate is of another one
   */
  void certify(String name, List<X509Certificate> chain);

  /**
   * Takes in a key that was made elsewhere, with its certificates.
   *
   * @throws VaultUnusable if the name is taken, the certificate is of another key, or the vault
   *     takes no keys from outside
   */
  void take(String name, PrivateKey key, List<X509Certificate> chain);

  /**
   * @throws VaultUnusable if there is no such key
   */
  Signer signer(String name);

  /**
   * Certificates of a key, its own first.
   *
   * @throws VaultUnusable if there is no such key
   */
  List<X509Certificate> chain(String name);

  /**
   * Makes a key that wraps others, if there is none of that name yet.
   *
   * @throws VaultUnusable if the vault cannot keep it
   */
  void makeWrappingKey(String name);

  /**
   * Encrypts a key for keeping elsewhere.
   *
   * @param bound what the key is for; the same again to unwrap
   */
  byte[] wrap(String name, AeadAlgorithm algorithm, byte[] key, byte[] bound);

  /**
   * @throws Aead.Broken if it was not wrapped here, under this name, for this
   */
  byte[] unwrap(String name, AeadAlgorithm algorithm, byte[] wrapped, byte[] bound);
}
