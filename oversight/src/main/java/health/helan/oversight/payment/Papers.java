package health.helan.oversight.payment;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.NoticeJson;
import health.helan.foundation.store.ProvenanceJson;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What payment writes as resources: the Invoice of an order, Provenances, messages. */
final class Papers {
  static final String TYPE = "https://helan.health/fhir/CodeSystem/invoice-type";
  static final String ORDER = "pay-order";
  static final String STEP = "https://helan.health/fhir/CodeSystem/payment-step";
  static final String PAYABLE = "https://helan.health/fhir/StructureDefinition/pay-order-payable";
  static final String PAYMENT = "https://helan.health/fhir/StructureDefinition/pay-order-payment";
  static final String REFUNDED = "https://helan.health/fhir/StructureDefinition/pay-order-refunded";
  private static final String TOPIC = "https://helan.health/fhir/CodeSystem/task";
  private static final String ACCOUNT = "https://helan.health/fhir/NamingSystem/account";

  private Papers() {}

  /** Whether an Invoice is an order of payment, which its steps alone write. */
  static boolean isOrder(@Nullable JsonNode invoice) {
    if (invoice == null) {
      return false;
    }
    for (JsonNode coding : invoice.path("type").path("coding")) {
      if (TYPE.equals(coding.path("system").asString(""))
          && ORDER.equals(coding.path("code").asString(""))) {
        return true;
      }
    }
    return false;
  }

  static ObjectNode invoice(Payables.Due due, String payable, Instant now) {
    ObjectNode invoice = Json.MAPPER.createObjectNode().put("resourceType", "Invoice");
    ObjectNode reference = invoice.putArray("extension").addObject().put("url", PAYABLE);
    reference.putObject("valueReference").put("reference", payable);
    invoice.put("status", "issued");
    invoice.putObject("type").putArray("coding").addObject().put("system", TYPE).put("code", ORDER);
    invoice.putObject("subject").put("reference", "Patient/" + due.patient());
    invoice.put("date", now.truncatedTo(ChronoUnit.SECONDS).toString());
    invoice.putObject("issuer").put("reference", "Organization/" + due.institution());
    ObjectNode line = invoice.putArray("lineItem").addObject();
    line.putObject("chargeItemCodeableConcept").put("text", due.what());
    ObjectNode price = line.putArray("priceComponent").addObject().put("type", "base");
    money(price.putObject("amount"), due.fen());
    money(invoice.putObject("totalNet"), due.fen());
    money(invoice.putObject("totalGross"), due.fen());
    return invoice;
  }

  private static void money(ObjectNode money, long fen) {
    money.put("value", BigDecimal.valueOf(fen, 2)).put("currency", "CNY");
  }

  /** By which channel it was paid, its number there, and when. */
  static ObjectNode paid(ObjectNode invoice, Order.Attempt by, Instant at) {
    invoice.put("status", "balanced");
    ObjectNode extension = extension(invoice, PAYMENT);
    ArrayNode parts = extension.putArray("extension");
    parts.addObject().put("url", "channel").put("valueCode", by.channel());
    parts.addObject().put("url", "transaction").put("valueString", by.transaction());
    parts.addObject().put("url", "at").put("valueInstant", at.toString());
    return invoice;
  }

  static ObjectNode closed(ObjectNode invoice) {
    return invoice.put("status", "cancelled").put("cancelledReason", "not paid");
  }

  /** What has gone back so far; all of it ends the Invoice. */
  static ObjectNode refunded(ObjectNode invoice, long fen, boolean isAll) {
    money(extension(invoice, REFUNDED).putObject("valueMoney"), fen);
    return isAll ? invoice.put("status", "cancelled").put("cancelledReason", "refunded") : invoice;
  }

  private static ObjectNode extension(ObjectNode invoice, String url) {
    ArrayNode all = invoice.withArray("extension");
    all.removeIf(one -> url.equals(one.path("url").asString("")));
    return all.addObject().put("url", url);
  }

  /**
   * @param hint a resource that it lies beside
   */
  static Interaction provenance(
      Caller caller,
      String target,
      String hint,
      OrderStep step,
      @Nullable String reason,
      Instant now) {
    ObjectNode provenance =
        ProvenanceJson.of(
            caller, List.of(target), STEP, step.word(), reason, now.truncatedTo(ChronoUnit.MILLIS));
    return new Interaction.Create("Provenance", Interaction.Body.of(provenance), null, null, hint);
  }

  /** To the resident: money goes back that it may not expect. */
  static Interaction message(String patient, String invoice, long fen, Instant now) {
    String yuan = BigDecimal.valueOf(fen, 2).toString();
    ObjectNode message =
        NoticeJson.about(
            NoticeJson.of(
                patient,
                TOPIC,
                "payment",
                "您支付的 %s 元将按原路退回。\n%s yuan that you paid will be returned the way they came."
                    .formatted(yuan, yuan),
                now.truncatedTo(ChronoUnit.MILLIS)),
            "Invoice/" + invoice);
    return new Interaction.Create(
        "Communication", Interaction.Body.of(message), null, null, patient);
  }
}
