package health.helan.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityNumberTests {
  /** The example that GB 11643-1999 itself prints, and one whose check character is X. */
  @Test
  void endsWithTheCheckCharacterOfTheStandard() {
    assertThat(IdentityNumber.of(110105, LocalDate.of(1949, 12, 31), 2))
        .isEqualTo("11010519491231002X");
    assertThat(IdentityNumber.of(440524, LocalDate.of(1880, 1, 1), 1))
        .isEqualTo("440524188001010014");
    assertThat(IdentityNumber.isValid("11010519491231002X")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "110105194912310021", // wrong check digit
        "11010519490231002X", // no such day
        "11010519491231002x",
        "1101051949123100",
        "１１010519491231002X",
        ""
      })
  void isRefusedWhenAnythingIsWrong(String number) {
    assertThat(IdentityNumber.isValid(number)).isFalse();
  }

  @Test
  void cannotBeMadeOfPartsOutOfRange() {
    LocalDate day = LocalDate.of(2000, 1, 1);
    assertThatIllegalArgumentException().isThrownBy(() -> IdentityNumber.of(64, day, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> IdentityNumber.of(649100, day, 1000));
  }
}
