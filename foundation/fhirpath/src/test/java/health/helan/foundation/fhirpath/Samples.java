package health.helan.foundation.fhirpath;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Resources for tests: a few of our own, and HL7's examples where this machine has them. */
final class Samples {
  static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final List<String> OWN =
      List.of("patient", "observation", "condition", "medication-request", "bundle");

  private Samples() {}

  static JsonNode own(String name) {
    try (InputStream in = Samples.class.getResourceAsStream("/samples/" + name + ".json")) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Our own resources, by name. */
  static Map<String, JsonNode> own() {
    var samples = new LinkedHashMap<String, JsonNode>();
    for (String name : OWN) {
      samples.put(name, own(name));
    }
    return samples;
  }

  /** HL7's examples for R4, by file name; empty, with a loud word, where they are not at hand. */
  static Map<String, JsonNode> official() throws IOException {
    var samples = new LinkedHashMap<String, JsonNode>();
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path zip = at.resolve("shared/data/fhir-r4-examples.zip");
      if (Files.exists(zip)) {
        try (var file = new ZipFile(zip.toFile())) {
          var entries = file.entries();
          while (entries.hasMoreElements()) {
            var entry = entries.nextElement();
            if (entry.getName().endsWith(".json")) {
              samples.put(entry.getName(), JSON.readTree(file.getInputStream(entry)));
            }
          }
        }
        return samples;
      }
    }
    System.err.println(
        "SKIPPED: no shared/data/fhir-r4-examples.zip above this folder,"
            + " so the engine is compared on our own samples alone");
    return samples;
  }
}
