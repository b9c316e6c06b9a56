package health.helan.foundation.delivery.subscription;

import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.subscription.SubscriptionTable.Delivery;
import health.helan.foundation.delivery.subscription.SubscriptionTable.Row;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Subscription/[id]/$status} and {@code $events} of the Subscriptions R5 Backport IG, and
 * {@code $replay?since=[instant]}, which sends again what was sent since. For who may see the
 * Subscription.
 */
final class SubscriptionOperation implements FhirOperation {
  /** Which of them. */
  enum Of {
    STATUS(
        "status",
        false,
        "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status"),
    EVENTS(
        "events",
        false,
        "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events"),
    REPLAY("replay", true, "https://helan.health/fhir/OperationDefinition/replay");

    private final String name;
    private final boolean changes;
    private final String definition;

    Of(String name, boolean changes, String definition) {
      this.name = name;
      this.changes = changes;
      this.definition = definition;
    }
  }

  private static final int MOST = 100;

  private final Of of;
  private final Subscriptions subscriptions;
  private final SubscriptionTable table;

  SubscriptionOperation(Of of, Subscriptions subscriptions, SubscriptionTable table) {
    this.of = of;
    this.subscriptions = subscriptions;
    this.table = table;
  }

  @Override
  public Spec spec() {
    return new Spec(
        of.name, Set.of(Level.INSTANCE), Set.of("Subscription"), of.changes, of.definition);
  }

  @Override
  public Answer execute(Call call) {
    subscriptions.checkMaySubscribe(call.caller());
    Row row = subscriptions.row(call.caller(), Objects.requireNonNull(call.id()));
    return switch (of) {
      case STATUS -> status(row);
      case EVENTS -> events(call, row);
      case REPLAY -> replay(call, row);
    };
  }

  private static Answer status(Row row) {
    ObjectNode bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "searchset").put("total", 1);
    ObjectNode status =
        Notifications.status(row, row.state(), "query-status", row.event(), List.of(), false);
    ObjectNode entry = bundle.putArray("entry").addObject();
    entry.put("fullUrl", "urn:uuid:" + status.path("id").asString());
    entry.set("resource", status);
    entry.putObject("search").put("mode", "match");
    return Answer.ok(Json.MAPPER.writeValueAsBytes(bundle));
  }

  private Answer events(Call call, Row row) {
    if (!subscriptions.isAgreed(row.criteria())) {
      throw Agreements.notInForce(row.criteria().agreement());
    }
    long from = number(call.text("eventsSinceNumber"), 1);
    long to = number(call.text("eventsUntilNumber"), Long.MAX_VALUE);
    String content = call.text("content");
    if (content == null) {
      content = row.criteria().content();
    }
    List<Notifications.Event> events = new ArrayList<>();
    for (Delivery delivery : table.events(row.id(), from, to, MOST)) {
      ResourceVersion seen = seen(call, delivery);
      if (seen != null) {
        events.add(new Notifications.Event(delivery, delivery.event(), seen));
      }
    }
    return Answer.ok(
        Notifications.bundle(
            row, row.state(), "query-event", row.event(), events, content, call.base()));
  }

  /** With the eyes of who asks now. */
  private static @Nullable ResourceVersion seen(Call call, Delivery delivery) {
    try {
      return call.store().read(call.caller(), delivery.type(), delivery.id());
    } catch (Refusal e) {
      return Subscriptions.unlessUnseen(e);
    }
  }

  private Answer replay(Call call, Row row) {
    String since = call.text("since");
    Instant from;
    try {
      from = OffsetDateTime.parse(since == null ? "" : since.replace(' ', '+')).toInstant();
    } catch (DateTimeException e) {
      throw new Refusal(Refusal.Kind.VALUE, "subscription.since");
    }
    int again = table.replay(row.id(), from);
    subscriptions.hint();
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    answer.putArray("parameter").addObject().put("name", "events").put("valueInteger", again);
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private static long number(@Nullable String text, long otherwise) {
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("\\d{1,18}")) {
      throw new Refusal(Refusal.Kind.VALUE, "subscription.event-number");
    }
    return Long.parseLong(text);
  }
}
