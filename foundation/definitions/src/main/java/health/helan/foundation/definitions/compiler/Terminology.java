package health.helan.foundation.definitions.compiler;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Code systems and value sets from HL7's XML to JSON, for {@code ShippedTerminology}. */
final class Terminology {
  private static final Set<String> KEPT =
      Set.of(
          "url",
          "version",
          "name",
          "title",
          "status",
          "experimental",
          "caseSensitive",
          "valueSet",
          "hierarchyMeaning",
          "compositional",
          "content",
          "supplements",
          "property",
          "filter",
          "concept",
          "compose");

  private static final Set<String> REPEATING =
      Set.of(
          "concept",
          "designation",
          "property",
          "filter",
          "operator",
          "include",
          "exclude",
          "compose.include.valueSet",
          "compose.exclude.valueSet");

  private static final Set<String> BOOLEAN =
      Set.of("experimental", "caseSensitive", "compositional", "inactive", "valueBoolean");
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Map<String, ObjectNode> resources = new TreeMap<>();

  void add(Xml resource) {
    String url = resource.text("url");
    // Fragments and systems without concepts are no less known: they answer with what they have.
    if (url == null) {
      return;
    }
    ObjectNode json = JSON.createObjectNode();
    json.put("resourceType", resource.name);
    resource.children(
        child -> {
          if (KEPT.contains(child.name)) {
            put(json, child, child.name);
          }
        });
    resources.put(resource.name + " " + url, json);
  }

  private static void put(ObjectNode parent, Xml child, String path) {
    if (child.name.equals("extension")) {
      return;
    }
    if (child.isSimple()) {
      if (REPEATING.contains(child.name) || REPEATING.contains(path)) {
        array(parent, child.name).add(child.value());
      } else if (BOOLEAN.contains(child.name)) {
        parent.put(child.name, Boolean.parseBoolean(child.value()));
      } else if (child.name.equals("valueInteger")) {
        parent.put(child.name, Integer.parseInt(child.value()));
      } else {
        parent.put(child.name, child.value());
      }
      return;
    }
    ObjectNode object =
        REPEATING.contains(child.name)
            ? array(parent, child.name).addObject()
            : parent.putObject(child.name);
    child.children(each -> put(object, each, path + "." + each.name));
  }

  private static ArrayNode array(ObjectNode parent, String name) {
    return parent.get(name) instanceof ArrayNode array ? array : parent.putArray(name);
  }

  void write(DataOutputStream out) throws IOException {
    var head = new ByteArrayOutputStream();
    var body = new ByteArrayOutputStream();
    try (var list = new DataOutputStream(head)) {
      list.writeInt(resources.size());
      for (var entry : resources.entrySet()) {
        int before = body.size();
        try (var packing =
            new DeflaterOutputStream(
                new java.io.FilterOutputStream(body) {
                  @Override
                  public void close() throws IOException {
                    flush();
                  }
                })) {
          packing.write(JSON.writeValueAsBytes(entry.getValue()));
        }
        String key = entry.getKey();
        list.writeUTF(key.substring(0, key.indexOf(' ')));
        list.writeUTF(key.substring(key.indexOf(' ') + 1));
        list.writeUTF(entry.getValue().path("version").asString(""));
        list.writeInt(body.size() - before);
      }
    }
    out.writeInt(head.size());
    head.writeTo(out);
    body.writeTo(out);
    System.out.println(
        "R4: " + resources.size() + " code systems and value sets in " + body.size() + " bytes");
  }
}
