package health.helan.care.visit;

import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long what belongs to a visit on line is kept at least: the record 15 years, the conversation,
 * pictures and recordings 3 years (互联网诊疗监管细则（试行）, 2022). Said by a tag in {@code meta}, which
 * nobody can take away, and enforced where somebody would delete ({@link VisitFollower}). Erasure
 * of a whole record asks the table {@code retention_rule}, which has the same years.
 */
public enum Kept {
  RECORD("online-visit-record", 15),
  MEDIA("online-visit-media", 3);

  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/kept";

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private final String code;
  private final int years;

  Kept(String code, int years) {
    this.code = code;
    this.years = years;
  }

  /** Puts the tag. */
  void tag(ObjectNode resource) {
    resource
        .withObject("/meta")
        .withArray("tag")
        .addObject()
        .put("system", SYSTEM)
        .put("code", code);
  }

  /** Null for what is no part of a visit. */
  static @Nullable Kept of(@Nullable JsonNode resource) {
    if (resource != null) {
      for (JsonNode tag : resource.path("meta").path("tag")) {
        if (SYSTEM.equals(tag.path("system").asString(""))) {
          for (Kept each : values()) {
            if (each.code.equals(tag.path("code").asString(""))) {
              return each;
            }
          }
        }
      }
    }
    return null;
  }

  /**
   * Lets what is old enough be deleted.
   *
   * @param resource its last version; one without a time of its own is as new as can be
   * @throws Refusal BUSINESS_RULE naming the day until which it is kept
   */
  void mayGo(JsonNode resource, Instant now) {
    LocalDate free = LocalDate.ofInstant(last(resource, now), BEIJING).plusYears(years).plusDays(1);
    if (LocalDate.ofInstant(now, BEIJING).isBefore(free)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.kept", years, free);
    }
  }

  private static Instant last(JsonNode resource, Instant otherwise) {
    try {
      return OffsetDateTime.parse(resource.path("meta").path("lastUpdated").asString(""))
          .toInstant();
    } catch (DateTimeException e) {
      return otherwise;
    }
  }
}
