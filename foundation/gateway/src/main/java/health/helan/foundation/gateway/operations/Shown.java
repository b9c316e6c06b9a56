package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.Receipt;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters, built up. */
final class Shown {
  private final ObjectNode parameters = Json.MAPPER.createObjectNode();
  private final ArrayNode list;

  Shown() {
    parameters.put("resourceType", "Parameters");
    list = parameters.putArray("parameter");
  }

  ArrayNode list() {
    return list;
  }

  Answer answer() {
    if (list.isEmpty()) {
      parameters.remove("parameter"); // FHIR has no empty arrays.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }

  static ArrayNode group(ArrayNode in, String name) {
    return in.addObject().put("name", name).putArray("part");
  }

  static void text(ArrayNode in, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      in.addObject().put("name", name).put("valueString", value);
    }
  }

  static void code(ArrayNode in, String name, String value) {
    in.addObject().put("name", name).put("valueCode", value);
  }

  static void number(ArrayNode in, String name, int value) {
    in.addObject().put("name", name).put("valueInteger", value);
  }

  static void time(ArrayNode in, String name, Instant value) {
    in.addObject().put("name", name).put("valueInstant", value.toString());
  }

  static void message(ArrayNode in, Message message, Locale language) {
    text(in, "id", message.id());
    text(in, "feed", message.feed());
    text(in, "type", message.type());
    text(in, "control", message.control());
    code(in, "state", message.state().word());
    time(in, "received", message.received());
    time(in, "changed", message.changed());
    number(in, "attempts", message.attempts());
    number(in, "corrected", message.corrected());
    number(in, "size", message.size());
    text(in, "mapping", message.mapping());
    reason(in, message.reason(), language);
    findings(in, message.findings(), language);
    for (String made : message.made()) {
      text(in, "made", made);
    }
  }

  static void reason(ArrayNode in, Message.@Nullable Reason reason, Locale language) {
    if (reason != null) {
      code(in, "reason-code", reason.key());
      text(in, "reason", Messages.of(language, reason.key(), new ArrayList<>(reason.arguments())));
    }
  }

  static void findings(ArrayNode in, List<Finding> findings, Locale language) {
    for (Finding finding : findings) {
      ArrayNode parts = group(in, "finding");
      code(parts, "code", finding.key());
      text(parts, "place", finding.place());
      text(
          parts,
          "text",
          Messages.of(language, finding.key(), new ArrayList<>(finding.arguments())));
    }
  }

  static void receipt(ArrayNode in, Receipt receipt, Locale language) {
    text(in, "id", receipt.id());
    code(in, "state", receipt.state().word());
    reason(in, receipt.reason(), language);
  }

  static void feed(ArrayNode in, Feed feed) {
    text(in, "name", feed.name());
    number(in, "version", feed.version());
    text(in, "settings", feed.settings().toString());
  }
}
