package health.helan.app.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.StartRefused;
import health.helan.foundation.store.Retention;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionSettingTests {
  @Test
  void nothingSetMeansTheDefault() {
    assertThat(FhirDoor.retention(null, " ")).isEqualTo(Retention.DEFAULT);
  }

  @Test
  void daysAreTakenAsSaid() {
    Retention retention = FhirDoor.retention("90", "14");
    assertThat(retention.changes()).isEqualTo(Duration.ofDays(90));
    assertThat(retention.answers()).isEqualTo(Duration.ofDays(14));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "ten", "1.5", "100000"})
  void whatIsNoNumberOfDaysIsRefused(String days) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> FhirDoor.retention(days, null))
        .withMessageContaining("HELAN_KEEP_CHANGES_DAYS");
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> FhirDoor.retention(null, days))
        .withMessageContaining("HELAN_KEEP_ANSWERS_DAYS");
  }
}
