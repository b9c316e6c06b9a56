package health.helan.foundation.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.helan.foundation.store.Json;
import health.helan.foundation.terminology.TerminologyServer.Reply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * HL7's examples of terminology resources are taken and can be asked. They lie beside the project,
 * not in it; the test says so where they are not there.
 */
class OfficialExamplesTests {
  private static final TerminologyServer SERVER = TerminologyServer.get();

  private static Path examples() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null) {
      Path zip = folder.resolve("shared/data/fhir-r4-examples.zip");
      if (Files.isReadable(zip)) {
        return zip;
      }
      folder = folder.getParent();
    }
    return Path.of("absent");
  }

  @Test
  void areTakenAndCanBeAsked() throws Exception {
    Path zip = examples();
    if (!Files.isReadable(zip)) {
      System.err.println("SKIPPED: shared/data/fhir-r4-examples.zip is not beside the project");
    }
    assumeTrue(Files.isReadable(zip), "shared/data/fhir-r4-examples.zip is not there");
    List<ObjectNode> found = new ArrayList<>();
    try (var file = new ZipFile(zip.toFile())) {
      for (var entry : file.stream().filter(e -> e.getName().endsWith(".json")).toList()) {
        byte[] bytes = file.getInputStream(entry).readAllBytes();
        collect(Json.MAPPER.readTree(bytes), found);
      }
    }
    assertThat(found).hasSizeGreaterThan(20);
    var faults = new TreeSet<String>();
    int expanded = 0;
    int translated = 0;
    for (ObjectNode resource : found) {
      String where =
          resource.path("resourceType").asString("") + "/" + resource.path("id").asString("");
      Reply put = SERVER.put(resource);
      if (put.status() >= 300) {
        faults.add(where + ": " + put.status() + " " + put.text());
      }
    }
    for (ObjectNode resource : found) {
      String where =
          resource.path("resourceType").asString("") + "/" + resource.path("id").asString("");
      if (where.startsWith("ValueSet/")) {
        Reply reply = SERVER.get(where + "/$expand?count=10");
        if (reply.status() == 200) {
          expanded++;
        } else if (reply.status() == 500 || reply.issue().isEmpty()) {
          faults.add(where + ": " + reply.status() + " " + reply.text());
        }
      }
      if (where.startsWith("ConceptMap/")) {
        JsonNode group = resource.path("group").path(0);
        JsonNode element = group.path("element").path(0);
        // One that depends on other elements is not told without them.
        if (element.path("target").path(0).path("code").isString()
            && !element.path("target").path(0).has("dependsOn")) {
          Reply reply =
              SERVER.ask(
                  where + "/$translate",
                  "system",
                  group.path("source").asString(""),
                  "code",
                  element.path("code").asString(""));
          if (reply
              .json()
              .toString()
              .contains(element.path("target").path(0).path("code").asString("?"))) {
            translated++;
          } else {
            faults.add(where + ": " + reply.json());
          }
        }
      }
    }
    System.out.println(
        "Examples: "
            + found.size()
            + " taken, "
            + expanded
            + " value sets expanded, "
            + translated
            + " translated");
    assertThat(faults).isEmpty();
    assertThat(translated).isGreaterThan(5);
  }

  /** The resources themselves, and those in bundles of them. */
  private static void collect(JsonNode node, List<ObjectNode> found) {
    if (node instanceof ObjectNode resource
        && Set.of("CodeSystem", "ValueSet", "ConceptMap", "NamingSystem")
            .contains(resource.path("resourceType").asString(""))
        && resource.path("id").isString()) {
      found.add(resource);
    }
    if (node.path("resourceType").asString("").equals("Bundle")) {
      for (JsonNode entry : node.path("entry")) {
        collect(entry.path("resource"), found);
      }
    }
  }
}
