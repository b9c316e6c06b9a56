package health.helan.care.queue;

import health.helan.foundation.trust.account.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How queues stand, in counts: nothing of a resident comes out of here. Of the region a fan-out
 * over homes; the tickets of each queue by index {@code visit_queue_ticket_of}, since yesterday
 * alone. Thread-safe.
 */
public final class QueueFigures {
  // State numbers are written out, and are those of State: waiting, called, missed, serving,
  // served, moved.
  private static final String COUNTS =
      " count(*) filter (where t.state = 0 and t.entered >= ?) as waiting,"
          + " count(*) filter (where t.state = 1 and t.entered >= ?) as called,"
          + " count(*) filter (where t.state = 2 and t.entered >= ?) as missed,"
          + " count(*) filter (where t.state = 3 and t.entered >= ?) as serving,"
          + " count(*) filter (where t.state = 4 and t.day = ?) as served,"
          + " count(*) filter (where t.day = ? and t.state <> 6) as entered,"
          + " min(greatest(t.entered, t.due)) filter (where t.state = 0 and t.entered >= ?) as longest,"
          + " count(t.called_at) filter (where t.day = ?) as measured,"
          + " avg(extract(epoch from greatest(t.called_at - greatest(t.entered, t.due), interval '0')))"
          + " filter (where t.called_at is not null and t.day = ?) as mean";

  private final Sql sql;

  QueueFigures(Sql sql) {
    this.sql = sql;
  }

  /**
   * Of a queue, or of all of an institution.
   *
   * @param entered who checked in today; who was moved counts where it went
   * @param served visits that ended today
   * @param since from when on who waits longest has waited, from check-in or the booked time,
   *     whichever is later; null while nobody waits
   * @param mean how long those who were called today had waited until the last call; null for none
   */
  public record Counts(
      int waiting,
      int called,
      int missed,
      int serving,
      int served,
      int entered,
      @Nullable Instant since,
      @Nullable Duration mean) {}

  /** All queues of an institution together. */
  public record OfInstitution(String institution, int queues, Counts counts) {}

  /** A queue. */
  public record OfQueue(
      String id,
      String name,
      String place,
      boolean isOpen,
      String department,
      String practitioner,
      Counts counts) {}

  /** By institution; those without a queue are left out. */
  public List<OfInstitution> region(Instant now) {
    return sql.list(
        "select q.institution, count(distinct q.id) as queues,"
            + COUNTS
            + " from visit_queue q left join visit_queue_ticket t on t.home = q.home and t.queue = q.id and t.day >= ?"
            + " group by q.institution order by q.institution",
        row -> new OfInstitution(row.getString("institution"), row.getInt("queues"), counts(row)),
        values(now));
  }

  /** The queues of an institution, by name. */
  public List<OfQueue> institution(String institution, Instant now) {
    var values = new java.util.ArrayList<@Nullable Object>(List.of(values(now)));
    values.add(institution);
    return sql.list(
        "select q.id, q.name, q.place, q.state, q.department, q.practitioner,"
            + COUNTS
            + " from visit_queue q left join visit_queue_ticket t on t.home = q.home and t.queue = q.id and t.day >= ?"
            + " where q.institution = ? group by q.home, q.id order by q.name, q.id",
        row ->
            new OfQueue(
                row.getString("id"),
                row.getString("name"),
                row.getString("place"),
                row.getInt("state") == 0,
                row.getString("department"),
                row.getString("practitioner"),
                counts(row)),
        values.toArray());
  }

  private static Object[] values(Instant now) {
    Instant live = now.minus(Queues.LONGEST);
    LocalDate today = Queues.day(now);
    return new Object[] {
      live, live, live, live, today, today, live, today, today, today.minusDays(1)
    };
  }

  private static Counts counts(ResultSet row) throws SQLException {
    double mean = row.getDouble("mean");
    return new Counts(
        row.getInt("waiting"),
        row.getInt("called"),
        row.getInt("missed"),
        row.getInt("serving"),
        row.getInt("served"),
        row.getInt("entered"),
        Sql.instantOrNull(row, "longest"),
        row.getInt("measured") == 0 ? null : Duration.ofSeconds(Math.round(mean)));
  }
}
