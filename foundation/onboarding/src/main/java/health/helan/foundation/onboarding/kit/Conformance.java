package health.helan.foundation.onboarding.kit;

import health.helan.foundation.onboarding.CheckList;
import health.helan.foundation.onboarding.Onboardings;
import health.helan.foundation.onboarding.State;
import health.helan.foundation.onboarding.Step;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.node.ObjectNode;

/** The platform's own conformance resources. */
final class Conformance {
  private static final String OURS = "https://helan.health/fhir/";

  /** Kinds of resources that a package carries. */
  private static final List<String> KINDS =
      List.of(
          "StructureDefinition",
          "CodeSystem",
          "ValueSet",
          "ConceptMap",
          "NamingSystem",
          "SearchParameter");

  /**
   * Largest content of one, in bytes: the national tables are loaded, not downloaded with a kit.
   */
  private static final int LARGEST = 1 << 20;

  private static final int MOST = 2_000;

  /** Of all together, in bytes. */
  private static final long LARGEST_ALL = 64L << 20;

  private Conformance() {}

  /** What the platform defines by itself. */
  static List<ObjectNode> ofPlatform(
      List<FhirOperation> operations, String version, String released) {
    var found = new ArrayList<ObjectNode>();
    for (FhirOperation operation : operations) {
      FhirOperation.Spec spec = operation.spec();
      if (spec.definition().startsWith(OURS)) {
        found.add(operation(spec, version, released));
      }
    }
    found.add(
        codes(
            "onboarding-state",
            "机构接入状态",
            Arrays.stream(State.values()).map(State::word).toList(),
            version,
            released));
    found.add(
        codes(
            "onboarding-step",
            "机构接入步骤",
            Arrays.stream(Step.values()).map(Step::word).toList(),
            version,
            released));
    found.add(
        codes(
            "onboarding-check",
            "机构接入检查项",
            Arrays.stream(CheckList.Kind.values()).map(CheckList.Kind::word).toList(),
            version,
            released));
    extension(found, "area-code", "行政区划代码", "Address", "code", version, released);
    extension(found, "nationality", "民族", "Patient", "Coding", version, released);
    extension(found, "sex-gbt2261", "性别（GB/T 2261.1）", "Patient", "Coding", version, released);
    found.add(creditCode(released));
    found.addAll(ofModules(version, released));
    return found;
  }

