package health.helan.foundation.residents.index;

import health.helan.foundation.residents.match.Comparison;
import health.helan.foundation.residents.match.Matcher;
import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.index.Digests;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the resident index. All changes go one after the other, on all instances; what is
 * read is read without waiting. Thread-safe.
 */
public final class Index {
  private static final int TRIES = 8;

  private final DataSource database;
  private final Context context;

  /**
   * @param model version of the matcher's model
   * @param mostPerKey records that one key may find: keys that more bear tell nobody apart
   */
  public Index(
      DataSource database,
      Matcher matcher,
      String model,
      ContentCodec codec,
      Digests digests,
      int mostPerKey,
      Persons persons,
      Clock clock) {
    this.database = database;
    context = new Context(matcher, model, new Seal(codec), digests, mostPerKey, persons, clock);
  }

  public String model() {
    return context.model();
  }

  /**
   * Takes Patients in as they are now, or out, within a transaction of others. Some hundred to some
   * thousand at once go fastest.
   *
   * @param again also those that are known in this version
   */
  public void take(Connection transaction, List<Source> sources, boolean again)
      throws SQLException {
    try (Work work = new Work(transaction, context, sources.size() > Work.FEW)) {
      work.take(sources, again);
      work.settle();
    }
  }

  /**
   * Reads a Patient before its turn comes, on any thread: what takes long about it and does not
   * depend on what the index holds.
   */
  public Source read(Source source) {
    return source.patient() == null
        ? source
        : new Source(
            source.home(),
            source.id(),
            source.version(),
            source.updated(),
            source.owner(),
            null,
            context.read(source.patient()));
  }

  /** Keeps everybody else from changing the index until the transaction ends. */
  public static void holdGate(Connection transaction) throws SQLException {
    Work.holdGate(transaction);
  }

  /** Where a record's Patient lies. */
  public record Place(int home, String id) {}

  /**
   * How much there is.
   *
   * @param linked records that are not alone
   * @param persons that have more than one
   */
  public record Counts(long records, long linked, long persons) {}

