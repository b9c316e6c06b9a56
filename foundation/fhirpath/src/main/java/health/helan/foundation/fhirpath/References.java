package health.helan.foundation.fhirpath;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What references point to: contained resources, entries of the same Bundle, or the resolver's. */
final class References {
  private References() {}

  /** The text of a Reference, canonical or uri; null where there is none. */
  private static @Nullable String reference(Node node) {
    if (node.type.reading == TypeInfo.Reading.STRING) {
      return node.system() instanceof String text ? text : null;
    }
    return node.json() instanceof JsonNode json ? text(json, "reference") : null;
  }

  private static @Nullable String text(JsonNode json, String property) {
    JsonNode value = json.get(property);
    return value != null && value.isString() ? value.stringValue() : null;
  }

  /** The type of the resource a reference points to; null where that cannot be told. */
  static @Nullable TypeInfo targetType(Env env, Node node) {
    String reference = reference(node);
    if (reference != null) {
      TypeInfo named = typeInUrl(reference);
      if (named != null) {
        return named;
      }
    }
    if (!node.isPrimitive() && node.json() instanceof JsonNode json) {
      String declared = text(json, "type");
      TypeInfo type = declared == null ? null : TypeModel.r4().type(declared);
      if (type != null && type.isResource()) {
        return type;
      }
    }
    if (reference == null) {
      return null;
    }
    Node resolved = resolve(env, node, reference);
    return resolved == null ? null : resolved.type;
  }

  /** The type in {@code Patient/123} or {@code https://…/Patient/123/_history/4}. */
  private static @Nullable TypeInfo typeInUrl(String reference) {
    if (reference.startsWith("#") || reference.startsWith("urn:")) {
      return null;
    }
    int end = reference.indexOf("/_history/");
    if (end < 0) {
      end = reference.length();
    }
    int beforeId = reference.lastIndexOf('/', end - 1);
    if (beforeId <= 0) {
      return null;
    }
    int beforeType = reference.lastIndexOf('/', beforeId - 1);
    TypeInfo type = TypeModel.r4().type(reference.substring(beforeType + 1, beforeId));
    return type != null && type.isResource() ? type : null;
  }

  static @Nullable Node resolve(Env env, Node node) {
    if (node.type.isResource()) {
      return node;
    }
    String reference = reference(node);
    return reference == null ? null : resolve(env, node, reference);
  }

  private static @Nullable Node resolve(Env env, Node node, String reference) {
    env.charge(1);
    if (reference.startsWith("#")) {
      return contained(node, reference.substring(1));
    }
    Node inBundle = bundled(env, node, reference);
    if (inBundle != null) {
      return inBundle;
    }
    var resolver = env.context.resolver();
    JsonNode found = resolver == null ? null : resolver.resolve(reference, node);
    if (found == null) {
      return null;
    }
    return Node.resource(found);
  }

  private static @Nullable Node contained(Node node, String id) {
    Node container = node.rootResourceNode();
    if (container == null) {
      return null;
    }
    if (id.isEmpty()) {
      return container;
    }
    var member = container.type.member("contained");
    Coll contained = member == null ? Many.EMPTY : container.children(member);
    for (int i = 0; i < contained.size(); i++) {
      Node candidate = contained.get(i);
      if (candidate.json() instanceof JsonNode json && id.equals(text(json, "id"))) {
        return candidate;
      }
    }
    return null;
  }

  private static @Nullable Node bundled(Env env, Node node, String reference) {
    Node root = node.root();
    if (!root.type.name.equals("Bundle")
        || !(root.json() instanceof JsonNode bundle)
        || !(bundle.get("entry") instanceof JsonNode entries)) {
      return null;
    }
    env.charge(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      String fullUrl = text(entries.get(i), "fullUrl");
      if (fullUrl != null
          && (fullUrl.equals(reference)
              || (!reference.contains(":") && fullUrl.endsWith("/" + reference)))) {
        return entryResource(root, i);
      }
    }
    return null;
  }

  private static @Nullable Node entryResource(Node bundle, int index) {
    var entry = bundle.type.member("entry");
    if (entry == null) {
      return null;
    }
    Coll entries = bundle.children(entry);
    for (int i = 0; i < entries.size(); i++) {
      Node candidate = entries.get(i);
      var resource = candidate.type.member("resource");
      if (candidate.index() == index && resource != null) {
        Coll found = candidate.children(resource);
        return found.isEmpty() ? null : found.get(0);
      }
    }
    return null;
  }
}
