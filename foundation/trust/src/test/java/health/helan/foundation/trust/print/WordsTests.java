package health.helan.foundation.trust.print;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import health.helan.foundation.store.Json;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FHIR's data types as they are read on paper. */
class WordsTests {
  private static List<String> read(String div) {
    return Words.narrative(Json.MAPPER.createObjectNode().put("div", div));
  }

  @Test
  void aNarrativeIsReadByItsParagraphs() {
    assertThat(
            read(
                "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class=\"a\">一<b>二</b></p><BR/>\n<p>1 &lt; 2</p></div>"))
        .containsExactly("一二", "1 < 2");
  }

  /** The store looks at the outermost tag alone. */
  @ParameterizedTest
  @ValueSource(strings = {"<", "<br", "<style>", "<script ", "</td", "&lt;"})
  void aNarrativeWhoseTagsNeverEndIsReadInNoTime(String piece) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> read("<div>" + piece.repeat(400_000) + "</div>"));
  }
}
