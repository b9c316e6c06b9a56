package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters of a call, whether they come in the URL, a form or as Parameters. */
final class In {
  /** Codings of one CodeableConcept: each is asked about. */
  private static final int MOST_CODINGS = 100;

  private final Call call;

  In(Call call) {
    this.call = call;
    if (call.body() != null
        && !"Parameters".equals(call.body().path("resourceType").asString(""))) {
      throw new Refusal(Refusal.Kind.INVALID, "terms.parameters-expected");
    }
  }

  /** A simple parameter; null when it is not there. */
  @Nullable String text(String name) {
    String value = call.text(name);
    return value == null || value.isEmpty() ? null : value;
  }

  String text(String name, String otherwise) {
    String value = text(name);
    return value == null ? otherwise : value;
  }

  String need(String name) {
    String value = text(name);
    if (value == null) {
      throw missing(name);
    }
    return value;
  }

  static Refusal missing(String name) {
    return new Refusal(
        Refusal.Kind.INVALID,
        "Parameters.parameter",
        "terms.parameter-missing",
        new Object[] {name});
  }

  static Refusal wrong(String name) {
    return new Refusal(
        Refusal.Kind.VALUE, "Parameters.parameter", "terms.parameter-wrong", new Object[] {name});
  }

  boolean flag(String name, boolean otherwise) {
    String value = text(name);
    if (value == null) {
      return otherwise;
    }
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name);
    };
  }

  int number(String name, int otherwise) {
    String value = text(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.matches("\\d{1,9}")) {
      throw wrong(name);
    }
    return Integer.parseInt(value);
  }

  /** All values of a parameter that may repeat. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (SearchRequest.Parameter parameter : call.query().parameters()) {
      if (parameter.name().equals(name) && !parameter.value().isEmpty()) {
        texts.add(parameter.value());
      }
    }
    for (JsonNode parameter : all(name)) {
      for (var property : parameter.properties()) {
        if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
          texts.add(property.getValue().asString());
        }
      }
    }
    return texts;
  }

  /** Parameters of that name in the body. */
  List<JsonNode> all(String name) {
    List<JsonNode> found = new ArrayList<>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          found.add(parameter);
        }
      }
    }
    return found;
  }

  @Nullable JsonNode value(String name, String property) {
    for (JsonNode parameter : all(name)) {
      if (parameter.has(property)) {
        return parameter.get(property);
      }
    }
    return null;
  }

  @Nullable ObjectNode resource(String name) {
    ObjectNode found = call.resource(name);
    return found;
  }

  /**
   * A code that is asked about.
   *
   * @param system empty where it was not said
   * @param version empty where it was not said
   */
  record Coded(String system, String version, String code, @Nullable String display) {}

  private static Coded coded(JsonNode coding) {
    String code = coding.path("code").asString("");
    return new Coded(
        coding.path("system").asString(""),
        coding.path("version").asString(""),
        code,
        coding.path("display").asString(null));
  }

  /**
   * What {@code code} with {@code system}, {@code coding} or {@code codeableConcept} say: several
   * only for the last.
   *
   * @param system of a code alone; null to take the parameter {@code system}
   */
  List<Coded> coded(@Nullable String system) {
    JsonNode concept = value("codeableConcept", "valueCodeableConcept");
    if (concept != null) {
      List<Coded> all = new ArrayList<>();
      concept.path("coding").forEach(coding -> all.add(coded(coding)));
      if (all.isEmpty() || all.size() > MOST_CODINGS) {
        throw wrong("codeableConcept");
      }
      return all;
    }
    JsonNode coding = value("coding", "valueCoding");
    if (coding != null) {
      Coded one = coded(coding);
      if (one.code().isEmpty()) {
        throw wrong("coding");
      }
      return List.of(one);
    }
    String code = text("code");
    if (code == null) {
      throw missing("code");
    }
    String own = system == null ? text("system", "") : system;
    String version = text("systemVersion", "");
    return List.of(new Coded(own, version, code, text("display")));
  }

  String language() {
    String asked = text("displayLanguage");
    return asked == null ? call.language().getLanguage() : asked;
  }
}
