package health.helan.foundation.delivery.agreement;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST $agreement} proposes, {@code POST $agreement-sign?id=} signs, {@code POST
 * $agreement-end?id=} ends, {@code GET $agreements} lists those of the own institution, for
 * operators all. Answers are Parameters (docs/guide/delivery.md).
 */
final class AgreementOperation implements FhirOperation {
  /** Which of them. */
  enum Of {
    PROPOSE("agreement", true),
    SIGN("agreement-sign", true),
    END("agreement-end", true),
    LIST("agreements", false);

    private final String name;
    private final boolean changes;

    Of(String name, boolean changes) {
      this.name = name;
      this.changes = changes;
    }
  }

  private final Of of;
  private final Agreements agreements;

  AgreementOperation(Of of, Agreements agreements) {
    this.of = of;
    this.agreements = agreements;
  }

  @Override
  public Spec spec() {
    return new Spec(
        of.name,
        Set.of(Level.SYSTEM),
        Set.of(),
        of.changes,
        "https://helan.health/fhir/OperationDefinition/" + of.name);
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), of.name);
    return switch (of) {
      case PROPOSE -> answer(List.of(propose(call)));
      case SIGN -> answer(List.of(agreements.sign(call.caller(), id(call))));
      case END -> answer(List.of(agreements.end(call.caller(), id(call))));
      case LIST -> {
        String after = call.text("after");
        yield answer(agreements.list(call.caller(), after == null ? "" : after, 100));
      }
    };
  }

  private static String id(Call call) {
    String id = call.text("id");
    if (id == null) {
      throw Agreements.wrong("agreement.id");
    }
    return id;
  }

  private Agreement propose(Call call) {
    List<String> what = new ArrayList<>();
    for (var parameter : call.query().parameters()) {
      if (parameter.name().equals("what")) {
        what.add(parameter.value());
      }
    }
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (parameter.path("name").asString("").equals("what")) {
          what.add(parameter.path("valueString").asString(""));
        }
      }
    }
    String until = call.text("until");
    if (until == null) {
      throw Agreements.wrong("agreement.until");
    }
    String since = call.text("since");
    return agreements.propose(
        call.caller(),
        call.text("giver"),
        orEmpty(call.text("receiver")),
        orEmpty(call.text("receiver-name")),
        what,
        orEmpty(call.text("purpose")),
        since == null ? null : instant(since, "agreement.since"),
        instant(until, "agreement.until"));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static Instant instant(String text, String key) {
    try {
      return OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
    } catch (DateTimeException e) {
      throw Agreements.wrong(key);
    }
  }

  private Answer answer(List<Agreement> shown) {
    Instant now = agreements.now();
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    if (!shown.isEmpty()) {
      ArrayNode all = answer.putArray("parameter");
      for (Agreement one : shown) {
        ArrayNode parts = all.addObject().put("name", "agreement").putArray("part");
        text(parts, "id", "valueId", one.id());
        text(parts, "state", "valueCode", one.state(now).name().toLowerCase(Locale.ROOT));
        text(parts, "giver", "valueId", one.giver());
        text(parts, "receiver", "valueId", one.receiver());
        text(parts, "receiver-name", "valueString", one.receiverName());
        one.what().forEach(criterion -> text(parts, "what", "valueString", criterion));
        text(parts, "purpose", "valueCode", one.purpose());
        text(parts, "since", "valueInstant", one.since().toString());
        text(parts, "until", "valueInstant", one.until().toString());
        signature(parts, "given", one.givenBy(), one.given());
        signature(parts, "taken", one.takenBy(), one.taken());
        signature(parts, "ended", one.endedBy(), one.ended());
      }
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private static void text(ArrayNode parts, String name, String type, String value) {
    if (!value.isEmpty()) {
      parts.addObject().put("name", name).put(type, value);
    }
  }

  private static void signature(ArrayNode parts, String name, String by, @Nullable Instant at) {
    if (at != null) {
      text(parts, name, "valueInstant", at.toString());
      text(parts, name + "-by", "valueString", by);
    }
  }
}
