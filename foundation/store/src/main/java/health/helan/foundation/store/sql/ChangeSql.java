package health.helan.foundation.store.sql;

/**
 * Statements on the change log and its consumers' offsets, leases and counts (docs/adr/0004). Times
 * are bound, never taken in SQL.
 */
public final class ChangeSql {
  private ChangeSql() {}

  /** The last number of every lane: one cheap scan tells all consumers whether there is news. */
  public static final String LANES = "select home, seq from lane";

  /** Whether a consumer has homes without an offset. */
  public static final String IS_NEW =
      """
      select exists (select from lane l
        where not exists (select from consumer_offset o where o.home = l.home and o.consumer = ?))""";

  /** Tells each offset: what stands before it is in the log no more. */
  public static final String START_AT_BEGINNING =
      """
      insert into consumer_offset (home, consumer, seq, epoch)
      select l.home, ?,
        coalesce((select c.seq - 1 from change_log c where c.home = l.home order by c.seq limit 1), l.seq), 0
      from lane l
      where not exists (select from consumer_offset o where o.home = l.home and o.consumer = ?)
      on conflict (home, consumer) do nothing returning seq""";

  public static final String START_AT_NOW =
      """
      insert into consumer_offset (home, consumer, seq, epoch)
      select l.home, ?, l.seq, 0 from lane l
      where not exists (select from consumer_offset o where o.home = l.home and o.consumer = ?)
      on conflict (home, consumer) do nothing returning seq""";

  public static final String OFFSETS =
      "select home, seq, epoch from consumer_offset where consumer = ? and home between ? and ?";

  /** Changes of one home. */
  public static final String CHANGES_OF_HOME =
      """
      select c.home, c.seq, c.patient, c.updated, c.version, c.method, c.type, c.id
      from change_log c where c.home = ? and c.seq > ? order by c.seq limit ?""";

  /** Changes of several homes, a limited number of each, in order within each. */
  public static final String CHANGES_OF_HOMES =
      """
      select c.home, c.seq, c.patient, c.updated, c.version, c.method, c.type, c.id
      from unnest(?::integer[], ?::bigint[]) n (home, after)
      cross join lateral (
        select * from change_log l where l.home = n.home and l.seq > n.after order by l.seq limit ?
      ) c
      order by c.home, c.seq""";

  /** Changes of some types between two numbers of several lanes: for caches. */
  public static final String CHANGES_OF_TYPES =
      """
      select c.home, c.seq, c.patient, c.updated, c.version, c.method, c.type, c.id
      from unnest(?::integer[], ?::bigint[], ?::bigint[]) n (home, after, last)
      join change_log c on c.home = n.home and c.seq > n.after and c.seq <= n.last
      where c.type = any(?)
      order by c.home, c.seq""";

  /**
   * Moves the offsets of some homes from where their changes were read, but those that someone else
   * moved or owns by now. First statement of a consumer's transaction that writes: its row locks
   * keep others out. One statement for all: a busy store moves a few homes at a time, many times a
   * second, for every consumer.
   */
  public static final String MOVE_OFFSETS =
      """
      update consumer_offset o set seq = n.last, epoch = n.epoch
      from unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[]) n (home, before, last, epoch)
      where o.home = n.home and o.consumer = ? and o.seq = n.before and o.epoch <= n.epoch""";

  /** Ends the transaction of a holder that stalled, so that another can take over. */
  public static final String STALL_LIMIT = "set local idle_in_transaction_session_timeout = ";

  public static final String LOCK_LIMIT = "set local lock_timeout = ";

  public static final String INSERT_LEASES =
      """
      insert into consumer_lease (consumer, part, instance, until, epoch)
      select ?, n, null, ?, 0 from generate_series(0, ?) n
      on conflict (consumer, part) do nothing""";

  public static final String LEASES =
      """
      select l.part, l.instance, l.until, l.epoch,
        (select count(*) from consumer_member m where m.consumer = l.consumer and m.until > ?)
      from consumer_lease l where l.consumer = ? order by l.part""";

  public static final String RENEW_LEASES =
      "update consumer_lease set until = ? where consumer = ? and instance = ?";

  public static final String TAKE_LEASE =
      """
      update consumer_lease set instance = ?, until = ?, epoch = epoch + 1
      where consumer = ? and part = ? and epoch = ?
        and (instance is null or instance = ? or until < ?)""";

  /** Keeps former holders of the part from moving its offsets, and tells where they stand. */
  public static final String FENCE_OFFSETS =
      """
      update consumer_offset set epoch = ?
      where consumer = ? and home between ? and ? and epoch < ? returning home, seq""";

  public static final String RELEASE_LEASE =
      """
      update consumer_lease set instance = null
      where consumer = ? and part = ? and instance = ? and epoch = ?""";

  public static final String JOIN_MEMBERS =
      """
      insert into consumer_member (consumer, instance, until) values (?, ?, ?)
      on conflict (consumer, instance) do update set until = excluded.until""";

  public static final String LEAVE_MEMBERS =
      "delete from consumer_member where consumer = ? and instance = ?";

  public static final String FORGET_MEMBERS =
      "delete from consumer_member where consumer = ? and until < ?";

  public static final String NOTE_SKIP =
      "insert into consumer_skip (home, consumer, seq, at, reason) values (?, ?, ?, ?, ?)";

  public static final String SKIP =
      "update consumer_offset set seq = ? where home = ? and consumer = ? and seq = ?";

  /** Which of the given versions are deletions. */
  public static final String DELETIONS =
      """
      select h.type, count(*) from history h
      join unnest(?::text[], ?::text[], ?::integer[]) n (type, id, version)
        on h.type = n.type and h.id = n.id and h.version = n.version
      where h.home = ? and h.method = 4
      group by h.type""";

  public static final String COUNT =
      """
      insert into resource_count (home, type, count)
      select ?, n.type, n.more from unnest(?::text[], ?::bigint[]) n (type, more) order by n.type
      on conflict (home, type) do update set count = resource_count.count + excluded.count""";

  public static final String COUNTS =
      "select type, sum(count) from resource_count group by type having sum(count) > 0 order by type";
}
