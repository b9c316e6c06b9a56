package health.helan.foundation.terminology;

import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.store.Json;
import health.helan.foundation.terminology.engine.Header;
import health.helan.foundation.terminology.engine.Ucum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /metadata?mode=terminology}: a TerminologyCapabilities (FHIR R4) with the code systems
 * that can be asked; for everything else what it is given.
 */
public final class TerminologyCapabilities implements RestConfig.Capabilities {
  private final RestConfig.Capabilities otherwise;
  private final Terminology terminology;
  private final String version;
  private final String date;

  public TerminologyCapabilities(
      RestConfig.Capabilities otherwise, Terminology terminology, String version, String date) {
    this.otherwise = otherwise;
    this.terminology = terminology;
    this.version = version;
    this.date = date;
  }

  @Override
  public byte[] statement(String base, Operations operations) {
    return otherwise.statement(base, operations);
  }

  @Override
  public byte[] terminology(String base) {
    ObjectNode statement = Json.MAPPER.createObjectNode();
    statement.put("resourceType", "TerminologyCapabilities");
    statement.put("url", base + "/metadata?mode=terminology");
    statement.put("version", version);
    statement.put("name", "HelanTerminology");
    statement.put("title", "贺兰术语服务 Helan terminology service");
    statement.put("status", "active");
    statement.put("date", date);
    statement.put("kind", "instance");
    statement.putObject("software").put("name", "Helan").put("version", version);
    statement.putObject("implementation").put("description", "Helan 贺兰").put("url", base);
    Map<String, List<Header>> systems = new LinkedHashMap<>();
    for (Header header : terminology.catalogue().stored("CodeSystem")) {
      if (header.status().equals("active") && !header.url().isEmpty()) {
        systems.computeIfAbsent(header.url(), _ -> new ArrayList<>()).add(header);
      }
    }
    for (Header header : terminology.catalogue().shipped().all()) {
      if (header.type().equals("CodeSystem")) {
        systems.computeIfAbsent(header.url(), _ -> new ArrayList<>()).add(header);
      }
    }
    ArrayNode list = statement.putArray("codeSystem");
    systems.forEach(
        (url, versions) -> {
          ObjectNode system = list.addObject().put("uri", url);
          ArrayNode array = Json.MAPPER.createArrayNode();
          versions.stream()
              .map(Header::version)
              .filter(one -> !one.isEmpty())
              .distinct()
              .forEach(one -> array.addObject().put("code", one));
          if (!array.isEmpty()) {
            system.set("version", array);
          }
        });
    list.addObject()
        .put("uri", Ucum.SYSTEM)
        .putArray("version")
        .addObject()
        .put("code", Ucum.version())
        .put("compositional", true);
    ObjectNode expansion = statement.putObject("expansion");
    expansion.put("hierarchical", false).put("paging", true).put("incomplete", false);
    ArrayNode parameters = expansion.putArray("parameter");
    for (String name :
        new String[] {
          "url",
          "valueSetVersion",
          "valueSet",
          "filter",
          "offset",
          "count",
          "activeOnly",
          "excludeNotForUI",
          "includeDesignations",
          "includeDefinition",
          "displayLanguage",
          "property"
        }) {
      parameters.addObject().put("name", name);
    }
    expansion.put(
        "textFilter",
        "All words, anywhere in display, designations or code; Chinese by any part of a word or by"
            + " the first letters of its pinyin; one or two letters match beginnings of words.");
    statement.put("codeSearch", "explicit");
    statement.putObject("validateCode").put("translations", true);
    statement.putObject("translation").put("needsMap", true);
    statement.putObject("closure").put("translation", false);
    return Json.MAPPER.writeValueAsBytes(statement);
  }
}
