package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.QualityLook;
import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.Plan;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST $gateway-rehearse}: what a message would become, without keeping or committing it.
 * {@code feed}, {@code content} (Base64), and {@code file}, a mapping to try instead of the feed's.
 * Answers with {@code type}, {@code mapping}, a {@code resource} for each (what is done with it,
 * the resource, and an OperationOutcome with what is wrong with it) and a {@code finding} for each
 * thing that was odd. For systems of the feed's institution and the root of the installation; for
 * operators without a look at what is there already.
 */
final class RehearseOperation implements FhirOperation {
  private final Gateway gateway;
  private final QualityLook quality;

  RehearseOperation(Gateway gateway, QualityLook quality) {
    this.gateway = gateway;
    this.quality = quality;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-rehearse",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/gateway-rehearse");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-rehearse");
    Feed feed = Access.feed(gateway, Access.required(call, "feed"));
    boolean looks = Access.looks(feed, call.caller());
    byte[] content = ReplayOperation.content(call);
    if (content == null) {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.parameter-missing", "content");
    }
    String file = call.text("file");
    Gateway.Rehearsal rehearsal =
        gateway.rehearse(
            feed,
            content,
            file == null ? null : Mapping.parse(file),
            looks ? Gateway.Looking.AT_WHAT_IS_THERE : Gateway.Looking.AT_THE_TEXT_ALONE);
    var shown = new Shown();
    Shown.text(shown.list(), "type", rehearsal.type());
    Shown.text(shown.list(), "mapping", rehearsal.mapping());
    for (Plan plan : rehearsal.plans()) {
      show(
          shown,
          plan.write().name().toLowerCase(Locale.ROOT),
          Mapping.forCreate(plan.body()),
          feed,
          call);
    }
    for (Interaction asked : rehearsal.interactions()) {
      switch (asked) {
        case Interaction.Create create ->
            show(shown, "create", create.resource().read(), feed, call);
        case Interaction.Update update ->
            show(shown, "update", update.resource().read(), feed, call);
        case Interaction.Patch patch -> only(shown, "patch", patch.type(), patch.id());
        case Interaction.Delete delete -> only(shown, "delete", delete.type(), delete.id());
      }
    }
    Shown.findings(shown.list(), rehearsal.findings(), call.language());
    return shown.answer();
  }

  private static void only(Shown shown, String write, String type, @Nullable String id) {
    ArrayNode parts = Shown.group(shown.list(), "resource");
    Shown.code(parts, "write", write);
    Shown.text(parts, "reference", id == null ? type : type + "/" + id);
  }

  private void show(Shown shown, String write, ObjectNode resource, Feed feed, Call call) {
    ArrayNode parts = Shown.group(shown.list(), "resource");
    Shown.code(parts, "write", write);
    parts.addObject().put("name", "resource").set("resource", resource);
    ObjectNode outcome = Outcomes.empty();
    for (Issue issue : Validator.get().validate(resource, Options.STORED)) {
      Outcomes.issue(
          outcome,
          issue.severity() == Issue.Severity.ERROR ? "error" : "warning",
          issue.code(),
          issue.text(call.language()),
          issue.expression());
    }
    if (resource.path("resourceType").asString("").equals("Binary")) {
      resource.remove("data"); // Whoever rehearses has it.
    }
    quality.look(feed, resource, call.language(), outcome);
    if (!outcome.path("issue").isEmpty()) {
      parts.addObject().put("name", "outcome").set("resource", outcome);
    }
  }
}
