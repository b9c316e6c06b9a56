package health.helan.foundation.quality.score;

import health.helan.foundation.quality.rules.Dimension;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Sums of what was counted, so that no score reads a record: a row for institution, data set and
 * day, one for institution, rule and month, one for the open findings of institution and rule.
 */
public final class Sums {
  private static final int AT_ONCE = 500;
  private static final int DIMENSIONS = Dimension.values().length;

  private final DataSource database;
  private final Clock clock;
  private final String holder;

  /**
   * @param holder name of this application instance
   */
  public Sums(DataSource database, Clock clock, String holder) {
    this.database = database;
    this.clock = clock;
    this.holder = holder;
  }

  // ------------------------------------------------------------------ keeping them up

  /**
   * Takes a job that one instance does for all, if it is due.
   *
   * @param every how often it is done
   */
  public boolean take(String job, Duration every, Duration lease) {
    OffsetDateTime now = utc(clock.instant());
    try (Connection connection = database.getConnection();
        var make = connection.prepareStatement(SumsSql.UPKEEP);
        var take = connection.prepareStatement(SumsSql.TAKE_UPKEEP)) {
      make.setString(1, job);
      make.setObject(2, utc(Instant.EPOCH));
      make.setObject(3, utc(Instant.EPOCH));
      make.executeUpdate();
      take.setString(1, holder);
      take.setObject(2, now.plus(lease));
      take.setString(3, job);
      take.setObject(4, now);
      take.setString(5, holder);
      take.setObject(6, now.minus(every));
      return take.executeUpdate() == 1;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  public void done(String job) {
    OffsetDateTime now = utc(clock.instant());
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(SumsSql.DONE_UPKEEP)) {
      statement.setObject(1, now);
      statement.setObject(2, now);
      statement.setString(3, job);
      statement.setString(4, holder);
      statement.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Adds up what was counted since. What two do at once counts once: whoever takes a row away adds
   * it.
   *
   * @return institutions that got new findings
   */
  public Set<String> fold() {
    var withNew = new TreeSet<String>();
    int taken;
    do {
      try (Connection connection = database.getConnection()) {
        connection.setAutoCommit(false);
        try {
          taken = fold(connection, withNew);
          connection.commit();
        } catch (SQLException | RuntimeException e) {
          connection.rollback();
          throw e;
        } finally {
          connection.setAutoCommit(true);
        }
      } catch (SQLException e) {
        throw SqlErrors.refusal(e);
      }
    } while (taken == AT_ONCE);
    return withNew;
  }

  private static int fold(Connection connection, Set<String> withNew) throws SQLException {
    record Row(int home, String id, String counts) {}
    var rows = new ArrayList<Row>();
    try (var statement = connection.prepareStatement(SumsSql.PENDING)) {
      statement.setInt(1, AT_ONCE);
      try (var found = statement.executeQuery()) {
        while (found.next()) {
          rows.add(new Row(found.getInt(1), found.getString(2), found.getString(3)));
        }
      }
    }
    if (rows.isEmpty()) {
      return 0;
    }
    rows.sort(java.util.Comparator.comparingInt(Row::home).thenComparing(Row::id));
    var sum = new Tally(ZoneOffset.UTC);
    try (var statement = connection.prepareStatement(SumsSql.TAKE)) {
      for (Row row : rows) {
        statement.setInt(1, row.home());
        statement.setString(2, row.id());
        if (statement.executeUpdate() == 1) {
          sum.add(row.counts());
        }
      }
    }
    add(connection, sum, withNew);
    return rows.size();
  }

  private record Month(String owner, String rule, LocalDate month) implements Comparable<Month> {
    @Override
    public int compareTo(Month other) {
      int byOwner = owner.compareTo(other.owner);
      int byRule = byOwner != 0 ? byOwner : rule.compareTo(other.rule);
      return byRule != 0 ? byRule : month.compareTo(other.month);
    }
  }

  private static void add(Connection connection, Tally sum, Set<String> withNew)
      throws SQLException {
    var months = new TreeMap<Month, long[]>();
    var datasets = new LinkedHashMap<String, String>();
    try (var make = connection.prepareStatement(SumsSql.DAY);
        var add = connection.prepareStatement(SumsSql.ADD_DAY)) {
      for (Map.Entry<Tally.Key, Tally.Part> one : sum.parts.entrySet()) {
        Tally.Key key = one.getKey();
        Tally.Part part = one.getValue();
        var checks = new Long[DIMENSIONS];
        var failed = new Long[DIMENSIONS];
        var none = new Long[DIMENSIONS];
        java.util.Arrays.fill(checks, 0L);
        java.util.Arrays.fill(failed, 0L);
        java.util.Arrays.fill(none, 0L);
        long opened = 0;
        long closed = 0;
        for (Map.Entry<String, Tally.Counts> rule : part.rules.entrySet()) {
          Tally.Counts counts = rule.getValue();
          checks[counts.dimension.ordinal()] += counts.checks;
          failed[counts.dimension.ordinal()] += counts.failed;
          opened += counts.opened;
          closed += counts.closed;
          datasets.put(rule.getKey(), key.dataset());
          long[] month =
              months.computeIfAbsent(
                  new Month(key.owner(), rule.getKey(), key.day().withDayOfMonth(1)),
                  _ -> new long[4]);
          month[0] += counts.checks;
          month[1] += counts.failed;
          month[2] += counts.opened;
          month[3] += counts.closed;
        }
        if (opened > 0) {
          withNew.add(key.owner());
        }
        make.setString(1, key.owner());
        make.setString(2, key.dataset());
        make.setObject(3, key.day());
        make.setArray(4, connection.createArrayOf("bigint", none));
        make.setArray(5, connection.createArrayOf("bigint", none));
        make.executeUpdate();
        add.setLong(1, part.records);
        add.setLong(2, opened);
        add.setLong(3, closed);
        add.setArray(4, connection.createArrayOf("bigint", checks));
        add.setArray(5, connection.createArrayOf("bigint", failed));
        add.setString(6, key.owner());
        add.setString(7, key.dataset());
        add.setObject(8, key.day());
        add.executeUpdate();
      }
    }
    var open = new TreeMap<Month, Long>();
    try (var statement = connection.prepareStatement(SumsSql.MONTH)) {
      for (Map.Entry<Month, long[]> one : months.entrySet()) {
        statement.setString(1, one.getKey().owner());
        statement.setString(2, one.getKey().rule());
        statement.setObject(3, one.getKey().month());
        statement.setString(4, datasets.get(one.getKey().rule()));
        for (int i = 0; i < 4; i++) {
          statement.setLong(5 + i, one.getValue()[i]);
        }
        statement.addBatch();
        open.merge(
            new Month(one.getKey().owner(), one.getKey().rule(), LocalDate.EPOCH),
            one.getValue()[2] - one.getValue()[3],
            Long::sum);
      }
      statement.executeBatch();
    }
    try (var statement = connection.prepareStatement(SumsSql.OPEN)) {
      for (Map.Entry<Month, Long> one : open.entrySet()) {
        if (one.getValue() != 0) {
          statement.setString(1, one.getKey().owner());
          statement.setString(2, one.getKey().rule());
          statement.setString(3, datasets.get(one.getKey().rule()));
          statement.setLong(4, one.getValue());
          statement.addBatch();
        }
      }
      statement.executeBatch();
    }
  }

  // ------------------------------------------------------------------ asking

  /** By what a score is told apart. */
  public enum By {
    INSTITUTION("owner"),
    DATASET("dataset"),
    DAY("day"),
    MONTH("date_trunc('month', day)::date");

    private final String column;

    By(String column) {
      this.column = column;
    }
  }

  /**
   * A score and what it is made of.
   *
   * @param owner null where it is not told apart; empty for records of no institution
   * @param day the first one, of months
   * @param checks for each dimension
   */
  public record Score(
      @Nullable String owner,
      @Nullable String dataset,
      @Nullable LocalDate day,
      long records,
      long[] checks,
      long[] failed,
      long opened,
      long closed) {

    public long allChecks() {
      return java.util.Arrays.stream(checks).sum();
    }

    public long allFailed() {
      return java.util.Arrays.stream(failed).sum();
    }

    /** Percentage of checks passed, to a tenth, rounded down; null where nothing was checked. */
    public static @Nullable Double percent(long checks, long failed) {
      // Rounded down: nothing with a fault in it is called 100.
      return checks == 0 ? null : Math.floor(1000.0 * (checks - failed) / checks) / 10;
    }
  }

  /**
   * Scores of the days from {@code from} to {@code to}, both included.
   *
   * @param owner institution; null for all
   * @param dataset null for all
   */
  public List<Score> scores(
      Set<By> by,
      @Nullable String owner,
      @Nullable String dataset,
      LocalDate from,
      LocalDate to,
      int limit) {
    var columns = new ArrayList<String>();
    for (By one : List.of(By.INSTITUTION, By.DATASET)) {
      if (by.contains(one)) {
        columns.add(one.column);
      }
    }
    By time = by.contains(By.DAY) ? By.DAY : by.contains(By.MONTH) ? By.MONTH : null;
    if (time != null) {
      columns.add(time.column);
    }
    var sql = new SqlText().add("select ");
    for (String column : columns) {
      sql.add(column).add(", ");
    }
    sql.add("sum(records), sum(opened), sum(closed)");
    for (String array : new String[] {"checks", "failed"}) {
      for (int i = 1; i <= DIMENSIONS; i++) {
        sql.add(", coalesce(sum(" + array + "[" + i + "]), 0)");
      }
    }
    sql.add(" from quality_day where day between ? and ?", from, to);
    if (owner != null) {
      sql.add(" and owner = ?", owner);
    }
    if (dataset != null) {
      sql.add(" and dataset = ?", dataset);
    }
    if (!columns.isEmpty()) {
      String list = String.join(", ", columns);
      sql.add(" group by ").add(list).add(" order by ").add(list);
    }
    sql.add(" limit ?", limit);
    try (Connection connection = database.getConnection();
        var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      var scores = new ArrayList<Score>();
      while (rows.next()) {
        int i = 1;
        String ofOwner = by.contains(By.INSTITUTION) ? rows.getString(i++) : null;
        String ofDataset = by.contains(By.DATASET) ? rows.getString(i++) : null;
        LocalDate ofDay = time == null ? null : rows.getObject(i++, LocalDate.class);
        long records = rows.getLong(i++);
        if (rows.wasNull()) {
          continue; // The sum of nothing.
        }
        long opened = rows.getLong(i++);
        long closed = rows.getLong(i++);
        var checks = new long[DIMENSIONS];
        var failed = new long[DIMENSIONS];
        for (int d = 0; d < DIMENSIONS; d++) {
          checks[d] = rows.getLong(i++);
        }
        for (int d = 0; d < DIMENSIONS; d++) {
          failed[d] = rows.getLong(i++);
        }
        scores.add(new Score(ofOwner, ofDataset, ofDay, records, checks, failed, opened, closed));
      }
      return scores;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * How an institution fares with a rule.
   *
   * @param open findings that are open now
   * @param checks and {@code failed} of the months asked for
   */
  public record RuleScore(
      String owner, String rule, String dataset, long open, long checks, long failed) {}

  /**
   * By institution and rule, where there are open findings or there was a failure; the most open
   * ones first.
   *
   * @param owner null for all
   * @param from a day of the first month
   */
  public List<RuleScore> byRule(
      @Nullable String owner, @Nullable String dataset, LocalDate from, LocalDate to, int limit) {
    var sql =
        new SqlText()
            .add(
                "select owner, rule, max(dataset), sum(open), sum(checks), sum(failed) from (select"
                    + " owner, rule, dataset, open, 0::bigint checks, 0::bigint failed from"
                    + " quality_open union all select owner, rule, dataset, 0::bigint, checks,"
                    + " failed from quality_month where month between ? and ?) n where true",
                from.withDayOfMonth(1),
                to);
    if (owner != null) {
      sql.add(" and owner = ?", owner);
    }
    if (dataset != null) {
      sql.add(" and dataset = ?", dataset);
    }
    sql.add(
        " group by owner, rule having sum(open) > 0 or sum(failed) > 0"
            + " order by sum(open) desc, sum(failed) desc, owner, rule limit ?",
        limit);
    try (Connection connection = database.getConnection();
        var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      var scores = new ArrayList<RuleScore>();
      while (rows.next()) {
        scores.add(
            new RuleScore(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getLong(4),
                rows.getLong(5),
                rows.getLong(6)));
      }
      return scores;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Whether nothing was ever counted. */
  public boolean isEmpty() {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select exists (select from quality_day) or exists (select from"
                    + " quality_increment)");
        var rows = statement.executeQuery()) {
      rows.next();
      return !rows.getBoolean(1);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Rules that have open findings. */
  public Set<String> rulesWithOpen() {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement("select distinct rule from quality_open where open > 0");
        var rows = statement.executeQuery()) {
      var rules = new TreeSet<String>();
      while (rows.next()) {
        rules.add(rows.getString(1));
      }
      return rules;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Institutions with new findings on a day, and how many. */
  public Map<String, Long> opened(LocalDate day) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select owner, sum(opened) from quality_day where day = ? and owner <> '' group by"
                    + " owner having sum(opened) > 0 order by owner")) {
      statement.setObject(1, day);
      try (var rows = statement.executeQuery()) {
        var opened = new LinkedHashMap<String, Long>();
        while (rows.next()) {
          opened.put(rows.getString(1), rows.getLong(2));
        }
        return opened;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Open findings of an institution by rule, those that are any. */
  public Map<String, Long> open(String owner) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select rule, open from quality_open where owner = ? and open > 0 order by open"
                    + " desc, rule")) {
      statement.setString(1, owner);
      try (var rows = statement.executeQuery()) {
        var open = new LinkedHashMap<String, Long>();
        while (rows.next()) {
          open.put(rows.getString(1), rows.getLong(2));
        }
        return open;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
