package health.helan.foundation.trust.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A vault keeps keys over restarts, and gives nothing to who does not know the passphrase. */
class KeyStoreVaultTests {
  private static final char[] PASSPHRASE = "correct horse battery".toCharArray();

  private Path folder;

  @BeforeEach
  void use(@TempDir Path given) {
    folder = given;
  }

  private KeyStoreVault open() {
    return KeyStoreVault.open(folder.resolve("keystore"), PASSPHRASE);
  }

  @ParameterizedTest
  @EnumSource
  void signsWithTheSameKeyAfterARestart(SignatureAlgorithm algorithm) {
    var key = open().generate("seal", algorithm);
    byte[] text = "text".getBytes(StandardCharsets.US_ASCII);
    KeyStoreVault again = open();
    assertThat(again.names()).containsExactly("seal");
    Signer signer = again.signer("seal");
    assertThat(signer.algorithm()).isEqualTo(algorithm);
    assertThat(algorithm.verifies(key, text, signer.sign(text))).isTrue();
    assertThat(algorithm.verifies(signer.certificate().getPublicKey(), text, signer.sign(text)))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void unwrapsWhatItWrappedBeforeARestart(AeadAlgorithm algorithm) {
    KeyStoreVault vault = open();
    vault.makeWrappingKey("content-master");
    vault.makeWrappingKey("content-master"); // Once more changes nothing.
    byte[] key = algorithm.newKey();
    byte[] wrapped = vault.wrap("content-master", algorithm, key, new byte[] {1});
    assertThat(open().unwrap("content-master", algorithm, wrapped, new byte[] {1})).isEqualTo(key);
    assertThatExceptionOfType(Aead.Broken.class)
        .isThrownBy(() -> open().unwrap("content-master", algorithm, wrapped, new byte[] {2}));
  }

  @Test
  void refusesAnotherPassphraseWithOneSentence() {
    open();
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(
            () ->
                KeyStoreVault.open(
                    folder.resolve("keystore"), "another horse battery".toCharArray()))
        .satisfies(
            refused -> {
              assertThat(refused.english()).contains("does not open with this passphrase");
              assertThat(refused.chinese()).contains("口令不对");
            });
  }

  @Test
  void refusesAShortPassphrase() {
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(() -> KeyStoreVault.open(folder.resolve("keystore"), "short".toCharArray()))
        .withMessageContaining("too short");
    assertThat(folder.resolve("keystore")).doesNotExist();
  }

  @Test
  void refusesAFileThatWasAltered() throws Exception {
    open().generate("seal", SignatureAlgorithm.SM2_SM3);
    Path file = folder.resolve("keystore");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatExceptionOfType(VaultUnusable.class).isThrownBy(this::open);
  }

  @Test
  void isReadableByItsOwnerOnly() throws Exception {
    open().generate("seal", SignatureAlgorithm.SM2_SM3);
    assertThat(Files.getPosixFilePermissions(folder.resolve("keystore")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(folder.resolve("keystore.new")).doesNotExist();
  }

  @Test
  void opensWithTheNewPassphraseOnlyOnceItIsChanged() {
    KeyStoreVault vault = open();
    vault.makeWrappingKey("content-master");
    var key = vault.generate("seal", SignatureAlgorithm.SM2_SM3);
    byte[] wrapped = vault.wrap("content-master", AeadAlgorithm.SM4_GCM, new byte[16], new byte[0]);
    char[] next = "a longer and newer one".toCharArray();
    vault.changePassphrase(next);
    assertThatExceptionOfType(VaultUnusable.class).isThrownBy(this::open);
    KeyStoreVault again = KeyStoreVault.open(folder.resolve("keystore"), next);
    assertThat(again.unwrap("content-master", AeadAlgorithm.SM4_GCM, wrapped, new byte[0]))
        .isEqualTo(new byte[16]);
    byte[] text = {1};
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(key, text, again.signer("seal").sign(text)))
        .isTrue();
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(key, text, vault.signer("seal").sign(text)))
        .isTrue();
  }

  @Test
  void overwritesNoKeyAndKnowsWhichItHas() {
    KeyStoreVault vault = open();
    vault.generate("seal", SignatureAlgorithm.SM2_SM3);
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(() -> vault.generate("seal", SignatureAlgorithm.SM2_SM3))
        .withMessageContaining("already");
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(() -> vault.signer("time"))
        .withMessageContaining("no key named time");
    assertThatExceptionOfType(VaultUnusable.class).isThrownBy(() -> vault.chain("time"));
  }

  @Test
  void takesNoCertificateOfAnotherKey() {
    KeyStoreVault vault = open();
    vault.generate("seal", SignatureAlgorithm.SM2_SM3);
    vault.generate("time", SignatureAlgorithm.SM2_SM3);
    var others = vault.chain("time");
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(() -> vault.certify("seal", others))
        .withMessageContaining("does not belong");
    KeyPair pair = SignatureAlgorithm.SM2_SM3.newKeyPair();
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(() -> vault.take("imported", pair.getPrivate(), others));
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(() -> vault.take("imported", pair.getPrivate(), List.of()));
    assertThat(vault.names()).containsExactly("seal", "time");
  }

  @Test
  void losesNoKeyThatAnotherProcessPutIntoTheSameFile() {
    KeyStoreVault one = open();
    KeyStoreVault other = open();
    one.generate("seal", SignatureAlgorithm.SM2_SM3);
    other.generate("time", SignatureAlgorithm.SM2_SM3);
    assertThat(open().names()).containsExactly("seal", "time");
    assertThat(one.signer("time").algorithm()).isEqualTo(SignatureAlgorithm.SM2_SM3);
    assertThatExceptionOfType(VaultUnusable.class)
        .isThrownBy(() -> one.generate("time", SignatureAlgorithm.SM2_SM3));
  }
}
