package health.helan.foundation.store.sql;

/** Statements that take away what nobody needs any more (docs/adr/0016). */
public final class PruneSql {
  private PruneSql() {}

  /**
   * Row that pruning of the log and the enrolment of consumers lock first: so either pruning sees
   * the new consumer's offsets, or the consumer sees what is left of the log.
   */
  public static final String MAKE_GATE =
      "insert into store_fact (name, value) values ('log-pruned', ?) on conflict (name) do nothing";

  public static final String CLOSE_GATE =
      "update store_fact set value = ? where name = 'log-pruned'";

  /**
   * Per home the number up to which its log may go: no further than every consumer has come, and
   * only as far as all of its first rows are old. Looks at a limited number of rows of each home.
   */
  public static final String LOG_BOUNDS =
      """
      select b.home, p.upto
      from (select o.home, min(o.seq) as passed from consumer_offset o
        where o.home between ? and ? group by o.home) b
      cross join lateral (
        select max(f.seq) as upto
        from (select c.seq, max(c.updated) over (order by c.seq) as latest
          from (select l.seq, l.updated from change_log l
            where l.home = b.home and l.seq <= b.passed order by l.seq limit ?) c) f
        where f.latest < ?) p
      where (select l.updated from change_log l where l.home = b.home order by l.seq limit 1) < ?
        and p.upto is not null
      order by b.home""";

  public static final String DELETE_LOG = "delete from change_log where home = ? and seq <= ?";

  public static final String OLD_ANSWERS =
      "select key from answered where at < ? order by at limit ?";

  public static final String DELETE_ANSWERS = "delete from answered where key = any(?) and at < ?";
}
