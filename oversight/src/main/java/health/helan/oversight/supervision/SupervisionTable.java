package health.helan.oversight.supervision;

import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.supervision.rules.Act;
import health.helan.oversight.supervision.rules.Formula;
import health.helan.oversight.supervision.rules.Rule;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Rows of supervision; V180__supervision.sql says what stands in them. */
final class SupervisionTable {
  private static final String KEEP =
      """
      insert into supervision_act (home, kind, version, at, until, noted, due, seen, id, encounter, practitioner, institution)
      values (?, ?, ?, ?::timestamptz, ?::timestamptz, ?::timestamptz, ?::timestamptz, ?, ?, ?, ?, ?)
      on conflict (home, kind, id) do update set version = excluded.version, at = excluded.at, until = excluded.until,
        noted = coalesce(supervision_act.noted, excluded.noted), due = excluded.due, encounter = excluded.encounter,
        practitioner = excluded.practitioner,
        institution = case when excluded.institution = '' then supervision_act.institution else excluded.institution end
      where supervision_act.version <= excluded.version""";

  private static final String NOTE =
      """
      update supervision_act set noted = ? where home = ? and kind = 0 and id = ? and noted is null""";

  private static final String VISIT =
      """
      select noted, practitioner, institution from supervision_act where home = ? and kind = 0 and id = ?""";

  private static final String ADD_HIT =
      """
      insert into supervision_hit (home, version, rule_version, points, trial, stopped, cleared, at, found, rule, what,
        kind, encounter, practitioner, institution, case_id, facts, told)
      values (?, ?, ?, ?, ?, ?, false, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)
      on conflict (home, rule, what, trial, stopped) do nothing""";

  private static final String HITS =
      """
      select home, version, rule_version, points, trial, stopped, cleared, number, at, found, rule, what, kind, encounter,
        practitioner, institution, case_id, facts, told from supervision_hit""";

  /** Most visits or prescriptions of one doctor in a day that are looked at. */
  private static final int MOST_OF_A_DAY = 500;

  private static final Duration NEAR = Duration.ofHours(12);

  private SupervisionTable() {}

  // ------------------------------------------------------------------ acts

  /** Where the row of a visit lies. */
  static int home(String encounter, int otherwise) {
    return Ids.isAssigned(encounter) ? Ids.home(encounter) : otherwise;
  }

  static void keep(Connection connection, Seen seen, @Nullable Instant due, Instant now)
      throws SQLException {
    Sql.update(
        connection,
        KEEP,
        seen.home(),
        seen.act().ordinal(),
        seen.version(),
        seen.at(),
        seen.until(),
        seen.noted(),
        due,
        now,
        seen.id(),
        seen.encounter(),
        seen.practitioner(),
        seen.institution());
  }

  /** Notes that a visit has a record, if it is a visit on line. */
  static void note(Connection connection, int home, String encounter, Instant now)
      throws SQLException {
    Sql.update(connection, NOTE, now, home, encounter);
  }

  /** A visit on line. */
  record Visit(@Nullable Instant noted, String practitioner, String institution) {}

  /** Null for an encounter that is none. */
  static @Nullable Visit visit(Connection connection, int home, String encounter)
      throws SQLException {
    List<Visit> found =
        encounter.isEmpty()
            ? List.of()
            : Sql.list(
                connection,
                VISIT,
                row ->
                    new Visit(
                        Sql.instantOrNull(row, "noted"),
                        row.getString("practitioner"),
                        row.getString("institution")),
                home,
                encounter);
    return found.isEmpty() ? null : found.getFirst();
  }

  /**
   * Minutes since other visits of the doctor, or prescriptions for other visits, in the day before.
   * Across homes, by index {@code supervision_act_doctor}.
   */
  static List<Long> minutesSince(
      Connection connection, Act act, String practitioner, String encounter, Instant at)
      throws SQLException {
    return Sql.list(
        connection,
        """
        select encounter, max(at) as at from supervision_act
        where practitioner = ? and kind = ? and at > ? and at <= ? and encounter <> ?
        group by encounter order by max(at) desc limit ?""",
        row -> ChronoUnit.MINUTES.between(Sql.instant(row, "at"), at),
        practitioner,
        act.ordinal(),
        at.minus(Duration.ofDays(1)),
        at,
        encounter,
        MOST_OF_A_DAY);
  }

