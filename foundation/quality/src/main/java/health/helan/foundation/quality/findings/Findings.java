package health.helan.foundation.quality.findings;

import health.helan.foundation.quality.checks.Subject;
import health.helan.foundation.quality.checks.Verdict;
import health.helan.foundation.quality.rules.Dimension;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.quality.score.Tally;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.sql.SqlText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The findings: one row for a rule and a record, and what was done about it. */
public final class Findings {
  private static final String PLATFORM = "platform";

  private final DataSource database;
  private final Clock clock;

  public Findings(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** What a rule said of a record. */
  public record Judged(Subject subject, Rule rule, Verdict verdict) {}

  /**
   * What recording did.
   *
   * @param made records that now have a finding that they had not
   */
  public record Recorded(int opened, int closed, Set<Subject> made) {}

  // ------------------------------------------------------------------ the platform's steps

  /**
   * Brings the findings of some records to what was judged: the same again changes nothing.
   *
   * @param subjects all records judged, of one home, those without a fault too
   * @param at that openings and closings count for; null for when the record was written
   */
  public Recorded record(
      Connection transaction,
      int home,
      Collection<Subject> subjects,
      List<Judged> judged,
      Tally tally,
      @Nullable Instant at)
      throws SQLException {
    Map<String, Finding> there = new HashMap<>();
    // Behind the log a first version has no finding yet.
    List<Subject> known = subjects.stream().filter(one -> one.version() > 1 || at != null).toList();
    if (!known.isEmpty()) {
      for (Finding finding :
          ofRecords(
              transaction,
              home,
              known.stream().map(Subject::type).toList(),
              known.stream().map(Subject::id).toList())) {
        there.put(key(finding.type(), finding.id(), finding.rule()), finding);
      }
    }
    Instant now = clock.instant();
    int opened = 0;
    int closed = 0;
    var fresh = new LinkedHashMap<String, Judged>();
    for (Judged one : judged) {
      Subject subject = one.subject();
      Instant counted = at == null ? subject.updated() : at;
      Finding before = there.get(key(subject.type(), subject.id(), one.rule().rule()));
      if (before == null) {
        if (one.verdict().fails()) {
          fresh.put(Ids.next(home), one);
        }
        continue;
      }
      if (subject.version() < before.version()) {
        continue; // Somebody judged a newer version already.
      }
      if (one.verdict().fails()) {
        FindingStep step =
            switch (before.state()) {
              // At a version that was there when it was said to be mended, it still has to come.
              case FIXED -> subject.version() > before.version() ? FindingStep.FAIL_AGAIN : null;
              case VERIFIED -> FindingStep.RECUR;
              case DETECTED, ASSIGNED, WAIVED -> null;
            };
        update(transaction, before, one, step, now);
        if (step == FindingStep.RECUR) {
          opened++;
          tally.opened(
              subject.owner(), subject.type(), one.rule().rule(), one.rule().dimension(), counted);
        }
      } else if (one.verdict().kind() == Verdict.Kind.CANNOT_TELL) {
        if (at != null) {
          update(transaction, before, one, null, now); // Looked at, and none the wiser.
        }
      } else if (before.state().isOpen()) {
        update(transaction, before, one, FindingStep.VERIFY, now);
        closed++;
        tally.closed(
            before.owner(), subject.type(), one.rule().rule(), one.rule().dimension(), counted, 1);
      }
    }
    Set<Subject> made = insert(transaction, home, fresh, now, tally, at);
    return new Recorded(opened + made.size(), closed, made);
  }

  private static String key(String type, String id, String rule) {
    return type + "/" + id + "/" + rule;
  }

  private static List<Finding> ofRecords(
      Connection transaction, int home, List<String> types, List<String> ids) throws SQLException {
    try (var statement = transaction.prepareStatement(FindingSql.OF_RECORDS)) {
      statement.setInt(1, home);
      statement.setArray(2, transaction.createArrayOf("text", types.toArray()));
      statement.setArray(3, transaction.createArrayOf("text", ids.toArray()));
      return findings(statement.executeQuery());
    }
  }

  private static Set<Subject> insert(
      Connection transaction,
      int home,
      Map<String, Judged> fresh,
      Instant now,
      Tally tally,
      @Nullable Instant at)
      throws SQLException {
    if (fresh.isEmpty()) {
      return Set.of();
    }
    List<Judged> all = List.copyOf(fresh.values());
    var made = new HashSet<Subject>();
    try (var statement = transaction.prepareStatement(FindingSql.INSERT)) {
      statement.setInt(1, home);
      statement.setObject(2, utc(now));
      statement.setObject(3, utc(now));
      statement.setObject(4, utc(now));
      array(statement, 5, "text", all.stream().map(one -> one.subject().type()).toArray());
      array(statement, 6, "text", all.stream().map(one -> one.subject().id()).toArray());
      array(statement, 7, "text", all.stream().map(one -> one.rule().rule()).toArray());
      array(statement, 8, "text", fresh.keySet().toArray());
      array(statement, 9, "integer", all.stream().map(one -> one.rule().version()).toArray());
      array(statement, 10, "integer", all.stream().map(one -> one.subject().version()).toArray());
      array(statement, 11, "text", all.stream().map(one -> one.subject().owner()).toArray());
      array(statement, 12, "text", all.stream().map(one -> cut(one.verdict().path())).toArray());
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          Judged one = fresh.get(rows.getString(1));
          if (one == null) {
            continue;
          }
          Subject subject = one.subject();
          made.add(subject);
          tally.opened(
              subject.owner(),
              subject.type(),
              one.rule().rule(),
              one.rule().dimension(),
              at == null ? subject.updated() : at);
        }
      }
    }
    return made;
  }

  private static void array(
      java.sql.PreparedStatement statement, int index, String type, Object[] values)
      throws SQLException {
    statement.setArray(index, statement.getConnection().createArrayOf(type, values));
  }

  private static String cut(String path) {
    return path.length() <= 300 ? path : path.substring(0, 300);
  }

  private static void update(
      Connection transaction, Finding before, Judged one, @Nullable FindingStep step, Instant now)
      throws SQLException {
    FindingState state = step == null ? before.state() : step.take(before.state());
    boolean isAssigned = step == FindingStep.FAIL_AGAIN && !before.assignee().isEmpty();
    if (isAssigned) {
      state = FindingState.ASSIGNED;
    }
    write(
        transaction,
        before,
        one.rule().version(),
        one.subject().version(),
        one.subject().owner(),
        one.verdict().fails() ? cut(one.verdict().path()) : before.path(),
        state,
        before.assignee(),
        before.times() + (step == FindingStep.RECUR ? 1 : 0),
        step == null ? before.changed() : now,
        now);
    if (step != null) {
      step(transaction, before, step, state, PLATFORM, "", now);
    }
  }

  private static void write(
      Connection transaction,
      Finding before,
      int ruleVersion,
      int version,
      String owner,
      String path,
      FindingState state,
      String assignee,
      int times,
      Instant changed,
      Instant checked)
      throws SQLException {
    try (var statement = transaction.prepareStatement(FindingSql.UPDATE)) {
      statement.setString(1, state.code());
      statement.setInt(2, ruleVersion);
      statement.setInt(3, version);
      statement.setString(4, owner);
      statement.setString(5, path);
      statement.setString(6, assignee);
      statement.setInt(7, times);
      statement.setObject(8, utc(changed));
      statement.setObject(9, utc(checked));
      statement.setInt(10, before.home());
      statement.setString(11, before.type());
      statement.setString(12, before.id());
      statement.setString(13, before.rule());
      statement.executeUpdate();
    }
  }

  private static void step(
      Connection transaction,
      Finding finding,
      FindingStep step,
      FindingState state,
      String by,
      String note,
      Instant now)
      throws SQLException {
    try (var statement = transaction.prepareStatement(FindingSql.STEP)) {
      statement.setInt(1, finding.home());
      statement.setString(2, finding.finding());
      statement.setObject(3, utc(now));
      statement.setString(4, step.code());
      statement.setString(5, state.code());
      statement.setString(6, by);
      statement.setString(7, note);
      statement.setInt(8, finding.home());
      statement.setString(9, finding.finding());
      statement.executeUpdate();
    }
  }

  /** Records that are no longer there have no findings, and none of what was done about them. */
  public void forget(
      Connection transaction,
      int home,
      List<String> types,
      List<String> ids,
      Map<String, Rule> rules,
      Tally tally)
      throws SQLException {
    for (Finding finding : ofRecords(transaction, home, types, ids)) {
      remove(transaction, finding, rules, tally);
    }
  }

  private void remove(Connection transaction, Finding finding, Map<String, Rule> rules, Tally tally)
      throws SQLException {
    try (var steps = transaction.prepareStatement(FindingSql.FORGET_STEPS);
        var row = transaction.prepareStatement(FindingSql.FORGET)) {
      steps.setInt(1, finding.home());
      steps.setString(2, finding.finding());
      steps.executeUpdate();
      row.setInt(1, finding.home());
      row.setString(2, finding.type());
      row.setString(3, finding.id());
      row.setString(4, finding.rule());
      row.executeUpdate();
    }
    if (finding.state().isOpen()) {
      tally.closed(
          finding.owner(),
          finding.type(),
          finding.rule(),
          dimension(rules, finding.rule()),
          clock.instant(),
          1);
    }
  }

  private static Dimension dimension(Map<String, Rule> rules, String rule) {
    Rule there = rules.get(rule);
    return there == null ? Dimension.VALIDITY : there.dimension();
  }

  /** A record with an open finding. */
  public record Open(int home, String type, String id, String rule) {}

  /** Open findings of some rules that were not looked at since. */
  public List<Open> stale(Collection<String> rules, Instant since, int limit) {
    return open(
        new SqlText()
            .add(FindingSql.STALE, since)
            .addArray(rules, "text")
            .add(") order by f.checked limit ?", limit));
  }

  /** Open findings of a rule. */
  public List<Open> openOf(String rule, int limit) {
    return open(new SqlText().add(FindingSql.OPEN_OF_RULE, rule, limit));
  }

  private List<Open> open(SqlText sql) {
    try (Connection connection = database.getConnection();
        var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      var open = new ArrayList<Open>();
      while (rows.next()) {
        open.add(new Open(rows.getInt(1), rows.getString(2), rows.getString(3), rows.getString(4)));
      }
      return open;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Takes away the findings of a rule that is no longer in force. */
  public int forgetRule(String rule, Tally.Maker tallies) {
    int gone = 0;
    List<Open> open;
    do {
      open = openOf(rule, 500);
      for (Open one : open) {
        gone +=
            inTransaction(
                transaction -> {
                  Tally tally = tallies.make();
                  int closed = 0;
                  for (Finding finding :
                      ofRecords(transaction, one.home(), List.of(one.type()), List.of(one.id()))) {
                    if (finding.rule().equals(rule)) {
                      remove(transaction, finding, Map.of(), tally);
                      closed++;
                    }
                  }
                  tally.save(transaction, one.home());
                  return closed;
                });
      }
    } while (!open.isEmpty());
    return gone;
  }

  // ------------------------------------------------------------------ people's steps

  /**
   * Takes a step that a caller may take.
   *
   * @param owner institution whose findings the caller may touch; null for all
   * @param assignee of ASSIGN
   * @throws Refusal NOT_FOUND also for another institution's
   */
  public Finding step(
      Caller caller,
      String id,
      FindingStep step,
      @Nullable String owner,
      String assignee,
      String note,
      Map<String, Rule> rules,
      Tally.Maker tallies) {
    return inTransaction(
        transaction -> {
          Finding before = find(transaction, id, FindingSql.LOCK);
          if (before == null || owner != null && !before.owner().equals(owner)) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "quality.no-finding", id);
          }
          FindingState state = step.take(before.state());
          Instant now = clock.instant();
          String whose = step == FindingStep.ASSIGN ? assignee : before.assignee();
          write(
              transaction,
              before,
              before.ruleVersion(),
              before.version(),
              before.owner(),
              before.path(),
              state,
              whose,
              before.times(),
              now,
              now);
          step(transaction, before, step, state, caller.subject(), note, now);
          Tally tally = tallies.make();
          Dimension dimension = dimension(rules, before.rule());
          if (before.state().isOpen() && !state.isOpen()) {
            tally.closed(before.owner(), before.type(), before.rule(), dimension, now, 1);
          } else if (!before.state().isOpen() && state.isOpen()) {
            tally.opened(before.owner(), before.type(), before.rule(), dimension, now);
          }
          tally.save(transaction, before.home());
          return new Finding(
              before.home(),
              before.type(),
              before.id(),
              before.rule(),
              before.finding(),
              before.ruleVersion(),
              before.version(),
              before.owner(),
              before.path(),
              state,
              whose,
              before.times(),
              before.found(),
              now);
        });
  }

  private interface Work<T> {
    T in(Connection transaction) throws SQLException;
  }

  private <T> T inTransaction(Work<T> work) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T done = work.in(connection);
        connection.commit();
        return done;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ looking

  private static @Nullable Finding find(Connection connection, String id, String sql)
      throws SQLException {
    if (!Ids.isAssigned(id)) {
      return null;
    }
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, Ids.home(id));
      statement.setString(2, id);
      List<Finding> found = findings(statement.executeQuery());
      return found.isEmpty() ? null : found.getFirst();
    }
  }

  /** Null for none. */
  public @Nullable Finding find(String id) {
    try (Connection connection = database.getConnection()) {
      return find(connection, id, FindingSql.BY_ID);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** What was done about a finding, in order. */
  public List<Finding.Step> steps(Finding finding) {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(FindingSql.STEPS)) {
      statement.setInt(1, finding.home());
      statement.setString(2, finding.finding());
      try (var rows = statement.executeQuery()) {
        var steps = new ArrayList<Finding.Step>();
        while (rows.next()) {
          steps.add(
              new Finding.Step(
                  rows.getObject(1, OffsetDateTime.class).toInstant(),
                  rows.getString(2),
                  FindingState.of(rows.getString(3)),
                  rows.getString(4),
                  rows.getString(5)));
        }
        return steps;
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * What is asked for.
   *
   * @param owner institution; empty for records of none
   * @param states empty for all
   * @param after where the last page ended: {@link #cursor}; null for the beginning
   */
  public record Wanted(
      String owner,
      Set<FindingState> states,
      @Nullable String rule,
      @Nullable String dataset,
      @Nullable String after,
      int count) {}

  /** Place of a finding in the list. */
  public static String cursor(Finding finding) {
    return finding.found() + "_" + finding.finding();
  }

  /**
   * Findings of an institution, the newest first: by {@code quality_finding_list}.
   *
   * @throws Refusal VALUE for a cursor that is none
   */
  public List<Finding> list(Wanted wanted) {
    SqlText sql =
        new SqlText()
            .add(
                "select " + FindingSql.COLUMNS + " from quality_finding f where f.owner = ?",
                wanted.owner());
    if (!wanted.states().isEmpty()) {
      sql.add(" and f.state = any(")
          .addArray(wanted.states().stream().map(FindingState::code).toList(), "text")
          .add(")");
    }
    if (wanted.rule() != null) {
      sql.add(" and f.rule = ?", wanted.rule());
    }
    if (wanted.dataset() != null) {
      sql.add(" and f.type = ?", wanted.dataset());
    }
    String after = wanted.after();
    if (after != null) {
      int bar = after.indexOf('_');
      Instant found;
      try {
        found = Instant.parse(after.substring(0, Math.max(0, bar)));
      } catch (java.time.format.DateTimeParseException e) {
        throw new Refusal(Refusal.Kind.VALUE, "quality.cursor");
      }
      sql.add(" and (f.found, f.finding) < (?, ?)", found, after.substring(bar + 1));
    }
    sql.add(" order by f.found desc, f.finding desc limit ?", wanted.count());
    try (Connection connection = database.getConnection();
        var statement = sql.prepareForItsValues(connection)) {
      return findings(statement.executeQuery());
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static List<Finding> findings(ResultSet rows) throws SQLException {
    try (rows) {
      var found = new ArrayList<Finding>();
      while (rows.next()) {
        found.add(
            new Finding(
                rows.getInt(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5),
                rows.getInt(6),
                rows.getInt(7),
                rows.getString(8),
                rows.getString(9),
                FindingState.of(rows.getString(10)),
                rows.getString(11),
                rows.getInt(12),
                rows.getObject(13, OffsetDateTime.class).toInstant(),
                rows.getObject(14, OffsetDateTime.class).toInstant()));
      }
      return found;
    }
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
