package health.helan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchOptionsTests {
  private static BenchOptions parse(String... words) {
    return BenchOptions.parse(List.of(words), Map.of());
  }

  @Test
  void theUsualIsThreeRunsOfGeneratedData() {
    BenchOptions options = parse("--db", "jdbc:postgresql://localhost:5432/");
    assertThat(options.runs()).isEqualTo(3);
    assertThat(options.data()).isNull();
    assertThat(options.growth()).isEmpty();
  }

  @Test
  void theDatabaseMayComeFromTheEnvironment() {
    BenchOptions options =
        BenchOptions.parse(List.of(), Map.of("HELAN_DB_URL", "u", "HELAN_DB_PASSWORD", "p"));
    assertThat(options.dbUrl()).isEqualTo("u");
    assertThat(options.dbPassword()).isEqualTo("p");
  }

  @Test
  void sizesOfGrowthAscend() {
    assertThat(parse("--db", "u", "--growth", "1000000,100000").growth())
        .containsExactly(100_000L, 1_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "--runs,x,'--runs takes a whole number from 0 on, not x.'",
    "--bundles,0,'--bundles takes a whole number from 1 on, not 0.'",
    "--growth,many,'--growth takes numbers of resources such as 100000,1000000, not many.'",
    "--speed,9,'Unknown option --speed: see ./helan bench --help.'",
  })
  void badInputGetsASentence(String name, String value, String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("--db", "u", name, value))
        .withMessage(sentence);
  }

  @Test
  void anOptionWithoutItsValueIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("--db"))
        .withMessage("--db needs a value.");
  }
}
