package health.helan.foundation.delivery.subscription;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a Subscription asks for (FHIR R4, subscription.html), and what of the Subscriptions R5
 * Backport IG it asks for beside.
 *
 * @param query criteria without the type
 * @param hasPayload whether the resource is sent
 * @param notifications true for notification Bundles of the backport, false for R4's own requests
 * @param content of a notification Bundle: empty, id-only or full-resource
 * @param socket whether its channel is a websocket, which clients bind
 * @param agreement id of the agreement that it stands on; empty for none
 * @param heartbeat seconds without a notification after which one is sent; 0 for never
 */
record Criteria(
    String type,
    List<Parameter> query,
    String endpoint,
    boolean hasPayload,
    boolean notifications,
    String content,
    int heartbeat,
    @Nullable Instant ends,
    boolean socket,
    String agreement) {
  private static final String BACKPORT =
      "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";
  static final String PROFILE = BACKPORT + "backport-subscription";
  static final String STATUS_PROFILE = BACKPORT + "backport-subscription-status-r4";
  private static final String CONTENT = BACKPORT + "backport-payload-content";
  private static final String AGREEMENT = "https://helan.health/fhir/StructureDefinition/agreement";
  private static final String HEARTBEAT = BACKPORT + "backport-heartbeat-period";

  /** What stands in the place of a secret. */
  static final String HIDDEN = "***";

  private static final Pattern HEADER =
      Pattern.compile("([A-Za-z0-9-]{1,100}): ?([\\x20-\\x7e]{1,4000})");

  /** Ours, or the connection's. */
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "transfer-encoding",
          "connection",
          "expect",
          "upgrade",
          "te",
          "trailer",
          "idempotency-key");

  private static final Pattern SHAPING =
      Pattern.compile(
          "_(include|revinclude|sort|count|cursor|summary|elements|total|type|contained|id)(:.*)?");

  /**
   * @throws Refusal what is not understood
   */
  static Criteria of(JsonNode subscription) {
    String criteria = subscription.path("criteria").asString("");
    int mark = criteria.indexOf('?');
    String type = mark < 0 ? criteria : criteria.substring(0, mark);
    if (!R4.get().resourceTypes().contains(type)
        || Set.of("Subscription", "Binary", "AuditEvent").contains(type)) {
      throw at("Subscription.criteria", "subscription.criteria");
    }
    List<Parameter> query =
        mark < 0 ? List.of() : Query.parse(criteria.substring(mark + 1)).parameters();
    for (Parameter parameter : query) {
      if (SHAPING.matcher(parameter.name()).matches()) {
        throw new Refusal(
            Refusal.Kind.UNPROCESSABLE,
            "Subscription.criteria",
            "subscription.criteria-shapes",
            new Object[] {parameter.name()});
      }
    }
    JsonNode channel = subscription.path("channel");
    boolean socket = channel.path("type").asString("").equals("websocket");
    if (!socket && !channel.path("type").asString("").equals("rest-hook")) {
      throw at("Subscription.channel.type", "subscription.channel");
    }
    if (socket && (channel.has("endpoint") || channel.has("header"))) {
      throw at("Subscription.channel.endpoint", "subscription.socket-endpoint");
    }
    String payload = channel.path("payload").asString("");
    if (!payload.isEmpty()
        && !payload.toLowerCase(Locale.ROOT).replace(" ", "").startsWith("application/fhir+json")) {
      throw at("Subscription.channel.payload", "subscription.payload");
    }
    boolean notifications = false;
    for (JsonNode profile : subscription.path("meta").path("profile")) {
      notifications |= profile.asString("").equals(PROFILE);
    }
    if (socket && !payload.isEmpty() && !notifications) {
      // R4 tells over sockets that something happened, and no more.
      throw at("Subscription.channel.payload", "subscription.socket-payload");
    }
    String content = payload.isEmpty() ? "empty" : "full-resource";
    JsonNode asked = extension(channel.path("_payload"), CONTENT);
    if (asked != null) {
      content = asked.path("valueCode").asString("");
      if (!Set.of("empty", "id-only", "full-resource").contains(content)) {
        throw at("Subscription.channel.payload", "subscription.payload");
      }
    }
    JsonNode beat = extension(channel, HEARTBEAT);
    int heartbeat = beat == null ? 0 : beat.path("valueUnsignedInt").asInt(0);
    JsonNode under = extension(subscription, AGREEMENT);
    Instant ends = null;
    String end = subscription.path("end").asString("");
    if (!end.isEmpty()) {
      try {
        ends = OffsetDateTime.parse(end).toInstant();
      } catch (DateTimeException e) {
        throw at("Subscription.end", "subscription.end");
      }
    }
    return new Criteria(
        type,
        query,
        channel.path("endpoint").asString(""),
        !payload.isEmpty(),
        notifications,
        content,
        heartbeat,
        ends,
        socket,
        under == null ? "" : under.path("valueId").asString(""));
  }

  private static @Nullable JsonNode extension(JsonNode element, String url) {
    for (JsonNode extension : element.path("extension")) {
      if (url.equals(extension.path("url").asString(""))) {
        return extension;
      }
    }
    return null;
  }

  static Refusal at(String expression, String key) {
    return new Refusal(Refusal.Kind.UNPROCESSABLE, expression, key, new Object[] {});
  }

  /**
   * Takes the secrets out of a Subscription: names of headers stay in it.
   *
   * @param before those kept so far, for what comes back hidden
   * @return values by name
   */
  static Map<String, String> takeHeaders(ObjectNode subscription, Map<String, String> before) {
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    if (!(subscription.path("channel").get("header") instanceof ArrayNode list)) {
      return headers;
    }
    for (int i = 0; i < list.size(); i++) {
      var matcher = HEADER.matcher(list.get(i).asString(""));
      if (!matcher.matches()
          || RESERVED.contains(matcher.group(1).toLowerCase(Locale.ROOT))
          || list.size() > 20) {
        throw at("Subscription.channel.header[" + i + "]", "subscription.header");
      }
      String name = matcher.group(1);
      String value = matcher.group(2);
      if (value.equals(HIDDEN)) {
        value = before.get(name);
        if (value == null) {
          throw at("Subscription.channel.header[" + i + "]", "subscription.header");
        }
      }
      headers.put(name, value);
      list.set(i, list.stringNode(name + ": " + HIDDEN));
    }
    return headers;
  }
}