  /** A time that a doctor was busy. */
  record Busy(int home, Act act, String id, String institution, Instant at, Instant until) {
    /** Whether there is a moment that belongs to both. */
    boolean overlaps(Instant from, Instant to) {
      return at.equals(from) || at.isBefore(to) && from.isBefore(until);
    }

    /** Minutes between the two; 0 where they meet. */
    long apart(Instant from, Instant to) {
      if (until.isBefore(from)) {
        return ChronoUnit.MINUTES.between(until, from);
      }
      return at.isAfter(to) ? ChronoUnit.MINUTES.between(to, at) : 0;
    }
  }

  /**
   * What a doctor did on line and in person at other institutions, half a day around a time. Not
   * what nobody knows the institution of: it may be this one.
   */
  static List<Busy> elsewhere(
      Connection connection, String practitioner, String institution, Instant at)
      throws SQLException {
    return Sql.list(
        connection,
        """
        select home, kind, id, institution, at, coalesce(until, at) as until from supervision_act
        where practitioner = ? and kind in (?, ?) and at > ? and at < ? and institution not in (?, '')
        limit ?""",
        row ->
            new Busy(
                row.getInt("home"),
                Act.values()[row.getInt("kind")],
                row.getString("id"),
                row.getString("institution"),
                Sql.instant(row, "at"),
                Sql.instant(row, "until")),
        practitioner,
        Act.VISIT.ordinal(),
        Act.IN_PERSON.ordinal(),
        at.minus(NEAR),
        at.plus(NEAR),
        institution,
        MOST_OF_A_DAY);
  }

  /** Where an act lies. */
  record Place(int home, Act act, String id) {}

  private static Place place(ResultSet row) throws SQLException {
    return new Place(row.getInt("home"), Act.values()[row.getInt("kind")], row.getString("id"));
  }

  /** Those that are to be looked at again. */
  static List<Place> due(Connection connection, Instant now, int most) throws SQLException {
    return Sql.list(
        connection,
        "select home, kind, id from supervision_act where due <= ? order by due limit ?",
        SupervisionTable::place,
        now,
        most);
  }

  static void done(Connection connection, Place place) throws SQLException {
    Sql.update(
        connection,
        "update supervision_act set due = null where home = ? and kind = ? and id = ?",
        place.home(),
        place.act().ordinal(),
        place.id());
  }

  /** Acts of a kind since a moment, the newest first. */
  static List<Place> since(Connection connection, Act act, Instant since, int most)
      throws SQLException {
    return Sql.list(
        connection,
        "select home, kind, id from supervision_act where kind = ? and at >= ? order by at desc limit ?",
        SupervisionTable::place,
        act.ordinal(),
        since,
        most);
  }

  /** Care in person is of no use after a few days. */
  static int forget(Connection connection, Instant before) throws SQLException {
    return Sql.update(
        connection,
        "delete from supervision_act where home between ? and ? and kind = 4 and at < ?",
        0,
        Ids.HOMES - 1,
        before);
  }

  // ------------------------------------------------------------------ hits

  /** A hit as it is kept. */
  record Row(
      int home,
      int version,
      int ruleVersion,
      int points,
      boolean trial,
      boolean stopped,
      boolean cleared,
      long number,
      Instant at,
      Instant found,
      String rule,
      String what,
      String kind,
      String encounter,
      String practitioner,
      String institution,
      String caseId,
      ObjectNode facts,
      Map<String, String> told) {

    /** How callers name it. */
    String key() {
      return rule + "|" + what;
    }

    PageEnd end() {
      return new PageEnd(at, "%s %s %s %s".formatted(what, rule, trial, stopped));
    }

    /** With the version as it was judged; an act that was refused has none. */
    String evidence() {
      return stopped ? what : what + "/_history/" + version;
    }
  }

