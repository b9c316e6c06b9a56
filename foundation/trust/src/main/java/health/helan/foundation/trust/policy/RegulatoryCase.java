package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Sensitivity;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The life of a regulator's case (监管调查) about one resident, kept in a Task: asked for under a
 * pseudonym, approved or refused by somebody else, closed. While it is approved and its time is not
 * over, it opens that resident's record to the regulator who asked. Only then does the Task say
 * whom it is about.
 */
enum RegulatoryCase {
  REQUESTED("requested", Set.of("approve", "refuse", "close")),
  APPROVED("in-progress", Set.of("close")),
  REFUSED("rejected", Set.of()),
  CLOSED("completed", Set.of());

  /** On what a case may rest; from general knowledge, to be read by the authority's lawyers. */
  enum Ground {
    /** 履行法定监管职责: supervision that a law charges the authority with. */
    STATUTORY_DUTY("履行法定监管职责"),
    /** 应对突发公共卫生事件. */
    PUBLIC_HEALTH_EMERGENCY("应对突发公共卫生事件"),
    /** 投诉举报核查. */
    COMPLAINT("投诉举报核查"),
    /** 医保基金监管. */
    INSURANCE_FUND("医保基金监管");

    private final String chinese;

    Ground(String chinese) {
      this.chinese = chinese;
    }

    String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String chinese() {
      return chinese;
    }

    static Ground of(@Nullable String code) {
      for (Ground ground : values()) {
        if (ground.code().equals(code)) {
          return ground;
        }
      }
      throw new Refusal(
          Refusal.Kind.VALUE,
          "access.case-ground",
          String.join(", ", List.of(values()).stream().map(Ground::code).toList()));
    }
  }

  static final String ACCOUNT_SYSTEM = "https://helan.health/fhir/account";
  static final String GROUND_SYSTEM = "https://helan.health/fhir/CodeSystem/regulatory-case-ground";
  static final String INPUT_SYSTEM = "https://helan.health/fhir/CodeSystem/regulatory-case-input";
  private static final String STATE_SYSTEM =
      "https://helan.health/fhir/CodeSystem/regulatory-case-state";

  private final String taskStatus;
  private final Set<String> steps;

  RegulatoryCase(String taskStatus, Set<String> steps) {
    this.taskStatus = taskStatus;
    this.steps = steps;
  }

  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws Refusal NOT_FOUND for a Task that is no case
   */
  static RegulatoryCase of(ObjectNode task) {
    if (Causes.isCase(task)) {
      String code = task.path("businessStatus").path("coding").path(0).path("code").asString("");
      for (RegulatoryCase state : values()) {
        if (state.code().equals(code)) {
          return state;
        }
      }
    }
    throw new Refusal(
        Refusal.Kind.NOT_FOUND, "store.not-found", "Task", task.path("id").asString(""));
  }

  /**
   * @throws Refusal BUSINESS_RULE when the state does not allow the step
   */
  void take(String step) {
    if (!steps.contains(step)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "access.case-state", code());
    }
  }

  void set(ObjectNode task) {
    task.put("status", taskStatus);
    ObjectNode business = Json.MAPPER.createObjectNode();
    business.putArray("coding").addObject().put("system", STATE_SYSTEM).put("code", code());
    task.set("businessStatus", business);
  }

  /** Account of the regulator who asked. */
  static String requester(ObjectNode task) {
    JsonNode identifier = task.path("requester").path("identifier");
    return ACCOUNT_SYSTEM.equals(identifier.path("system").asString(""))
        ? identifier.path("value").asString("")
        : "";
  }

  static ObjectNode account(String subject) {
    ObjectNode reference = Json.MAPPER.createObjectNode();
    reference.putObject("identifier").put("system", ACCOUNT_SYSTEM).put("value", subject);
    return reference;
  }

  static void input(ObjectNode task, String name, String type, JsonNode value) {
    ObjectNode input = task.withArray("input").addObject();
    input
        .putObject("type")
        .putArray("coding")
        .addObject()
        .put("system", INPUT_SYSTEM)
        .put("code", name);
    input.set("value" + type, value);
  }

  /** Values of an input, in their order. */
  static List<JsonNode> inputs(ObjectNode task, String name, String type) {
    var values = new java.util.ArrayList<JsonNode>();
    for (JsonNode input : task.path("input")) {
      if (name.equals(input.path("type").path("coding").path(0).path("code").asString(""))) {
        values.add(input.path("value" + type));
      }
    }
    return values;
  }

  /** Bits of the sensitive categories that the case names. */
  static int categories(ObjectNode task) {
    int bits = 0;
    for (JsonNode code : inputs(task, "category", "Code")) {
      Sensitivity category = Sensitivity.ofLabel(code.asString(""));
      bits |= category == null ? 0 : category.bit();
    }
    return bits;
  }

  static String pseudonym(ObjectNode task) {
    List<JsonNode> values = inputs(task, "pseudonym", "String");
    return values.isEmpty() ? "" : values.getFirst().asString("");
  }

  static int hours(ObjectNode task) {
    List<JsonNode> values = inputs(task, "hours", "PositiveInt");
    return values.isEmpty() ? 0 : values.getFirst().asInt(0);
  }

  /** As others than the regulator who asked may see it: without whom it is about. */
  static ObjectNode shown(ObjectNode task, String subject) {
    ObjectNode shown = task.deepCopy();
    if (of(task) != APPROVED || !requester(task).equals(subject)) {
      shown.remove("for");
    }
    return shown;
  }
}
