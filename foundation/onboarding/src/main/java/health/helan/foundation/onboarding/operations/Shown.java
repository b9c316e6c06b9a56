package health.helan.foundation.onboarding.operations;

import health.helan.foundation.onboarding.CheckList;
import health.helan.foundation.onboarding.Onboarding;
import health.helan.foundation.onboarding.Onboardings;
import health.helan.foundation.onboarding.Step;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters that tell of applications. */
final class Shown {
  private final ObjectNode parameters = Json.MAPPER.createObjectNode();
  private final ArrayNode list;

  Shown() {
    parameters.put("resourceType", "Parameters");
    list = parameters.putArray("parameter");
  }

  /** The database's silence is the caller's to wait out. */
  static Answer answer(Supplier<Answer> work) {
    try {
      return work.get();
    } catch (Sql.DatabaseFailed e) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "onboarding.database");
    }
  }

  Answer answer() {
    if (list.isEmpty()) {
      parameters.remove("parameter"); // FHIR has no empty arrays.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }

  private static ArrayNode group(ArrayNode in, String name) {
    return in.addObject().put("name", name).putArray("part");
  }

  private static void text(ArrayNode in, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      in.addObject().put("name", name).put("valueString", value);
    }
  }

  private static void code(ArrayNode in, String name, String value) {
    in.addObject().put("name", name).put("valueCode", value);
  }

  private static void time(ArrayNode in, String name, java.time.Instant value) {
    in.addObject().put("name", name).put("valueInstant", value.toString());
  }

  /** A line of the list. */
  void head(Onboarding one) {
    head(group(list, "onboarding"), one);
  }

  private static void head(ArrayNode in, Onboarding one) {
    text(in, "id", one.id());
    code(in, "state", one.state().word());
    text(in, "name", one.application().organization().name());
    if (!one.application().institution().isEmpty()) {
      in.addObject()
          .put("name", "institution")
          .putObject("valueReference")
          .put("reference", "Organization/" + one.application().institution());
    }
    time(in, "created", one.created());
    time(in, "changed", one.changed());
  }

  /** All of one. */
  void whole(Onboardings onboardings, Onboarding one, Caller caller, Locale language) {
    head(list, one);
    text(list, "application", one.application().json().toString());
    if (!one.settings().isEmpty()) {
      text(list, "settings", one.settings().toString());
    }
    text(list, "sandbox-institution", one.tenant());
    one.application()
        .systems()
        .forEach(
            system -> {
              ArrayNode parts = group(list, "client");
              text(parts, "system", system.id());
              text(parts, "sandbox", "sandbox." + one.client(system.id()));
              text(parts, "live", one.client(system.id()));
            });
    for (Onboarding.Act act : onboardings.acts(one)) {
      ArrayNode parts = group(list, "act");
      code(parts, "step", act.step());
      code(parts, "state", act.state().word());
      time(parts, "at", act.at());
      text(parts, "by", act.by());
      code(parts, "role", act.role());
      text(parts, "reason", act.reason());
    }
    Map<String, Onboarding.Evidence> evidence = onboardings.evidence(one);
    for (CheckList.Line line : CheckList.of(one.application())) {
      line(group(list, "line"), line, evidence.get(line.code()), language);
    }
    for (Step step : onboardings.open(caller, one)) {
      code(list, "may", step.word());
    }
  }

  private static void line(
      ArrayNode in, CheckList.Line line, Onboarding.@Nullable Evidence proof, Locale language) {
    code(in, "code", line.kind().word());
    text(in, "of", line.of());
    text(in, "what", line.what());
    text(
        in,
        "text",
        Messages.of(
            language, "onboarding.line." + line.kind().word(), List.of(line.of(), line.what())));
    in.addObject().put("name", "proved").put("valueBoolean", proof != null);
    if (proof == null) {
      return;
    }
    JsonNode what = proof.what();
    time(in, "at", proof.at());
    text(in, "message", what.path("message").asString(""));
    text(in, "request", what.path("request").asString(""));
    text(in, "mapping", what.path("mapping").asString(""));
    if (what.path("status").isInt()) {
      in.addObject().put("name", "status").put("valueInteger", what.path("status").asInt());
    }
    String reason = what.path("reason").asString("");
    if (!reason.isEmpty()) {
      var arguments = new ArrayList<Object>();
      what.path("arguments").forEach(each -> arguments.add(each.asString("")));
      code(in, "reason-code", reason);
      text(in, "reason", Messages.of(language, reason, arguments));
    }
    for (JsonNode finding : what.path("findings")) {
      code(in, "finding", finding.asString());
    }
  }
}
