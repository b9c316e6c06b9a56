package health.helan.pharmacy.review;

import health.helan.foundation.trust.account.Sql;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.YearMonth;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;

/**
 * Lots drawn among the prescriptions that an institution passed: each has the same chance, and
 * nobody can tell beforehand which come up. The rows of decisions know the institution; Tasks that
 * are done belong to the pharmacists and would be found for the whole region only.
 */
final class Lots {
  private static final SecureRandom CHANCE = new SecureRandom();
  private static final int SEED = 16;

  /**
   * A fan-out over homes, by index {@code review_decision_of}; in the order of a digest with a
   * chance seed, which goes on from page to page and keeps nothing between them.
   */
  private static final String PASSED =
      "select task, lot from (select task,"
          + " encode(sha256(convert_to(task || ?, 'UTF8')), 'hex') collate \"C\" as lot"
          + " from review_decision where month in (?, ?) and institution = ? and decided < ?"
          + " and decision = 'pass') drawn where lot > ? order by lot limit ?";

  private final Sql sql;

  Lots(DataSource database) {
    sql = new Sql(database);
  }

  /**
   * The lots of what came to count and may be of a month: what was submitted on its last days may
   * have been decided in the next.
   */
  Draw of(String institution, YearMonth month) {
    byte[] seed = new byte[SEED];
    CHANCE.nextBytes(seed);
    return new Draw(institution, month, HexFormat.of().formatHex(seed));
  }

  private record Lot(String task, String place) {}

  /** Goes through all of them in an order of chance. */
  final class Draw {
    private final String institution;
    private final YearMonth month;
    private final String seed;
    private String last = "";

    private Draw(String institution, YearMonth month, String seed) {
      this.institution = institution;
      this.month = month;
      this.seed = seed;
    }

    /**
     * Ids of the next Tasks.
     *
     * @return none where all have been drawn
     */
    List<String> next(int most) {
      Instant end = month.plusMonths(1).atDay(1).atStartOfDay(FactReader.BEIJING).toInstant();
      List<Lot> lots =
          sql.list(
              PASSED,
              row -> new Lot(row.getString(1), row.getString(2)),
              seed,
              month.atDay(1),
              month.plusMonths(1).atDay(1),
              institution,
              end.plus(ReviewTask.VALID),
              last,
              most);
      if (!lots.isEmpty()) {
        last = lots.getLast().place;
      }
      return lots.stream().map(Lot::task).toList();
    }
  }
}
