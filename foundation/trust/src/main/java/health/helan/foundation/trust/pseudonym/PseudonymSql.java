package health.helan.foundation.trust.pseudonym;

/** Statements on the tables of migration V34. Times are bound, never taken in SQL. */
final class PseudonymSql {
  static final String KEY = "select wrapped from pseudonym_key where id = 1";

  static final String KEEP_KEY =
      "insert into pseudonym_key (id, wrapped, made) values (1, ?, ?) on conflict (id) do nothing";

  static final String KEEP_PATIENT =
      """
      insert into pseudonym_patient (home, pseudonym, patient, subject) values (?, ?, ?, ?)
      on conflict (home, pseudonym) do nothing""";

  static final String FORGET_PATIENT =
      "delete from pseudonym_patient where home = ? and pseudonym = ?";

  static final String PATIENT =
      "select patient from pseudonym_patient where home = ? and pseudonym = ?";

  /** By a digest, in every home: for erasures, which are rare. */
  static final String OF_SUBJECT =
      "select home, pseudonym from pseudonym_patient where subject = ?";

  static final String FORGET_PATIENTS = "truncate table pseudonym_patient";

  static final String STEPS =
      "select type, cursor, checked, projected, asked, finished from pseudonym_step order by type";

  static final String ASK =
      """
      insert into pseudonym_step (type, cursor, checked, projected, asked, finished, instance, until)
      select n, null, 0, 0, ?, null, null, null from unnest(?::text[]) n order by n
      on conflict (type) do update set cursor = null, checked = 0, projected = 0, asked = excluded.asked,
        finished = null, instance = null, until = null""";

  /** Takes a type for a while, unless another instance has it. */
  static final String TAKE =
      """
      update pseudonym_step set instance = ?, until = ?
      where type = ? and finished is null and (instance is null or instance = ? or until < ?)""";

  /** Goes on, unless somebody asked to begin anew or took the type over. */
  static final String MOVE =
      """
      update pseudonym_step set cursor = ?, checked = checked + ?, projected = projected + ?, finished = ?, until = ?
      where type = ? and instance = ? and asked = ? and cursor is not distinct from ?""";

  static final String FORGET_STEPS = "delete from pseudonym_step";

  static final String FORGET_OFFSETS = "delete from consumer_offset where consumer = ?";

  static final String IS_ENROLLED =
      "select exists (select from consumer_offset where consumer = ?)";

  private PseudonymSql() {}
}
