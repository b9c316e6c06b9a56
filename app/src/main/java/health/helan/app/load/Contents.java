package health.helan.app.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns a file's content into units. Batch and transaction bundles go as they are; the entries of a
 * collection or searchset, single resources and lines of NDJSON become transactions of {@code PUT}
 * (with an id) or {@code POST} (without).
 */
final class Contents {
  /** Lines of NDJSON in one transaction, and the characters after which it is full. */
  private static final int LINES = 200;

  private static final int CHARACTERS = 2_000_000;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private Contents() {}

  /** Whether a file of this name can be read here; archives are looked into elsewhere. */
  static boolean isLoadable(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    String inner = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    // macOS leaves a shadow of each file in the archives that it makes.
    return !name.startsWith("._")
        && (inner.endsWith(".json") || inner.endsWith(".ndjson") || inner.endsWith(".jsonl"));
  }

  private static boolean isLines(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    String inner = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    return inner.endsWith(".ndjson") || inner.endsWith(".jsonl");
  }

  /** Gets the units of a file, and what in it cannot be sent at all. */
  interface Receiver {
    void unit(Unit unit) throws InterruptedException;

    /**
     * @param entry number of the resource in its file, from 1; 0 for the file as a whole
     * @param why without words of the content
     */
    void unreadable(String file, int entry, String why);
  }

  /**
   * Reads a file as a stream; a bundle is held whole, NDJSON a chunk at a time.
   *
   * @throws IOException if the file cannot be read on
   */
  static void read(Source.Item item, InputStream content, Receiver receiver)
      throws IOException, InterruptedException {
    if (isLines(item.name())) {
      readLines(item, content, receiver);
    } else {
      readDocument(item, content.readAllBytes(), receiver);
    }
  }

  private static void readDocument(Source.Item item, byte[] body, Receiver receiver)
      throws InterruptedException {
    Head head;
    try {
      head = Head.of(body);
    } catch (JacksonException malformed) {
      receiver.unreadable(item.name(), 0, notJson(malformed));
      return;
    }
    if (head.resourceType().isEmpty()) {
      receiver.unreadable(
          item.name(), 0, "没有 resourceType，不是 FHIR 资源。/ No resourceType: not a FHIR resource.");
      return;
    }
    boolean bundle = head.resourceType().equals("Bundle");
    switch (bundle ? head.bundleType() : "") {
      case "transaction", "batch" ->
          receiver.unit(new Unit(item.name(), 1, body, head.entries(), item.bytes(), true, false));
      case "collection", "searchset" -> {
        ArrayNode entries = JSON.createArrayNode();
        for (JsonNode entry : JSON.readTree(body).path("entry")) {
          boolean told = entry.path("search").path("mode").asString("").equals("outcome");
          if (!told && entry.get("resource") instanceof ObjectNode resource) {
            entries.add(entry(resource, entry.path("fullUrl").asString("")));
          }
        }
        receiver.unit(
            new Unit(
                item.name(), 1, transaction(entries), entries.size(), item.bytes(), true, false));
      }
      case "history", "transaction-response", "batch-response" ->
          receiver.unreadable(
              item.name(),
              0,
              "类型为 %s 的 Bundle 不能载入。/ A Bundle of type %s cannot be loaded."
                  .formatted(head.bundleType(), head.bundleType()));
      // Anything else, documents and messages too, is a resource by itself.
      default -> {
        ArrayNode entries = JSON.createArrayNode();
        entries.add(entry((ObjectNode) JSON.readTree(body), ""));
        receiver.unit(new Unit(item.name(), 1, transaction(entries), 1, item.bytes(), true, false));
      }
    }
  }

