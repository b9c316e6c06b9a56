package health.helan.foundation.gateway.fhir;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Format;
import health.helan.foundation.gateway.mapping.Identifiers;
import health.helan.foundation.gateway.mapping.Plan;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.StoredData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The entries of a bundle, and what they ask of the store. */
final class Entries {
  private static final int MAX_ENTRIES = 10_000;

  /** Elements that name the patient. */
  private static final List<String> PATIENT_ELEMENTS =
      List.of("subject", "patient", "beneficiary", "for");

  /** Said by the envelope, not to be kept as a resource. */
  private static final Set<String> ENVELOPE = Set.of("MessageHeader", "OperationOutcome");

  private final List<ObjectNode> entries = new ArrayList<>();
  private final Feed feed;

  Entries(ObjectNode bundle, Feed feed) {
    this.feed = feed;
    int number = 0;
    for (JsonNode entry : bundle.path("entry")) {
      if (++number > MAX_ENTRIES) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "rest.too-many-entries", MAX_ENTRIES);
      }
      if (entry instanceof ObjectNode object) {
        entries.add(object);
      }
    }
  }

  private static @Nullable ObjectNode resource(ObjectNode entry) {
    return entry.get("resource") instanceof ObjectNode resource ? resource : null;
  }

  private static String type(ObjectNode resource) {
    return resource.path("resourceType").asString("");
  }

  // ------------------------------------------------------------------ about whom

  /** As messages of other formats name a patient, where it has an identifier; empty for nobody. */
  String patientKey() {
    String reference = "";
    for (ObjectNode entry : entries) {
      ObjectNode resource = resource(entry);
      if (resource == null) {
        continue;
      }
      if (type(resource).equals("Patient")) {
        Plan.Key key = preferred(resource);
        if (key != null) {
          return key.system() + "|" + key.value();
        }
        String id = resource.path("id").asString("");
        if (!id.isEmpty()) {
          return "Patient/" + id;
        }
      }
      for (String element : PATIENT_ELEMENTS) {
        JsonNode subject = resource.path(element);
        String value = subject.path("identifier").path("value").asString("");
        if (reference.isEmpty() && !value.isEmpty()) {
          reference = subject.path("identifier").path("system").asString("") + "|" + value;
        }
        String named = subject.path("reference").asString("");
        if (reference.isEmpty() && named.startsWith("Patient/")) {
          reference = named;
        }
      }
    }
    return reference;
  }

  /**
   * The identifier of a patient that stands for it: the medical record's number, else the first.
   */
  private static Plan.@Nullable Key preferred(ObjectNode resource) {
    Plan.Key first = null;
    for (JsonNode identifier : resource.path("identifier")) {
      String value = identifier.path("value").asString("");
      if (value.isEmpty()) {
        continue;
      }
      var key = new Plan.Key(identifier.path("system").asString(""), value);
      for (JsonNode coding : identifier.path("type").path("coding")) {
        if (coding.path("code").asString("").equals("MR")) {
          return key;
        }
      }
      if (first == null && !key.system().isEmpty()) {
        first = key;
      }
    }
    return first;
  }

  // ------------------------------------------------------------------ as resources

  /** Each resource as one that may be there already. */
  Format.Transaction asResources() {
    var plans = new ArrayList<Plan>();
    var byAddress = new HashMap<String, Plan>();
    var bodies = new LinkedHashMap<Plan, ObjectNode>();
    for (ObjectNode entry : entries) {
      ObjectNode resource = resource(entry);
      if (resource == null || ENVELOPE.contains(type(resource))) {
        continue;
      }
      Plan plan = plan(resource);
      plans.add(plan);
      bodies.put(plan, resource);
      String fullUrl = entry.path("fullUrl").asString("");
      if (!fullUrl.isEmpty()) {
        byAddress.putIfAbsent(fullUrl, plan);
      }
      String id = resource.path("id").asString("");
      if (!id.isEmpty()) {
        byAddress.putIfAbsent(type(resource) + "/" + id, plan);
      }
    }
    if (plans.isEmpty()) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "gateway.bundle-empty");
    }
    var known = new LinkedHashMap<Plan.Key, Plan>();
    bodies.forEach((plan, body) -> point(body, byAddress, known));
    // What others said before stands under the number that their sender gave it.
    plans.addAll(0, known.values());
    return new Format.Transaction(plans, List.of(), Set.of());
  }

  private Plan plan(ObjectNode resource) {
    String type = type(resource);
    var kind = R4.get().type(type);
    if (kind == null || !R4.get().resourceTypes().contains(type)) {
      throw new Refusal(
          Refusal.Kind.UNPROCESSABLE,
          "gateway.bundle-resource",
          type.matches("[A-Za-z]{1,40}") ? type : "?");
    }
    String id = resource.path("id").asString("");
    resource.remove("id");
    if (resource.get("meta") instanceof ObjectNode meta) {
      meta.remove("versionId");
      meta.remove("lastUpdated");
    }
    if (type.equals("Patient") && !resource.has("managingOrganization")) {
      resource
          .putObject("managingOrganization")
          .put("reference", "Organization/" + feed.institution());
    }
    R4.ElementDef identifier = kind.elements().get("identifier");
    boolean isIdentified = identifier != null && identifier.repeats();
    Plan.Key own = id.isEmpty() || !isIdentified ? null : Identifiers.numbered(feed, type, id);
    Plan.Key key = isIdentified ? preferred(resource) : null;
    if (key == null) {
      key = own;
    }
    if (own != null) {
      Plan.identify(resource, own);
    }
    return Plan.of(
        type,
        resource,
        key,
        key == null ? Plan.Write.CREATE : Plan.Write.UPDATE,
        List.of("identifier"));
  }

  /** References to what lies in the bundle, and to what the sender has named before. */
  private void point(JsonNode node, Map<String, Plan> byAddress, Map<Plan.Key, Plan> known) {
    if (node instanceof ArrayNode array) {
      array.forEach(each -> point(each, byAddress, known));
    } else if (node instanceof ObjectNode object) {
      String reference = object.path("reference").asString("");
      if (!reference.isEmpty() && !reference.startsWith("#")) {
        int history = reference.indexOf("/_history/");
        String plain = history < 0 ? reference : reference.substring(0, history);
        Plan plan = byAddress.get(plain);
        if (plan == null) {
          plan = before(plain, known);
        }
        if (plan != null) {
          plan.references().add(object);
        }
      }
      object
          .properties()
          .forEach(
              property -> {
                if (property.getValue().isContainer()) {
                  point(property.getValue(), byAddress, known);
                }
              });
    }
  }

  /** A relative reference beyond the bundle; null for what is none of a resource. */
  private @Nullable Plan before(String reference, Map<Plan.Key, Plan> known) {
    String[] parts = reference.split("/");
    if (reference.equals("Organization/" + feed.institution())) {
      return null; // The institution knows itself by our number.
    }
    if (parts.length != 2 || !R4.get().resourceTypes().contains(parts[0])) {
      return null;
    }
    String type = parts[0];
    Plan.Key key = Identifiers.numbered(feed, type, parts[1]);
    return known.computeIfAbsent(
        key, _ -> Plan.of(type, Plan.bare(type), key, Plan.Write.EXISTING, List.of("identifier")));
  }

  // ------------------------------------------------------------------ as asked

  /** Entries with their requests (FHIR R4, http.html#transaction). */
  Format.Transaction asAsked() {
    var interactions = new ArrayList<Interaction>();
    var conditional = new LinkedHashSet<String>();
    for (int i = 0; i < entries.size(); i++) {
      ObjectNode entry = entries.get(i);
      interactions.add(interaction(entry, i));
      ObjectNode resource = resource(entry);
      if (resource != null) {
        collect(resource, conditional);
      }
    }
    if (interactions.isEmpty()) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "gateway.bundle-empty");
    }
    return new Format.Transaction(List.of(), interactions, conditional);
  }

  private static void collect(JsonNode node, Set<String> conditional) {
    String reference = node.path("reference").asString("");
    int question = reference.indexOf('?');
    if (question > 0 && reference.lastIndexOf(':', question) < 0) {
      conditional.add(reference);
    }
    for (JsonNode each : node) {
      if (each.isContainer()) {
        collect(each, conditional);
      }
    }
  }

  private static Interaction interaction(ObjectNode entry, int number) {
    JsonNode request = entry.path("request");
    String method = request.path("method").asString("");
    String url = request.path("url").asString("");
    int question = url.indexOf('?');
    String path = question < 0 ? url : url.substring(0, question);
    String criteria = question < 0 ? null : url.substring(question + 1);
    String[] parts = path.split("/");
    String type = parts[0];
    String id = parts.length > 1 ? parts[1] : null;
    if (!R4.get().resourceTypes().contains(type) || parts.length > 2) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "rest.entry-url", number);
    }
    String address = entry.path("fullUrl").asString("");
    String fullUrl = address.isEmpty() ? null : address;
    switch (method) {
      case "POST" -> {
        String exists = request.path("ifNoneExist").asString("");
        String search = exists.startsWith("?") ? exists.substring(1) : exists;
        ObjectNode resource = needed(entry, number);
        return new Interaction.Create(
            type,
            Interaction.Body.of(resource),
            search.isEmpty() ? null : search,
            fullUrl,
            patient(resource));
      }
      case "PUT" -> {
        if (id == null && criteria == null) {
          throw new Refusal(Refusal.Kind.INVALID, "rest.criteria-missing");
        }
        ObjectNode resource = needed(entry, number);
        if (id != null && !id.equals(resource.path("id").asString(id))) {
          throw new Refusal(Refusal.Kind.INVALID, "rest.id-differs");
        }
        return new Interaction.Update(
            type,
            id,
            id == null ? criteria : null,
            Interaction.Body.of(resource),
            version(request),
            request.path("ifNoneMatch").asString("").equals("*"),
            fullUrl,
            patient(resource));
      }
      case "DELETE" -> {
        if (id == null && criteria == null) {
          throw new Refusal(Refusal.Kind.INVALID, "rest.criteria-missing");
        }
        return new Interaction.Delete(
            type, id, id == null ? criteria : null, version(request), false);
      }
      // Reads have nobody to be answered to, patches are for the API.
      default -> throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "rest.entry-method", number);
    }
  }

  /** Whose it is, as far as it says so at once. */
  private static @Nullable String patient(ObjectNode resource) {
    for (String element : PATIENT_ELEMENTS) {
      String reference = resource.path(element).path("reference").asString("");
      if (!reference.isEmpty()) {
        return reference;
      }
    }
    return null;
  }

  /**
   * @throws Refusal for a Binary that names an object of the platform: it could be another's
   */
  private static void refuseForged(ObjectNode resource) {
    if (type(resource).equals("Binary") && StoredData.isIn(resource)) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.binary-reserved");
    }
  }

  private static ObjectNode needed(ObjectNode entry, int number) {
    ObjectNode resource = resource(entry);
    if (resource == null) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.entry-without-resource", number);
    }
    refuseForged(resource);
    return resource;
  }

  /** {@code If-Match: W/"3"}; null for none. */
  private static @Nullable Integer version(JsonNode request) {
    String tag = request.path("ifMatch").asString("").replaceAll("^W/|\"", "");
    if (tag.isEmpty()) {
      return null;
    }
    if (!tag.matches("\\d{1,9}")) {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.bundle-if-match");
    }
    return Integer.valueOf(tag);
  }
}
