package health.helan.foundation.onboarding.kit;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.store.index.FhirPathEngine;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.hl7.fhir.utilities.npm.NpmPackage;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What integrators download, read by others' readers. */
class KitTests {
  private static final String BASE = "https://platform.example/fhir";
  private static final Operations OPERATIONS = new Operations(operations());

  private static List<FhirOperation> operations() {
    var all = new ArrayList<>(StandardOperations.all());
    all.add(
        new FhirOperation() {
          @Override
          public Spec spec() {
            return new Spec(
                "gateway-feed",
                Set.of(Level.SYSTEM),
                Set.of(),
                true,
                "https://helan.health/fhir/OperationDefinition/gateway-feed");
          }

          @Override
          public Answer execute(Call call) {
            throw new UnsupportedOperationException();
          }
        });
    return all;
  }

  private static ObjectNode statement() {
    var registry = new ParameterRegistry(R4.get(), new Digests(new byte[16]), new FhirPathEngine());
    return (ObjectNode)
        Json.MAPPER.readTree(
            new CapabilityStatements("1.0.0", "2026-11-22T00:00:00Z", registry)
                .statement(BASE, OPERATIONS));
  }

  private static FhirPackage made() {
    return new FhirPackage("1.0.0", "2026-11-22T00:00:00Z")
        .with(Conformance.ofPlatform(OPERATIONS.all(), "1.0.0", "2026-11-22T00:00:00Z"))
        .with(statement().put("id", "helan"));
  }

  @Test
  void thePackageIsReadByHl7sOwnReader() throws Exception {
    NpmPackage read = NpmPackage.fromPackage(new ByteArrayInputStream(made().bytes()));
    assertThat(read.name()).isEqualTo("health.helan.platform");
    assertThat(read.version()).isEqualTo("1.0.0");
    assertThat(read.fhirVersion()).isEqualTo("4.0.1");
    assertThat(read.dependencies()).containsExactly("hl7.fhir.r4.core#4.0.1");
    assertThat(read.listResources("OperationDefinition", "CodeSystem", "StructureDefinition"))
        .contains(
            "OperationDefinition-gateway-feed.json",
            "CodeSystem-onboarding-state.json",
            "StructureDefinition-area-code.json");
    assertThat(read.listResources("CapabilityStatement"))
        .containsExactly("CapabilityStatement-helan.json");
  }

  @Test
  void itsIndexNamesEveryFileAndEveryResourceIsValid() throws Exception {
    var files = new TreeSet<String>();
    JsonNode index = null;
    try (var tar =
        new TarArchiveInputStream(
            new GzipCompressorInputStream(new ByteArrayInputStream(made().bytes())))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        assertThat(entry.getName()).startsWith("package/");
        String name = entry.getName().substring("package/".length());
        JsonNode content = Json.MAPPER.readTree(tar.readAllBytes());
        if (name.equals(".index.json")) {
          index = content;
        } else if (!name.equals("package.json")) {
          files.add(name);
          assertThat(Validator.get().validate((ObjectNode) content, Options.STORED))
              .as(name)
              .noneMatch(issue -> issue.severity() == Issue.Severity.ERROR);
        }
      }
    }
    assertThat(Objects.requireNonNull(index).path("index-version").asInt()).isEqualTo(2);
    var indexed = new TreeSet<String>();
    for (JsonNode file : index.path("files")) {
      indexed.add(file.path("filename").asString());
      assertThat(file.path("filename").asString())
          .isEqualTo(
              file.path("resourceType").asString() + "-" + file.path("id").asString() + ".json");
    }
    assertThat(indexed).isEqualTo(files).hasSizeGreaterThan(8);
  }

  @Test
  void theSameResourcesGiveTheSameBytes() {
    assertThat(made().bytes()).isEqualTo(made().bytes());
  }

  @Test
  void theOpenApiDocumentIsReadWithoutAWord() {
    String text = OpenApi.of(statement(), BASE).toString();
    var options = new ParseOptions();
    options.setResolve(true);
    var read = new OpenAPIV3Parser().readContents(text, null, options);
    assertThat(read.getMessages()).isEmpty();
    var api = read.getOpenAPI();
    assertThat(api.getOpenapi()).isEqualTo("3.1.1");
    assertThat(path(api, "/Patient/{id}").getGet().getOperationId()).isEqualTo("readPatient");
    assertThat(path(api, "/Patient").getGet().getParameters())
        .anyMatch(parameter -> "identifier".equals(parameter.getName()));
    assertThat(path(api, "/Patient").getPost().getResponses()).containsKey("201");
    assertThat(api.getPaths()).containsKey("/$gateway-feed").containsKey("/Observation/_search");
    assertThat(api.getServers().getFirst().getUrl()).isEqualTo(BASE);
  }

  private static PathItem path(OpenAPI api, String path) {
    return Objects.requireNonNull(api.getPaths().get(path));
  }

  @Test
  void itPromisesWhatTheStatementSaysAndNothingElse() {
    ObjectNode statement = statement();
    var patient = (ObjectNode) statement.at("/rest/0/resource").get(0);
    String type = patient.path("type").asString();
    patient.putArray("interaction").addObject().put("code", "read");
    patient.remove(List.of("searchParam", "operation"));
    JsonNode paths = OpenApi.of(statement, BASE).path("paths");
    var own = new TreeSet<String>();
    for (String path : paths.propertyNames()) {
      if (path.equals("/" + type) || path.startsWith("/" + type + "/")) {
        own.add(path);
      }
    }
    assertThat(own).containsExactly("/" + type + "/{id}");
    assertThat(paths.path("/" + type + "/{id}").propertyNames()).containsExactly("get");
    var ids = new ArrayList<String>();
    paths.forEach(path -> path.forEach(each -> ids.add(each.path("operationId").asString())));
    assertThat(ids).doesNotHaveDuplicates();
  }

  @Test
  void theSampleSendersHoldNoSecret() throws Exception {
    for (String name : List.of("helan-send.sh", "HelanSender.java")) {
      try (var in =
          KitTests.class.getResourceAsStream("/health/helan/foundation/onboarding/kit/" + name)) {
        assertThat(in).isNotNull();
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
            .contains("client_assertion")
            .doesNotContain("BEGIN RSA", "MII");
      }
    }
  }
}
