package health.helan.foundation.trust.audit;

import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.sql.SqlText;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a search for AuditEvents asks for, of the rows and of the stored ones. A parameter of R4
 * that rows have no value for (agent-name, policy, …) matches none of them.
 */
final class AuditQuery {
  /** Cursors of pages of stored events begin with this. */
  static final String STORED = "s:";

  private static final String ROWS = "r:";

  final SearchRequest request;

  /** What the stored ones are searched by. */
  final List<Parameter> criteria = new ArrayList<>();

  final List<Parameter> used = new ArrayList<>();
  final List<Refusal> warnings = new ArrayList<>();
  final SqlText conditions = new SqlText();
  final List<Time> times = new ArrayList<>();

  /** Patients that are named, digests; each set is an alternative, all sets must be met. */
  final List<Set<Long>> subjects = new ArrayList<>();

  boolean matchesNoRow;
  boolean asksForAddress;
  boolean wantsTotal;
  @Nullable Integer count;
  @Nullable String summary;
  @Nullable String elements;
  @Nullable String storedCursor;
  @Nullable Position after;

  private final Digests digests;

  /** A bound of the time. */
  record Time(String operator, Instant at) {}

  /** Where a page of rows ended. */
  record Position(Instant at, long chain, long seq) {}

  AuditQuery(Digests digests, RecordStore store, SearchRequest request) {
    this.digests = digests;
    this.request = request;
    if (request.compartmentOwner() != null) {
      String id = request.compartmentId() == null ? "" : request.compartmentId();
      if (request.compartmentOwner().equals("Patient")) {
        subjects.add(Set.of(digests.reference("Patient", id)));
      } else if (request.compartmentOwner().equals("Practitioner")) {
        conditions.add(" and a.practitioner = ?", id);
      } else {
        matchesNoRow = true;
      }
    }
    Set<String> known = store.parameters().type("AuditEvent").searchable().keySet();
    for (Parameter parameter : request.parameters()) {
      if (take(parameter, known)) {
        used.add(parameter);
      }
    }
  }

  static String cursor(AuditRow row) {
    return ROWS + row.micros() + "." + row.chain() + "." + row.seq();
  }

