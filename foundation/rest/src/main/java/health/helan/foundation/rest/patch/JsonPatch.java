package health.helan.foundation.rest.patch;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON Patch (RFC 6902): operations on a resource's JSON tree, all of which happen or none.
 *
 * <p>Own code, because the one library found for Jackson 3 trees knows pointers that RFC 6901 does
 * not, cannot tell the place of a fault, and lets a patch of a few lines grow a document without
 * bounds ({@code copy} doubles, thirty of them make a billion).
 */
public final class JsonPatch {
  /** Most that the {@code copy} operations of one patch may add, in characters; see NODE. */
  static final long MAX_COPIED = 20_000_000;

  /** What a node costs beside its text, in characters. */
  private static final int NODE = 16;

  private static final Comparator<JsonNode> BY_NUMERIC_VALUE = JsonPatch::compare;

  private final List<Operation> operations;

  private JsonPatch(List<Operation> operations) {
    this.operations = operations;
  }

  private sealed interface Operation {
    record Add(Pointer path, JsonNode value) implements Operation {}

    record Remove(Pointer path) implements Operation {}

    record Replace(Pointer path, JsonNode value) implements Operation {}

    record Move(Pointer from, Pointer path) implements Operation {}

    record Copy(Pointer from, Pointer path) implements Operation {}

    record Test(Pointer path, JsonNode value) implements Operation {}
  }

  /**
   * Reads a patch, so that a malformed one is refused before anything is looked up.
   *
   * @param patch the body of an {@code application/json-patch+json} request
   * @throws Refusal of kind INVALID if it is not an RFC 6902 document
   */
  public static JsonPatch of(JsonNode patch) {
    if (!(patch instanceof ArrayNode array)) {
      throw new Refusal(Kind.INVALID, "patch.json.not-an-array");
    }
    var operations = new ArrayList<Operation>(array.size());
    for (var node : array) {
      operations.add(operation(operations.size(), node));
    }
    return new JsonPatch(List.copyOf(operations));
  }

