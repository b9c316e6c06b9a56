package health.helan.app.database;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.UnmetDemand;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseDemandsTests {
  private static @Nullable UnmetDemand of(int version, String off, String commit) {
    return UnmetDemand.of(
        version,
        "UTF8",
        off.equals("fsync") ? "off" : "on",
        off.equals("full_page_writes") ? "off" : "on",
        commit);
  }

  private static String refusal(@Nullable UnmetDemand unmet) {
    return String.valueOf(DatabaseDemands.refusal(Objects.requireNonNull(unmet)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {90_624, 130_011, 140_017})
  void refuseAnOldVersionByItsName(int version) {
    assertThat(refusal(of(version, "", "on")))
        .contains("PostgreSQL 15")
        .contains(Integer.toString(version / 10_000));
  }

  @ParameterizedTest
  @ValueSource(ints = {150_000, 160_004, 180_006})
  void takeFifteenAndNewer(int version) {
    assertThat(of(version, "", "on")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "full_page_writes", "synchronous_commit"})
  void refuseWhatWouldLoseRecords(String setting) {
    assertThat(refusal(of(180_006, setting, setting.equals("synchronous_commit") ? "off" : "on")))
        .contains("ALTER SYSTEM SET " + setting + " = on");
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "local", "remote_write", "remote_apply"})
  void takeEveryDurableKindOfCommit(String commit) {
    assertThat(of(180_006, "", commit)).isNull();
  }

  @Test
  void refuseAnotherEncodingThanUtf8() {
    assertThat(refusal(UnmetDemand.of(180_006, "SQL_ASCII", "on", "on", "on")))
        .contains("SQL_ASCII")
        .contains("ENCODING 'UTF8'");
  }
}
