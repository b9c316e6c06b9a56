package health.helan.foundation.residents.index;

/** Statements of the index; docs/adr/0002 says what they may use. */
final class IndexSql {
  private IndexSql() {}

  static final String GATE = "index";

  static final String MAKE_GATE =
      "insert into resident_gate (gate, held) values (?, 0) on conflict (gate) do nothing";

  /** Waits for whoever changes the index, and keeps others waiting until the transaction ends. */
  static final String HOLD_GATE = "update resident_gate set held = held + 1 where gate = ?";

  /**
   * All of it goes by keys; plans for that hold from the first record to the last, whatever the
   * statistics say.
   */
  static final String BY_KEYS =
      "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin ="
          + " off";

  // ------------------------------------------------------------------ records

  private static final String RECORD_COLUMNS =
      "record, updated, home, version, model, codec, key_id, id, owner, person, keys, content";

  static final int RECORD_WIDTH = 12;
  static final String COPY_RECORDS = "resident_record (" + RECORD_COLUMNS + ")";

  private static final String RECORDS = "select " + RECORD_COLUMNS + " from resident_record ";

  static final String RECORDS_BY_RECORD = RECORDS + "where record = any(?)";

  static final String NEXT_RECORDS =
      "select home, id from resident_record where (home, id) > (?, ?) order by home, id limit ?";

  static final String CHANGE_RECORD =
      "update resident_record set updated = ?, version = ?, model = ?, codec = ?, key_id = ?, owner"
          + " = ?, person = ?, keys = ?, content = ? where home = ? and id = ?";
  static final String CHANGE_PERSON =
      "update resident_record set person = ? where home = ? and id = ?";
  static final String FORGET_RECORD = "delete from resident_record where home = ? and id = ?";

  // ------------------------------------------------------------------ keys

  static final int KEY_WIDTH = 3;
  static final String COPY_KEYS = "resident_key (key, record, home)";
  static final String FORGET_KEY = "delete from resident_key where key = ? and record = ?";

  /** Those found by each key, and one more than a key may have. */
  static final String FIND =
      "select q.key, k.record from unnest(?::bigint[]) q (key) cross join lateral (select r.record"
          + " from resident_key r where r.key = q.key limit ?) k";

  // ------------------------------------------------------------------ persons

  static final int MEMBER_WIDTH = 4;
  static final String COPY_MEMBERS = "resident_member (key, record, home, id)";
  static final String FORGET_MEMBER = "delete from resident_member where key = ? and record = ?";
  static final String MEMBERS =
      "select key, record, home, id from resident_member where key = any(?)";

  /** Links of some records: the other's record, and whether they are certain. */
  static final String LINKS =
      "select key, other, certain from resident_pair where key = any(?) and status = 2";

  static final String COUNTS =
      "select (select count(*) from resident_record), (select count(*) from resident_member), (select"
          + " count(distinct key) from resident_member)";

  static final String IDS = "select record, id from resident_record where record = any(?)";

  static final String PERSON_OF = "select person from resident_record where home = ? and id = ?";
  static final String MEMBERS_OF = "select home, id from resident_member where key = ?";

  // ------------------------------------------------------------------ pairs

  private static final String PAIR_COLUMNS =
      "key, other, key_home, other_home, weight, verdict, ruling, ruled_at_verdict, status, reason,"
          + " found, certain";
  static final int PAIR_WIDTH = 12;
  static final String COPY_PAIRS = "resident_pair (" + PAIR_COLUMNS + ")";
  static final String PAIRS = "select " + PAIR_COLUMNS + " from resident_pair where key = any(?)";
  static final String CHANGE_PAIR =
      "update resident_pair set weight = ?, verdict = ?, ruling = ?, ruled_at_verdict = ?, status ="
          + " ?, reason = ?, found = ?, certain = ? where key = ? and other = ?";
  static final String FORGET_PAIR = "delete from resident_pair where key = ? and other = ?";

  // ------------------------------------------------------------------ reviews

  static final String WANT_REVIEW =
      "insert into resident_review (key, other, key_home, other_home, weight, reason, wanted,"
          + " opened, until, state, key_id, other_id, assignee, note) values (?, ?, ?, ?, ?, ?, true,"
          + " ?, ?, 'open', ?, ?, '', '') on conflict (key, other) do update set weight ="
          + " excluded.weight, reason = excluded.reason, wanted = true";
  static final String SETTLE_REVIEW =
      "update resident_review set wanted = false where key = ? and other = ?";
  static final String FORGET_REVIEW = "delete from resident_review where key = ? and other = ?";

  // ------------------------------------------------------------------ rulings

  static final String RULE =
      "insert into resident_ruling (key, other, says, at, kind, decision, by_whom, institution,"
          + " note) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key, other) do nothing";
  static final String RULING =
      "select says, at, kind, decision, by_whom, institution, note from resident_ruling where key ="
          + " ? and other = ?";
  static final String FORGET_RULING = "delete from resident_ruling where key = ? and other = ?";

  // ------------------------------------------------------------------ notices

  static final String TELL =
      "insert into resident_notice (key, at, home, id) select n.key, ?, n.home, n.id from"
          + " unnest(?::bigint[], ?::integer[], ?::text[]) n (key, home, id) on conflict (key) do"
          + " update set at = excluded.at";
  static final String FORGET_NOTICE = "delete from resident_notice where key = ?";

  // ------------------------------------------------------------------ decisions

  static final int DECISION_WIDTH = 14;
  static final String COPY_DECISIONS =
      "resident_decision (key, other, at, model, weight, reason, id, kind, key_id, other_id, by_whom,"
          + " institution, evidence, note)";
  static final String DECISIONS =
      "select at, model, weight, reason, id, kind, key_id, other_id, by_whom, institution, evidence,"
          + " note from resident_decision where key = ? and (id, other) < (?, ?) order by id desc,"
          + " other desc limit ?";
  static final String OTHERS_DECIDED = "select distinct other from resident_decision where key = ?";
  static final String FORGET_DECISIONS = "delete from resident_decision where key = ?";
  static final String FORGET_DECISIONS_WITH =
      "delete from resident_decision where key = ? and other = ?";
}
