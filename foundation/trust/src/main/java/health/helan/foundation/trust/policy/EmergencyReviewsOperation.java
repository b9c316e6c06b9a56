package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Searchsets;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code GET Task/$emergency-reviews}: the emergency accesses, the latest first; {@code state}
 * opened, justified or reviewed narrows. For regulators all: the one thing about residents that
 * they see in the primary store. For practitioners their own, so that they can justify them after
 * the access has ended.
 */
final class EmergencyReviewsOperation implements FhirOperation {
  @Override
  public Spec spec() {
    return new Spec(
        "emergency-reviews",
        Set.of(Level.TYPE),
        Set.of("Task"),
        false,
        "https://helan.health/fhir/OperationDefinition/Task-emergency-reviews");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    List<Parameter> criteria = new ArrayList<>();
    if (caller.role() == Caller.Role.PRACTITIONER && !caller.isRoot()) {
      Staff.only(caller, spec().name());
      criteria.add(new Parameter("requester", "Practitioner/" + caller.binding().practitioner()));
    } else {
      Staff.reviewersOnly(caller, spec().name());
    }
    criteria.add(new Parameter("code", Causes.TASK_SYSTEM + "|" + Causes.EMERGENCY_TASK));
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
    return Searchsets.answer(
        call,
        "Task/$emergency-reviews",
        call.store()
            .search(caller.asPlatform(), new SearchRequest("Task", null, null, criteria, false)));
  }
}
