package health.helan.foundation.registry;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The membership of an institution in an alliance (医联体) where FHIR keeps it: an
 * OrganizationAffiliation, {@code organization} the leading institution, {@code
 * participatingOrganization} the member, {@code code} the kind of alliance; with the extension
 * {@link #EXTENSION} for what R4 has no place for: state, since when, why, who proposed it. One
 * without it is from elsewhere, and stands as its {@code active} says.
 */
public final class Alliance {
  public static final String TYPE = "OrganizationAffiliation";
  public static final String EXTENSION = "https://helan.health/fhir/StructureDefinition/alliance";
  public static final String KIND = "https://helan.health/fhir/CodeSystem/alliance-kind";

  /** 城市医疗集团, 县域医共体, 专科联盟, 远程医疗协作网 (from general knowledge). */
  public static final Set<String> KINDS =
      Set.of("urban-group", "county-community", "specialty-alliance", "telemedicine-network");

  /** Memberships read at once. */
  private static final int PAGE = 500;

  private final ObjectNode affiliation;
  private final @Nullable ObjectNode extension;

  private Alliance(ObjectNode affiliation) {
    this.affiliation = affiliation;
    extension = Parts.find(affiliation, EXTENSION);
  }

  public static Alliance of(JsonNode affiliation) {
    return new Alliance((ObjectNode) affiliation);
  }

  /**
   * What is proposed.
   *
   * @param kind of {@link #KINDS}
   * @param start null for the day on which it is let begin
   */
  public record Proposal(String lead, String member, String kind, @Nullable LocalDate start) {}

  /** All there are, of one institution or of all, whichever way it belongs to them. */
  public static List<JsonNode> all(RecordStore store, @Nullable String institution) {
    var all = new ArrayList<JsonNode>();
    if (institution == null) {
      search(store, null, all);
    } else {
      search(store, "primary-organization", institution, all);
      search(store, "participating-organization", institution, all);
    }
    return all;
  }

  private static void search(
      RecordStore store, String parameter, String institution, List<JsonNode> into) {
    search(store, new SearchRequest.Parameter(parameter, "Organization/" + institution), into);
  }

  private static void search(
      RecordStore store, SearchRequest.@Nullable Parameter narrowed, List<JsonNode> into) {
    String next = null;
    do {
      var parameters = new ArrayList<SearchRequest.Parameter>();
      if (narrowed != null) {
        parameters.add(narrowed);
      }
      parameters.add(new SearchRequest.Parameter("_count", Integer.toString(PAGE)));
      if (next != null) {
        parameters.add(new SearchRequest.Parameter("_cursor", next));
      }
      SearchResult found =
          store.search(
              Caller.platform("registry"), new SearchRequest(TYPE, null, null, parameters, false));
      for (SearchResult.Entry entry : found.entries()) {
        into.add(Json.MAPPER.readTree(entry.resource().content()));
      }
      next = found.next();
    } while (next != null);
  }

  /** What the registry alone may write of one that has states: compared before and after. */
  static List<JsonNode> registered(JsonNode affiliation) {
    ObjectNode own = Parts.find(affiliation, EXTENSION);
    return own == null
        ? List.of()
        : List.of(
            own,
            affiliation.path("organization").path("reference"),
            affiliation.path("participatingOrganization").path("reference"),
            affiliation.path("code"),
            affiliation.path("active"),
            affiliation.path("period"));
  }

  static ObjectNode proposed(
      Proposal proposal,
      Caller caller,
      String reason,
      Instant now,
      String leadName,
      String memberName) {
    ObjectNode affiliation = Json.MAPPER.createObjectNode().put("resourceType", TYPE);
    var parts = new Parts(Parts.make(affiliation, EXTENSION));
    parts.put("state", "valueCode", AllianceState.PROPOSED.word());
    parts.put("since", "valueDateTime", now.toString());
    parts.put("reason", "valueString", reason);
    parts.put("proposed-by", "valueString", caller.subject());
    affiliation.put("active", false);
    if (proposal.start() != null) {
      affiliation.putObject("period").put("start", proposal.start().toString());
    }
    reference(affiliation.putObject("organization"), proposal.lead(), leadName);
    reference(affiliation.putObject("participatingOrganization"), proposal.member(), memberName);
    affiliation
        .putArray("code")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", KIND)
        .put("code", proposal.kind());
    return affiliation;
  }

  private static void reference(ObjectNode into, String organization, String name) {
    into.put("reference", "Organization/" + organization);
    if (!name.isEmpty()) {
      into.put("display", name);
    }
  }

  private String text(String name) {
    return extension == null ? "" : new Parts(extension).text(name);
  }

  public AllianceState state() {
    AllianceState state = AllianceState.of(text("state"));
    if (state != null) {
      return state;
    }
    return affiliation.path("active").asBoolean(true) ? AllianceState.ACTIVE : AllianceState.ENDED;
  }

  /** Since when it is in its state; null where nobody has said. */
  public @Nullable Instant since() {
    return Spans.from(text("since"));
  }

  public String lead() {
    return RegistryTable.id(affiliation.path("organization"), "Organization");
  }

  public String member() {
    return RegistryTable.id(affiliation.path("participatingOrganization"), "Organization");
  }

  /** Code of the kind; the text where it has none of ours; empty for none. */
  public String kind() {
    for (JsonNode concept : affiliation.path("code")) {
      for (JsonNode coding : concept.path("coding")) {
        if (KIND.equals(coding.path("system").asString(""))) {
          return coding.path("code").asString("");
        }
      }
    }
    return affiliation.path("code").path(0).path("text").asString("");
  }

  /** First and last day; empty for none. */
  public String start() {
    return affiliation.path("period").path("start").asString("");
  }

  public String end() {
    return affiliation.path("period").path("end").asString("");
  }

  public String id() {
    return affiliation.path("id").asString("");
  }

  public String version() {
    return affiliation.path("meta").path("versionId").asString("");
  }

  /** Whether the two are in such an alliance, or are proposed for it. */
  boolean isOf(Proposal proposal) {
    return state() != AllianceState.ENDED
        && lead().equals(proposal.lead())
        && member().equals(proposal.member())
        && kind().equals(proposal.kind());
  }

  /**
   * Takes a step.
   *
   * @throws Refusal with the reason for which it is not open to the caller, or not now
   */
  void take(AllianceStep step, Caller caller, String reason, Instant now) {
    AllianceState to = step.take(caller, state());
    boolean wasActive = state() == AllianceState.ACTIVE;
    if (step == AllianceStep.ACTIVATE
        && !caller.isRoot()
        && text("proposed-by").equals(caller.subject())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.own-filing");
    }
    String day = Licence.day(now).toString();
    ObjectNode period =
        affiliation.get("period") instanceof ObjectNode there
            ? there
            : affiliation.putObject("period");
    if (to == AllianceState.ACTIVE && !period.has("start")) {
      period.put("start", day);
    }
    if (to == AllianceState.ENDED && wasActive) {
      String start = period.path("start").asString("");
      // One that was to begin later ends on the day it would have begun.
      period.put("end", start.compareTo(day) > 0 ? start : day);
    }
    if (period.isEmpty()) {
      affiliation.remove("period"); // FHIR knows no empty period.
    }
    affiliation.put("active", to == AllianceState.ACTIVE);
    var parts = new Parts(extension == null ? Parts.make(affiliation, EXTENSION) : extension);
    parts.put("state", "valueCode", to.word());
    parts.put("since", "valueDateTime", now.toString());
    parts.put("reason", "valueString", reason);
  }
}
