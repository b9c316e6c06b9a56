package health.helan.foundation.store.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * HL7's R4 examples, which are not part of the repository: {@code
 * ../shared/data/fhir-r4-examples.zip} seen from its root.
 */
final class OfficialExamples {
  /** Examples with real faults, each with what ours must find there. */
  static final Map<String, String> FAULTY =
      Map.of(
          // DeviceMetric.parent is a Device.
          "DeviceMetric-example.json", "reference.target",
          // A reason that is a Procedure.
          "DeviceUseStatement-example.json", "reference.target",
          // "urn:oid:X.Y.Z"
          "Library-zika-virus-intervention-logic.json", "format.uri",
          // DispenseRequest.performer is an Organization.
          "MedicationRequest-medrx0301.json", "reference.target");

  private OfficialExamples() {}

  record Example(String name, String json) {}

  /** All, by name; the test is skipped where they are not at hand. */
  static List<Example> all() throws IOException {
    Path zip = find();
    if (zip == null) {
      throw new TestAbortedException(
          "skipped: no ../shared/data/fhir-r4-examples.zip beside the repository or above");
    }
    List<Example> examples = new ArrayList<>();
    try (var file = new ZipFile(zip.toFile())) {
      for (ZipEntry entry :
          file.stream().sorted(java.util.Comparator.comparing(ZipEntry::getName)).toList()) {
        if (entry.getName().endsWith(".json")) {
          try (var in = file.getInputStream(entry)) {
            String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
            examples.add(new Example(name, new String(in.readAllBytes(), UTF_8)));
          }
        }
      }
    }
    return examples;
  }

  private static @Nullable Path find() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path zip = at.resolve("shared/data/fhir-r4-examples.zip");
      if (Files.exists(zip)) {
        return zip;
      }
    }
    return null;
  }
}
