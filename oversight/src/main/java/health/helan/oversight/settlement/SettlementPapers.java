package health.helan.oversight.settlement;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.oversight.settlement.Reckoner.Bill;
import health.helan.oversight.settlement.Settlement.Part;
import health.helan.oversight.settlement.rules.Rule;
import health.helan.oversight.settlement.rules.RuleSet;
import health.helan.oversight.settlement.rules.Share;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What settlement writes as resources: the Claim (what the institution asks), the
 * ExplanationOfBenefit (who pays what, and how that was reckoned), a ClaimResponse for each answer
 * of a payer, the Account that collects own money, Provenances.
 */
final class SettlementPapers {
  private static final String OWN = "https://helan.health/fhir/";

  /** Marks what the steps of settlement alone write: a coding of {@code type}. */
  static final String SYSTEM = OWN + "CodeSystem/settlement";

  static final String CODE = "one-stop";
  static final String STEP = OWN + "CodeSystem/settlement-step";
  static final String PAYER = OWN + "CodeSystem/settlement-payer";

  /** Of a line: what of it lies above the payment standard. */
  static final String ABOVE = "above-standard";

  static final String RECKONING = OWN + "CodeSystem/settlement-reckoning";
  static final String BASE = OWN + "StructureDefinition/settlement-base";
  static final String CHARGE = OWN + "StructureDefinition/settlement-charge";

  /** Of an Account: a bill whose own money it collects. */
  static final String BILL = OWN + "StructureDefinition/settlement-bill";

  private static final String HL7 = "http://terminology.hl7.org/CodeSystem/";

  private SettlementPapers() {}

  /** Whether a resource is one of settlement's own. */
  static boolean isOurs(@Nullable JsonNode resource) {
    if (resource == null) {
      return false;
    }
    for (JsonNode coding : resource.path("type").path("coding")) {
      if (SYSTEM.equals(coding.path("system").asString(""))) {
        return true;
      }
    }
    return false;
  }

  static ObjectNode money(ObjectNode money, long fen) {
    return money.put("value", BigDecimal.valueOf(fen, 2)).put("currency", "CNY");
  }

  private static ObjectNode begun(String type, Bill bill, Instant now) {
    ObjectNode resource = Json.MAPPER.createObjectNode().put("resourceType", type);
    ArrayNode codings = resource.putObject("type").putArray("coding");
    codings.addObject().put("system", SYSTEM).put("code", CODE);
    codings
        .addObject()
        .put("system", HL7 + "claim-type")
        .put("code", bill.setting().code().equals("inpatient") ? "institutional" : "professional");
    resource.putObject("patient").put("reference", "Patient/" + bill.patient());
    resource.put("created", now.truncatedTo(ChronoUnit.SECONDS).toString());
    resource.putObject("provider").put("reference", "Organization/" + bill.institution());
    ArrayNode insurance = resource.putArray("insurance");
    bill.insured()
        .covers()
        .forEach(
            (kind, cover) -> {
              ObjectNode one = insurance.addObject();
              if (type.equals("Claim")) {
                one.put("sequence", insurance.size());
              }
              one.put("focal", insurance.size() == 1);
              one.putObject("coverage").put("reference", "Coverage/" + cover.coverage());
            });
    if (insurance.isEmpty()) {
      ObjectNode one = insurance.addObject();
      if (type.equals("Claim")) {
        one.put("sequence", 1);
      }
      one.put("focal", true).putObject("coverage").put("display", "自费");
    }
    return resource;
  }

  /** A line's code, when, how many of what, for how much. */
  private static ObjectNode item(ArrayNode items, Bill.Line line) {
    ObjectNode item = items.addObject().put("sequence", items.size());
    item.putArray("extension")
        .addObject()
        .put("url", CHARGE)
        .putObject("valueReference")
        .put("reference", "ChargeItem/" + line.charge());
    ObjectNode code = item.putObject("productOrService");
    code.putArray("coding").addObject().put("code", line.price().code());
    code.put("text", line.price().name());
    item.put("servicedDate", line.day().toString());
    item.putObject("quantity").put("value", line.quantity()).put("unit", line.price().unit());
    money(item.putObject("unitPrice"), line.unitFen());
    money(item.putObject("net"), line.fen());
    return item;
  }

