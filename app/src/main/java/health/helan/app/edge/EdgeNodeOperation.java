package health.helan.app.edge;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Scope;
import java.text.ParseException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST $edge-node}: registers an edge node, or changes one: {@code name}, {@code
 * institution} (id of the Organization), {@code feed} (several; {@code NAME} or {@code NAME:PORT},
 * the port being the node's own), {@code key} (the node's public key, a JWK of P-256). With {@code
 * active=false} and the name alone it is switched off, and with it its key. For operators.
 */
final class EdgeNodeOperation implements FhirOperation {
  private final Gateway gateway;
  private final Nodes nodes;
  private final Clients clients;

  EdgeNodeOperation(Gateway gateway, Nodes nodes, Clients clients) {
    this.gateway = gateway;
    this.nodes = nodes;
    this.clients = clients;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "edge-node",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/edge-node");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    String name = required(call, "name");
    Nodes.Node before = nodes.all().get(name);
    Nodes.Node node;
    if ("false".equals(call.text("active"))) {
      if (before == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "edge.unknown-node");
      }
      node =
          new Nodes.Node(name, 0, before.institution(), false, before.thumbprint(), before.feeds());
      Client client = clients.find(node.client());
      if (client != null) {
        register(node, client.jwks());
      }
      node = nodes.put(node, call.caller().subject());
    } else {
      String institution = required(call, "institution");
      if (!institution.matches("[A-Za-z0-9.-]{1,64}")) {
        throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "institution");
      }
      // Refuses an institution that nobody knows.
      call.store().read(call.caller().asPlatform(), "Organization", institution);
      ECKey key = key(required(call, "key"));
      node =
          new Nodes.Node(
              name, 0, institution, true, thumbprint(key), feeds(call, name, institution));
      // The node first: it refuses a name that is none, and a key without a node opens nothing.
      node = nodes.put(node, call.caller().subject());
      register(node, new JWKSet(key).toString());
    }
    return answer(node);
  }

  private void register(Nodes.Node node, @Nullable String jwks) {
    clients.register(
        new Client(
            node.client(),
            "前置机 " + node.name(),
            Client.Kind.SYSTEM,
            List.of(),
            List.of(Scope.EDGE),
            null,
            jwks,
            node.institution(),
            node.active(),
            Instant.now()));
  }

  private static String required(Call call, String parameter) {
    String value = call.text(parameter);
    if (value == null || value.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.parameter-missing", parameter);
    }
    return value;
  }

  private static ECKey key(String text) {
    try {
      ECKey key = ECKey.parse(text);
      if (!key.isPrivate() && key.getCurve().equals(Curve.P_256)) {
        return key;
      }
    } catch (ParseException e) {
      // Told below.
    }
    throw new Refusal(Refusal.Kind.VALUE, "edge.key");
  }

  private static String thumbprint(ECKey key) {
    try {
      return key.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Integer> feeds(Call call, String name, String institution) {
    var feeds = new LinkedHashMap<String, Integer>();
    JsonNode body = call.body() == null ? Json.MAPPER.createObjectNode() : call.body();
    for (JsonNode parameter : body.path("parameter")) {
      if (!parameter.path("name").asString("").equals("feed")) {
        continue;
      }
      String text = parameter.path("valueString").asString("");
      if (!text.matches("[a-z0-9][a-z0-9-]{0,62}(:\\d{1,5})?")) {
        throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "feed");
      }
      int colon = text.indexOf(':');
      String feed = colon < 0 ? text : text.substring(0, colon);
      int port = colon < 0 ? 0 : Integer.parseInt(text.substring(colon + 1));
      if (port > 65_535) {
        throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "feed");
      }
      Feed known = gateway.feeds().get(feed);
      if (known == null || !known.institution().equals(institution)) {
        throw new Refusal(Refusal.Kind.UNPROCESSABLE, "edge.feed-of-other", feed);
      }
      for (Nodes.Node other : nodes.all().values()) {
        // Two nodes for one feed would have no order between them.
        if (other.active() && !other.name().equals(name) && other.feeds().containsKey(feed)) {
          throw new Refusal(Refusal.Kind.CONFLICT, "edge.feed-taken", feed, other.name());
        }
      }
      feeds.put(feed, port);
    }
    if (feeds.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.parameter-missing", "feed");
    }
    return feeds;
  }

  private static Answer answer(Nodes.Node node) {
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = parameters.putArray("parameter");
    list.addObject().put("name", "name").put("valueString", node.name());
    list.addObject().put("name", "version").put("valueInteger", node.version());
    list.addObject().put("name", "client").put("valueString", node.client());
    list.addObject().put("name", "key").put("valueString", node.thumbprint());
    list.addObject().put("name", "active").put("valueBoolean", node.active());
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }
}
