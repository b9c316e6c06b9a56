package health.helan.oversight.clearing;

import health.helan.foundation.trust.account.Sql;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Days of counterparts as an institution sees them: its own list, cases and lines. What others send
 * and owe is not told, nor the sums of all.
 */
final class OwnDays {
  private final Sql sql;
  private final DayCloses closes;

  OwnDays(Sql sql, DayCloses closes) {
    this.sql = sql;
    this.closes = closes;
  }

  /**
   * A day of a counterpart.
   *
   * @param reconciled null until it is matched, and when a statement has come since
   * @param list what stands of the institution's lists; null for none
   * @param differences cases of the institution, the closed too
   * @param ours what we say of the institution; null as long as the day is open
   */
  record OwnDay(
      Counterpart counterpart,
      LocalDate day,
      Book.State state,
      @Nullable Instant reconciled,
      @Nullable Sums list,
      int differences,
      int open,
      @Nullable Sums ours) {}

  /** Lines, what came, and what went back; fen. */
  record Sums(long lines, long in, long out) {}

  private record Counted(int all, int open) {}

  /** The latest first. */
  List<OwnDay> list(String institution, LocalDate from, LocalDate to) {
    return list(
        institution,
        from,
        to,
        sql.list(
            "select distinct counterpart from clearing_book where day >= ? and day <= ?",
            row -> row.getString(1),
            from,
            to));
  }

  /** A day of one counterpart; null where it has none. */
  @Nullable OwnDay one(String institution, Counterpart counterpart, LocalDate day) {
    return list(institution, day, day, List.of(counterpart.name())).stream()
        .findFirst()
        .orElse(null);
  }

  private List<OwnDay> list(
      String institution, LocalDate from, LocalDate to, List<String> counterparts) {
    Map<String, Counted> cases = new HashMap<>();
    for (var one :
        sql.list(
            "select counterpart, day, count(*), count(*) filter (where state < 5) from clearing_case"
                + " where day >= ? and day <= ? and institution = ? group by counterpart, day",
            row ->
                Map.entry(
                    row.getString(1) + " " + row.getObject(2, LocalDate.class),
                    new Counted(row.getInt(3), row.getInt(4))),
            from,
            to,
            institution)) {
      cases.put(one.getKey(), one.getValue());
    }
    Map<String, Sums> closed = new HashMap<>();
    for (DayClose close : closes.list(from, to, counterparts)) {
      closed.put(close.scope() + " " + close.day(), sums(close, institution));
    }
    return sql.list(
        """
        select b.counterpart, b.day, b.state, b.reconciled, s.number, s.lines, s.fen_in, s.fen_out
        from clearing_book b left join clearing_statement s on s.home = b.home and s.book = b.book and s.side = ?
          and s.institution = ? and s.standing
        where b.day >= ? and b.day <= ? and b.counterpart = any (?) order by b.day desc, b.counterpart""",
        row -> {
          var day = row.getObject("day", LocalDate.class);
          String key = row.getString("counterpart") + " " + day;
          Counted counted = cases.getOrDefault(key, new Counted(0, 0));
          return new OwnDay(
              Counterpart.of(row.getString("counterpart")),
              day,
              Book.State.values()[row.getInt("state")],
              Sql.instantOrNull(row, "reconciled"),
              row.getInt("number") == 0
                  ? null
                  : new Sums(row.getInt("lines"), row.getLong("fen_in"), row.getLong("fen_out")),
              counted.all(),
              counted.open(),
              closed.get(key));
        },
        (short) Side.INSTITUTION.ordinal(),
        institution,
        from,
        to,
        counterparts.toArray(String[]::new));
  }

  private static Sums sums(DayClose close, String institution) {
    return close.facts(DayClose.Fact.INSTITUTION).stream()
        .filter(words -> words.getFirst().equals(institution))
        .findFirst()
        .map(
            words ->
                new Sums(
                    Long.parseLong(words.get(1)),
                    Long.parseLong(words.get(2)),
                    Long.parseLong(words.get(3))))
        .orElse(new Sums(0, 0, 0));
  }

  /** What we say of an institution's day, once it was matched; a walk over the day's lines. */
  Sums ours(Counterpart counterpart, LocalDate day, String institution) {
    long book = counterpart.book(day);
    return sql.list(
            """
            select count(*), coalesce(sum(fen) filter (where fen > 0), 0)::bigint,
              coalesce(-sum(fen) filter (where fen < 0), 0)::bigint
            from clearing_entry where home = ? and book = ? and statement = 0 and institution = ?""",
            row -> new Sums(row.getLong(1), row.getLong(2), row.getLong(3)),
            Counterpart.home(book),
            book,
            institution)
        .getFirst();
  }
}
