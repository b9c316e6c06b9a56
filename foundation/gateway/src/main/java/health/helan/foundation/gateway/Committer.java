package health.helan.foundation.gateway;

import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.Plan;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * From planned resources to one transaction of the store: finds those that are there already by
 * their identifiers (one search for each type), updates or keeps them, creates the others.
 */
final class Committer {
  /** Identifiers in one search. */
  private static final int AT_ONCE = 50;

  private final RecordStore store;
  private volatile @Nullable ObjectStore objects;

  Committer(RecordStore store) {
    this.store = store;
  }

  void keepLargeIn(ObjectStore kept) {
    objects = kept;
  }

  /** A transaction that is ready to be carried out. */
  record Prepared(List<Interaction> interactions, List<Plan> written, List<String> found) {}

  /**
   * Carries them out.
   *
   * @param requestKey a repeat with the same key writes nothing
   * @return references of what was written or found, the patient's first
   */
  List<String> commit(Caller caller, List<Plan> plans, String requestKey) {
    return commit(caller, new Format.Transaction(plans, List.of(), Set.of()), requestKey);
  }

  /** As {@link #commit(Caller, List, String)}, for what needs no mapping. */
  List<String> commit(Caller caller, Format.Transaction direct, String requestKey) {
    Prepared prepared = prepare(caller, direct.plans());
    var made = new ArrayList<>(prepared.found);
    var interactions = new ArrayList<>(prepared.interactions);
    interactions.addAll(direct.interactions());
    // Also when there is nothing to write: an instance that is late with this message must find
    // that it was carried out, or it would write over what came after it.
    for (Outcome outcome :
        store.transact(caller, interactions, direct.conditionalReferences(), requestKey)) {
      made.add(outcome.type() + "/" + outcome.id());
    }
    made.sort(java.util.Comparator.comparing(reference -> !reference.startsWith("Patient/")));
    return made;
  }

  Prepared prepare(Caller caller, List<Plan> plans) {
    Map<Plan, ResourceVersion> there = find(caller, plans);
    String patient = null;
    var superseded = new ArrayList<ResourceVersion>();
    boolean isOld = isOld(caller, plans, there, superseded);
    for (Plan plan : plans) {
      ResourceVersion found = there.get(plan);
      LargeBinary.refuseForged(plan.body());
      Plan.Key key = plan.key();
      String reference = found == null ? plan.fullUrl() : plan.type() + "/" + found.id();
      boolean isNoResource = found == null && plan.write() == Plan.Write.EXISTING;
      for (ObjectNode each : plan.references()) {
        if (isNoResource && key != null) {
          each.remove("reference");
          each.set("identifier", named(plan.body(), key));
        } else {
          each.put("reference", reference);
        }
      }
      if (patient == null && plan.type().equals("Patient")) {
        patient = reference;
      }
    }
    var interactions = new ArrayList<Interaction>();
    var written = new ArrayList<Plan>();
    var references = new ArrayList<String>();
    for (Plan plan : plans) {
      ResourceVersion found = there.get(plan);
      if (isOld && !plan.isHistory() && plan.write() != Plan.Write.ENSURE
          || found == null && plan.write() == Plan.Write.EXISTING) {
        continue;
      }
      if (isOld && plan.series() != null) {
        plan.body().put("status", "superseded");
      }
      if (found == null) {
        interactions.add(create(plan, patient));
        written.add(plan);
      } else if (plan.write() != Plan.Write.ENSURE && changes(found, plan)) {
        interactions.add(
            new Interaction.Patch(
                plan.type(),
                found.id(),
                null,
                now -> Mapping.over(now, plan.body().deepCopy(), plan),
                null));
        written.add(plan);
      } else {
        references.add(plan.type() + "/" + found.id());
      }
    }
    for (ResourceVersion before : superseded) {
      interactions.add(
          new Interaction.Patch(
              before.type(), before.id(), null, now -> now.put("status", "superseded"), null));
    }
    return new Prepared(interactions, written, references);
  }

  /**
   * Whether a newer version of the document is there already; else those that this one supersedes.
   * With the patient's resources of an old version nothing new is said: only the document is kept.
   */
  private boolean isOld(
      Caller caller,
      List<Plan> plans,
      Map<Plan, ResourceVersion> there,
      List<ResourceVersion> superseded) {
    boolean isOld = false;
    for (Plan plan : plans) {
      Plan.Series series = plan.series();
      if (series == null) {
        continue;
      }
      ResourceVersion own = there.get(plan);
      SearchResult others =
          store.search(
              caller,
              new SearchRequest(
                  plan.type(),
                  null,
                  null,
                  List.of(
                      new Parameter("identifier", criterion(series.key())),
                      new Parameter("_count", "100")),
                  false));
      for (SearchResult.Entry entry : others.entries()) {
        ResourceVersion other = entry.resource();
        byte[] content = other.content();
        if (content == null || own != null && other.id().equals(own.id())) {
          continue;
        }
        JsonNode resource = Json.MAPPER.readTree(content);
        int number = number(resource);
        isOld |= number > series.number();
        boolean isNamed = there.values().stream().anyMatch(each -> each.id().equals(other.id()));
        if (number >= 0
            && number < series.number()
            && !isNamed
            && resource.path("status").asString("").equals("current")) {
          superseded.add(other);
        }
      }
    }
    if (isOld) {
      superseded.clear();
    }
    return isOld;
  }

