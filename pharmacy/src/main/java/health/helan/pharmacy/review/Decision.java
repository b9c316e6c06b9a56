package health.helan.pharmacy.review;

import health.helan.foundation.store.WriteFollower.Followed;
import health.helan.foundation.trust.account.Sql;
import health.helan.pharmacy.review.rules.CommentCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a pharmacist decided about a prescription, and in what time. A row of it knows neither the
 * doctor nor the resident nor a drug, so that nothing can be counted by them.
 *
 * @param waited from when it came to the queue
 * @param code of a return or refusal; null for none
 */
record Decision(
    String institution,
    String pharmacist,
    String word,
    @Nullable String code,
    Instant at,
    Duration waited,
    boolean isLate) {

  private static final String INSERT =
      "insert into review_decision (home, version, seconds, late, month, decided, task,"
          + " institution, pharmacist, decision, code) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
          + " on conflict (home, task, version) do nothing";

  /** Null where nothing was decided. */
  static @Nullable Decision of(JsonNode task) {
    PrescriptionState state = ReviewTask.state(task);
    String word =
        switch (state) {
          case EFFECTIVE -> "pass";
          case RETURNED -> "return";
          case REFUSED -> "refuse";
          case null, default -> null;
        };
    if (word == null) {
      return null;
    }
    String code = null;
    for (JsonNode coding : task.path("statusReason").path("coding")) {
      if (CommentCode.SYSTEM.equals(coding.path("system").asString(""))) {
        code = coding.path("code").asString("");
      }
    }
    Instant at = Instant.parse(task.path("lastModified").asString(""));
    return new Decision(
        ReviewTask.reviewerOf(task),
        FactReader.id(task.path("owner"), "Practitioner"),
        word,
        word.equals("pass") ? null : code,
        at,
        Duration.between(Instant.parse(ReviewTask.queuedAt(task)), at),
        at.isAfter(Instant.parse(ReviewTask.deadlineOf(task))));
  }

  void write(Connection transaction, Followed task) throws SQLException {
    LocalDate month = at.atZone(FactReader.BEIJING).toLocalDate().withDayOfMonth(1);
    var unused =
        Sql.update(
            transaction,
            INSERT,
            task.home(),
            task.version(),
            Math.toIntExact(Math.max(0, waited.toSeconds())),
            isLate,
            month,
            at,
            task.id(),
            institution,
            pharmacist,
            word,
            code);
  }
}