  /**
   * Adds a hit, once for a rule and an act.
   *
   * @return false where it was there
   */
  static boolean add(
      Connection connection, Seen seen, Rule.Hit hit, boolean trial, boolean stopped, Instant now)
      throws SQLException {
    ObjectNode told = Json.MAPPER.createObjectNode();
    hit.told().forEach(told::put);
    return Sql.update(
            connection,
            ADD_HIT,
            seen.home(),
            seen.version(),
            hit.rule().version(),
            hit.rule().points(),
            trial,
            stopped,
            seen.at() == null ? now : seen.at(),
            now,
            hit.rule().rule(),
            seen.reference(),
            hit.rule().kind().code(),
            seen.encounter(),
            seen.practitioner(),
            seen.institution(),
            seen.facts().toString(),
            told.toString())
        == 1;
  }

  private static Row row(ResultSet row) throws SQLException {
    Map<String, String> told = new LinkedHashMap<>();
    for (var value : Rule.json(row.getString("told")).properties()) {
      told.put(value.getKey(), value.getValue().asString(""));
    }
    return new Row(
        row.getInt("home"),
        row.getInt("version"),
        row.getInt("rule_version"),
        row.getInt("points"),
        row.getBoolean("trial"),
        row.getBoolean("stopped"),
        row.getBoolean("cleared"),
        row.getLong("number"),
        Sql.instant(row, "at"),
        Sql.instant(row, "found"),
        row.getString("rule"),
        row.getString("what"),
        row.getString("kind"),
        row.getString("encounter"),
        row.getString("practitioner"),
        row.getString("institution"),
        row.getString("case_id"),
        Rule.json(row.getString("facts")),
        told);
  }

  /**
   * Which hits are wanted; empty texts are any.
   *
   * @param after the newest come first
   */
  record Asked(String rule, String institution, Instant from, PageEnd after, int most) {}

  static List<Row> hits(Sql sql, Asked asked) {
    String[] after = asked.after().words(4);
    return sql.list(
        HITS
            + """
             where at >= ? and (at, what, rule, trial, stopped) < (?, ?, ?, ?, ?)
              and (? = '' or rule = ?) and (? = '' or institution = ?)
            order by at desc, what desc, rule desc, trial desc, stopped desc limit ?""",
        SupervisionTable::row,
        asked.from(),
        asked.after().at(),
        after[0],
        after[1],
        Boolean.parseBoolean(after[2]),
        Boolean.parseBoolean(after[3]),
        asked.rule(),
        asked.rule(),
        asked.institution(),
        asked.institution(),
        asked.most());
  }

  static List<Row> hitsOfCase(Sql sql, String id) {
    return sql.list(HITS + " where case_id = ? order by at, rule", SupervisionTable::row, id);
  }

  /** The hit that counts of a rule and an act, or the one of an act that was refused. */
  static @Nullable Row find(Sql sql, int home, String rule, String what) {
    return sql.one(
        HITS + " where home = ? and rule = ? and what = ? and not trial order by stopped limit 1",
        SupervisionTable::row,
        home,
        rule,
        what);
  }

  /** Of which home a hit lies, where the id does not say it. */
  static @Nullable Integer homeOf(Sql sql, String rule, String what, String institution) {
    return sql.one(
        "select home from supervision_hit where institution = ? and rule = ? and what = ? and not trial"
            + " limit 1",
        row -> row.getInt("home"),
        institution,
        rule,
        what);
  }

  /**
   * Takes a hit into a case.
   *
   * @return false where it is in one
   */
  static boolean intoCase(Connection connection, Row hit, String id) throws SQLException {
    return Sql.update(
            connection,
            "update supervision_hit set case_id = ? where home = ? and rule = ? and what = ? and not trial"
                + " and stopped = ? and case_id = ''",
            id,
            hit.home(),
            hit.rule(),
            hit.what(),
            hit.stopped())
        == 1;
  }