  /** What its sender calls a resource that never came, rather than the key made of it. */
  private static ObjectNode named(ObjectNode body, Plan.Key key) {
    for (JsonNode identifier : body.path("identifier")) {
      if (identifier instanceof ObjectNode object
          && !object.path("system").asString("").equals(key.system())) {
        return object.deepCopy();
      }
    }
    return Json.MAPPER.createObjectNode().put("system", key.system()).put("value", key.value());
  }

  /** Of a document's version; below zero for none. */
  private static int number(JsonNode resource) {
    for (JsonNode extension : resource.path("extension")) {
      if (extension.path("url").asString("").equals(Mapping.NUMBER)) {
        return extension.path("valueInteger").asInt(-1);
      }
    }
    return -1;
  }

  private Interaction create(Plan plan, @Nullable String patient) {
    Plan.Key key = plan.key();
    ObjectNode body = Mapping.forCreate(plan.body());
    ObjectStore large = objects;
    return new Interaction.Create(
        plan.type(),
        large != null && LargeBinary.isOne(body)
            ? new LargeBinary(body, large)
            : Interaction.Body.of(body),
        // A citizen's number is the same in every institution: another's record of the person, open
        // to this one by a grant, is not taken for its own.
        key != null && plan.isGuarded() && !key.isShared()
            ? "identifier=" + encoded(criterion(key))
            : null,
        plan.fullUrl(),
        plan.type().equals("Patient") ? null : patient);
  }

  /** A message that says nothing new writes no version. */
  private static boolean changes(ResourceVersion found, Plan plan) {
    byte[] content = found.content();
    if (content == null || !(Json.MAPPER.readTree(content) instanceof ObjectNode now)) {
      return true;
    }
    return !Mapping.over(now.deepCopy(), plan.body().deepCopy(), plan).equals(now);
  }

  // ------------------------------------------------------------------ finding

  private static String criterion(Plan.Key key) {
    return SearchRequest.escaped(key.system()) + "|" + SearchRequest.escaped(key.value());
  }

  /** FHIR R4, search.html#escaping. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private Map<Plan, ResourceVersion> find(Caller caller, List<Plan> plans) {
    var byType = new LinkedHashMap<String, Map<Plan.Key, Plan>>();
    for (Plan plan : plans) {
      Plan.Key key = plan.key();
      if (key != null && plan.write() != Plan.Write.CREATE) {
        byType.computeIfAbsent(plan.type(), _ -> new LinkedHashMap<>()).put(key, plan);
      }
    }
    var found = new IdentityHashMap<Plan, ResourceVersion>();
    byType.forEach(
        (type, wanted) -> {
          var keys = new ArrayList<>(wanted.keySet());
          for (int from = 0; from < keys.size(); from += AT_ONCE) {
            List<Plan.Key> some = keys.subList(from, Math.min(keys.size(), from + AT_ONCE));
            find(caller, type, some, wanted, found);
          }
        });
    return found;
  }

  private void find(
      Caller caller,
      String type,
      List<Plan.Key> keys,
      Map<Plan.Key, Plan> wanted,
      Map<Plan, ResourceVersion> found) {
    String criteria = String.join(",", keys.stream().map(Committer::criterion).toList());
    SearchResult result =
        store.search(
            caller,
            new SearchRequest(
                type,
                null,
                null,
                List.of(
                    new Parameter("identifier", criteria),
                    new Parameter("_count", Integer.toString(keys.size() * 2 + 10))),
                false));
    var counts = new HashMap<Plan, Integer>();
    for (SearchResult.Entry entry : result.entries()) {
      ResourceVersion version = entry.resource();
      byte[] content = version.content();
      if (content == null) {
        continue;
      }
      JsonNode resource = Json.MAPPER.readTree(content);
      String manager = resource.at("/managingOrganization/reference").asString("");
      if (type.equals("Patient")
          && !manager.isEmpty()
          && !manager.equals("Organization/" + caller.institution())) {
        continue;
      }
      JsonNode identifiers = resource.path("identifier");
      for (JsonNode identifier :
          identifiers.isObject() ? List.of(identifiers) : identifiers.values()) {
        Plan plan =
            wanted.get(
                new Plan.Key(
                    identifier.path("system").asString(""), identifier.path("value").asString("")));
        if (plan != null) {
          ResourceVersion other = found.put(plan, version);
          if (other != null && !other.id().equals(version.id())) {
            counts.merge(plan, 1, Integer::sum);
          }
        }
      }
    }
    if (!counts.isEmpty()) {
      throw new Refusal(Refusal.Kind.MULTIPLE_MATCHES, "store.condition-matches-several", type);
    }
  }
}