  /** Counts all; takes about a second per million records. */
  public Counts counts() {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(IndexSql.COUNTS);
        var rows = statement.executeQuery()) {
      rows.next();
      return new Counts(rows.getLong(1), rows.getLong(2), rows.getLong(3));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** The next records, in the order of the primary key. */
  public List<Place> places(Connection connection, int afterHome, String afterId, int limit)
      throws SQLException {
    try (var statement = connection.prepareStatement(IndexSql.NEXT_RECORDS)) {
      statement.setInt(1, afterHome);
      statement.setString(2, afterId);
      statement.setInt(3, limit);
      try (var rows = statement.executeQuery()) {
        var places = new ArrayList<Place>();
        while (rows.next()) {
          places.add(new Place(rows.getInt(1), rows.getString(2)));
        }
        return places;
      }
    }
  }

  // ------------------------------------------------------------------ people decide

  /** What people can say about a pair. */
  public enum Saying {
    /** The source and the target of a merge are one person. */
    MERGE(Ruling.SAME, "merge", Decision.Kind.MERGED),
    /** After a look at both: one person. */
    CONFIRM(Ruling.SAME, "review", Decision.Kind.CONFIRMED),
    /** After a look at both: two people. */
    REFUSE(Ruling.NOT_SAME, "review", Decision.Kind.REFUSED);

    private final Ruling ruling;
    private final String kind;
    private final Decision.Kind decision;

    Saying(Ruling ruling, String kind, Decision.Kind decision) {
      this.ruling = ruling;
      this.kind = kind;
      this.decision = decision;
    }
  }

  /**
   * A ruling in force.
   *
   * @param kind {@code merge} or {@code review}
   * @param decision its id in the history
   * @param institution for which it was said; empty for none
   */
  public record Ruled(
      boolean isSame,
      Instant at,
      String kind,
      String decision,
      String by,
      String institution,
      String note) {}

  /**
   * What a saying does, or would do.
   *
   * @param decision id in the history; empty for a mere look
   * @param wasOne they were one person before
   * @param numbersDisagree each side has valid numbers of one kind, and they share none
   */
  public record Said(
      String decision, boolean wasOne, boolean numbersDisagree, Comparison comparison) {}

  /**
   * Puts in force what somebody says about two Patients.
   *
   * @param mayOverrule false for those who may not join people with different numbers
   * @param isLook true to find out what it would do, and change nothing
   * @throws Refusal NOT_FOUND for a Patient that the index does not know (yet); BUSINESS_RULE where
   *     another ruling says otherwise; CONFLICT where this pair has been ruled already
   */
  public Said say(
      Caller caller,
      String patient,
      String other,
      Saying saying,
      boolean mayOverrule,
      boolean isLook,
      String note) {
    if (patient.equals(other)) {
      throw new Refusal(Refusal.Kind.INVALID, "residents.same-patient");
    }
    return inTransaction(
        !isLook,
        transaction -> {
          Work work = new Work(transaction, context);
          Known a = known(work, patient);
          Known b = known(work, other);
          Edge edge = work.pair(a, b);
          boolean wasOne = work.areOne(a, b);
          Ruled before = ruling(transaction, edge);
          Comparison comparison = comparison(edge, a, b);
          boolean disagree = saying.ruling == Ruling.SAME && !wasOne && disagree(work, a, b);
          if (before != null) {
            if (before.isSame() == (saying.ruling == Ruling.SAME)
                && before.kind().equals(saying.kind)) {
              return new Said(before.decision(), wasOne, disagree, comparison); // A repeat.
            }
            throw new Refusal(Refusal.Kind.CONFLICT, "residents.ruled-already", before.kind());
          }
          if (isLook && !mayOverrule) {
            // What it tells beforehand comes from the two alone: others of their persons may be
            // hidden from who asks.
            if (Partition.disagree(work.numbers(a), work.numbers(b))) {
              throw new Refusal(Refusal.Kind.BUSINESS_RULE, "residents.numbers-disagree");
            }
            return new Said("", false, false, comparison);
          }
          if (disagree && !mayOverrule) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "residents.numbers-disagree");
          }
          String decision = Ids.next(0);
          work.rule(edge, saying.ruling, decision);
          insert(transaction, edge, saying, decision, caller, work.now(), note);
          work.decide(
              decision,
              edge,
              saying.decision,
              Reason.RULED,
              caller.subject(),
              caller.institution(),
              note);
          work.settle();
          if (work.isContradicted()) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "residents.rulings-contradict");
          }
          return new Said(isLook ? "" : decision, wasOne, disagree, comparison);
        });
  }

  /**
   * Takes a ruling out of force: everything is as if it had never been, and what came after it
   * stays.
   *
   * @param kind {@code merge} or {@code review}
   * @return id in the history
   * @throws Refusal NOT_FOUND for a Patient that the index does not know; BUSINESS_RULE when there
   *     is no such ruling
   */
  public String withdraw(Caller caller, String patient, String other, String kind, String note) {
    return inTransaction(
        true,
        transaction -> {
          Work work = new Work(transaction, context);
          Known a = known(work, patient);
          Known b = known(work, other);
          Edge edge = work.pair(a, b);
          Ruled ruled = ruling(transaction, edge);
          if (ruled == null || !ruled.kind().equals(kind)) {
            throw new Refusal(
                Refusal.Kind.BUSINESS_RULE,
                kind.equals("merge") ? "residents.not-merged" : "residents.not-ruled");
          }
          try (var forget = transaction.prepareStatement(IndexSql.FORGET_RULING)) {
            forget.setLong(1, edge.low);
            forget.setLong(2, edge.high);
            forget.executeUpdate();
          }
          String decision = Ids.next(0);
          work.rule(edge, Ruling.NONE, decision);
          work.decide(
              decision,
              edge,
              kind.equals("merge") ? Decision.Kind.UNMERGED : Decision.Kind.REOPENED,
              Reason.RULED,
              caller.subject(),
              caller.institution(),
              note);
          work.settle();
          if (work.isContradicted()) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "residents.rulings-contradict");
          }
          return decision;
        });
  }

  private static Known known(Work work, String patient) throws SQLException {
    Known known = work.find(patient);
    if (known == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "residents.not-indexed", patient);
    }
    return known;
  }

  private Comparison comparison(Edge edge, Known a, Known b) {
    Comparison comparison = edge.comparison;
    return comparison == null
        ? context.matcher().compare(a.traits(context.seal()), b.traits(context.seal()))
        : comparison;
  }

  private boolean disagree(Work work, Known a, Known b) throws SQLException {
    return Partition.disagree(work.numbersOfPerson(a), work.numbersOfPerson(b));
  }

  private static @Nullable Ruled ruling(Connection connection, Edge edge) throws SQLException {
    return ruling(connection, edge.pair());
  }

  private static @Nullable Ruled ruling(Connection connection, Pair pair) throws SQLException {
    try (var statement = connection.prepareStatement(IndexSql.RULING)) {
      statement.setLong(1, pair.low());
      statement.setLong(2, pair.high());
      try (var rows = statement.executeQuery()) {
        return rows.next()
            ? new Ruled(
                rows.getInt(1) == Ruling.SAME.code(),
                rows.getObject(2, OffsetDateTime.class).toInstant(),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5),
                rows.getString(6),
                rows.getString(7))
            : null;
      }
    }
  }

  private static void insert(
      Connection transaction,
      Edge edge,
      Saying saying,
      String decision,
      Caller caller,
      Instant at,
      String note)
      throws SQLException {
    try (var rule = transaction.prepareStatement(IndexSql.RULE)) {
      rule.setLong(1, edge.low);
      rule.setLong(2, edge.high);
      rule.setShort(3, saying.ruling.code());
      rule.setObject(4, at.atOffset(ZoneOffset.UTC));
      rule.setString(5, saying.kind);
      rule.setString(6, decision);
      rule.setString(7, caller.subject());
      rule.setString(8, caller.institution());
      rule.setString(9, note);
      rule.executeUpdate();
    }
  }

  // ------------------------------------------------------------------ reading

  /**
   * A record found to be possibly the same person.
   *
   * @param person id of the Patient that leads it; its own when it is alone
   */
  public record Candidate(String id, String person, Traits traits, Comparison comparison) {}

  /** Compares two records of which nothing need be indexed. */
  public Comparison compare(Traits one, Traits other) {
    return context.matcher().compare(one, other);
  }

  /**
   * Records that may be the person that {@code traits} speak of, whoever may see them; the
   * likeliest first.
   *
   * @param without id of a Patient that is left out; empty for none
   */
  public List<Candidate> match(Traits traits, String without) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      var records = new HashSet<Long>();
      for (List<Long> found :
          Rows.find(connection, context.keys(traits), context.mostPerKey()).values()) {
        if (found.size() <= context.mostPerKey()) {
          records.addAll(found);
        }
      }
      if (!without.isEmpty()) {
        records.remove(context.record(without));
      }
      var candidates = new ArrayList<Candidate>();
      Rows.records(
          connection,
          records,
          known -> {
            if (known.model.equals(context.model())) {
              Traits theirs = known.traits(context.seal());
              Comparison comparison = context.matcher().compare(traits, theirs);
              candidates.add(
                  new Candidate(
                      known.id,
                      known.person.isEmpty() ? known.id : known.person,
                      theirs,
                      comparison));
            }
          });
      candidates.sort(
          Comparator.comparingDouble((Candidate one) -> -one.comparison().weight())
              .thenComparing(Candidate::id));
      return candidates;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * A person.
   *
   * @param id of the Patient that leads it
   * @param members ids of its Patients, in their order; one that is alone too
   */
  public record Person(String id, List<String> members) {}

  /** The person that a Patient is; null for a Patient that the index does not know (yet). */
  public @Nullable Person person(int home, String patient) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return person(connection, home, patient);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private @Nullable Person person(Connection connection, int home, String patient)
      throws SQLException {
    String lead;
    try (var statement = connection.prepareStatement(IndexSql.PERSON_OF)) {
      statement.setInt(1, home);
      statement.setString(2, patient);
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        lead = rows.getString(1);
      }
    }
    if (lead.isEmpty()) {
      return new Person(patient, List.of(patient));
    }
    var members = new ArrayList<String>();
    try (var statement = connection.prepareStatement(IndexSql.MEMBERS_OF)) {
      statement.setLong(1, context.record(lead));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          members.add(rows.getString(2));
        }
      }
    }
    members.sort(null);
    return new Person(lead, members);
  }

  /**
   * What was decided about a Patient's pairs, the newest first.
   *
   * @param before {@code id/other} of the last one told; empty for the first page
   */
  public List<Decision> history(String patient, String before, int limit) {
    int slash = before.indexOf('/');
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(IndexSql.DECISIONS)) {
      statement.setLong(1, context.record(patient));
      statement.setString(2, slash < 0 ? "~" : before.substring(0, slash));
      statement.setLong(3, slash < 0 ? 0 : Long.parseLong(before.substring(slash + 1)));
      statement.setInt(4, limit);
      var found = new ArrayList<Decision>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Decision(
                  rows.getString(5),
                  rows.getObject(1, OffsetDateTime.class).toInstant(),
                  rows.getString(6),
                  rows.getString(7),
                  rows.getString(8),
                  Reason.of(rows.getInt(4)).code(),
                  rows.getFloat(3),
                  rows.getString(2),
                  rows.getString(9),
                  rows.getString(10),
                  rows.getString(11),
                  rows.getString(12)));
        }
      }
      return found;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Where the history of a Patient goes on after this decision. */
  public String after(Decision decision) {
    return decision.id() + "/" + context.record(decision.other());
  }

  /** The ruling in force on a pair; null for none. */
  public @Nullable Ruled ruling(String patient, String other) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return ruling(connection, Pair.of(context.record(patient), context.record(other)));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** What a comparison of two Patients says; null when one of them is not in the index. */
  public @Nullable Comparison compare(String patient, String other) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      var found = new HashMap<Long, Known>();
      long a = context.record(patient);
      long b = context.record(other);
      Rows.records(connection, List.of(a, b), known -> found.put(known.record, known));
      Known one = found.get(Math.min(a, b));
      Known two = found.get(Math.max(a, b));
      if (one == null
          || two == null
          || !one.model.equals(context.model())
          || !two.model.equals(context.model())) {
        return null;
      }
      return context.matcher().compare(one.traits(context.seal()), two.traits(context.seal()));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ erasure

  /** Takes everything about a Patient out that is erased: its history too, and others' with it. */
  public void erase(long record) {
    inTransaction(
        true,
        transaction -> {
          Work work = new Work(transaction, context);
          work.erase(record);
          try (var forget = transaction.prepareStatement(IndexSql.FORGET_NOTICE)) {
            forget.setLong(1, record);
            forget.executeUpdate();
          }
          var others = new ArrayList<Long>();
          try (var statement = transaction.prepareStatement(IndexSql.OTHERS_DECIDED)) {
            statement.setLong(1, record);
            try (var rows = statement.executeQuery()) {
              while (rows.next()) {
                others.add(rows.getLong(1));
              }
            }
          }
          try (var forget = transaction.prepareStatement(IndexSql.FORGET_DECISIONS)) {
            forget.setLong(1, record);
            forget.executeUpdate();
          }
          try (var forget = transaction.prepareStatement(IndexSql.FORGET_DECISIONS_WITH)) {
            for (long other : others) {
              forget.setLong(1, other);
              forget.setLong(2, record);
              forget.addBatch();
            }
            forget.executeBatch();
          }
          return true;
        });
  }

  // ------------------------------------------------------------------ transactions

  /** Work within a transaction that may be begun again. */
  public interface Doing<T> {
    T in(Connection transaction) throws SQLException;
  }

  /** Again and again, where the database broke it off for crossing another. */
  public <T> T inTransaction(Doing<T> doing) {
    return inTransaction(true, doing);
  }

  private <T> T inTransaction(boolean commits, Doing<T> doing) {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = database.getConnection()) {
        connection.setAutoCommit(false);
        try {
          T done = doing.in(connection);
          if (commits) {
            connection.commit();
          } else {
            connection.rollback();
          }
          return done;
        } catch (SQLException | RuntimeException | Error e) {
          connection.rollback();
          throw e;
        } finally {
          connection.setAutoCommit(true);
        }
      } catch (SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (attempt == TRIES || !state.equals("40P01") && !state.equals("40001")) {
          throw SqlErrors.refusal(e);
        }
        Metrics.counter("helan.residents.crossed").increment();
        pause(attempt);
      }
    }
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(5L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.stopping");
    }
  }
}
