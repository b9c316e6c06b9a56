package health.helan.pharmacy.circulation;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A place that dispenses: a drugstore, or the pharmacy of a hospital.
 *
 * @param institution id of the Organization
 * @param ways how one may have drugs from it
 * @param latitude degrees, WGS 84; null where nobody said
 * @param service the HealthcareService, for its hours
 */
public record Shop(
    String institution,
    String name,
    String address,
    String telephone,
    Set<Circulation.Way> ways,
    @Nullable Double latitude,
    @Nullable Double longitude,
    JsonNode service) {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final double EARTH_KM = 6_371.0;

  /** Kilometres over the ground as the crow flies; null where a place is not known. */
  @Nullable Double kilometresFrom(@Nullable Double latitude, @Nullable Double longitude) {
    if (latitude == null || longitude == null || this.latitude == null || this.longitude == null) {
      return null;
    }
    double up = Math.toRadians(this.latitude - latitude) / 2;
    double across = Math.toRadians(this.longitude - longitude) / 2;
    double a =
        Math.pow(Math.sin(up), 2)
            + Math.cos(Math.toRadians(latitude))
                * Math.cos(Math.toRadians(this.latitude))
                * Math.pow(Math.sin(across), 2);
    return 2 * EARTH_KM * Math.asin(Math.sqrt(Math.min(1, a)));
  }

  /**
   * Whether it is open, by {@code availableTime} and {@code notAvailable}; null where it is not
   * said.
   */
  @Nullable Boolean isOpen(Instant at) {
    ZonedDateTime now = at.atZone(BEIJING);
    for (JsonNode closed : service.path("notAvailable")) {
      JsonNode during = closed.path("during");
      if (during.isObject()
          && !isBefore(now, during.path("start").asString(""), false)
          && isBefore(now, during.path("end").asString(""), true)) {
        return false;
      }
    }
    JsonNode hours = service.path("availableTime");
    if (hours.isEmpty()) {
      return null;
    }
    String day = now.getDayOfWeek().name().substring(0, 3).toLowerCase(Locale.ROOT);
    for (JsonNode span : hours) {
      boolean isToday = span.path("daysOfWeek").isEmpty();
      for (JsonNode one : span.path("daysOfWeek")) {
        isToday |= one.asString("").equals(day);
      }
      if (isToday && (span.path("allDay").asBoolean(false) || isWithin(span, now.toLocalTime()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWithin(JsonNode span, LocalTime now) {
    try {
      LocalTime start = LocalTime.parse(span.path("availableStartTime").asString("00:00:00"));
      LocalTime end = LocalTime.parse(span.path("availableEndTime").asString("23:59:59"));
      return !now.isBefore(start) && now.isBefore(end);
    } catch (DateTimeException e) {
      return false;
    }
  }

  /** Whether it is before an edge of a period; a day as an end is over with the day. */
  private static boolean isBefore(ZonedDateTime now, String edge, boolean isEnd) {
    try {
      if (edge.isEmpty()) {
        return isEnd;
      }
      if (edge.length() == 10) {
        var day = java.time.LocalDate.parse(edge).atStartOfDay(BEIJING);
        return now.isBefore(isEnd ? day.plusDays(1) : day);
      }
      return now.toInstant().isBefore(OffsetDateTime.parse(edge).toInstant());
    } catch (DateTimeException e) {
      return false;
    }
  }
}