  private static void readLines(Source.Item item, InputStream content, Receiver receiver)
      throws IOException, InterruptedException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8), 1 << 16);
    Chunk chunk = new Chunk(item, receiver);
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isBlank()) {
        chunk.add(++number, line);
      }
    }
    chunk.finish();
  }

  /** Lines on their way to becoming a transaction. One chunk is held back, to know the last one. */
  private static final class Chunk {
    private final Source.Item item;
    private final Receiver receiver;
    private List<JsonNode> entries = new ArrayList<>();
    private int firstEntry = 1;
    private int nextEntry = 1;
    private long characters;

    Chunk(Source.Item item, Receiver receiver) {
      this.item = item;
      this.receiver = receiver;
    }

    void add(int number, String line) throws InterruptedException {
      if (entries.size() >= LINES || characters >= CHARACTERS) {
        send(false);
      }
      try {
        JsonNode resource = JSON.readTree(line);
        if (resource instanceof ObjectNode object
            && !object.path("resourceType").asString("").isEmpty()) {
          // An unreadable line would put the numbers of those behind it out of step.
          if (!entries.isEmpty() && number != nextEntry) {
            send(false);
          }
          if (entries.isEmpty()) {
            firstEntry = number;
          }
          entries.add(entry(object, ""));
          nextEntry = number + 1;
          characters += line.length();
        } else {
          receiver.unreadable(
              item.name(),
              number,
              "没有 resourceType，不是 FHIR 资源。/ No resourceType: not a FHIR resource.");
        }
      } catch (JacksonException malformed) {
        receiver.unreadable(item.name(), number, notJson(malformed));
      }
    }

    private void send(boolean last) throws InterruptedException {
      ArrayNode array = JSON.createArrayNode().addAll(entries);
      // Characters stand for bytes: near enough for a progress bar.
      receiver.unit(
          new Unit(
              item.name(), firstEntry, transaction(array), entries.size(), characters, last, true));
      entries = new ArrayList<>();
      characters = 0;
    }

    void finish() throws InterruptedException {
      if (!entries.isEmpty()) {
        send(true);
      }
    }
  }

  /** The halves of a divisible unit; both know whether they end the file. */
  static List<Unit> halves(Unit unit) {
    JsonNode entries = JSON.readTree(unit.body()).path("entry");
    int middle = entries.size() / 2;
    ArrayNode first = JSON.createArrayNode();
    ArrayNode second = JSON.createArrayNode();
    for (int i = 0; i < entries.size(); i++) {
      (i < middle ? first : second).add(entries.get(i));
    }
    return List.of(
        new Unit(
            unit.file(),
            unit.firstEntry(),
            transaction(first),
            first.size(),
            unit.bytesOfFile() / 2,
            false,
            true),
        new Unit(
            unit.file(),
            unit.firstEntry() + middle,
            transaction(second),
            second.size(),
            unit.bytesOfFile() - unit.bytesOfFile() / 2,
            unit.lastOfFile(),
            true));
  }

  /**
   * One entry of a batch as a batch of its own. It stands for no part of its file: that is counted
   * with the batch it comes from.
   *
   * @param entry its number in the unit, from 0
   */
  static Unit single(Unit batch, int entry) {
    ObjectNode bundle = (ObjectNode) JSON.readTree(batch.body());
    JsonNode alone = bundle.path("entry").get(entry);
    bundle.set("entry", JSON.createArrayNode().add(alone));
    return new Unit(
        batch.file(),
        batch.firstEntry() + entry,
        JSON.writeValueAsBytes(bundle),
        1,
        0,
        false,
        false);
  }

  private static ObjectNode entry(ObjectNode resource, String fullUrl) {
    ObjectNode entry = JSON.createObjectNode();
    if (!fullUrl.isEmpty()) {
      entry.put("fullUrl", fullUrl);
    }
    entry.set("resource", resource);
    String type = resource.path("resourceType").asString("");
    String id = resource.path("id").asString("");
    entry
        .putObject("request")
        .put("method", id.isEmpty() ? "POST" : "PUT")
        .put("url", id.isEmpty() ? type : type + "/" + id);
    return entry;
  }

  private static byte[] transaction(ArrayNode entries) {
    ObjectNode bundle =
        JSON.createObjectNode().put("resourceType", "Bundle").put("type", "transaction");
    bundle.set("entry", entries);
    return JSON.writeValueAsBytes(bundle);
  }

  private static String notJson(JacksonException malformed) {
    var place = malformed.getLocation();
    return place == null
        ? "不是完整的 JSON。/ Not well-formed JSON."
        : "第 %d 行第 %d 列起不是完整的 JSON。/ Not well-formed JSON from line %d, column %d on."
            .formatted(
                place.getLineNr(), place.getColumnNr(), place.getLineNr(), place.getColumnNr());
  }

  /** What decides how a document is sent, found without building a tree of it. */
  private record Head(String resourceType, String bundleType, int entries) {
    static Head of(byte[] body) {
      String resourceType = "";
      String bundleType = "";
      int entries = 0;
      try (JsonParser parser = JSON.createParser(body)) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          return new Head("", "", 0);
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          JsonToken value = parser.nextToken();
          if (name.equals("resourceType") && value == JsonToken.VALUE_STRING) {
            resourceType = parser.getString();
          } else if (name.equals("type") && value == JsonToken.VALUE_STRING) {
            bundleType = parser.getString();
          } else if (name.equals("entry") && value == JsonToken.START_ARRAY) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
              entries++;
              parser.skipChildren();
            }
          } else {
            parser.skipChildren();
          }
        }
      }
      return new Head(resourceType, bundleType, entries);
    }
  }
}
