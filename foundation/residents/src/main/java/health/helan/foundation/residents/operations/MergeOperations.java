package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.index.Index;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Merge and unmerge. Parameters as those of FHIR R5's {@code Patient/$merge}: {@code
 * source-patient}, {@code target-patient} (references) or {@code source-patient-identifier}, {@code
 * target-patient-identifier}; {@code preview}; and {@code note}, why. Both Patients stay as they
 * are: what is added is a link of the index.
 */
final class MergeOperations {
  private final Residents residents;

  MergeOperations(Residents residents) {
    this.residents = residents;
  }

  /** {@code POST Patient/$merge}. */
  Answer merge(Call call, In in) {
    refuseResult(call);
    String source = patient(call, in, "source-patient");
    String target = patient(call, in, "target-patient");
    boolean mayOverrule = check(call, List.of(source, target));
    residents.hurry(new LinkedHashSet<>(List.of(source, target)));
    boolean isLook = in.flag("preview");
    Index.Said said =
        residents
            .index()
            .say(
                call.caller(),
                source,
                target,
                Index.Saying.MERGE,
                mayOverrule,
                isLook,
                in.note(false));
    Out out = new Out();
    out.all()
        .code("status", isLook ? "preview" : "completed")
        .put("decision", "valueId", said.decision());
    if (mayOverrule) { // Both speak of all records of the two persons.
      out.all().flag("wasOne", said.wasOne()).flag("numbersDisagree", said.numbersDisagree());
    }
    Evidence.tell(out.all(), said.comparison());
    outcome(out);
    result(call, out, target);
    return out.answer();
  }

  /** {@code POST Patient/$unmerge}: everything is as if the merge had never been. */
  Answer unmerge(Call call, In in) {
    String source = patient(call, in, "source-patient");
    String target = patient(call, in, "target-patient");
    check(call, List.of(source, target));
    String decision =
        residents.index().withdraw(call.caller(), source, target, "merge", in.note(false));
    Out out = new Out();
    out.all().code("status", "completed").put("decision", "valueId", decision);
    outcome(out);
    result(call, out, target);
    return out.answer();
  }

  private static void outcome(Out out) {
    ObjectNode outcome =
        health.helan.foundation.store.Json.MAPPER
            .createObjectNode()
            .put("resourceType", "OperationOutcome");
    outcome
        .putArray("issue")
        .addObject()
        .put("severity", "information")
        .put("code", "informational");
    out.all().resource("outcome", outcome);
  }

  private void result(Call call, Out out, String target) {
    ObjectNode patient = Eyes.patients(call, residents, List.of(target)).get(target);
    if (patient != null) {
      out.all().resource("result", patient);
    }
  }

  /** A merge that rewrites the target is another operation than this one. */
  private static void refuseResult(Call call) {
    if (call.resource("result-patient") != null) {
      throw new Refusal(
          Refusal.Kind.NOT_SUPPORTED, "Parameters", "residents.no-result-patient", new Object[] {});
    }
  }

  private static String patient(Call call, In in, String name) {
    JsonNode given = in.parameter(name);
    String reference = given.path("valueReference").path("reference").asString("");
    if (reference.isEmpty()) {
      reference = in.text(name, "");
    }
    if (!reference.isEmpty()) {
      String local =
          reference.startsWith(call.base() + "/")
              ? reference.substring(call.base().length() + 1)
              : reference;
      if (!local.matches("Patient/[A-Za-z0-9\\-.]{1,64}")) {
        throw In.wrong(name);
      }
      return local.substring("Patient/".length());
    }
    JsonNode identifier = in.parameter(name + "-identifier").path("valueIdentifier");
    if (identifier.isMissingNode()) {
      throw In.missing(name);
    }
    return byIdentifier(call, identifier, name);
  }

  private static String byIdentifier(Call call, JsonNode identifier, String name) {
    String value = identifier.path("value").asString("");
    String system = identifier.path("system").asString("");
    if (value.isEmpty() || value.matches(".*[,|$\\\\].*")) {
      throw In.wrong(name + "-identifier");
    }
    // Whoever keeps the index sees no one's record, but names Patients in it.
    Caller eyes = Eyes.keepsTheIndex(call.caller()) ? call.caller().asPlatform() : call.caller();
    SearchResult found =
        call.store()
            .search(
                eyes,
                new SearchRequest(
                    "Patient",
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter(
                            "identifier", system.isEmpty() ? value : system + "|" + value),
                        new SearchRequest.Parameter("_count", "2")),
                    false));
    if (found.entries().size() != 1) {
      throw new Refusal(
          found.entries().isEmpty() ? Refusal.Kind.NOT_FOUND : Refusal.Kind.MULTIPLE_MATCHES,
          "residents.not-one-by-identifier",
          name);
    }
    return found.entries().getFirst().resource().id();
  }

  /**
   * Those who keep the index merge all Patients; the system of an institution its own.
   *
   * @return whether the caller may join what different numbers speak against
   */
  private boolean check(Call call, List<String> patients) {
    Map<String, String> owners = new HashMap<>();
    for (PlatformRows.Owned row : Eyes.rows(residents, patients)) {
      owners.put(row.version().id(), row.owner());
    }
    boolean keeps = Eyes.keepsTheIndex(call.caller());
    String own = call.caller().institution();
    for (String patient : patients) {
      String owner = owners.get(patient);
      // Another institution's is answered like one that is not there.
      if (owner == null || !keeps && (own.isEmpty() || !owner.equals(own))) {
        throw MatchOperation.notFound(patient);
      }
    }
    return keeps;
  }
}
