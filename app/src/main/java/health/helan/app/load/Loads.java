package health.helan.app.load;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $loads}: what is being loaded into this instance. {@code POST} with one parameter {@code
 * load} of parts {@code id}, {@code source}, {@code state} (running, done, failed), {@code
 * started}, {@code updated}, {@code total}, {@code done}, {@code refused}, {@code resources}
 * reports a load; {@code GET} lists those of the last day. {@code total} and {@code done} count
 * files, the other two resources. A running load that has been silent for a minute is shown as
 * {@code stalled}. Kept in memory: after a restart, running loads report themselves anew.
 */
@Component
public final class Loads implements FhirOperation {
  private static final int MOST = 100;
  private static final Duration KEPT = Duration.ofDays(1);
  private static final Duration SILENCE = Duration.ofMinutes(1);
  private static final Set<String> STATES = Set.of("running", "done", "failed");
  private static final int LONGEST_TEXT = 500;

  private record Load(
      String id,
      String source,
      String state,
      Instant started,
      Instant updated,
      BigDecimal total,
      BigDecimal done,
      BigDecimal refused,
      BigDecimal resources) {}

  private final Clock clock;
  private final Map<String, Load> loads = new HashMap<>();

  @Autowired
  Loads() {
    this(Clock.systemUTC());
  }

  Loads(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "loads",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/loads");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "loads");
    if (call.method().equals("POST")) {
      report(call.body());
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(list()));
  }

  private synchronized void report(@Nullable ObjectNode body) {
    JsonNode parts = body == null ? null : body.path("parameter").path(0).path("part");
    if (parts == null || !parts.isArray()) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "Parameters.parameter",
          "loads.parts-missing",
          new Object[] {"load"});
    }
    Instant now = clock.instant();
    String state = text(parts, "state");
    if (!STATES.contains(state)) {
      throw new Refusal(
          Refusal.Kind.VALUE,
          "Parameters.parameter.part",
          "loads.part-wrong",
          new Object[] {"state"});
    }
    Load load =
        new Load(
            text(parts, "id"),
            text(parts, "source"),
            state,
            instant(parts, "started"),
            now,
            number(parts, "total"),
            number(parts, "done"),
            number(parts, "refused"),
            number(parts, "resources"));
    loads.values().removeIf(old -> old.updated().isBefore(now.minus(KEPT)));
    if (loads.size() >= MOST && !loads.containsKey(load.id())) {
      loads.values().stream()
          .min((a, b) -> a.updated().compareTo(b.updated()))
          .ifPresent(oldest -> loads.remove(oldest.id()));
    }
    loads.put(load.id(), load);
  }

  private static String text(JsonNode parts, String name) {
    String value = value(parts, name).asString("");
    if (value.isEmpty() || value.length() > LONGEST_TEXT) {
      throw new Refusal(
          Refusal.Kind.VALUE, "Parameters.parameter.part", "loads.part-wrong", new Object[] {name});
    }
    return value;
  }

  private static BigDecimal number(JsonNode parts, String name) {
    JsonNode value = value(parts, name);
    if (!value.isNumber() || value.decimalValue().signum() < 0) {
      throw new Refusal(
          Refusal.Kind.VALUE, "Parameters.parameter.part", "loads.part-wrong", new Object[] {name});
    }
    return value.decimalValue();
  }

  private static Instant instant(JsonNode parts, String name) {
    try {
      return Instant.parse(text(parts, name));
    } catch (DateTimeException notAnInstant) {
      throw new Refusal(
          Refusal.Kind.VALUE, "Parameters.parameter.part", "loads.part-wrong", new Object[] {name});
    }
  }

  private static JsonNode value(JsonNode parts, String name) {
    for (JsonNode part : parts) {
      if (part.path("name").asString("").equals(name)) {
        for (var property : part.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue();
          }
        }
      }
    }
    throw new Refusal(
        Refusal.Kind.INVALID,
        "Parameters.parameter.part",
        "loads.parts-missing",
        new Object[] {name});
  }

  private synchronized ObjectNode list() {
    Instant now = clock.instant();
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    List<Load> current = new ArrayList<>(loads.values());
    current.removeIf(load -> load.updated().isBefore(now.minus(KEPT)));
    current.sort((a, b) -> b.started().compareTo(a.started()));
    // FHIR JSON has no empty arrays.
    if (!current.isEmpty()) {
      ArrayNode list = parameters.putArray("parameter");
      for (Load load : current) {
        boolean silent =
            load.state().equals("running") && load.updated().isBefore(now.minus(SILENCE));
        ArrayNode parts = list.addObject().put("name", "load").putArray("part");
        parts.addObject().put("name", "id").put("valueString", load.id());
        parts.addObject().put("name", "source").put("valueString", load.source());
        parts.addObject().put("name", "state").put("valueCode", silent ? "stalled" : load.state());
        parts.addObject().put("name", "started").put("valueInstant", load.started().toString());
        parts.addObject().put("name", "updated").put("valueInstant", load.updated().toString());
        parts.addObject().put("name", "total").put("valueDecimal", load.total());
        parts.addObject().put("name", "done").put("valueDecimal", load.done());
        parts.addObject().put("name", "refused").put("valueDecimal", load.refused());
        parts.addObject().put("name", "resources").put("valueDecimal", load.resources());
      }
    }
    return parameters;
  }
}
