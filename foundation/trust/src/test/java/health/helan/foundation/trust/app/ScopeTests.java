package health.helan.foundation.trust.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTests {
  @ParameterizedTest
  @CsvSource({
    "patient/Observation.rs, patient/Observation.rs",
    "user/*.cruds, user/*.cruds",
    "system/Patient.read, system/Patient.rs",
    "patient/Condition.write, patient/Condition.cud",
    "patient/*.*, patient/*.cruds",
    "patient/Observation.rs?category=laboratory, patient/Observation.rs?category=laboratory"
  })
  void areReadInBothVersions(String text, String meaning) {
    assertThat(Objects.requireNonNull(Scope.parse(text))).hasToString(meaning);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "patient/Observation",
        "patient/Observation.",
        "patient/Observation.sr",
        "patient/observation.r",
        "practitioner/Observation.r",
        "patient/*.x",
        "openid",
        "patient/Observation.rs?",
        "patient/Observation.rs? a=b"
      })
  void areRefusedInOtherForms(String text) {
    assertThat(Scope.parse(text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "patient/*.rs, patient/Observation.r, true",
    "patient/*.rs, patient/Observation.read, true",
    "patient/*.rs, patient/Observation.u, false",
    "patient/*.rs, user/Observation.r, false",
    "patient/Observation.rs, patient/*.rs, false",
    "patient/Observation.rs, patient/Condition.r, false",
    "patient/Observation.rs?category=laboratory, patient/Observation.rs, false",
    "patient/Observation.rs, patient/Observation.rs?category=laboratory, true",
    "openid, openid, true",
    "openid, fhirUser, false"
  })
  void areHeldWithinWhatWasRegistered(String allowed, String asked, boolean within) {
    assertThat(Scope.isWithin(List.of(allowed), asked)).isEqualTo(within);
  }

  @Test
  void allowInCommonWhatBothAllow() {
    assertThat(Scope.common(Set.of("system/*.cruds"), List.of("system/*.cruds")))
        .containsExactly("system/*.cruds");
    assertThat(Scope.common(Set.of("system/*.cruds"), List.of("system/Observation.rs")))
        .containsExactly("system/Observation.rs");
    assertThat(Scope.common(Set.of("system/Patient.read"), List.of("system/*.cud", "system/*.s")))
        .containsExactly("system/Patient.s");
    assertThat(Scope.common(Set.of("system/Patient.rs"), List.of("system/Observation.rs")))
        .isEmpty();
    assertThat(Scope.common(Set.of("user/*.rs"), List.of("system/*.rs"))).isEmpty();
    assertThat(
            Scope.common(
                Set.of("system/Observation.rs"),
                List.of("system/Observation.rs?category=laboratory")))
        .containsExactly("system/Observation.rs?category=laboratory");
    assertThat(
            Scope.common(
                Set.of("system/Observation.rs?category=vital-signs"),
                List.of("system/Observation.rs?category=laboratory")))
        .isEmpty();
  }
}
