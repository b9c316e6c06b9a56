package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.review.rules.Finding;
import health.helan.pharmacy.review.rules.Severity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The review as CDS Hooks services (HL7 CDS Hooks 2.0): discovery, {@code order-select} and {@code
 * order-sign}, feedback. Facts come from this platform's own record under the caller's rights; what
 * a client sends along as {@code prefetch}, {@code fhirServer} or an authorization for it is not
 * used. Cards say what was found; none has a suggestion: a prescription is written by a doctor.
 */
public final class CdsHooks {
  static final String SELECT = "prescription-select";
  static final String SIGN = "prescription-sign";

  private static final String REASONS =
      "https://helan.health/fhir/CodeSystem/prescription-override-reason";
  private static final int LONGEST_SUMMARY = 139; // The standard asks for fewer than 140.
  private static final int MOST_FEEDBACK = 100;

  private final Review review;

  public CdsHooks(Review review) {
    this.review = review;
  }

  /** {@code GET cds-services}. */
  public ObjectNode discovery(Locale language) {
    boolean isEnglish = language.getLanguage().equals("en");
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode services = answer.putArray("services");
    services
        .addObject()
        .put("hook", "order-select")
        .put("id", SELECT)
        .put("title", isEnglish ? "Review of chosen drugs" : "选药审查")
        .put(
            "description",
            isEnglish
                ? "Judges the drugs that were chosen, by the rules of the region's review."
                : "按区域审方规则审查所选药品。")
        .put("usageRequirements", isEnglish ? "Residents of this platform only." : "只审查本平台的居民。");
    services
        .addObject()
        .put("hook", "order-sign")
        .put("id", SIGN)
        .put("title", isEnglish ? "Review before signing" : "签名前审方")
        .put(
            "description",
            isEnglish
                ? "Judges the whole prescription before the doctor signs it."
                : "医师签名前审查整张处方。")
        .put("usageRequirements", isEnglish ? "Residents of this platform only." : "只审查本平台的居民。");
    return answer;
  }

  /**
   * {@code POST cds-services/[id]}.
   *
   * @return cards
   * @throws Refusal NOT_FOUND for an id that there is not; INVALID for what is no request of its
   *     hook
   */
  public ObjectNode call(Caller caller, String id, JsonNode request, Locale language) {
    String hook =
        switch (id) {
          case SELECT -> "order-select";
          case SIGN -> "order-sign";
          default -> throw new Refusal(Refusal.Kind.NOT_FOUND, "review.no-service", id);
        };
    if (!hook.equals(request.path("hook").asString(""))) {
      throw new Refusal(Refusal.Kind.INVALID, "hook", "review.hook", new Object[] {hook});
    }
    if (!isUuid(request.path("hookInstance").asString(""))) {
      throw new Refusal(Refusal.Kind.INVALID, "hookInstance", "review.hook-instance", none());
    }
    JsonNode context = request.path("context");
    String patient = context.path("patientId").asString("");
    if (patient.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "context.patientId", "review.hook-patient", none());
    }
    List<ObjectNode> orders = orders(context, patient);
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode cards = answer.putArray("cards");
    if (orders.isEmpty()) {
      return answer; // Orders of other kinds: nothing to say.
    }
    Set<String> selected = new HashSet<>();
    context.path("selections").forEach(one -> selected.add(one.asString("")));
    boolean isSelect = hook.equals("order-select");
    for (Finding finding : review.screen(caller, orders).findings()) {
      // While drugs are being chosen, what is not written yet is not missing.
      boolean isOfTheSelected =
          finding.items().stream().anyMatch(item -> selected.contains(item))
              && !finding.code().equals("1-7");
      if (!isSelect || isOfTheSelected) {
        cards.add(card(finding, language));
      }
    }
    return answer;
  }

  private static Object[] none() {
    return new Object[] {};
  }

  private static boolean isUuid(String text) {
    try {
      return text.length() == 36 && UUID.fromString(text).toString().equalsIgnoreCase(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static List<ObjectNode> orders(JsonNode context, String patient) {
    List<ObjectNode> orders = new ArrayList<>();
    for (JsonNode entry : context.path("draftOrders").path("entry")) {
      if (entry.path("resource") instanceof ObjectNode resource
          && resource.path("resourceType").asString("").equals("MedicationRequest")) {
        String subject = resource.path("subject").path("reference").asString("");
        if (!subject.equals("Patient/" + patient)) {
          throw new Refusal(
              Refusal.Kind.INVALID, "context.draftOrders", "review.one-resident", none());
        }
        ObjectNode order = resource.deepCopy();
        String encounter = context.path("encounterId").asString("");
        if (!encounter.isEmpty() && !order.has("encounter")) {
          order.putObject("encounter").put("reference", "Encounter/" + encounter);
        }
        orders.add(order);
      }
    }
    return orders;
  }

  private static ObjectNode card(Finding finding, Locale language) {
    boolean isEnglish = language.getLanguage().equals("en");
    ObjectNode card = Json.MAPPER.createObjectNode();
    card.put("uuid", UUID.randomUUID().toString());
    String sentence = finding.sentence().in(language);
    card.put(
        "summary", sentence.length() <= LONGEST_SUMMARY ? sentence : finding.title().in(language));
    card.put(
        "detail",
        sentence
            + (finding.severity() == Severity.FORBID ? forbidden(isEnglish) : "")
            + "\n\n"
            + (isEnglish ? "Comment code " : "点评代码 ")
            + finding.code()
            + ". "
            + finding.source().in(language));
    card.put(
        "indicator",
        finding.severity().holds()
            ? "critical"
            : finding.severity() == Severity.WARN ? "warning" : "info");
    ObjectNode source = card.putObject("source");
    source.put("label", isEnglish ? "Prescription review" : "区域审方");
    source
        .putObject("topic")
        .put("system", "https://helan.health/fhir/CodeSystem/prescription-review-rule")
        .put("code", finding.rule())
        .put("display", finding.title().in(language));
    if (finding.severity() == Severity.BLOCK) {
      ArrayNode reasons = card.putArray("overrideReasons");
      for (OverrideReason reason : OverrideReason.values()) {
        reasons
            .addObject()
            .put("code", reason.code())
            .put("system", REASONS)
            .put("display", reason.title().in(language));
      }
    }
    return card;
  }

  private static String forbidden(boolean isEnglish) {
    return isEnglish ? " The law forbids it: no reason overrides this." : "法规禁止，不得以任何理由坚持。";
  }

  /**
   * {@code POST cds-services/[id]/feedback}: what a doctor did with cards. Checked and let go: what
   * a doctor insists on is said in the override of the prescription, with a signature, and counts
   * by doctor are not kept (docs/adr/0110).
   *
   * @throws Refusal as {@link #call}
   */
  public void feedback(String id, JsonNode request) {
    if (!id.equals(SELECT) && !id.equals(SIGN)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "review.no-service", id);
    }
    JsonNode feedback = request.path("feedback");
    if (!feedback.isArray() || feedback.isEmpty() || feedback.size() > MOST_FEEDBACK) {
      throw new Refusal(Refusal.Kind.INVALID, "feedback", "review.feedback", none());
    }
    for (JsonNode one : feedback) {
      String outcome = one.path("outcome").asString("");
      if (!isUuid(one.path("card").asString(""))
          || !outcome.equals("accepted") && !outcome.equals("overridden")
          || one.path("outcomeTimestamp").asString("").isEmpty()) {
        throw new Refusal(Refusal.Kind.INVALID, "feedback", "review.feedback", none());
      }
    }
  }
}
