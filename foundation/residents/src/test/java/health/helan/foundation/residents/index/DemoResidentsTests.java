package health.helan.foundation.residents.index;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.demo.DemoBundle;
import health.helan.demo.Region;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The made-up region has something to show for the index: docs/guide/demo-region.md. */
class DemoResidentsTests {
  private final Map<String, List<String>> ids = new HashMap<>();
  private final List<Source> sources = new ArrayList<>();

  private void add(DemoBundle bundle) {
    for (JsonNode entry : bundle.tree().path("entry")) {
      JsonNode resource = entry.path("resource");
      if (resource.path("resourceType").asString("").equals("Patient")) {
        String id = "p" + sources.size();
        ids.computeIfAbsent(
                resource.path("name").path(0).path("text").asString(""), _ -> new ArrayList<>())
            .add(id);
        sources.add(IndexForTests.source(id, 1, (ObjectNode) resource));
      }
    }
  }

  private List<String> named(String name) {
    return ids.getOrDefault(name, List.of());
  }

  @Test
  void areLinkedLeftApartOrLeftToPeople() {
    Region region = Region.of(1, 40);
    assertThat(region.secondRecords().json()).isEqualTo(Region.of(1, 40).secondRecords().json());
    Stream.concat(region.bundles(), Stream.of(region.secondRecords())).forEach(this::add);
    try (var index = new IndexForTests()) {
      index.take(sources);
      for (String twice : List.of("王芳", "丁志明")) {
        assertThat(named(twice)).hasSize(2);
        assertThat(index.person(named(twice).getFirst())).as(twice).hasSize(2);
      }
      assertThat(named("马秀兰")).hasSize(2);
      assertThat(reviewed(index, named("马秀兰").get(0), named("马秀兰").get(1))).isTrue();
      assertThat(reviewed(index, named("李雨桐").getFirst(), named("王芳之女").getFirst())).isTrue();
      for (String alone : List.of("何雨欣", "何雨馨", "无名氏")) {
        assertThat(index.person(named(alone).getFirst())).as(alone).hasSize(1);
      }
    }
  }

  private static boolean reviewed(IndexForTests index, String one, String other) {
    return index.rows("select key_id, other_id from resident_review where wanted").stream()
        .anyMatch(row -> row.contains(one + " ") && row.contains(other + " "));
  }
}
