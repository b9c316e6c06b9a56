package health.helan.foundation.store.sql;

/** Statements on {@code linked_patient} and on the links of Patients. */
public final class LinkSql {
  private LinkSql() {}

  /**
   * Some Patients, locked in the order given, with what they say of links; nobody changes that
   * meanwhile. Of several homes at once: distributed, a statement for each.
   */
  public static final String LOCK =
      """
      select r.id, r.version, r.codec, r.key_id, case when r.vals -> 'link' is null then null else r.content end, r.owner, \
      r.home from unnest(?::integer[], ?::text[]) n (home, id) cross join lateral (select p.id, p.version, p.codec, p.key_id, \
      p.vals, p.content, p.owner, p.home from res_patient p where p.home = n.home and p.id = n.id for no key update of p) r""";

  /** No link of the Patient comes or goes before the transaction ends. */
  public static final String HOLD =
      "select r.self from res_patient r where r.home = ? and r.id = ? for share of r";

  public static final String POINTING =
      "select r.id from res_patient r where r.tokens && ?::bigint[]";

  public static final String ROWS =
      "select l.patient, l.person, l.surely, l.home, l.id from linked_patient l where l.patient = any(?)";

  public static final String OF_PERSONS =
      "select l.patient, l.person, l.surely, l.home, l.id from linked_patient l where l.person = any(?::bigint[])";

  /** Which persons some Patients are: digest of Patient, of person. */
  public static final String PERSONS =
      "select l.patient, l.person from linked_patient l where l.patient = any(?::bigint[])";

  /** Who is surely the same person as one of some Patients, those themselves with them. */
  public static final String SURELY =
      """
      select l.patient, l.surely, l.id from linked_patient l where l.surely in \
      (select s.surely from linked_patient s where s.patient = any(?::bigint[]))""";

  /** Whether any of some Patients is linked: for {@code exists}. */
  public static final String IS_LINKED =
      "select 1 from linked_patient l where l.patient = any(?::bigint[])";

  /** As {@link #OF_PERSONS}; the policy may be appended, on {@code r}. */
  public static final String SEEN_OF_PERSONS =
      """
      select l.patient, l.person, l.surely, l.home, l.id from linked_patient l join res_patient r on r.home = l.home \
      and r.id = l.id where l.person = any(?::bigint[])""";

  public static final String FORGET =
      "delete from linked_patient where home = ? and patient = any(?)";

  public static final String KEEP =
      """
      insert into linked_patient (patient, person, surely, home, id)
      select * from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::text[])
      on conflict (home, patient) do update set person = excluded.person, surely = excluded.surely, id = excluded.id""";

  /** The next Patients that have links, in the order of the primary key. */
  public static final String WITH_LINKS =
      """
      select r.home, r.id from res_patient r where (r.home, r.id) > (?, ?) and r.vals -> 'link' is not null \
      order by r.home, r.id limit ?""";

  public static final String IS_MADE = "select 1 from store_fact where name = 'linked-patients'";

  public static final String MADE =
      "insert into store_fact (name, value) values ('linked-patients', '1') on conflict (name) do nothing";
}