  static ObjectNode claim(Bill bill, boolean isSettled, Instant now) {
    ObjectNode claim = begun("Claim", bill, now);
    claim.put("status", "active").put("use", isSettled ? "claim" : "predetermination");
    claim
        .putObject("priority")
        .putArray("coding")
        .addObject()
        .put("system", HL7 + "processpriority")
        .put("code", "normal");
    ArrayNode items = claim.putArray("item");
    bill.lines().forEach(line -> item(items, line));
    money(claim.putObject("total"), bill.split().bill());
    return claim;
  }

  /**
   * @param claim what its Claim is referred to by
   */
  static ObjectNode explanation(Bill bill, String claim, boolean isSettled, Instant now) {
    ObjectNode explanation = begun("ExplanationOfBenefit", bill, now);
    explanation.put("status", isSettled ? "active" : "draft");
    explanation.put("use", isSettled ? "claim" : "predetermination").put("outcome", "queued");
    explanation.putObject("claim").put("reference", claim);
    String insurer =
        bill.insured().covers().values().stream()
            .findFirst()
            .map(Insured.Cover::payor)
            .orElse(bill.institution());
    explanation.putObject("insurer").put("reference", "Organization/" + insurer);
    explanation.put("disposition", bill.rules().name() + " · " + bill.rules().source());
    ArrayNode items = explanation.putArray("item");
    for (Bill.Line line : bill.lines()) {
      ArrayNode adjudication = item(items, line).putArray("adjudication");
      ObjectNode own = adjudication.addObject();
      coded(own.putObject("category"), HL7 + "adjudication", "noncovered", null);
      coded(
          own.putObject("reason"),
          OWN + "CodeSystem/charge-insurance-class",
          line.catalogue(),
          null);
      money(own.putObject("amount"), line.item().ownFirst());
      if (line.item().ownPercent() > 0) {
        own.put("value", line.item().ownPercent());
      }
      ObjectNode eligible = adjudication.addObject();
      coded(eligible.putObject("category"), HL7 + "adjudication", "eligible", null);
      money(eligible.putObject("amount"), line.fen() - line.item().ownFirst());
      if (line.above() > 0) {
        ObjectNode above = adjudication.addObject();
        coded(above.putObject("category"), RECKONING, ABOVE, null);
        money(above.putObject("amount"), line.above());
      }
    }
    ArrayNode reckoned = Json.MAPPER.createArrayNode();
    for (Share share : bill.split().shares()) {
      Rule rule = rule(bill.rules(), share.rule());
      for (Share.Reckoning line : share.how()) {
        ObjectNode one = reckoned.addObject();
        one.putArray("extension")
            .addObject()
            .put("url", BASE)
            .set("valueMoney", money(Json.MAPPER.createObjectNode(), line.base()));
        coded(one.putObject("category"), PAYER, share.kind().code(), null);
        coded(one.putObject("reason"), RECKONING, line.what().code(), rule.chinese());
        money(one.putObject("amount"), line.fen());
        if (line.percent() > 0) {
          one.put("value", line.percent());
        }
      }
    }
    if (!reckoned.isEmpty()) {
      explanation.set("adjudication", reckoned);
    }
    ArrayNode totals = explanation.putArray("total");
    for (Share share : bill.split().shares()) {
      total(totals, PAYER, share.kind().code(), share.fen());
    }
    total(totals, PAYER, "own", bill.split().own());
    total(totals, HL7 + "adjudication", "submitted", bill.split().bill());
    total(totals, HL7 + "adjudication", "eligible", bill.split().eligible());
    return explanation;
  }

  private static Rule rule(RuleSet rules, String id) {
    return rules.rules().stream().filter(rule -> rule.id().equals(id)).findFirst().orElseThrow();
  }

