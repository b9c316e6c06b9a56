package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Searchsets;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET Task/$cases}: the regulators' cases, the latest first; {@code state} requested,
 * approved, refused or closed narrows. For regulators and operators. Whom a case is about stands in
 * it only for the regulator who asked, and while it is approved.
 */
final class CasesOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "cases",
        Set.of(Level.TYPE),
        Set.of("Task"),
        false,
        "https://helan.health/fhir/OperationDefinition/Task-cases");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "cases");
    List<Parameter> criteria = new ArrayList<>();
    criteria.add(new Parameter("code", Causes.TASK_SYSTEM + "|" + Causes.CASE_TASK));
    criteria.add(new Parameter("_sort", "-authored-on"));
    for (Parameter parameter : call.query().parameters()) {
      switch (parameter.name()) {
        case "state" -> criteria.add(new Parameter("business-status", parameter.value()));
        case "_count", SearchEngine.CURSOR -> criteria.add(parameter);
        default ->
            throw new Refusal(
                Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", parameter.name());
      }
    }
    // Whom the cases are about is not handed out but to those who asked: they are no subjects of
    // this
    // request.
    SearchResult found =
        ScopedValue.where(AccessTrail.CURRENT, new AccessTrail())
            .call(
                () ->
                    call.store()
                        .search(
                            call.caller().asPlatform(),
                            new SearchRequest("Task", null, null, criteria, false)));
    List<SearchResult.Entry> shown = new ArrayList<>();
    for (SearchResult.Entry entry : found.entries()) {
      ResourceVersion version = entry.resource();
      ObjectNode task =
          RegulatoryCase.shown(
              (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content())),
              call.caller().subject());
      ResourceVersion cut =
          new ResourceVersion(
              version.type(),
              version.id(),
              version.version(),
              version.updated(),
              version.method(),
              Json.MAPPER.writeValueAsBytes(task),
              task.has("for") ? version.patient() : null);
      AccessTrail.note(cut);
      shown.add(new SearchResult.Entry(cut, entry.isMatch()));
    }
    return Searchsets.answer(
        call,
        "Task/$cases",
        new SearchResult(
            shown,
            found.total(),
            found.used(),
            found.next(),
            found.watermark(),
            found.warnings(),
            found.summary()));
  }
}
