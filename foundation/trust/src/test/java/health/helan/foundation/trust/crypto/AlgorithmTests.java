package health.helan.foundation.trust.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Security;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.spec.ECPublicKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The algorithms against published values. Those of GM/T 0003.5 (annex A), GM/T 0004 (annex A) and
 * RFC 8998 (appendix A.1) were not read in the standards themselves, but as several independent
 * public implementations quote them as their test vectors.
 */
class AlgorithmTests {
  static final HexFormat HEX = HexFormat.of();

  static byte[] hex(String text) {
    return HEX.parseHex(text.replaceAll("\\s", "").toLowerCase(java.util.Locale.ROOT));
  }

  @ParameterizedTest
  @CsvSource({
    "SM3, abc, 66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    "SM3, abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd, debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    "SM3, '', 1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
    "SHA_256, abc, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  })
  void digestsAsPublished(DigestAlgorithm algorithm, String text, String digest) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(HEX.formatHex(algorithm.digest(bytes))).isEqualTo(digest);
    int half = bytes.length / 2;
    assertThat(
            HEX.formatHex(
                algorithm.digest(
                    Arrays.copyOf(bytes, half), Arrays.copyOfRange(bytes, half, bytes.length))))
        .isEqualTo(digest);
  }

  @Test
  void encryptsWithSm4GcmAsInRfc8998() {
    byte[] key = hex("0123456789ABCDEFFEDCBA9876543210");
    byte[] nonce = hex("00001234567800000000ABCD");
    byte[] bound = hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
    byte[] plain =
        hex(
            """
            AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD
            EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA""");
    byte[] sealed =
        hex(
            """
            17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735
            D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D
            83DE3541E4C2B58177E065A9BF7B62EC""");
    Aead aead = AeadAlgorithm.SM4_GCM.with(key);
    byte[] out = new byte[plain.length + AeadAlgorithm.TAG];
    aead.seal(nonce, bound, plain, 0, plain.length, out, 0);
    assertThat(out).isEqualTo(sealed);
    assertThat(aead.open(nonce, bound, sealed, 0, sealed.length)).isEqualTo(plain);
  }

  @Test
  void verifiesTheSignatureOfGmt0003() throws Exception {
    var curve = ECNamedCurveTable.getParameterSpec("sm2p256v1");
    PublicKey key =
        KeyFactory.getInstance("EC", BouncyCastle.PROVIDER)
            .generatePublic(
                new ECPublicKeySpec(
                    curve
                        .getCurve()
                        .createPoint(
                            new BigInteger(
                                "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020",
                                16),
                            new BigInteger(
                                "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13",
                                16)),
                    curve));
    byte[] signature =
        der(
            "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3",
            "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA");
    byte[] message = "message digest".getBytes(StandardCharsets.US_ASCII);
    assertThat(SignatureAlgorithm.of(key)).isEqualTo(SignatureAlgorithm.SM2_SM3);
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(key, message, signature)).isTrue();
    message[0] ^= 1;
    assertThat(SignatureAlgorithm.SM2_SM3.verifies(key, message, signature)).isFalse();
  }

  private static byte[] der(String r, String s) throws IOException {
    var both = new ASN1EncodableVector();
    both.add(new ASN1Integer(new BigInteger(r, 16)));
    both.add(new ASN1Integer(new BigInteger(s, 16)));
    return new DERSequence(both).getEncoded();
  }

