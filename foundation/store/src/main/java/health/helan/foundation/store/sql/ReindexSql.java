package health.helan.foundation.store.sql;

/** Statements of indexing anew. */
public final class ReindexSql {
  private ReindexSql() {}

  public static final String PARAMETERS =
      "select id, codec, key_id, content, version from res_other where type = 'SearchParameter' order by id";

  public static final String ASK =
      """
      insert into reindex (job, type, at_home, after_id, checked, changed, asked)
      select ?, n.type, -1, '', 0, 0, ? from unnest(?::text[]) n (type)
      on conflict (job, type) do nothing""";

  public static final String FORGET = "delete from reindex where job like ? and not job = any(?)";

  public static final String FORGET_READY =
      "delete from reindex_ready where not exists (select from reindex r where r.job = reindex_ready.job)";

  public static final String FINISHED =
      "select job, type from reindex where finished is not null order by job, type";

  public static final String UNFINISHED =
      """
      select job, type, at_home, after_id from reindex
      where finished is null order by asked, job, type""";

  public static final String PROGRESS =
      "select job, type, checked, changed, finished from reindex order by asked, job, type";

  public static final String SAY_READY =
      """
      insert into reindex_ready (job, instance, at) values (?, ?, ?)
      on conflict (job, instance) do nothing""";

  /** Instances that may still commit rows indexed without the job's definition. */
  public static final String NOT_READY =
      """
      select count(*) from instance i
      left join reindex_ready r on r.job = ? and r.instance = i.id
      where r.job is null or i.floor < r.at""";

  public static final String MOVE =
      """
      update reindex set at_home = ?, after_id = ?, checked = checked + ?, changed = changed + ?,
        finished = ?
      where job = ? and type = ? and at_home = ? and after_id = ? and finished is null""";

  /** The next current rows of a type, in the order of the primary key. */
  public static String rows(String type) {
    return "select r.home, r.id, r.version, r.codec, r.key_id, r.content from %s r where (r.home, r.id) > (?, ?)%s order by r.home, r.id limit ?"
        .formatted(Tables.of(type), Tables.isShared(type) ? " and r.type = ?" : "");
  }

  /** Sets a row's search values, if they differ and the row is still the version they are of. */
  public static String update(String type) {
    return "update %s set patient = ?, date_lo = ?, date_hi = ?, level = ?, tokens = ?, vals = ?::jsonb where home = ? and id = ? and version = ?%s and (patient, date_lo, date_hi, level, tokens, vals) is distinct from (?, ?::timestamptz, ?::timestamptz, ?::smallint, ?, ?::jsonb)"
        .formatted(Tables.of(type), Tables.isShared(type) ? " and type = ?" : "");
  }
}
