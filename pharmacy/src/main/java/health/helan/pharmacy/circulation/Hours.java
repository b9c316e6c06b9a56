package health.helan.pharmacy.circulation;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * When a pharmacy is open, Beijing time: {@code availableTime} and {@code notAvailable} of its
 * HealthcareService. A span that does not end after it starts ends on the day after.
 *
 * @param isSaid false where the resource has no {@code availableTime}
 */
record Hours(boolean isSaid, List<Span> spans, List<Closure> closures) {
  private static final int DAY = 24 * 60 * 60;

  /** Who does not open or close within so long is told to do neither. */
  private static final Duration HORIZON = Duration.ofDays(100);

  /**
   * @param from seconds from the beginning of the day
   * @param to likewise; past its end when it goes over night
   */
  record Span(Set<DayOfWeek> days, int from, int to) {}

  /**
   * @param end the first instant after it
   */
  record Closure(Instant start, Instant end) {}

  static Hours of(JsonNode service) {
    List<Span> spans = new ArrayList<>();
    for (JsonNode span : service.path("availableTime")) {
      Span read = span(span);
      if (read != null) {
        spans.add(read);
      }
    }
    List<Closure> closures = new ArrayList<>();
    for (JsonNode closed : service.path("notAvailable")) {
      JsonNode during = closed.path("during");
      Instant start = edge(during.path("start").asString(""), false);
      Instant end = edge(during.path("end").asString(""), true);
      if (during.isObject() && start != null && end != null) {
        closures.add(new Closure(start, end));
      }
    }
    return new Hours(!service.path("availableTime").isEmpty(), spans, closures);
  }

  private static @Nullable Span span(JsonNode span) {
    var days = EnumSet.noneOf(DayOfWeek.class);
    for (DayOfWeek day : DayOfWeek.values()) {
      for (JsonNode one : span.path("daysOfWeek")) {
        if (one.asString("").equals(word(day))) {
          days.add(day);
        }
      }
    }
    if (span.path("daysOfWeek").isEmpty()) {
      days.addAll(List.of(DayOfWeek.values()));
    }
    if (span.path("allDay").asBoolean(false)) {
      return new Span(days, 0, DAY);
    }
    try {
      String start = span.path("availableStartTime").asString("00:00:00");
      String end = span.path("availableEndTime").asString("00:00:00");
      int from = LocalTime.parse(start).toSecondOfDay();
      int to = LocalTime.parse(end).toSecondOfDay();
      return new Span(days, from, to > from ? to : to + DAY);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** The code of FHIR's days-of-week. */
  static String word(DayOfWeek day) {
    return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
  }

  /**
   * An edge of a period of any precision; as an end the first instant after it.
   *
   * @return null for what is no time
   */
  static @Nullable Instant edge(String edge, boolean isEnd) {
    try {
      return switch (edge.length()) {
        case 0 -> isEnd ? Instant.MAX : Instant.MIN;
        case 4 -> begin(LocalDate.of(Integer.parseInt(edge) + (isEnd ? 1 : 0), 1, 1));
        case 7 -> begin(YearMonth.parse(edge).plusMonths(isEnd ? 1 : 0).atDay(1));
        case 10 -> begin(LocalDate.parse(edge).plusDays(isEnd ? 1 : 0));
        default -> OffsetDateTime.parse(edge).toInstant();
      };
    } catch (DateTimeException | NumberFormatException e) {
      return null;
    }
  }

  private static Instant begin(LocalDate day) {
    return day.atStartOfDay(Circulations.BEIJING).toInstant();
  }

  /** Null where it is not said. */
  @Nullable Boolean isOpen(Instant at) {
    return isSaid || isClosed(at) ? Boolean.valueOf(opens(at)) : null;
  }

  private boolean isClosed(Instant at) {
    return closures.stream()
        .anyMatch(closure -> !at.isBefore(closure.start) && at.isBefore(closure.end));
  }

  private boolean opens(Instant at) {
    if (isClosed(at)) {
      return false;
    }
    ZonedDateTime now = at.atZone(Circulations.BEIJING);
    int second = now.toLocalTime().toSecondOfDay();
    DayOfWeek today = now.getDayOfWeek();
    return spans.stream()
        .anyMatch(
            span ->
                span.days.contains(today) && span.from <= second && second < span.to
                    || span.days.contains(today.minus(1)) && second + DAY < span.to);
  }

  /** When it opens next, or closes when it is open; null for neither within a hundred days. */
  @Nullable Instant changes(Instant at) {
    if (!isSaid) {
      return null;
    }
    boolean isOpen = opens(at);
    Instant edge = next(at);
    for (Instant last = at.plus(HORIZON); edge != null && edge.isBefore(last); edge = next(edge)) {
      if (opens(edge) != isOpen) {
        return edge;
      }
    }
    return null;
  }

  /** The first instant after this at which something begins or ends. */
  private @Nullable Instant next(Instant at) {
    List<Instant> edges = new ArrayList<>();
    for (Closure closure : closures) {
      edges.add(closure.start);
      edges.add(closure.end);
    }
    LocalDate today = at.atZone(Circulations.BEIJING).toLocalDate();
    for (int ahead = -1; ahead <= DayOfWeek.values().length; ahead++) {
      LocalDate day = today.plusDays(ahead);
      for (Span span : spans) {
        if (span.days.contains(day.getDayOfWeek())) {
          edges.add(begin(day).plusSeconds(span.from));
          edges.add(begin(day).plusSeconds(span.to));
        }
      }
    }
    return edges.stream()
        .filter(edge -> edge.isAfter(at) && !edge.equals(Instant.MAX))
        .min(Instant::compareTo)
        .orElse(null);
  }
}
