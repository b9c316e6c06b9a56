package health.helan.foundation.quality.findings;

/** Statements of the findings. */
final class FindingSql {
  private FindingSql() {}

  static final String COLUMNS =
      "f.home, f.type, f.id, f.rule, f.finding, f.rule_version, f.version, f.owner, f.path, f.state, f.assignee, f.times, f.found, f.changed";

  /** Findings of some records of a home, held until the transaction ends. */
  static final String OF_RECORDS =
      "select "
          + COLUMNS
          + " from quality_finding f where f.home = ? and (f.type, f.id) in (select n.type, n.id from unnest(?::text[], ?::text[]) n (type, id)) order by f.type, f.id, f.rule for update";

  static final String INSERT =
      "insert into quality_finding (home, type, id, rule, finding, rule_version, version, owner, path, state, assignee, times, found, changed, checked) select ?, n.type, n.id, n.rule, n.finding, n.rule_version, n.version, n.owner, n.path, 'detected', '', 1, ?, ?, ? from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::int[], ?::int[], ?::text[], ?::text[]) n (type, id, rule, finding, rule_version, version, owner, path) on conflict (home, type, id, rule) do nothing returning finding";

  static final String UPDATE =
      "update quality_finding set state = ?, rule_version = ?, version = ?, owner = ?, path = ?, assignee = ?, times = ?, changed = ?, checked = ? where home = ? and type = ? and id = ? and rule = ?";

  static final String STEP =
      "insert into quality_finding_step (home, finding, number, at, step, state, by_whom, note) select ?, ?, coalesce(max(s.number), 0) + 1, ?, ?, ?, ?, ? from quality_finding_step s where s.home = ? and s.finding = ?";

  static final String STEPS =
      "select s.at, s.step, s.state, s.by_whom, s.note from quality_finding_step s where s.home = ? and s.finding = ? order by s.number";

  static final String BY_ID =
      "select " + COLUMNS + " from quality_finding f where f.home = ? and f.finding = ?";

  static final String LOCK = BY_ID + " for update";

  static final String FORGET_STEPS =
      "delete from quality_finding_step where home = ? and finding = ?";

  static final String FORGET =
      "delete from quality_finding where home = ? and type = ? and id = ? and rule = ?";

  /** Records with open findings of some rules that were not looked at for a while. */
  static final String STALE =
      "select f.home, f.type, f.id, f.rule from quality_finding f where f.state in ('detected', 'assigned', 'fixed') and f.checked < ? and f.rule = any(";

  /** Open findings of a rule, for closing them. */
  static final String OPEN_OF_RULE =
      "select f.home, f.type, f.id, f.rule from quality_finding f where f.rule = ? and f.state in ('detected', 'assigned', 'fixed') limit ?";
}
