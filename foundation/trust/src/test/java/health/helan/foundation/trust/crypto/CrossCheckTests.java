package health.helan.foundation.trust.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bouncycastle.jce.interfaces.ECPrivateKey;
import org.bouncycastle.jce.interfaces.ECPublicKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Our national algorithms against those of others: OpenSSL 3 on the command line and npm's
 * sm-crypto ({@code ./helan test} installs it from {@code src/test/js}). Where one is missing its
 * checks are skipped, and say so.
 */
class CrossCheckTests {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ID = "distid:1234567812345678";
  private static final Path JS = Path.of("src/test/js");

  private Path folder;
  private final Random random = new Random(20261125);

  @BeforeEach
  void workInTheModule(@TempDir Path given) {
    folder = given;
    assertThat(JS.resolve("package.json")).exists();
  }

  private record Ran(int exit, byte[] out, String error) {}

  private static Ran run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).start();
      process.getOutputStream().close();
      byte[] out = process.getInputStream().readAllBytes();
      String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ran(process.waitFor(), out, error);
    } catch (IOException e) {
      return new Ran(127, new byte[0], String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void orSkip(boolean there, String what) {
    if (!there) {
      System.err.println(
          "SKIPPED: " + what + " is not there; national algorithms not cross-checked");
    }
    assumeTrue(there, what + " is not there");
  }

  private Ran openssl(String... arguments) {
    Ran version = run(List.of("openssl", "version"));
    orSkip(
        version.exit == 0 && new String(version.out, StandardCharsets.UTF_8).contains("OpenSSL 3"),
        "OpenSSL 3");
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    return run(command);
  }

  private String node(String verb, String... hex) {
    orSkip(Files.isDirectory(JS.resolve("node_modules/sm-crypto")), "npm's sm-crypto");
    var command = new ArrayList<>(List.of("node", JS.resolve("sm-crypto.js").toString(), verb));
    command.addAll(List.of(hex));
    Ran ran = run(command);
    assertThat(ran.exit).as(ran.error).isZero();
    return new String(ran.out, StandardCharsets.UTF_8).strip();
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private Path pem(String name, String label, Key key) throws IOException {
    return file(
        name,
        ("-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, Base64.getMimeEncoder().encodeToString(key.getEncoded()), label))
            .getBytes(StandardCharsets.US_ASCII));
  }

  private byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 55, 56, 63, 64, 65, 1000, 100_000})
  void opensslDigestsWithSm3Alike(int size) throws IOException {
    byte[] data = bytes(size);
    Ran ran = openssl("dgst", "-sm3", "-binary", file("data", data).toString());
    assertThat(ran.exit).as(ran.error).isZero();
    assertThat(ran.out).isEqualTo(DigestAlgorithm.SM3.digest(data));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 1000, 70_000})
  void opensslEncryptsWithSm4InCounterModeAlike(int size) throws IOException {
    // OpenSSL's command line has no GCM; GCM encrypts by counter mode, beginning with 2 here.
    byte[] key = AeadAlgorithm.SM4_GCM.newKey();
    byte[] nonce = bytes(AeadAlgorithm.NONCE);
    byte[] data = bytes(size);
    byte[] sealed = new byte[size + AeadAlgorithm.TAG];
    AeadAlgorithm.SM4_GCM.with(key).seal(nonce, new byte[0], data, 0, size, sealed, 0);
    byte[] counter = ByteBuffer.allocate(16).put(nonce).putInt(2).array();
    Ran ran =
        openssl(
            "enc",
            "-sm4-ctr",
            "-K",
            HEX.formatHex(key),
            "-iv",
            HEX.formatHex(counter),
            "-in",
            file("data", data).toString());
    assertThat(ran.exit).as(ran.error).isZero();
    assertThat(ran.out).isEqualTo(Arrays.copyOf(sealed, size));
  }

  @Test
  void opensslVerifiesWhatWeSignWithSm2AndWeWhatItSigns() throws Exception {
    KeyPair pair = SignatureAlgorithm.SM2_SM3.newKeyPair();
    String secret = pem("key.pem", "PRIVATE KEY", pair.getPrivate()).toString();
    String open = pem("open.pem", "PUBLIC KEY", pair.getPublic()).toString();
    byte[] data = bytes(500);
    String text = file("data", data).toString();
    String ours = file("ours", SignatureAlgorithm.SM2_SM3.sign(pair.getPrivate(), data)).toString();
    Ran verified =
        openssl("dgst", "-sm3", "-verify", open, "-sigopt", ID, "-signature", ours, text);
    assertThat(verified.exit).as(verified.error).isZero();

    String other = file("other", bytes(500)).toString();
    assertThat(
            openssl("dgst", "-sm3", "-verify", open, "-sigopt", ID, "-signature", ours, other).exit)
        .isNotZero();

    Path theirs = folder.resolve("theirs");
    Ran signed =
        openssl(
            "pkeyutl",
            "-sign",
            "-in",
            text,
            "-inkey",
            secret,
            "-rawin",
            "-digest",
            "sm3",
            "-pkeyopt",
            ID,
            "-out",
            theirs.toString());
    assertThat(signed.exit).as(signed.error).isZero();
    byte[] signature = Files.readAllBytes(theirs);
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(pair.getPublic(), data, signature)).isTrue();
    data[0] ^= 1;
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(pair.getPublic(), data, signature)).isFalse();
  }

  @Test
  void smCryptoDigestsWithSm3Alike() {
    for (int size : new int[] {0, 1, 64, 1000}) {
      byte[] data = bytes(size);
      assertThat(node("sm3", HEX.formatHex(data)))
          .isEqualTo(HEX.formatHex(DigestAlgorithm.SM3.digest(data)));
    }
  }

  @Test
  void smCryptoEncryptsWithSm4Alike() {
    byte[] key = AeadAlgorithm.SM4_GCM.newKey();
    byte[] nonce = bytes(AeadAlgorithm.NONCE);
    byte[] data = bytes(160);
    byte[] sealed = new byte[data.length + AeadAlgorithm.TAG];
    AeadAlgorithm.SM4_GCM.with(key).seal(nonce, new byte[0], data, 0, data.length, sealed, 0);
    ByteBuffer counters = ByteBuffer.allocate(data.length);
    for (int block = 0; block < data.length / 16; block++) {
      counters.put(nonce).putInt(2 + block);
    }
    byte[] stream =
        HEX.parseHex(node("sm4-ecb", HEX.formatHex(key), HEX.formatHex(counters.array())));
    for (int i = 0; i < data.length; i++) {
      assertThat((byte) (sealed[i] ^ stream[i])).isEqualTo(data[i]);
    }
  }

  @Test
  void smCryptoVerifiesWhatWeSignWithSm2AndWeWhatItSigns() throws Exception {
    KeyPair pair = SignatureAlgorithm.SM2_SM3.newKeyPair();
    String open = HEX.formatHex(((ECPublicKey) pair.getPublic()).getQ().getEncoded(false));
    BigInteger secret = ((ECPrivateKey) pair.getPrivate()).getD();
    byte[] data = bytes(300);
    String text = HEX.formatHex(data);
    byte[] ours = SignatureAlgorithm.SM2_SM3.sign(pair.getPrivate(), data);
    assertThat(node("sm2-verify", open, text, HEX.formatHex(ours))).isEqualTo("true");
    assertThat(node("sm2-verify", open, text + "00", HEX.formatHex(ours))).isEqualTo("false");
    byte[] theirs = HEX.parseHex(node("sm2-sign", "%064x".formatted(secret), text));
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(pair.getPublic(), data, theirs)).isTrue();
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(pair.getPublic(), bytes(300), theirs)).isFalse();
  }
}