  @ParameterizedTest
  @EnumSource
  void signsAndVerifies(SignatureAlgorithm algorithm) throws Exception {
    KeyPair pair = algorithm.newKeyPair();
    byte[] data = "贺兰".getBytes(StandardCharsets.UTF_8);
    byte[] signature = algorithm.sign(pair.getPrivate(), data);
    assertThat(SignatureAlgorithm.of(pair.getPublic())).isEqualTo(algorithm);
    assertThat(SignatureAlgorithm.of(pair.getPrivate())).isEqualTo(algorithm);
    assertThat(algorithm.verifies(pair.getPublic(), data, signature)).isTrue();
    assertThat(algorithm.verifies(algorithm.newKeyPair().getPublic(), data, signature)).isFalse();
    assertThat(algorithm.verifies(pair.getPublic(), new byte[0], signature)).isFalse();
    assertThat(algorithm.verifies(pair.getPublic(), data, new byte[0])).isFalse();
    signature[signature.length - 1] ^= 1;
    assertThat(algorithm.verifies(pair.getPublic(), data, signature)).isFalse();
    for (SignatureAlgorithm other : SignatureAlgorithm.values()) {
      if (other != algorithm) {
        assertThat(other.verifies(pair.getPublic(), data, algorithm.sign(pair.getPrivate(), data)))
            .isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void opensNothingThatWasAltered(AeadAlgorithm algorithm) {
    Aead aead = algorithm.with(algorithm.newKey());
    var nonces = new Nonces();
    byte[] bound = {1, 2, 3};
    for (int size : new int[] {0, 1, 15, 16, 17, 1000}) {
      byte[] plain = new byte[size];
      Arrays.fill(plain, (byte) 5);
      byte[] sealed = aead.sealWithNonce(nonces.next(), bound, plain);
      assertThat(aead.openWithNonce(bound, sealed)).isEqualTo(plain);
      for (int at = 0; at < sealed.length; at++) {
        sealed[at] ^= 1;
        assertBroken(aead, bound, sealed);
        sealed[at] ^= 1;
      }
      assertBroken(aead, new byte[] {1, 2}, sealed);
      assertBroken(aead, bound, Arrays.copyOf(sealed, sealed.length - 1));
      assertBroken(aead, bound, Arrays.copyOf(sealed, 5));
      assertBroken(algorithm.with(algorithm.newKey()), bound, sealed);
      assertThat(aead.openWithNonce(bound, sealed)).isEqualTo(plain);
    }
  }

  private static void assertBroken(Aead aead, byte[] bound, byte[] sealed) {
    assertThatExceptionOfType(Aead.Broken.class)
        .isThrownBy(() -> aead.openWithNonce(bound, sealed));
  }

  @ParameterizedTest
  @EnumSource
  void servesManyThreadsWithOneKey(AeadAlgorithm algorithm) throws Exception {
    Aead aead = algorithm.with(algorithm.newKey());
    var nonces = new Nonces();
    var seen = ConcurrentHashMap.<String>newKeySet();
    try (var threads = Executors.newFixedThreadPool(8)) {
      var all = new java.util.ArrayList<java.util.concurrent.Future<?>>();
      for (int i = 0; i < 200; i++) {
        byte[] plain = new byte[i * 7];
        Arrays.fill(plain, (byte) i);
        all.add(
            threads.submit(
                () -> {
                  byte[] nonce = nonces.next();
                  assertThat(seen.add(HEX.formatHex(nonce))).isTrue();
                  assertThat(
                          aead.openWithNonce(
                              new byte[0], aead.sealWithNonce(nonce, new byte[0], plain)))
                      .isEqualTo(plain);
                }));
      }
      for (var one : all) {
        one.get();
      }
    }
  }

  @Test
  void drawsNewNoncesWhenTheCounterIsUsedUp() {
    var nonces = new Nonces((1L << 32) - 3);
    var seen = new HashSet<String>();
    var heads = new HashSet<String>();
    for (int i = 0; i < 6; i++) {
      String nonce = HEX.formatHex(nonces.next());
      assertThat(seen.add(nonce)).isTrue();
      heads.add(nonce.substring(0, 16));
    }
    assertThat(heads).hasSize(2);
  }

  @Test
  void leavesTheProvidersOfTheJvmAlone() {
    assertThat(BouncyCastle.PROVIDER.getName()).isEqualTo("BC");
    assertThat(Security.getProvider("BC")).isNull();
  }
}
