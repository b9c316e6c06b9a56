package health.helan.foundation.rest;

import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Parameters of a call, each read and checked once. What is wrong with one is told by its name,
 * never by its value.
 */
public final class Given {
  private static final int LONGEST = 2_000;
  private static final int MOST = 50;

  /** Later ones are no dates of a record, and the database does not know all of them. */
  private static final int LAST_YEAR = 9999;

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private final Call call;

  /**
   * @throws Refusal INVALID when the body is no Parameters
   */
  public Given(Call call) {
    this.call = call;
    if (call.body() != null
        && (!"Parameters".equals(call.body().path("resourceType").asString(""))
            || call.body().has("parameter") && !call.body().path("parameter").isArray())) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.parameters-expected");
    }
  }

  public static Refusal wrong(String name) {
    return new Refusal(
        Refusal.Kind.VALUE, "Parameters", "rest.parameter-wrong", new Object[] {name});
  }

  public static Refusal missing(String name) {
    return new Refusal(
        Refusal.Kind.INVALID, "Parameters", "rest.parameter-missing", new Object[] {name});
  }

  /** Refuses what is sent and would not be looked at. */
  public void only(Set<String> known) {
    var names = new LinkedHashSet<String>();
    call.query().parameters().forEach(one -> names.add(one.name()));
    if (call.body() != null) {
      call.body().path("parameter").forEach(one -> names.add(one.path("name").asString("")));
    }
    for (String name : names) {
      if (!known.contains(name)) {
        throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "rest.parameter-unknown", printable(name));
      }
    }
  }

  private static String printable(String name) {
    return name.length() <= 40 && name.matches("[A-Za-z0-9_:.-]*") ? name : "?";
  }

  /** Null where it is not given, or blank. */
  public @Nullable String text(String name) {
    List<String> all = list(name);
    if (all.size() > 1) {
      throw wrong(name);
    }
    return all.isEmpty() ? null : all.getFirst();
  }

  /**
   * Values of a parameter that repeats; in a URL parted by commas too.
   *
   * @throws Refusal VALUE for one without a value that can be read: to pass it over would take it
   *     for not given, which often means all
   */
  public List<String> list(String name) {
    var values = new ArrayList<String>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          if (!GivenParts.hasValue(parameter)) {
            throw wrong(name);
          }
          values.add(GivenParts.value(parameter));
        }
      }
    }
    for (var one : call.query().parameters()) {
      if (one.name().equals(name)) {
        values.addAll(List.of(one.value().split(",", -1)));
      }
    }
    values.removeIf(String::isBlank);
    if (values.size() > MOST
        || values.stream().anyMatch(one -> one.length() > LONGEST || one.indexOf(0) >= 0)) {
      throw wrong(name);
    }
    return values.stream().map(String::strip).toList();
  }

  /** Each repetition of a parameter that has parts. */
  public List<GivenParts> parts(String name) {
    var found = new ArrayList<GivenParts>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          found.add(new GivenParts(parameter.path("part")));
        }
      }
    }
    return found;
  }

  /** A text that has to be there. */
  public String need(String name) {
    String text = text(name);
    if (text == null) {
      throw missing(name);
    }
    return text;
  }

  /** A text that has to be there, of some length, in characters; a reason, for one. */
  public String need(String name, int shortest, int longest) {
    String text = need(name);
    if (text.length() < shortest || text.length() > longest) {
      throw wrong(name);
    }
    return text;
  }

  /** Ids of references to a type; a bare id counts. */
  public List<String> ids(String name, String type) {
    return list(name).stream().map(one -> id(name, type, one)).toList();
  }

  /** Id of a reference to a type, or the id itself; null where it is not given. */
  public @Nullable String id(String name, String type) {
    String text = text(name);
    return text == null ? null : id(name, type, text);
  }

  private String id(String name, String type, String text) {
    String own =
        text.startsWith(call.base() + "/") ? text.substring(call.base().length() + 1) : text;
    String id = own.startsWith(type + "/") ? own.substring(type.length() + 1) : own;
    if (!id.matches("[A-Za-z0-9.-]{1,64}")) {
      throw wrong(name);
    }
    return id;
  }

  /** The Patient that is meant: for a resident who acts for nobody else, itself. */
  public String patient() {
    for (String name : new String[] {"patient", "patient-reference"}) {
      String id = id(name, "Patient");
      if (id != null) {
        return id;
      }
    }
    Caller caller = call.caller();
    if (caller.role() == Role.RESIDENT && caller.binding().patients().size() == 1) {
      return caller.binding().patients().iterator().next();
    }
    throw missing("patient");
  }

  /** A time with its zone, or a day of Beijing, which means its beginning. */
  public Instant time(String name) {
    String text = text(name);
    if (text == null) {
      throw missing(name);
    }
    try {
      OffsetDateTime time =
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(BEIJING).toOffsetDateTime()
              : OffsetDateTime.parse(text);
      if (time.getYear() < 1 || time.getYear() > LAST_YEAR) {
        throw wrong(name);
      }
      return time.toInstant();
    } catch (DateTimeException e) {
      throw wrong(name);
    }
  }

  /** A day of four, two and two digits (2026-10-31); null where it is not given. */
  public @Nullable LocalDate day(String name) {
    String text = text(name);
    return text == null ? null : day(name, text);
  }

  /** The same, of a text that a parameter holds. */
  public static LocalDate day(String name, String text) {
    try {
      if (text.length() == "2026-10-31".length()) {
        return LocalDate.parse(text);
      }
    } catch (DateTimeException e) {
      // Told below, as one that is too long.
    }
    throw wrong(name);
  }

  /** A month (2026-10); null where it is not given. */
  public @Nullable YearMonth month(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    try {
      if (text.length() == "2026-10".length()) {
        return YearMonth.parse(text);
      }
    } catch (DateTimeException e) {
      // Told below, as one that is too long.
    }
    throw wrong(name);
  }

  /** A whole number of one or more, and no more than {@code most}. */
  public int number(String name, int otherwise, int most) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[1-9]\\d{0,8}") || Integer.parseInt(text) > most) {
      throw wrong(name);
    }
    return Integer.parseInt(text);
  }

  public boolean flag(String name) {
    String text = text(name);
    return switch (text == null ? "false" : text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name);
    };
  }
}
