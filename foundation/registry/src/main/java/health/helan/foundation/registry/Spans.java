package health.helan.foundation.registry;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Stretches of time in which a licence holds: from an instant on, up to another. A day begins and
 * ends at midnight in Beijing; the last day of a period is part of it.
 */
record Spans(List<Span> all) {
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /**
   * One stretch.
   *
   * @param from null for no beginning
   * @param to first instant after it; null for no end
   */
  record Span(@Nullable Instant from, @Nullable Instant to) {
    boolean contains(Instant at) {
      return (from == null || !at.isBefore(from)) && (to == null || at.isBefore(to));
    }

    boolean isEmpty() {
      return from != null && to != null && !from.isBefore(to);
    }
  }

  static final Spans NONE = new Spans(List.of());

  static Spans of(Span span) {
    return span.isEmpty() ? NONE : new Spans(List.of(span));
  }

  /** A FHIR Period. */
  static Span of(JsonNode period) {
    return new Span(
        from(period.path("start").asString("")), until(period.path("end").asString("")));
  }

  /** First instant of a FHIR date or dateTime; null for none, and for what is no time. */
  static @Nullable Instant from(String text) {
    try {
      return switch (text.length()) {
        case 0 -> null;
        case 4 -> LocalDate.of(Integer.parseInt(text), 1, 1).atStartOfDay(BEIJING).toInstant();
        case 7 -> YearMonth.parse(text).atDay(1).atStartOfDay(BEIJING).toInstant();
        case 10 -> LocalDate.parse(text).atStartOfDay(BEIJING).toInstant();
        default -> OffsetDateTime.parse(text).toInstant();
      };
    } catch (DateTimeException | NumberFormatException e) {
      return null;
    }
  }

  /** First instant after a FHIR date or dateTime; null for none, and for what is no time. */
  static @Nullable Instant until(String text) {
    try {
      return switch (text.length()) {
        case 0 -> null;
        case 4 -> LocalDate.of(Integer.parseInt(text) + 1, 1, 1).atStartOfDay(BEIJING).toInstant();
        case 7 -> YearMonth.parse(text).plusMonths(1).atDay(1).atStartOfDay(BEIJING).toInstant();
        case 10 -> LocalDate.parse(text).plusDays(1).atStartOfDay(BEIJING).toInstant();
        default -> OffsetDateTime.parse(text).toInstant();
      };
    } catch (DateTimeException | NumberFormatException e) {
      return null;
    }
  }

  boolean contains(Instant at) {
    return all.stream().anyMatch(span -> span.contains(at));
  }

  /** Without what lies in another stretch. */
  Spans without(Span gap) {
    if (gap.isEmpty()) {
      return this;
    }
    var rest = new ArrayList<Span>();
    for (Span span : all) {
      Instant gapFrom = gap.from();
      Instant gapTo = gap.to();
      if (gapFrom != null) {
        var before = new Span(span.from(), earlier(span.to(), gapFrom));
        if (!before.isEmpty()) {
          rest.add(before);
        }
      }
      if (gapTo != null) {
        var after = new Span(later(span.from(), gapTo), span.to());
        if (!after.isEmpty()) {
          rest.add(after);
        }
      }
    }
    return new Spans(List.copyOf(rest));
  }

  /** These and others; the database puts together what overlaps. */
  Spans with(Spans others) {
    var both = new ArrayList<>(all);
    both.addAll(others.all);
    return new Spans(List.copyOf(both));
  }

  private static Instant earlier(@Nullable Instant end, Instant other) {
    return end == null || other.isBefore(end) ? other : end;
  }

  private static Instant later(@Nullable Instant start, Instant other) {
    return start == null || other.isAfter(start) ? other : start;
  }

  /** As PostgreSQL writes a tstzmultirange. */
  String multirange() {
    var text = new StringBuilder("{");
    for (Span span : all) {
      text.append(text.length() == 1 ? "[" : ",[")
          .append(span.from() == null ? "" : span.from().toString())
          .append(',')
          .append(span.to() == null ? "" : span.to().toString())
          .append(')');
    }
    return text.append('}').toString();
  }
}
