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

  Committer(RecordStore store) {
    this.store = store;
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
    Prepared prepared = prepare(caller, plans);
    var made = new ArrayList<>(prepared.found);
    // Also when there is nothing to write: an instance that is late with this message must find
    // that it was carried out, or it would write over what came after it.
    for (Outcome outcome : store.transact(caller, prepared.interactions, Set.of(), requestKey)) {
      made.add(outcome.type() + "/" + outcome.id());
    }
    made.sort(java.util.Comparator.comparing(reference -> !reference.startsWith("Patient/")));
    return made;
  }

  Prepared prepare(Caller caller, List<Plan> plans) {
    Map<Plan, ResourceVersion> there = find(caller, plans);
    String patient = null;
    for (Plan plan : plans) {
      ResourceVersion found = there.get(plan);
      String reference = found == null ? plan.fullUrl() : plan.type() + "/" + found.id();
      for (ObjectNode each : plan.references()) {
        each.put("reference", reference);
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
      if (found == null) {
        interactions.add(create(plan, patient));
        written.add(plan);
      } else if (plan.write() == Plan.Write.UPDATE && changes(found, plan)) {
        interactions.add(
            new Interaction.Patch(
                plan.type(),
                found.id(),
                null,
                now -> Mapping.over(now, plan.body().deepCopy(), plan.added()),
                null));
        written.add(plan);
      } else {
        references.add(plan.type() + "/" + found.id());
      }
    }
    return new Prepared(interactions, written, references);
  }

  private static Interaction create(Plan plan, @Nullable String patient) {
    Plan.Key key = plan.key();
    return new Interaction.Create(
        plan.type(),
        Interaction.Body.of(Mapping.forCreate(plan.body())),
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
    return !Mapping.over(now.deepCopy(), plan.body().deepCopy(), plan.added()).equals(now);
  }

  // ------------------------------------------------------------------ finding

  private static String criterion(Plan.Key key) {
    return escaped(key.system()) + "|" + escaped(key.value());
  }

  /** FHIR R4, search.html#escaping. */
  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|").replace(",", "\\,").replace("$", "\\$");
  }

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
      for (JsonNode identifier : resource.path("identifier")) {
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
