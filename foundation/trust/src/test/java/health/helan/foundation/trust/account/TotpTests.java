package health.helan.foundation.trust.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTests {
  private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

  /** RFC 6238, appendix B, SHA-1. */
  @ParameterizedTest
  @CsvSource({
    "59, 94287082",
    "1111111109, 07081804",
    "1111111111, 14050471",
    "1234567890, 89005924",
    "2000000000, 69279037",
    "20000000000, 65353130"
  })
  void agreesWithTheRfc(long seconds, String code) {
    assertThat(Totp.code(SECRET, seconds / 30, 8)).isEqualTo(code);
  }

  @Test
  void takesTheNeighbouringStepsAndNoOthers() {
    Instant now = Instant.ofEpochSecond(1_234_567_890);
    for (int off : new int[] {-30, 0, 30}) {
      assertThat(Totp.stepOf(SECRET, Totp.code(SECRET, now.plusSeconds(off)), now))
          .isEqualTo((1_234_567_890L + off) / 30);
    }
    assertThat(Totp.stepOf(SECRET, Totp.code(SECRET, now.plusSeconds(60)), now)).isEqualTo(-1);
    assertThat(Totp.stepOf(SECRET, Totp.code(SECRET, now.minusSeconds(60)), now)).isEqualTo(-1);
    assertThat(Totp.stepOf(SECRET, "", now)).isEqualTo(-1);
  }

  @Test
  void isToldToAppsInTheirWords() {
    assertThat(Totp.base32(SECRET)).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assertThat(Totp.address(SECRET, "马秀兰"))
        .isEqualTo(
            "otpauth://totp/Helan%3A%E9%A9%AC%E7%A7%80%E5%85%B0?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Helan");
  }
}