  /**
   * What the platform's modules bring with them: each has a list {@code fhir/package.list} of files
   * on its class path.
   */
  private static List<ObjectNode> ofModules(String version, String released) {
    var found = new ArrayList<ObjectNode>();
    ClassLoader modules = Conformance.class.getClassLoader();
    try {
      for (URL list : Collections.list(modules.getResources("fhir/package.list"))) {
        for (String line : text(list).lines().toList()) {
          if (line.isBlank() || line.startsWith("#")) {
            continue;
          }
          URL file = Objects.requireNonNull(modules.getResource(line.strip()), line);
          ObjectNode resource = (ObjectNode) Json.MAPPER.readTree(text(file));
          resource.put("version", version);
          resource.put("date", released);
          found.add(resource);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static String text(URL url) throws IOException {
    try (InputStream in = url.openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static ObjectNode head(
      String type, String id, String name, String version, String released) {
    ObjectNode resource = Json.MAPPER.createObjectNode().put("resourceType", type);
    resource.put("id", id);
    resource.put("url", OURS + type + "/" + id);
    resource.put("version", version);
    resource.put("name", name);
    resource.put("status", "active");
    resource.put("date", released);
    resource.put("publisher", "Helan");
    return resource;
  }

  /** {@code gateway-feed} as FHIR's rule for names wants it: {@code GatewayFeed}. */
  private static String name(String id) {
    var name = new StringBuilder();
    for (String word : id.split("-")) {
      if (!word.isEmpty()) {
        name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return name.toString();
  }

  private static ObjectNode operation(FhirOperation.Spec spec, String version, String released) {
    String id = spec.definition().substring(spec.definition().lastIndexOf('/') + 1);
    ObjectNode definition = head("OperationDefinition", id, name(id), version, released);
    definition.put("url", spec.definition());
    definition.put("kind", "operation");
    definition.put("affectsState", spec.affectsState());
    definition.put("code", spec.name());
    if (!spec.types().isEmpty()) {
      spec.types().stream().sorted().forEach(definition.putArray("resource")::add);
    }
    definition.put("system", spec.levels().contains(FhirOperation.Level.SYSTEM));
    definition.put("type", spec.levels().contains(FhirOperation.Level.TYPE));
    definition.put("instance", spec.levels().contains(FhirOperation.Level.INSTANCE));
    return definition;
  }

  private static ObjectNode codes(
      String id, String title, List<String> words, String version, String released) {
    ObjectNode system = head("CodeSystem", id, name(id), version, released);
    system.put("title", title);
    system.put("caseSensitive", true);
    system.put("content", "complete");
    system.put("count", words.size());
    var concepts = system.putArray("concept");
    words.forEach(word -> concepts.addObject().put("code", word));
    return system;
  }

  private static void extension(
      List<ObjectNode> into,
      String id,
      String title,
      String context,
      String type,
      String version,
      String released) {
    ObjectNode definition = head("StructureDefinition", id, name(id), version, released);
    definition.put("title", title);
    definition.put("fhirVersion", "4.0.1");
    definition.put("kind", "complex-type");
    definition.put("abstract", false);
    definition.putArray("context").addObject().put("type", "element").put("expression", context);
    definition.put("type", "Extension");
    definition.put("baseDefinition", "http://hl7.org/fhir/StructureDefinition/Extension");
    definition.put("derivation", "constraint");
    var elements = definition.putObject("differential").putArray("element");
    elements.addObject().put("id", "Extension").put("path", "Extension").put("short", title);
    elements
        .addObject()
        .put("id", "Extension.extension")
        .put("path", "Extension.extension")
        .put("max", "0");
    elements
        .addObject()
        .put("id", "Extension.url")
        .put("path", "Extension.url")
        .put("fixedUri", OURS + "StructureDefinition/" + id);
    elements
        .addObject()
        .put("id", "Extension.value[x]")
        .put("path", "Extension.value[x]")
        .put("min", 1)
        .putArray("type")
        .addObject()
        .put("code", type);
    into.add(definition);
  }

  private static ObjectNode creditCode(String released) {
    ObjectNode system = Json.MAPPER.createObjectNode().put("resourceType", "NamingSystem");
    system.put("id", "credit-code");
    system.put("name", "CreditCode");
    system.put("status", "active");
    system.put("kind", "identifier");
    system.put("date", released);
    system.put("publisher", "Helan");
    system.put("description", "统一社会信用代码（GB 32100-2015）");
    system
        .putArray("uniqueId")
        .addObject()
        .put("type", "uri")
        .put("value", Onboardings.CREDIT_CODE)
        .put("preferred", true);
    return system;
  }

  /**
   * What operators have brought into force: active, under an address of ours, and not too large.
   */
  static List<ObjectNode> inStore(RecordStore store) {
    var found = new ArrayList<ObjectNode>();
    long bytes = 0;
    for (String type : KINDS) {
      String cursor = null;
      do {
        var parameters = new ArrayList<SearchRequest.Parameter>();
        parameters.add(new SearchRequest.Parameter("status", "active"));
        parameters.add(new SearchRequest.Parameter("_count", "20"));
        if (cursor != null) {
          parameters.add(new SearchRequest.Parameter(SearchEngine.CURSOR, cursor));
        }
        SearchResult page =
            store.search(
                Caller.platform("kit"), new SearchRequest(type, null, null, parameters, false));
        for (SearchResult.Entry entry : page.entries()) {
          byte[] content = entry.resource().content();
          if (content != null
              && content.length <= LARGEST
              && Json.MAPPER.readTree(content) instanceof ObjectNode resource
              && resource.path("url").asString("").startsWith(OURS)) {
            resource.remove(List.of("meta", "text"));
            found.add(resource);
            bytes += content.length;
          }
        }
        cursor = page.next();
      } while (cursor != null && found.size() < MOST && bytes < LARGEST_ALL);
    }
    return found;
  }
}
