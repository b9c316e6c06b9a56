package health.helan.bench.residents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.helan.foundation.residents.match.Candidates;
import health.helan.foundation.residents.match.Learning;
import health.helan.foundation.residents.match.Matcher;
import health.helan.foundation.residents.match.Model;
import health.helan.foundation.residents.match.Traits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Floors a little below what docs/guide/residents-matching.md says was measured. */
class TellingResidentsApartTests {
  private static final LabelledSet SET = LabelledSet.generated(3, 1000);

  @Test
  void theShippedModelLinksRegistersThatErr() {
    Model shipped = Model.shipped();
    Linkage linkage = new Linkage(SET, shipped.withPopulation(SET.records().size()));
    assertThat(SET.records().size()).isGreaterThan(4500);
    assertThat(linkage.pairRecall()).isGreaterThan(0.993);
    Linkage.Quality quality = linkage.clustered(shipped.sameFrom(), -1);
    assertThat(quality.precision()).isGreaterThan(0.998);
    assertThat(quality.f1()).isGreaterThan(0.988);
  }

  @Test
  void aModelIsLearntWithoutAnybodySayingWhoIsWho() {
    Linkage linkage = new Linkage(SET, new Learning(SET.records(), 1).learn("test"));
    assertThat(linkage.clustered(Model.shipped().sameFrom(), -1).f1()).isGreaterThan(0.985);
  }

  @Test
  void whoIsNamedFirstMakesNoDifference() {
    Matcher matcher = new Matcher(Model.shipped());
    for (long pair : Candidates.of(SET.records(), 100)) {
      Traits a = SET.records().get(Linkage.a(pair));
      Traits b = SET.records().get(Linkage.b(pair));
      assertThat(matcher.compare(a, b)).isEqualTo(matcher.compare(b, a));
    }
  }

  @Test
  void aThirdOfTheRecordsErrAndATenthHaveNoNumber() {
    double err = SET.errors().stream().filter(each -> !each.isEmpty()).count();
    double unnumbered = SET.records().stream().filter(each -> each.numbers().isEmpty()).count();
    assertThat(err / SET.records().size()).isGreaterThan(0.3);
    assertThat(unnumbered / SET.records().size()).isGreaterThan(0.1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theFebrlSetsAreLinked(int number) throws IOException {
    Path file = Path.of("../../shared/data/febrl/dataset" + number + ".csv");
    assumeTrue(Files.exists(file), "SKIPPED: the Febrl sets are not beside the project");
    LabelledSet set = LabelledSet.febrl(file, "Febrl " + number);
    Linkage linkage = new Linkage(set, new Learning(set.records(), 1).learn("febrl"));
    double threshold = linkage.chooseThreshold(0);
    assertThat(linkage.clustered(threshold, 1).f1()).isGreaterThan(0.99);
  }
}
