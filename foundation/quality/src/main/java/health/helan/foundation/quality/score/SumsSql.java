package health.helan.foundation.quality.score;

/** Statements of the sums. */
final class SumsSql {
  private SumsSql() {}

  static final String ADD = "insert into quality_increment (home, id, counts) values (?, ?, ?)";

  static final String PENDING = "select home, id, counts from quality_increment limit ?";

  static final String TAKE = "delete from quality_increment where home = ? and id = ?";

  static final String DAY =
      "insert into quality_day (owner, dataset, day, records, checks, failed, opened, closed) values (?, ?, ?, 0, ?, ?, 0, 0) on conflict (owner, dataset, day) do nothing";

  static final String ADD_DAY =
      "update quality_day set records = records + ?, opened = opened + ?, closed = closed + ?, checks = (select array_agg(coalesce(a, 0) + coalesce(b, 0) order by n) from unnest(quality_day.checks, ?::bigint[]) with ordinality u (a, b, n)), failed = (select array_agg(coalesce(a, 0) + coalesce(b, 0) order by n) from unnest(quality_day.failed, ?::bigint[]) with ordinality u (a, b, n)) where owner = ? and dataset = ? and day = ?";

  static final String MONTH =
      "insert into quality_month (owner, rule, month, dataset, checks, failed, opened, closed) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (owner, rule, month) do update set checks = quality_month.checks + excluded.checks, failed = quality_month.failed + excluded.failed, opened = quality_month.opened + excluded.opened, closed = quality_month.closed + excluded.closed";

  static final String OPEN =
      "insert into quality_open (owner, rule, dataset, open) values (?, ?, ?, ?) on conflict (owner, rule) do update set open = quality_open.open + excluded.open";

  static final String UPKEEP =
      "insert into quality_upkeep (job, holder, until, last) values (?, '', ?, ?) on conflict (job) do nothing";

  static final String TAKE_UPKEEP =
      "update quality_upkeep set holder = ?, until = ? where job = ? and (until <= ? or holder = ?) and last <= ?";

  static final String DONE_UPKEEP =
      "update quality_upkeep set last = ?, until = ? where job = ? and holder = ?";
}
