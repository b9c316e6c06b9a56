package health.helan.foundation.delivery.subscription;

import health.helan.foundation.delivery.subscription.SubscriptionTable.Delivery;
import health.helan.foundation.delivery.subscription.SubscriptionTable.Row;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ResourceVersion;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Notification Bundles of the Subscriptions R5 Backport IG 1.1 for R4: type {@code history}, first
 * a Parameters with the status, then what the events are about.
 */
final class Notifications {
  private Notifications() {}

  /**
   * An event.
   *
   * @param resource as the subscriber sees it; null for none in the Bundle
   */
  record Event(Delivery delivery, long number, @Nullable ResourceVersion resource) {}

  /** Parameters of the profile backport-subscription-status-r4. */
  static ObjectNode status(
      Row row, String state, String type, long events, List<Event> told, boolean withFocus) {
    ObjectNode status = Json.MAPPER.createObjectNode();
    status.put("resourceType", "Parameters");
    status.put("id", UUID.randomUUID().toString());
    status.putObject("meta").putArray("profile").add(Criteria.STATUS_PROFILE);
    ArrayNode parameters = status.putArray("parameter");
    parameters
        .addObject()
        .put("name", "subscription")
        .putObject("valueReference")
        .put("reference", "Subscription/" + row.id());
    parameters.addObject().put("name", "status").put("valueCode", state);
    parameters.addObject().put("name", "type").put("valueCode", type);
    parameters
        .addObject()
        .put("name", "events-since-subscription-start")
        .put("valueString", Long.toString(events));
    for (Event event : told) {
      ArrayNode parts = parameters.addObject().put("name", "notification-event").putArray("part");
      parts.addObject().put("name", "event-number").put("valueString", Long.toString(event.number));
      parts
          .addObject()
          .put("name", "timestamp")
          .put("valueInstant", event.delivery.at().toString());
      if (withFocus) {
        parts
            .addObject()
            .put("name", "focus")
            .putObject("valueReference")
            .put("reference", event.delivery.type() + "/" + event.delivery.id());
      }
    }
    if (!row.fault().isEmpty() && state.equals("error")) {
      parameters
          .addObject()
          .put("name", "error")
          .putObject("valueCodeableConcept")
          .put("text", row.fault());
    }
    return status;
  }

  /**
   * A notification.
   *
   * @param base of the API, for the addresses in it; empty where it is not known
   * @param content empty, id-only or full-resource
   */
  static byte[] bundle(
      Row row,
      String state,
      String type,
      long events,
      List<Event> told,
      String content,
      String base) {
    ObjectNode bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle");
    bundle.put("id", UUID.randomUUID().toString());
    bundle.put("type", "history").put("timestamp", Instant.now().toString());
    ArrayNode entries = bundle.putArray("entry");
    ObjectNode status = status(row, state, type, events, told, !content.equals("empty"));
    ObjectNode first = entries.addObject();
    first.put("fullUrl", "urn:uuid:" + status.path("id").asString());
    first.set("resource", status);
    first
        .putObject("request")
        .put("method", "GET")
        .put("url", "Subscription/" + row.id() + "/$status");
    first.putObject("response").put("status", "200");
    if (!content.equals("empty")) {
      for (Event event : told) {
        Delivery delivery = event.delivery;
        String reference = delivery.type() + "/" + delivery.id();
        ObjectNode entry = entries.addObject();
        entry.put("fullUrl", base.isEmpty() ? reference : base + "/" + reference);
        ResourceVersion resource = event.resource;
        if (content.equals("full-resource") && resource != null && resource.content() != null) {
          entry.set("resource", Json.MAPPER.readTree(resource.content()));
        }
        boolean isNew = delivery.version() == 1;
        entry
            .putObject("request")
            .put("method", isNew ? "POST" : "PUT")
            .put("url", isNew ? delivery.type() : reference);
        entry.putObject("response").put("status", isNew ? "201" : "200");
      }
    }
    return Json.MAPPER.writeValueAsBytes(bundle);
  }
}
