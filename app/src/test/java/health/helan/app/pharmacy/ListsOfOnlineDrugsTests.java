package health.helan.app.pharmacy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.visit.rules.OnlineDrugs;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What is never prescribed on line is one list, whoever asks: what the visit lets pass and the
 * review forbids leaves a doctor no way out.
 */
class ListsOfOnlineDrugsTests {
  private static Set<String> codes(String file, String rule, String member) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ListsOfOnlineDrugsTests.class.getResourceAsStream(file))) {
      JsonNode rules = Json.MAPPER.readTree(in);
      for (JsonNode one : rules.isArray() ? rules : rules.path("rules")) {
        if (one.path("rule").asString("").equals(rule)) {
          var all = new TreeSet<String>();
          one.path("with").path(member).forEach(code -> all.add(code.asString("")));
          return all;
        }
      }
    }
    throw new AssertionError("no " + rule + " in " + file);
  }

  @Test
  void areOne() throws IOException {
    Set<String> supervised = codes("/supervision/rules.json", "excluded-drug", "groups");
    assertThat(supervised).hasSizeGreaterThan(60);
    assertThat(codes("/review/rules.json", "online-excluded", "atc")).isEqualTo(supervised);
    assertThat(OnlineDrugs.Controlled.GROUPS).isEqualTo(supervised);
  }
}
