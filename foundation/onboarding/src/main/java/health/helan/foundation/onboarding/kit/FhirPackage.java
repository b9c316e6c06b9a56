package health.helan.foundation.onboarding.kit;

import health.helan.foundation.store.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A FHIR NPM package (hl7.org/fhir, packages.html): a gzipped tar with {@code
 * package/package.json}, {@code package/.index.json} and a file for each resource. The same
 * resources give the same bytes.
 */
final class FhirPackage {
  static final String NAME = "health.helan.platform";

  /** What the index tells of a resource, where it has it. */
  private static final List<String> INDEXED =
      List.of("resourceType", "id", "url", "version", "kind", "type", "supplements", "content");

  private final String version;
  private final Instant released;
  private final TreeMap<String, ObjectNode> resources = new TreeMap<>();

  FhirPackage(String version, String released) {
    this.version = version.replace("-SNAPSHOT", "-snapshot");
    this.released =
        LocalDate.parse(released.substring(0, 10)).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  FhirPackage with(Collection<ObjectNode> all) {
    all.forEach(this::with);
    return this;
  }

  FhirPackage with(ObjectNode resource) {
    resources.put(
        resource.path("resourceType").asString() + "-" + resource.path("id").asString() + ".json",
        resource);
    return this;
  }

  byte[] bytes() {
    var out = new ByteArrayOutputStream();
    var parameters = new GzipParameters();
    parameters.setModificationInstant(released);
    try (var tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(out, parameters))) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      add(tar, "package.json", manifest());
      add(tar, ".index.json", index());
      for (var each : resources.entrySet()) {
        add(tar, each.getKey(), each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private void add(TarArchiveOutputStream tar, String name, JsonNode content) throws IOException {
    byte[] bytes = Json.MAPPER.writeValueAsBytes(content);
    var entry = new TarArchiveEntry("package/" + name);
    entry.setSize(bytes.length);
    entry.setModTime(released.toEpochMilli());
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private ObjectNode manifest() {
    ObjectNode manifest = Json.MAPPER.createObjectNode();
    manifest.put("name", NAME);
    manifest.put("version", version);
    manifest.put("tools-version", 3);
    manifest.put("type", "Conformance");
    manifest.put(
        "date",
        DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withZone(ZoneOffset.UTC).format(released));
    manifest.put("canonical", "https://helan.health/fhir");
    manifest.put("title", "贺兰 Helan");
    manifest.put("description", "Code systems, extensions, operations and capabilities of Helan.");
    manifest.putArray("fhirVersions").add("4.0.1");
    manifest.putObject("dependencies").put("hl7.fhir.r4.core", "4.0.1");
    manifest.put("author", "Helan");
    return manifest;
  }

  private ObjectNode index() {
    ObjectNode index = Json.MAPPER.createObjectNode().put("index-version", 2);
    var files = index.putArray("files");
    resources.forEach(
        (name, resource) -> {
          ObjectNode file = files.addObject().put("filename", name);
          for (String property : INDEXED) {
            if (resource.path(property).isString()) {
              file.put(property, resource.path(property).asString());
            }
          }
        });
    return index;
  }
}