  private static void total(ArrayNode totals, String system, String code, long fen) {
    ObjectNode total = totals.addObject();
    coded(total.putObject("category"), system, code, null);
    money(total.putObject("amount"), fen);
  }

  private static void coded(ObjectNode concept, String system, String code, @Nullable String text) {
    concept.putArray("coding").addObject().put("system", system).put("code", code);
    if (text != null) {
      concept.put("text", text);
    }
  }

  static ObjectNode response(Settlement of, JsonNode claim, Part part, Instant now) {
    boolean isAgreed = part.state() == Settlement.PartState.AGREED;
    ObjectNode response = Json.MAPPER.createObjectNode().put("resourceType", "ClaimResponse");
    response.put("status", "active").set("type", claim.path("type").deepCopy());
    response.put("use", "claim").set("patient", claim.path("patient").deepCopy());
    response.put("created", now.truncatedTo(ChronoUnit.SECONDS).toString());
    response.putObject("insurer").put("reference", "Organization/" + part.payor());
    response.putObject("request").put("reference", "Claim/" + of.id());
    response.put("outcome", isAgreed ? "complete" : "error");
    response.put("disposition", part.kind().code() + " " + part.state().word());
    if (part.transaction() != null) {
      response.put("preAuthRef", part.transaction());
    }
    ArrayNode totals = response.putArray("total");
    total(totals, PAYER, part.kind().code(), part.fen());
    if (part.answered() != null) {
      ObjectNode payment = response.putObject("payment");
      coded(
          payment.putObject("type"),
          HL7 + "ex-paymenttype",
          isAgreed ? "complete" : "partial",
          null);
      money(payment.putObject("amount"), part.answered());
    }
    return response;
  }

  /**
   * @param claims ids of the bills that are collected in it
   */
  static ObjectNode account(String patient, String institution, List<String> claims, Instant now) {
    ObjectNode account = Json.MAPPER.createObjectNode().put("resourceType", "Account");
    ArrayNode extensions = account.putArray("extension");
    for (String claim : claims) {
      extensions
          .addObject()
          .put("url", BILL)
          .putObject("valueReference")
          .put("reference", "Claim/" + claim);
    }
    account.put("status", "active");
    coded(account.putObject("type"), SYSTEM, "open-bills", null);
    account.put("name", claims.size() == 1 ? "个人自付费用" : "个人自付费用（" + claims.size() + " 张结算单）");
    account.putArray("subject").addObject().put("reference", "Patient/" + patient);
    account.putObject("servicePeriod").put("start", now.truncatedTo(ChronoUnit.SECONDS).toString());
    account.putObject("owner").put("reference", "Organization/" + institution);
    return account;
  }

  /**
   * @param face what it is about
   * @param hint a resource that it lies beside
   */
  static Interaction provenance(
      Caller caller,
      String face,
      String hint,
      SettlementStep step,
      @Nullable String reason,
      Instant now) {
    return new Interaction.Create(
        "Provenance",
        Interaction.Body.of(
            ProvenanceJson.of(
                caller,
                List.of(face),
                STEP,
                step.word(),
                reason,
                now.truncatedTo(ChronoUnit.MILLIS))),
        null,
        null,
        hint);
  }

  static Interaction patch(String type, String id, UnaryOperator<ObjectNode> patch) {
    return new Interaction.Patch(type, id, null, patch, null);
  }

  /** A bill that is no more. */
  static List<Interaction> over(Settlement one) {
    return List.of(
        patch("Claim", one.id(), claim -> claim.put("status", "cancelled")),
        patch(
            "ExplanationOfBenefit",
            one.explanation(),
            explanation -> explanation.put("status", "cancelled")));
  }

  /** A bill that is paid. */
  static List<Interaction> complete(Settlement one) {
    return List.of(
        patch(
            "ExplanationOfBenefit",
            one.explanation(),
            explanation -> explanation.put("outcome", "complete")));
  }
}
