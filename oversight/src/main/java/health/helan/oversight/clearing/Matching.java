package health.helan.oversight.clearing;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Matches the lines of a day, in the database: each rule is one statement over all of them. What
 * matches one to one by its key leaves no row; the rest ({@code clearing_rest}) is small, and the
 * rules beyond keys look at it alone.
 */
final class Matching {
  /** More than that is no day with differences, but a wrong file or a wrong layout. */
  static final int MOST_DIFFERENCES = 50_000;

  private final Connection connection;
  private final int home;
  private final long book;

  Matching(Connection connection, Book book) {
    this.connection = connection;
    home = book.home();
    this.book = book.book();
  }

  /** Lines of one key that do not match. */
  record Group(
      String key,
      Flow flow,
      int ours,
      int theirs,
      int listed,
      long oursFen,
      long theirsFen,
      long listedFen,
      String institution) {
    @Nullable Long oursOrNull() {
      return ours == 0 ? null : (Long) oursFen;
    }

    @Nullable Long theirsOrNull() {
      return theirs == 0 ? null : (Long) theirsFen;
    }

    @Nullable Long listedOrNull() {
      return listed == 0 ? null : (Long) listedFen;
    }
  }

  /** How many of our lines and theirs are of each way. */
  record Ways(int oursLeft, int byReference, int byRule, int carried) {}

