package health.helan.foundation.residents.operations;

import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Parameters of a call. */
final class In {
  private static final int LONGEST_NOTE = 500;

  private final Call call;

  In(Call call) {
    this.call = call;
    if (call.body() != null
        && !"Parameters".equals(call.body().path("resourceType").asString(""))) {
      throw new Refusal(Refusal.Kind.INVALID, "residents.parameters-expected");
    }
  }

  @Nullable String text(String name) {
    String value = call.text(name);
    return value == null || value.isBlank() ? null : value.strip();
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
        Refusal.Kind.INVALID, "Parameters", "residents.parameter-missing", new Object[] {name});
  }

  static Refusal wrong(String name) {
    return new Refusal(
        Refusal.Kind.VALUE, "Parameters", "residents.parameter-wrong", new Object[] {name});
  }

  boolean flag(String name) {
    String value = text(name);
    if (value == null || value.equals("false")) {
      return false;
    }
    if (!value.equals("true")) {
      throw wrong(name);
    }
    return true;
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

  /** The parameter as it is; a missing node for none. */
  JsonNode parameter(String name) {
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          return parameter;
        }
      }
    }
    return tools.jackson.databind.node.MissingNode.getInstance();
  }

  /** Why somebody decides: needed, and short. */
  String note(boolean isNeeded) {
    String note = text("note", "");
    if (isNeeded && note.length() < 2) {
      throw missing("note");
    }
    if (note.length() > LONGEST_NOTE) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "residents.note-long", new Object[] {LONGEST_NOTE});
    }
    return note;
  }
}
