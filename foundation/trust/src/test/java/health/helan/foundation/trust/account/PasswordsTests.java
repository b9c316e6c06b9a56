package health.helan.foundation.trust.account;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.trust.account.Passwords.Weakness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordsTests {
  private final Passwords passwords = new Passwords();

  @Test
  void areKeptAsArgon2idWithTheStatedParameters() {
    String kept = passwords.hash("山高月小 水落石出");
    assertThat(kept).matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$.{22}\\$.{43}");
    assertThat(passwords.matches(kept, "山高月小 水落石出")).isTrue();
    assertThat(passwords.matches(kept, "山高月小 水落石出 ")).isFalse();
    assertThat(passwords.hash("山高月小 水落石出")).as("with a salt of its own").isNotEqualTo(kept);
  }

  /** Test vector of RFC 9106's reference implementation for Argon2id, version 1.3. */
  @Test
  void agreeWithTheReferenceImplementation() {
    // argon2 "password" with salt "somesalt", t=2, m=65536, p=1, 32 bytes.
    String kept =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assertThat(passwords.matches(kept, "password")).isTrue();
    assertThat(passwords.matches(kept, "Password")).isFalse();
    assertThat(Passwords.isOutdated(kept)).isTrue();
    assertThat(Passwords.isOutdated(passwords.hash("x"))).isFalse();
  }

  @Test
  void doNotDependOnHowTheKeyboardComposesLetters() {
    assertThat(passwords.matches(passwords.hash("caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301"))
        .isTrue();
  }

  @Test
  void ofNobodyAreNeverRight() {
    assertThat(passwords.matches(null, "")).isFalse();
    assertThat(passwords.matches(null, "anything at all")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password123", "P@ssw0rd2026", "1234567890", "qwertyuiop", "1qaz2wsx3edc", "aaaaaaaaaaaa",
        "woaini1314520", "19580312195803", "13800138000a", "Yinchuan2026!", "abababababab",
            "admin@123456"
      })
  void thatManyPeopleUseAreNotTaken(String password) {
    assertThat(Passwords.weakness(password, false, List.of())).isEqualTo(Weakness.COMMON);
  }

  @Test
  void areNotShortLongOrOnesOwnNumber() {
    assertThat(Passwords.weakness("bT7#kq9", false, List.of())).isEqualTo(Weakness.TOO_SHORT);
    assertThat(Passwords.weakness("river stone", true, List.of())).isEqualTo(Weakness.TOO_SHORT);
    assertThat(Passwords.weakness("x9 ".repeat(60), false, List.of())).isEqualTo(Weakness.TOO_LONG);
    assertThat(Passwords.weakness("river 03120002 stone", false, List.of("649100195803120002")))
        .isEqualTo(Weakness.PERSONAL);
    assertThat(Passwords.weakness("river stone moss", true, List.of("649100195803120002")))
        .isNull();
    assertThat(Passwords.weakness("贺兰山下阴云布江水潮", false, List.of("马秀兰"))).isNull();
  }
}