  /** The case found that they are none. */
  static void clear(Connection connection, List<Row> hits) throws SQLException {
    for (Row hit : hits) {
      Sql.update(
          connection,
          "update supervision_hit set cleared = true where home = ? and rule = ? and what = ? and not"
              + " trial and stopped = ?",
          hit.home(),
          hit.rule(),
          hit.what(),
          hit.stopped());
    }
  }

  /**
   * How many hits of each rule in a time, without those of which a case found that they are none.
   */
  static Map<String, Long> counts(Sql sql, String institution, Instant from, Instant until) {
    Map<String, Long> counts = new LinkedHashMap<>();
    sql.list(
            """
            select rule, count(*) as hits from supervision_hit
            where at >= ? and at < ? and not trial and not cleared and (? = '' or institution = ?)
            group by rule order by rule""",
            row -> counts.put(row.getString("rule"), row.getLong("hits")),
            from,
            until,
            institution,
            institution)
        .clear();
    return counts;
  }

  /** Institutions with visits or hits in a time, and what counts in their score. */
  static Map<String, Counted> counted(Sql sql, String institution, Instant from, Instant until) {
    Map<String, Counted> all = new LinkedHashMap<>();
    sql.list(
            """
            select institution, count(*) as visits from supervision_act
            where kind = 0 and at >= ? and at < ? and (? = '' or institution = ?) group by institution
            order by institution""",
            row ->
                all.put(
                    row.getString("institution"),
                    new Counted(row.getLong("visits"), new LinkedHashMap<>())),
            from,
            until,
            institution,
            institution)
        .clear();
    sql.list(
            """
            select institution, rule, points, count(*) as hits from supervision_hit
            where at >= ? and at < ? and not trial and not stopped and not cleared and (? = '' or institution = ?)
            group by institution, rule, points""",
            row ->
                all.computeIfAbsent(
                        row.getString("institution"), _ -> new Counted(0, new LinkedHashMap<>()))
                    .hits
                    .merge(
                        row.getString("rule"),
                        new Formula.Hits(row.getInt("points"), row.getLong("hits")),
                        (one, other) ->
                            new Formula.Hits(
                                Math.max(one.points(), other.points()),
                                one.count() + other.count())),
            from,
            until,
            institution,
            institution)
        .clear();
    return all;
  }

  /** What counts in a score. */
  record Counted(long visits, Map<String, Formula.Hits> hits) {}

  // ------------------------------------------------------------------ cases

  static void followCase(
      Connection connection,
      int home,
      String id,
      int version,
      CaseState state,
      String institution,
      @Nullable Instant deadline,
      Instant at)
      throws SQLException {
    Sql.update(
        connection,
        """
        insert into supervision_case (home, version, opened, changed, deadline, id, state, institution)
        values (?, ?, ?, ?, ?::timestamptz, ?, ?, ?)
        on conflict (home, id) do update set version = excluded.version, changed = excluded.changed,
          deadline = excluded.deadline, state = excluded.state""",
        home,
        version,
        at,
        at,
        deadline,
        id,
        state.code(),
        institution);
    step(connection, home, "case", id, version, state.code(), institution, at);
  }

  /** A step for the export, of a case or of a complaint: {@code type}. */
  static void step(
      Connection connection,
      int home,
      String type,
      String id,
      int version,
      String state,
      String institution,
      Instant at)
      throws SQLException {
    Sql.update(
        connection,
        """
        insert into supervision_step (home, version, at, type, case_id, state, institution)
        values (?, ?, ?, ?, ?, ?, ?) on conflict (home, case_id, version) do nothing""",
        home,
        version,
        at,
        type,
        id,
        state,
        institution);
  }

  /** A case as the list shows it. */
  record Case(
      String id,
      CaseState state,
      String institution,
      Instant opened,
      Instant changed,
      @Nullable Instant deadline) {
    PageEnd end() {
      return new PageEnd(opened, id);
    }
  }

