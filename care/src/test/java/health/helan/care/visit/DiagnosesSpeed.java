package health.helan.care.visit;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long a diagnosis is searched for: {@code mvn … -Dtest=DiagnosesSpeed}. A table of the size of
 * the national edition, with made-up names, by HTTP on one connection; target: 50 ms at the 95th
 * percentile.
 */
class DiagnosesSpeed {
  private static final VisitServer SERVER = VisitServer.get();
  private static final int CODES = 33_000;
  private static final int ROUNDS = 400;
  private static final String[] PARTS = {
    "急性", "慢性", "原发性", "继发性", "高血压", "糖尿病", "肺", "肝", "肾", "胃", "心", "脑", "炎", "癌", "囊肿", "结石",
    "出血", "梗死", "综合征", "伴", "感染", "并发症", "左侧", "右侧", "双侧", "良性", "恶性", "肿瘤", "骨折", "损伤"
  };

  @Test
  void measure() {
    var random = new Random(7);
    ObjectNode system = Json.MAPPER.createObjectNode().put("resourceType", "CodeSystem");
    system.put("url", Diagnoses.ICD_10).put("version", "speed").put("name", "Speed");
    system.put("status", "active").put("content", "complete").put("caseSensitive", true);
    system.put("valueSet", "https://helan.health/fhir/ValueSet/icd-10");
    ArrayNode concepts = system.putArray("concept");
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < CODES; i++) {
      var name = new StringBuilder();
      for (int parts = 3 + random.nextInt(3); parts > 0; parts--) {
        name.append(PARTS[random.nextInt(PARTS.length)]);
      }
      String code =
          "%c%02d.%03d"
              .formatted((char) ('A' + i / 1_300), i / 13 % 100, i % 13 * 70 + random.nextInt(70));
      concepts.addObject().put("code", code + "x" + i).put("display", name.toString());
      if (random.nextInt(CODES) < ROUNDS) {
        String initials =
            health.helan.foundation.terminology.engine.SearchText.initials(name.toString());
        asked.add(code.substring(0, 3 + random.nextInt(3)));
        asked.add(name.substring(0, Math.min(name.length(), 2 + random.nextInt(4))));
        asked.add(initials.substring(0, Math.min(initials.length(), 2 + random.nextInt(4))));
      }
    }
    Reply stored = SERVER.send(VisitServer.ROOT, "POST", "CodeSystem", system.toString());
    if (stored.status() != 201) {
      throw new AssertionError(stored.status() + " " + stored.text());
    }
    Caller doctor = VisitServer.practitioner("d-1", "h-1");
    for (int round = 0; round < 2; round++) {
      long[] nanos = new long[asked.size()];
      int found = 0;
      for (int i = 0; i < nanos.length; i++) {
        String path = "$diagnoses?q=" + URLEncoder.encode(asked.get(i), StandardCharsets.UTF_8);
        long start = System.nanoTime();
        found += SERVER.get(doctor, path).all("diagnosis").size();
        nanos[i] = System.nanoTime() - start;
      }
      Arrays.sort(nanos);
      System.out.printf(
          Locale.ROOT,
          "diagnoses round %d: %d searches, %d found, p50 %.1f ms, p95 %.1f ms, max %.1f ms%n",
          round,
          nanos.length,
          found,
          nanos[nanos.length / 2] / 1e6,
          nanos[nanos.length * 95 / 100] / 1e6,
          nanos[nanos.length - 1] / 1e6);
    }
  }
}
