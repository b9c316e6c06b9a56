package health.helan.foundation.store.validation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

class OfficialExamplesTests {
  @Test
  void passButForTheFaultyOnes() throws IOException {
    List<OfficialExamples.Example> examples = OfficialExamples.all();
    assertThat(examples).hasSizeGreaterThan(400);
    var softly = new SoftAssertions();
    for (OfficialExamples.Example example : examples) {
      List<Issue> issues =
          Validator.get().validate(Json.MAPPER.readTree(example.json()), Options.STORED);
      String fault = OfficialExamples.FAULTY.get(example.name());
      if (fault == null) {
        softly.assertThat(issues).as(example.name()).isEmpty();
      } else {
        softly.assertThat(issues).as(example.name()).isNotEmpty();
        softly
            .assertThat(issues)
            .as(example.name())
            .allMatch(issue -> issue.messageKey().equals(fault));
      }
    }
    softly.assertAll();
  }
}