  private static Case aCase(ResultSet row) throws SQLException {
    return new Case(
        row.getString("id"),
        CaseState.of(row.getString("state")),
        row.getString("institution"),
        Sql.instant(row, "opened"),
        Sql.instant(row, "changed"),
        Sql.instantOrNull(row, "deadline"));
  }

  /** Cases, the last opened first; empty texts are any. */
  static List<Case> cases(Sql sql, String state, String institution, PageEnd after, int most) {
    return sql.list(
        """
        select id, state, institution, opened, changed, deadline from supervision_case
        where (opened, id) < (?, ?) and (? = '' or state = ?) and (? = '' or institution = ?)
        order by opened desc, id desc limit ?""",
        SupervisionTable::aCase,
        after.at(),
        after.rest(),
        state,
        state,
        institution,
        institution,
        most);
  }

  /** Warned, and the time for an answer is over. */
  static List<Case> late(Sql sql, Instant now, int most) {
    return sql.list(
        """
        select id, state, institution, opened, changed, deadline from supervision_case
        where state = 'warned' and deadline < ? order by deadline limit ?""",
        SupervisionTable::aCase,
        now,
        most);
  }

  // ------------------------------------------------------------------ export

  /** A line of the export. */
  record Numbered(long number, @Nullable Row hit, @Nullable Step step) {}

  /** A step of a case or of a complaint: {@code type}. */
  record Step(
      long number,
      Instant at,
      String type,
      String caseId,
      int version,
      String state,
      String institution) {}

  /**
   * Gives numbers to what has none. One at a time: the row of the counter is locked first, so that
   * whoever reads up to a number never misses a smaller one that is committed later.
   */
  static void number(Connection connection) throws SQLException {
    Sql.update(
        connection,
        "insert into supervision_number (key, last) values (1, 0) on conflict (key) do nothing");
    long last =
        Sql.list(
                connection,
                "update supervision_number set last = last where key = 1 returning last",
                row -> row.getLong(1))
            .getFirst();
    long next = last;
    for (Row hit :
        Sql.list(
            connection,
            HITS + " where number is null order by found limit 10000",
            SupervisionTable::row)) {
      Sql.update(
          connection,
          "update supervision_hit set number = ? where home = ? and rule = ? and what = ? and trial = ? and"
              + " stopped = ?",
          ++next,
          hit.home(),
          hit.rule(),
          hit.what(),
          hit.trial(),
          hit.stopped());
    }
    record Key(int home, String id, int version) {}
    for (Key step :
        Sql.list(
            connection,
            "select home, case_id, version from supervision_step where number is null order by at limit 10000",
            row -> new Key(row.getInt(1), row.getString(2), row.getInt(3)))) {
      Sql.update(
          connection,
          "update supervision_step set number = ? where home = ? and case_id = ? and version = ?",
          ++next,
          step.home,
          step.id,
          step.version);
    }
    if (next > last) {
      Sql.update(connection, "update supervision_number set last = ? where key = 1", next);
    }
  }

  /** What comes after a number, in order. */
  static List<Numbered> after(Connection connection, long after, int most) throws SQLException {
    List<Numbered> all = new ArrayList<>();
    for (Row hit :
        Sql.list(
            connection,
            HITS + " where number > ? order by number limit ?",
            SupervisionTable::row,
            after,
            most)) {
      all.add(new Numbered(hit.number(), hit, null));
    }
    for (Step step :
        Sql.list(
            connection,
            "select number, at, type, case_id, version, state, institution from supervision_step where number > ?"
                + " order by number limit ?",
            row ->
                new Step(
                    row.getLong("number"),
                    Sql.instant(row, "at"),
                    row.getString("type"),
                    row.getString("case_id"),
                    row.getInt("version"),
                    row.getString("state"),
                    row.getString("institution")),
            after,
            most)) {
      all.add(new Numbered(step.number(), null, step));
    }
    all.sort(java.util.Comparator.comparingLong(Numbered::number));
    return all.size() > most ? List.copyOf(all.subList(0, most)) : all;
  }
}
