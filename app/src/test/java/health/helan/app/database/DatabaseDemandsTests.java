package health.helan.app.database;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.StartRefused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseDemandsTests {
  @ParameterizedTest
  @ValueSource(ints = {90_624, 130_011, 140_017})
  void refuseAnOldVersionByItsName(int version) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> DatabaseDemands.checkVersion(version))
        .withMessageContaining("PostgreSQL 15")
        .withMessageContaining(Integer.toString(version / 10_000));
  }

  @ParameterizedTest
  @ValueSource(ints = {150_000, 160_004, 180_006})
  void takeFifteenAndNewer(int version) {
    assertThatCode(() -> DatabaseDemands.checkVersion(version)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "full_page_writes", "synchronous_commit"})
  void refuseWhatWouldLoseRecords(String setting) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> DatabaseDemands.checkSwitch(setting, "off"))
        .withMessageContaining("ALTER SYSTEM SET " + setting + " = on");
  }

  @Test
  void takeEveryDurableKindOfCommit() {
    assertThatCode(() -> DatabaseDemands.checkSwitch("synchronous_commit", "remote_apply"))
        .doesNotThrowAnyException();
  }
}
