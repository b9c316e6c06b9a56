package health.helan.foundation.residents.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.EncodeHintType;
import com.google.zxing.LuminanceSource;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The text of a code, without a platform. */
class CodeTests {
  @Test
  void isReadBackAsItWasWritten() throws Exception {
    var random = new Random(5);
    var keys = SignatureAlgorithm.SM2_SM3.newKeyPair();
    for (int i = 0; i < 200; i++) {
      byte[] block = new byte[16];
      random.nextBytes(block);
      Instant issued = Instant.ofEpochSecond(random.nextLong(1L << 32));
      byte[] signed = Code.signed(Code.Kind.DYNAMIC, 640_000, i * 300, issued, 255, block);
      byte[] der = SignatureAlgorithm.SM2_SM3.sign(keys.getPrivate(), signed);
      var code = new Code(Code.Kind.DYNAMIC, 640_000, i * 300, issued, 255, block, Code.raw(der));
      Code read = Code.parse(code.text());
      assertThat(read.text()).isEqualTo(code.text()).hasSize(142);
      assertThat(read.issued()).isEqualTo(issued);
      assertThat(read.key()).isEqualTo(i * 300);
      assertThat(Code.der(read.signature())).isEqualTo(der);
      assertThat(
              SignatureAlgorithm.SM2_SM3.verifies(
                  keys.getPublic(), read.signed(), Code.der(read.signature())))
          .isTrue();
    }
  }

  @Test
  void fitsAQrCodeOfVersion6AtErrorCorrectionMAndIsScannedFromIt() throws Exception {
    byte[] block = new byte[16];
    byte[] signature = new byte[64];
    new Random(3).nextBytes(signature);
    String text =
        new Code(Code.Kind.DYNAMIC, 640_000, 1, Instant.EPOCH, 60, block, signature).text();
    BitMatrix dots =
        new QRCodeWriter()
            .encode(
                text,
                BarcodeFormat.QR_CODE,
                0,
                0,
                Map.of(
                    EncodeHintType.ERROR_CORRECTION,
                    ErrorCorrectionLevel.M,
                    EncodeHintType.MARGIN,
                    4));
    assertThat(dots.getWidth()).as("41 dots and the quiet zone").isEqualTo(41 + 8);
    BitMatrix large =
        new QRCodeWriter()
            .encode(
                text,
                BarcodeFormat.QR_CODE,
                294,
                294,
                Map.of(EncodeHintType.ERROR_CORRECTION, ErrorCorrectionLevel.M));
    var picture =
        new LuminanceSource(large.getWidth(), large.getHeight()) {
          @Override
          public byte[] getRow(int y, byte[] row) {
            byte[] out = row != null && row.length >= getWidth() ? row : new byte[getWidth()];
            for (int x = 0; x < getWidth(); x++) {
              out[x] = (byte) (large.get(x, y) ? 0 : 255);
            }
            return out;
          }

          @Override
          public byte[] getMatrix() {
            byte[] all = new byte[getWidth() * getHeight()];
            for (int y = 0; y < getHeight(); y++) {
              System.arraycopy(getRow(y, new byte[0]), 0, all, y * getWidth(), getWidth());
            }
            return all;
          }
        };
    assertThat(new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(picture))).getText())
        .isEqualTo(text);
  }

  @Test
  void isBase45AsTheStandardHasIt() {
    // RFC 9285, 4.3 and 4.4.
    assertThat(Base45.encode("AB".getBytes())).isEqualTo("BB8");
    assertThat(Base45.encode("Hello!!".getBytes())).isEqualTo("%69 VD92EX0");
    assertThat(Base45.encode("base-45".getBytes())).isEqualTo("UJCLQE7W581");
    assertThat(new String(Base45.decode("QED8WEX0"))).isEqualTo("ietf!");
    for (String wrong : new String[] {"GGW", ":::", "A", "ab0", "0A!"}) {
      assertThatThrownBy(() -> Base45.decode(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void hasNumbersThatCheckThemselves() {
    String number = CardNumber.next(640_000);
    assertThat(CardNumber.isValid(number)).isTrue();
    for (int i = 0; i < 18; i++) {
      if (i != 6) {
        char other = number.charAt(i) == '5' ? '6' : '5';
        assertThat(CardNumber.isValid(number.substring(0, i) + other + number.substring(i + 1)))
            .isFalse();
      }
    }
  }

  @Test
  void areVerifiedByTheVeryAlgorithmsThatVerifyTheAudit() throws Exception {
    String first =
        "// ------------------------------------------------------------------ SM3 (GM/T 0004-2012)";
    String codes = java.nio.file.Files.readString(tool("HealthCodeVerifier.java"));
    String audit = java.nio.file.Files.readString(tool("AuditVerifier.java"));
    assertThat(codes).contains(first).contains("SM2 (GM/T 0003-2012)", "X.509", "RFC 8259");
    // Each is one file that somebody reads whole and runs alone; so what they share stands in both,
    // and what is mended in one has to be mended in the other.
    assertThat(codes.substring(codes.indexOf(first)))
        .isEqualTo(audit.substring(audit.indexOf(first)));
  }

  private static java.nio.file.Path tool(String name) {
    return java.nio.file.Path.of("..", "..", "tools", name);
  }
}
