package health.helan.app.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Whoever meets a code of ours finds what it means: each code system and value set that the sources
 * name comes with the integrators' package.
 */
class ShippedCodesTests {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAMED =
      Pattern.compile(
          "(?:helan\\.health/fhir/|OWN \\+ \"|OURS \\+ \")((?:CodeSystem|ValueSet)/[a-z0-9-]*[a-z0-9])\\b");

  /** National tables: operators load them, with their definition (docs/guide/terminology.md). */
  private static final Set<String> LOADED =
      Set.of(
          "ValueSet/gbt2261-2-marital-status",
          "ValueSet/gbt3304-ethnic-group",
          "ValueSet/icd-10",
          "ValueSet/icd-9-cm-3",
          "ValueSet/loinc-subset");

  private static Stream<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String part : List.of("foundation", "care", "pharmacy", "oversight", "app", "web/src")) {
      try (Stream<Path> all = Files.walk(ROOT.resolve(part))) {
        all.filter(path -> path.toString().matches(".*\\.(java|ts|tsx)"))
            .filter(
                path ->
                    path.toString().contains("src/main/")
                        || path.toString().contains("web/src")
                            && !path.toString().matches(".*\\.test\\.tsx?"))
            .forEach(found::add);
      }
    }
    return found.stream();
  }

  private static Map<String, JsonNode> shipped() throws IOException {
    Map<String, JsonNode> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(ROOT, 8)) {
      for (Path list :
          all.filter(path -> path.endsWith("src/main/resources/fhir/package.list")).toList()) {
        for (String line : Files.readAllLines(list)) {
          if (!line.isBlank() && !line.startsWith("#")) {
            JsonNode resource =
                Json.MAPPER.readTree(
                    Files.readAllBytes(list.resolveSibling("..").resolve(line.strip())));
            found.put(
                resource.path("url").asString("").replace("https://helan.health/fhir/", ""),
                resource);
          }
        }
      }
    }
    return found;
  }

  @Test
  void defineEachThatTheSourcesName() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path source : sources().toList()) {
      NAMED.matcher(Files.readString(source)).results().forEach(hit -> named.add(hit.group(1)));
    }
    named.removeAll(LOADED);
    // The demo region's own codes come with it, and mean nothing elsewhere.
    named.removeIf(one -> one.startsWith("CodeSystem/demo-"));
    assertThat(named).hasSizeGreaterThan(40).isSubsetOf(shipped().keySet());
  }

  @Test
  void sayWhatTheirCodesMean() throws IOException {
    shipped()
        .forEach(
            (url, system) -> {
              JsonNode concepts = system.path("concept");
              if (system.path("content").asString("").equals("complete")) {
                assertThat(system.path("count").asInt(0)).as(url).isEqualTo(concepts.size());
                for (JsonNode concept : concepts) {
                  assertThat(concept.path("display").asString("")).as(url).isNotEmpty();
                  assertThat(concept.path("designation").path(0).path("language").asString(""))
                      .as(url + " " + concept.path("code").asString(""))
                      .isEqualTo("en");
                }
              }
            });
  }
}