  private static Operation operation(int index, JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      throw new Refusal(Kind.INVALID, "patch.json.operation-not-an-object", index);
    }
    var name = text(index, object, "op");
    return switch (name) {
      case "add" -> new Operation.Add(pointer(index, object, "path"), value(index, object));
      case "remove" -> new Operation.Remove(pointer(index, object, "path"));
      case "replace" -> new Operation.Replace(pointer(index, object, "path"), value(index, object));
      case "move" -> {
        var move =
            new Operation.Move(pointer(index, object, "from"), pointer(index, object, "path"));
        if (move.from().contains(move.path())) {
          throw new Refusal(
              Kind.INVALID, "patch.json.moved-into-itself", index, move.from().text());
        }
        yield move;
      }
      case "copy" ->
          new Operation.Copy(pointer(index, object, "from"), pointer(index, object, "path"));
      case "test" -> new Operation.Test(pointer(index, object, "path"), value(index, object));
      default -> throw new Refusal(Kind.INVALID, "patch.json.unknown-operation", index, name);
    };
  }

  private static String text(int index, ObjectNode operation, String member) {
    var text = operation.path(member);
    if (!text.isString()) {
      throw new Refusal(Kind.INVALID, "patch.json.member-missing", index, member);
    }
    return text.stringValue();
  }

  private static Pointer pointer(int index, ObjectNode operation, String member) {
    var text = text(index, operation, member);
    var pointer = Pointer.parse(text);
    if (pointer == null) {
      throw new Refusal(Kind.INVALID, "patch.json.bad-pointer", index, member, text);
    }
    return pointer;
  }

  private static JsonNode value(int index, ObjectNode operation) {
    if (!operation.has("value")) {
      throw new Refusal(Kind.INVALID, "patch.json.member-missing", index, "value");
    }
    return operation.get("value");
  }

  /**
   * The resource with all operations done, in order.
   *
   * @param resource is not changed, and shares no node with the answer
   * @return a tree that may hold what is no valid resource, such as an array that a {@code remove}
   *     left empty
   * @throws Refusal of kind UNPROCESSABLE if a place does not exist, a {@code test} fails, or the
   *     outcome is not an object; TOO_LONG if it grew or nested beyond bounds
   */
  public ObjectNode applyTo(ObjectNode resource) {
    var document = new Document(resource.deepCopy());
    for (int i = 0; i < operations.size(); i++) {
      document.index = i;
      document.carryOut(operations.get(i));
    }
    if (document.root instanceof ObjectNode outcome) {
      return outcome;
    }
    throw new Refusal(Kind.UNPROCESSABLE, "patch.json.outcome-not-an-object");
  }

  /** The tree as it stands between two operations. */
  private static final class Document {
    private JsonNode root;
    private int index;
    private long copied;

    Document(JsonNode root) {
      this.root = root;
    }

    void carryOut(Operation operation) {
      switch (operation) {
        case Operation.Add add -> add(add.path(), add.value().deepCopy());
        case Operation.Remove remove -> remove(remove.path());
        case Operation.Replace replace -> replace(replace.path(), replace.value().deepCopy());
        case Operation.Move move -> {
          if (move.from().equals(move.path())) {
            find(move.from(), move.from().tokens()); // RFC 6902, 4.4: it must exist all the same.
          } else {
            add(move.path(), remove(move.from()));
          }
        }
        case Operation.Copy copy -> {
          var source = find(copy.from(), copy.from().tokens());
          copied += weight(source);
          if (copied > MAX_COPIED) {
            throw new Refusal(Kind.TOO_LONG, "patch.json.copies-too-much", index);
          }
          add(copy.path(), source.deepCopy());
        }
        case Operation.Test test -> {
          if (!find(test.path(), test.path().tokens()).equals(BY_NUMERIC_VALUE, test.value())) {
            throw refusal("patch.json.test-failed", test.path());
          }
        }
      }
    }

    private void add(Pointer path, JsonNode value) {
      checkDepth(path, value);
      if (path.isRoot()) {
        root = value;
        return;
      }
      switch (find(path, path.parent())) {
        case ObjectNode object -> object.set(path.last(), value);
        case ArrayNode array -> {
          int at = path.last().equals(Pointer.END) ? array.size() : Pointer.index(path.last());
          if (at < 0 || at > array.size()) {
            throw refusal("patch.json.not-found", path);
          }
          array.insert(at, value);
        }
        default -> throw refusal("patch.json.not-found", path);
      }
    }

    private JsonNode remove(Pointer path) {
      if (path.isRoot()) {
        throw refusal("patch.json.whole-removed", path);
      }
      var found = find(path, path.tokens());
      if (find(path, path.parent()) instanceof ArrayNode array) {
        array.remove(Pointer.index(path.last()));
      } else {
        ((ObjectNode) find(path, path.parent())).remove(path.last());
      }
      return found;
    }

    private void replace(Pointer path, JsonNode value) {
      checkDepth(path, value);
      find(path, path.tokens());
      if (path.isRoot()) {
        root = value;
      } else if (find(path, path.parent()) instanceof ArrayNode array) {
        array.set(Pointer.index(path.last()), value);
      } else {
        ((ObjectNode) find(path, path.parent())).set(path.last(), value);
      }
    }

    /** The node at {@code tokens}, all or the first of {@code path}'s. */
    private JsonNode find(Pointer path, List<String> tokens) {
      var node = root;
      for (var token : tokens) {
        node = node.isArray() ? node.path(Pointer.index(token)) : node.path(token);
        if (node.isMissingNode()) {
          throw refusal("patch.json.not-found", path);
        }
      }
      return node;
    }

    private void checkDepth(Pointer path, JsonNode value) {
      if (path.tokens().size() + height(value) > Json.MAX_DEPTH) {
        throw new Refusal(Kind.TOO_LONG, "patch.json.nests-too-deep", index, Json.MAX_DEPTH);
      }
    }

    private Refusal refusal(String messageKey, Pointer path) {
      return new Refusal(
          Kind.UNPROCESSABLE, path.fhirPath(root), messageKey, new Object[] {index, path.text()});
    }
  }

  /** What copying a tree costs, in characters. */
  private static long weight(JsonNode node) {
    if (node.isString()) {
      return (long) NODE + node.stringValue().length();
    }
    long weight = NODE;
    for (var child : node) {
      weight += weight(child);
    }
    return weight;
  }

  private static int height(JsonNode node) {
    int height = 0;
    for (var child : node) {
      height = Math.max(height, 1 + height(child));
    }
    return height;
  }

  /** RFC 6902, 4.6: numbers are equal when their values are; 1.0 is 1 there, though not in FHIR. */
  private static int compare(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.decimalValue().compareTo(other.decimalValue());
    }
    return one.equals(other) ? 0 : 1;
  }
}
