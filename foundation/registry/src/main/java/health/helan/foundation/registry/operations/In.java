package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.Faults;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Parameters of a call. */
final class In {
  private static final int LONGEST = 200;
  private final Call call;

  In(Call call) {
    this.call = call;
    if (call.body() != null
        && !"Parameters".equals(call.body().path("resourceType").asString(""))) {
      throw new Refusal(Refusal.Kind.INVALID, "registry.parameters-expected");
    }
  }

  @Nullable String text(String name) {
    String value = call.text(name);
    if (value != null && value.length() > LONGEST) {
      throw wrong(name);
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** A reason: longer than other texts; its length is checked where it is taken. */
  @Nullable String reason() {
    return reason("reason");
  }

  @Nullable String reason(String name) {
    return call.text(name);
  }

  String need(String name) {
    String value = text(name);
    if (value == null) {
      throw Faults.missing(name);
    }
    return value;
  }

  static Refusal wrong(String name) {
    return Faults.wrong(name);
  }

  @Nullable LocalDate date(String name) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    try {
      return LocalDate.parse(value);
    } catch (DateTimeException e) {
      throw wrong(name);
    }
  }

  @Nullable Boolean flag(String name) {
    String value = text(name);
    return switch (value) {
      case null -> null;
      case "true" -> Boolean.TRUE;
      case "false" -> Boolean.FALSE;
      default -> throw wrong(name);
    };
  }

  int number(String name, int otherwise, int most) {
    String value = text(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.matches("[1-9]\\d{0,8}") || Integer.parseInt(value) > most) {
      throw wrong(name);
    }
    return Integer.parseInt(value);
  }

  /** Whether it was sent at all, if only empty. */
  boolean has(String name) {
    if (call.query().first(name) != null) {
      return true;
    }
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Values of a parameter that repeats, or parted by commas. */
  List<String> list(String name) {
    var values = new ArrayList<String>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          for (var property : parameter.properties()) {
            if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
              values.add(property.getValue().asString(""));
            }
          }
        }
      }
    }
    if (values.isEmpty()) {
      String text = call.query().first(name);
      if (text != null) {
        values.addAll(List.of(text.split(",")));
      }
    }
    var stripped = new ArrayList<String>();
    for (String value : values) {
      for (String one : value.split(",")) {
        if (one.length() > LONGEST) {
          throw wrong(name);
        }
        if (!one.isBlank()) {
          stripped.add(one.strip());
        }
      }
    }
    return stripped;
  }
}
