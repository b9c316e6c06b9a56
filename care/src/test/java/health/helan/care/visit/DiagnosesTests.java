package health.helan.care.visit;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Finding a diagnosis while the resident waits. */
class DiagnosesTests {
  private static final VisitServer SERVER = VisitServer.get();
  private static final Caller DOCTOR = VisitServer.practitioner("d-1", "h-1");

  private static java.util.List<String> find(String words) {
    return SERVER
        .get(
            DOCTOR,
            "$diagnoses?q="
                + java.net.URLEncoder.encode(words, java.nio.charset.StandardCharsets.UTF_8))
        .all("diagnosis")
        .stream()
        .map(one -> one.path("valueCoding").path("code").asString(""))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"I10,I10", "i10,I10", "高血压,I10", "yfxgxy,I10", "gxy,I10", "糖尿病,E11.9", "tnb,E11.9"})
  void goesByCodeByNameAndByFirstLetters(String words, String code) {
    assertThat(find(words)).contains(code).noneMatch(one -> one.contains("-"));
  }

  @Test
  void putsTheCodeThatWasTypedFirst() {
    assertThat(find("I10").getFirst()).isEqualTo("I10");
    assertThat(find("没有这种病")).isEmpty();
  }

  @Test
  void isForClinicians() {
    assertThat(SERVER.get(VisitServer.resident("1"), "$diagnoses?q=I10").status()).isEqualTo(403);
    assertThat(SERVER.get(DOCTOR, "$diagnoses").status()).isEqualTo(400);
  }
}