  /** What the planner cannot know of rows that came a moment ago. */
  void prepare() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("set local enable_nestloop = off");
      statement.execute("set local work_mem = '256MB'");
      statement.execute("set local hash_mem_multiplier = 4");
    }
  }

  void forget() throws SQLException {
    var unused =
        Sql.update(connection, "delete from clearing_rest where home = ? and book = ?", home, book);
    var unused2 =
        Sql.update(
            connection,
            "delete from clearing_entry where home = ? and book = ? and statement = 0",
            home,
            book);
  }

  /**
   * One to one by key; for institutions that have sent a list, three to one another.
   *
   * @param listing institutions that have
   */
  void byKey(List<String> listing) throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            insert into clearing_rest (home, number, statement, side, kind, way, book, fen, at, key, reference, institution,
              pair)
            select e.home, e.number, e.statement, e.side, e.kind, 0, e.book, e.fen, e.at, e.key, e.reference,
              e.institution, ''
            from clearing_entry e
            join (
              select key, kind from clearing_entry where home = ? and book = ? group by key, kind
              having key = '' or count(*) filter (where side = 0) <> 1 or count(*) filter (where side = 1) <> 1
                or count(*) filter (where side = 2) > 1
                or min(fen) <> max(fen)
                or count(*) = 2 and bool_or(side = 0 and institution = any(?))) d
              on d.key = e.key and d.kind = e.kind
            where e.home = ? and e.book = ?""",
            home,
            book,
            listing,
            home,
            book);
  }

  /** One line of ours to many of theirs, or many to one, of one reference and with one sum. */
  void byReference() throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            update clearing_rest r set way = 2, pair = 'reference ' || r.reference
            from (
              select reference, kind from clearing_rest where home = ? and book = ? and way = 0 and reference <> ''
              group by reference, kind
              having least(count(*) filter (where side = 0), count(*) filter (where side = 1)) = 1
                and sum(fen) filter (where side = 0) = sum(fen) filter (where side = 1)
                and coalesce(sum(fen) filter (where side = 2), sum(fen) filter (where side = 0))
                  = sum(fen) filter (where side = 0)) g
            where r.home = ? and r.book = ? and r.way = 0 and r.reference = g.reference and r.kind = g.kind""",
            home,
            book,
            home,
            book);
  }

  /**
   * Lines of one amount whose times are near, where each fits the other and no other one. Lines
   * whose key the other side has with something else are left to people.
   */
  void byAmount(int windowSeconds) throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            with near as (
              select o.number as ours, t.statement as their_statement, t.number as theirs, o.key as name,
                count(*) over (partition by o.number) as of_ours,
                count(*) over (partition by t.statement, t.number) as of_theirs
              from clearing_rest o
              join clearing_rest t on t.home = o.home and t.book = o.book and t.side = 1 and t.way = 0 and t.kind = o.kind
                and t.fen = o.fen and t.at >= o.at - make_interval(secs => ?) and t.at <= o.at + make_interval(secs => ?)
              where o.home = ? and o.book = ? and o.side = 0 and o.way = 0
                and (o.key = '' or not exists (select from clearing_rest x where x.home = ? and x.book = ? and x.side = 1
                  and x.key = o.key))
                and (t.key = '' or not exists (select from clearing_rest y where y.home = ? and y.book = ? and y.side = 0
                  and y.key = t.key)))
            update clearing_rest r set way = 3, pair = 'amount ' || n.name
            from near n
            where r.home = ? and r.book = ? and r.way = 0 and n.of_ours = 1 and n.of_theirs = 1
              and (r.statement = 0 and r.number = n.ours or r.statement = n.their_statement and r.number = n.theirs)""",
            windowSeconds,
            windowSeconds,
            home,
            book,
            home,
            book,
            home,
            book,
            home,
            book);
  }

  /**
   * What earlier days wait for.
   *
   * @return ids of the cases that this day explains
   */
  Set<String> byOtherDay(List<Case> waiting) throws SQLException {
    if (waiting.isEmpty()) {
      return Set.of();
    }
    List<String> pairs =
        Sql.list(
            connection,
            """
            update clearing_rest r set way = 4, pair = n.id
            from unnest(?, ?, ?, ?, ?) n (id, key, kind, side, fen)
            where r.home = ? and r.book = ? and r.way = 0 and r.key = n.key and r.kind = n.kind and r.side = n.side
              and r.fen = n.fen and not exists (select from clearing_rest x where x.home = ? and x.book = ?
                and x.key = r.key and x.kind = r.kind and x.side in (0, 1)
                and (x.statement <> r.statement or x.number <> r.number))
            returning r.pair""",
            row -> row.getString(1),
            texts(waiting.stream().map(Case::id).toList()),
            texts(waiting.stream().map(Case::key).toList()),
            shorts(waiting.stream().map(one -> one.flow().ordinal()).toList()),
            // What we have alone, they are to have; and the other way round.
            shorts(waiting.stream().map(one -> one.oursFen() != null ? 1 : 0).toList()),
            connection.createArrayOf(
                "int8",
                waiting.stream()
                    .map(one -> one.oursFen() != null ? one.oursFen() : one.theirsFen())
                    .toArray()),
            home,
            book,
            home,
            book);
    return new HashSet<>(pairs);
  }

  /** Lines of institutions go with ours or theirs of their key. */
  void lists() throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            update clearing_rest l set way = o.way, pair = o.pair from clearing_rest o
            where l.home = ? and l.book = ? and l.side = 2 and l.way = 0
              and o.home = ? and o.book = ? and o.side in (0, 1) and o.way in (3, 4) and o.key = l.key and o.kind = l.kind
              and o.fen = l.fen""",
            home,
            book,
            home,
            book);
  }

  Ways ways() throws SQLException {
    return Sql.list(
            connection,
            """
            select count(*) filter (where side = 0) as ours, count(*) filter (where way = 2 and side < 2) as by_reference,
              count(*) filter (where way = 3 and side < 2) as by_rule, count(*) filter (where way = 4 and side < 2) as carried
            from clearing_rest where home = ? and book = ?""",
            row ->
                new Ways(
                    row.getInt("ours"),
                    row.getInt("by_reference"),
                    row.getInt("by_rule"),
                    row.getInt("carried")),
            home,
            book)
        .getFirst();
  }

  /**
   * @throws Refusal BUSINESS_RULE when there are too many to be looked at
   */
  List<Group> differences() throws SQLException {
    List<Group> found =
        Sql.list(
            connection,
            """
            select case when key = '' then '#' || statement || ':' || number else key end as name, kind,
              count(*) filter (where side = 0) as ours, count(*) filter (where side = 1) as theirs,
              count(*) filter (where side = 2) as listed, coalesce(sum(fen) filter (where side = 0), 0) as ours_fen,
              coalesce(sum(fen) filter (where side = 1), 0) as theirs_fen,
              coalesce(sum(fen) filter (where side = 2), 0) as listed_fen,
              coalesce(max(institution) filter (where side = 0 and institution <> ''),
                max(institution) filter (where side = 2 and institution <> ''),
                max(institution) filter (where institution <> ''), '') as institution
            from clearing_rest where home = ? and book = ? and way = 0 group by 1, 2 order by 1, 2 limit ?""",
            row ->
                new Group(
                    row.getString("name"),
                    Flow.values()[row.getInt("kind")],
                    row.getInt("ours"),
                    row.getInt("theirs"),
                    row.getInt("listed"),
                    row.getLong("ours_fen"),
                    row.getLong("theirs_fen"),
                    row.getLong("listed_fen"),
                    row.getString("institution")),
            home,
            book,
            MOST_DIFFERENCES + 1);
    if (found.size() > MOST_DIFFERENCES) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "clearing.too-many-differences", MOST_DIFFERENCES);
    }
    return new ArrayList<>(found);
  }

  private Array texts(List<String> values) throws SQLException {
    return connection.createArrayOf("text", values.toArray());
  }

  private Array shorts(List<Integer> values) throws SQLException {
    return connection.createArrayOf("int2", values.toArray());
  }
}