  /** False where the parameter was left out. */
  private boolean take(Parameter parameter, Set<String> known) {
    String name = parameter.name();
    String value = parameter.value();
    switch (name) {
      case "_count" -> {
        try {
          count = Integer.parseInt(value);
        } catch (NumberFormatException e) {
          throw new Refusal(Refusal.Kind.VALUE, "rest.broken-count");
        }
        if (count < 0) {
          throw new Refusal(Refusal.Kind.VALUE, "rest.broken-count");
        }
        return true;
      }
      case "_cursor" -> {
        cursor(value);
        return false;
      }
      case "_sort" -> {
        if (!value.equals("-date") && !value.equals("-_lastUpdated")) {
          throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "audit.sort-not-supported");
        }
        return true;
      }
      case "_total" -> {
        wantsTotal = !value.equals("none");
        return true;
      }
      case "_summary" -> {
        if (value.equals("count")) {
          count = 0;
        } else {
          summary = value;
        }
        return true;
      }
      case "_elements" -> {
        elements = value;
        return true;
      }
      default -> {
        // A criterion.
      }
    }
    String code = name.split("[:.]", 2)[0];
    if (!known.contains(code) || code.equals("_text") || code.equals("_content")) {
      var refusal =
          new Refusal(
              Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", printable(name));
      if (!request.lenient()) {
        throw refusal;
      }
      warnings.add(refusal);
      return false;
    }
    if (!code.equals(name)) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "audit.modifier-not-supported", code);
    }
    criteria.add(parameter);
    criterion(code, value);
    return true;
  }

  private static String printable(String text) {
    String shown = text.replaceAll("[^A-Za-z0-9_.:-]", "?");
    return shown.length() > 64 ? shown.substring(0, 64) : shown;
  }

  private void cursor(String value) {
    try {
      if (value.startsWith(STORED)) {
        storedCursor = value.substring(STORED.length());
        return;
      }
      if (value.startsWith(ROWS)) {
        String[] parts = value.substring(ROWS.length()).split("\\.", -1);
        long micros = Long.parseLong(parts[0]);
        after =
            new Position(
                Instant.ofEpochSecond(
                    Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1000L),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]));
        return;
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Answered below.
    }
    throw new Refusal(Refusal.Kind.INVALID, "audit.cursor-broken");
  }

  private void criterion(String code, String value) {
    String[] values = value.split(",", -1);
    switch (code) {
      case "date", "_lastUpdated" -> date(code, value);
      case "patient" -> {
        var any = new LinkedHashSet<Long>();
        for (String one : values) {
          String id = one.startsWith("Patient/") ? one.substring("Patient/".length()) : one;
          if (id.isEmpty() || id.indexOf('/') >= 0) {
            throw broken(code);
          }
          any.add(digests.reference("Patient", id));
        }
        subjects.add(any);
      }
      case "_id" -> ids(values);
      case "agent" -> agents(values);
      case "altid" -> any("a.account", tokens(values));
      case "agent-role" -> any("a.role", tokens(values));
      case "subtype" -> any("a.interaction", tokens(values));
      case "action" -> actions(tokens(values));
      case "outcome" -> outcomes(tokens(values));
      case "type" -> matchesNoRow |= !tokens(values).contains("rest");
      case "address" -> {
        asksForAddress = true;
        conditions.add(" and (false");
        for (String one : values) {
          conditions.add(" or starts_with(a.remote, ?)", one.toLowerCase(Locale.ROOT));
        }
        conditions.add(")");
      }
      case "entity" -> entities(values);
      default -> matchesNoRow = true;
    }
  }

  private static Refusal broken(String code) {
    return new Refusal(Refusal.Kind.VALUE, "audit.value-broken", code);
  }

  /** Codes of tokens, whatever their systems. */
  private static List<String> tokens(String[] values) {
    var codes = new ArrayList<String>();
    for (String value : values) {
      codes.add(value.substring(value.indexOf('|') + 1));
    }
    return codes;
  }

  private void any(String column, List<String> values) {
    conditions.add(" and " + column + " = any(").addArray(values, "text").add(")");
  }

  private void ids(String[] values) {
    conditions.add(" and (false");
    for (String value : values) {
      String[] parts = value.split("\\.", -1);
      if (value.startsWith(AuditEvents.PREFIX) && parts.length == 3) {
        try {
          conditions.add(
              " or a.chain = ? and a.seq = ?",
              Long.parseLong(parts[1], 36),
              Long.parseLong(parts[2], 36));
        } catch (NumberFormatException e) {
          // The id of none.
        }
      }
    }
    conditions.add(")");
  }

  private void agents(String[] values) {
    conditions.add(" and (false");
    for (String value : values) {
      if (value.startsWith("Practitioner/")) {
        conditions.add(" or a.practitioner = ?", value.substring("Practitioner/".length()));
      } else if (value.startsWith("Organization/")) {
        conditions.add(" or a.institution = ?", value.substring("Organization/".length()));
      } else if (!value.isEmpty() && value.indexOf('/') < 0) {
        conditions.add(" or a.practitioner = ? or a.institution = ?", value, value);
      }
    }
    conditions.add(")");
  }

  private void actions(List<String> codes) {
    var interactions = new ArrayList<String>();
    for (String code : codes) {
      interactions.addAll(AuditEventJson.interactions(code));
    }
    any("a.interaction", interactions);
  }

  private void outcomes(List<String> codes) {
    conditions.add(" and (false");
    for (String code : codes) {
      switch (code) {
        case "0" -> conditions.add(" or a.status < 400");
        case "4" -> conditions.add(" or a.status between 400 and 499");
        case "8" -> conditions.add(" or a.status >= 500");
        default -> {
          // 12 and whatever else: none of ours.
        }
      }
    }
    conditions.add(")");
  }

  private void entities(String[] values) {
    if (values.length == 1 && values[0].startsWith("Patient/")) {
      // Found by the index by resident; the condition below leaves the Patient resource itself.
      subjects.add(Set.of(digests.reference("Patient", values[0].substring("Patient/".length()))));
    }
    conditions.add(" and (false");
    for (String value : values) {
      int slash = value.indexOf('/');
      if (slash > 0) {
        conditions.add(
            " or a.type = ? and a.id = ?", value.substring(0, slash), value.substring(slash + 1));
      } else if (!value.isEmpty()) {
        conditions.add(" or a.id = ?", value);
      }
    }
    conditions.add(")");
  }

  private void date(String code, String value) {
    String prefix = "eq";
    String text = value;
    if (value.length() > 2 && Character.isLetter(value.charAt(0))) {
      prefix = value.substring(0, 2);
      text = value.substring(2);
    }
    Instant[] period = period(code, text);
    Instant from = period[0];
    Instant to = period[1];
    switch (prefix) {
      case "eq" -> {
        times.add(new Time(">=", from));
        times.add(new Time("<", to));
      }
      case "ge" -> times.add(new Time(">=", from));
      case "gt", "sa" -> times.add(new Time(">=", to));
      case "le" -> times.add(new Time("<", to));
      case "lt", "eb" -> times.add(new Time("<", from));
      case "ne" -> conditions.add(" and (a.at < ? or a.at >= ?)", from, to);
      default -> throw broken(code);
    }
  }

  /** Start and end (exclusive); dates without a zone are China's (UTC+8). */
  private static Instant[] period(String code, String text) {
    try {
      if (text.length() > 10) {
        String zoned = text.replace(' ', '+');
        int colons = zoned.substring(11).split("[Z+-]", 2)[0].split(":", -1).length;
        if (!zoned.substring(11).matches(".*(Z|[+-]\\d\\d:\\d\\d)")) {
          zoned += "+08:00";
        }
        Instant from = OffsetDateTime.parse(zoned).toInstant();
        long length = colons < 3 ? 60_000 : zoned.contains(".") ? 1 : 1000;
        return new Instant[] {from, from.plusMillis(length)};
      }
      LocalDate from =
          switch (text.length()) {
            case 4 -> LocalDate.of(Integer.parseInt(text), 1, 1);
            case 7 -> LocalDate.parse(text + "-01");
            default -> LocalDate.parse(text);
          };
      LocalDate to =
          switch (text.length()) {
            case 4 -> from.plusYears(1);
            case 7 -> from.plusMonths(1);
            default -> from.plusDays(1);
          };
      return new Instant[] {
        from.atStartOfDay(ZoneOffset.ofHours(8)).toInstant(),
        to.atStartOfDay(ZoneOffset.ofHours(8)).toInstant()
      };
    } catch (DateTimeException | NumberFormatException | StringIndexOutOfBoundsException e) {
      throw broken(code);
    }
  }
}
