package health.helan.pharmacy.circulation;

import health.helan.pharmacy.review.Effective;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How long a prescription is good for, from the moment that both have signed it. A day; up to three
 * where the doctor says so on it ({@code dispenseRequest.validityPeriod.end}: 处方管理办法, from general
 * knowledge); four weeks for a long prescription, one that supplies more than the seven days of an
 * ordinary one.
 */
final class Validity {
  static final Duration USUAL = Duration.ofDays(1);
  static final Duration MOST = Duration.ofDays(3);
  static final Duration LONG = Duration.ofDays(28);

  /** Days of supply of an ordinary out-patient prescription. */
  static final int ORDINARY_DAYS = 7;

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private Validity() {}

  static Instant until(Effective prescription) {
    boolean isLong = false;
    Instant said = null;
    for (JsonNode request : prescription.requests()) {
      Double days = Effective.days(request);
      isLong |= days != null && days > ORDINARY_DAYS;
      Instant end = end(request.path("dispenseRequest").path("validityPeriod").path("end"));
      said = end == null || said != null && said.isBefore(end) ? said : end;
    }
    Instant most = prescription.since().plus(isLong ? LONG : MOST);
    Instant usual = prescription.since().plus(isLong ? LONG : USUAL);
    return said == null ? usual : said.isBefore(most) ? said : most;
  }

  /** A day means its end, in Beijing. */
  private static @Nullable Instant end(JsonNode told) {
    String text = told.asString("");
    try {
      return text.isEmpty()
          ? null
          : text.length() == 10
              ? LocalDate.parse(text).plusDays(1).atStartOfDay(BEIJING).toInstant()
              : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      return null; // A month or a year: not a limit that could be kept.
    }
  }
}
