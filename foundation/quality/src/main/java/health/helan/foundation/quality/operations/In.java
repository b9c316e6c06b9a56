package health.helan.foundation.quality.operations;

import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parameters of a call, and whose findings it is about. */
final class In {
  private static final int LONGEST_NOTE = 500;

  private final Call call;

  In(Call call) {
    this.call = call;
    if (call.body() != null
        && !"Parameters".equals(call.body().path("resourceType").asString(""))) {
      throw new Refusal(Refusal.Kind.INVALID, "quality.parameters-expected");
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
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "quality.parameter-missing", new Object[] {name});
    }
    return value;
  }

  static Refusal wrong(String name) {
    return new Refusal(
        Refusal.Kind.VALUE, "Parameters", "quality.parameter-wrong", new Object[] {name});
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

  LocalDate date(String name, LocalDate otherwise) {
    String value = text(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return LocalDate.parse(value);
    } catch (DateTimeException e) {
      throw wrong(name);
    }
  }

  /** Values parted by commas. */
  List<String> list(String name) {
    String value = text(name);
    return value == null ? List.of() : List.of(value.split("\\s*,\\s*"));
  }

  /** What people write about a finding: needed, and short. */
  String note(boolean isNeeded) {
    String note = text("note", "");
    if (isNeeded && note.length() < 5) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "quality.note-missing", new Object[] {5});
    }
    if (note.length() > LONGEST_NOTE) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "quality.note-long", new Object[] {LONGEST_NOTE});
    }
    return note;
  }

  /** True for those who answer for one institution and see no other's. */
  static boolean isOfAnInstitution(Caller caller) {
    return !caller.isRoot()
        && (caller.role() == Caller.Role.SYSTEM || caller.role() == Caller.Role.PRACTITIONER);
  }

  /**
   * The institution that is asked about: of those who act for one, only their own.
   *
   * @return null where others ask about all
   * @throws Refusal FORBIDDEN for another institution's
   */
  @Nullable String institution() {
    Caller caller = call.caller();
    String asked = text("institution");
    if (!isOfAnInstitution(caller)) {
      return asked == null && "true".equals(text("no-institution")) ? "" : asked;
    }
    if (caller.institution().isEmpty() || asked != null && !asked.equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "quality.not-your-institution");
    }
    return caller.institution();
  }

  /** For CSV, whether it is asked for. */
  @Nullable String as() {
    String as = text("as");
    if (as != null && !as.equals("csv") && !as.equals("ndjson")) {
      throw wrong("as");
    }
    return as;
  }

  /** Names of the parts of a list that are known, or a refusal. */
  static <E> List<E> known(
      List<String> names, String parameter, java.util.function.Function<String, E> of) {
    var known = new ArrayList<E>();
    for (String name : names) {
      try {
        known.add(of.apply(name));
      } catch (IllegalArgumentException e) {
        throw wrong(parameter);
      }
    }
    return known;
  }
}
