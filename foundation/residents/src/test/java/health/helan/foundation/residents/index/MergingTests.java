package health.helan.foundation.residents.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.residents.index.Index.Saying;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What people say about pairs holds, and leaves nothing behind when it is taken back. */
@SuppressWarnings("NullAway.Init")
class MergingTests {
  private static final int TOWN = 40;

  private static IndexForTests index;

  @BeforeAll
  static void open() {
    index = new IndexForTests();
  }

  @AfterAll
  static void close() {
    index.close();
  }

  private static List<Source> town(long seed) {
    index.empty();
    var random = new Random(seed);
    var sources = new ArrayList<Source>();
    for (int i = 0; i < TOWN; i++) {
      sources.add(IndexForTests.source("p" + i, 1, PeopleForTests.somebody(random)));
    }
    index.take(sources);
    return sources;
  }

  private record Merge(String source, String target) {}

  /** Those that were not refused. */
  private static List<Merge> merges(Random random, int count) {
    var done = new ArrayList<Merge>();
    while (done.size() < count) {
      Merge merge = new Merge("p" + random.nextInt(TOWN), "p" + random.nextInt(TOWN));
      if (merge.source.equals(merge.target)
          || done.stream().anyMatch(other -> isSamePair(merge, other))) {
        continue;
      }
      if (merge(merge)) {
        assertThat(index.person(merge.source)).contains(merge.target);
        done.add(merge);
      }
    }
    return done;
  }

  private static boolean isSamePair(Merge one, Merge other) {
    return Pair.of(one.source.hashCode(), one.target.hashCode())
        .equals(Pair.of(other.source.hashCode(), other.target.hashCode()));
  }

  private static boolean merge(Merge merge) {
    try {
      index.index.say(
          IndexForTests.KEEPER, merge.source, merge.target, Saying.MERGE, true, false, "");
      return true;
    } catch (Refusal e) {
      return false;
    }
  }

  private static void unmerge(Merge merge) {
    index.index.withdraw(IndexForTests.KEEPER, merge.source, merge.target, "merge", "");
  }

  @Test
  void andUnmergingInWhateverOrderLeavesEverythingAsItWas() {
    for (int seed = 0; seed < 4; seed++) {
      town(seed);
      var random = new Random(seed);
      // Reviews that people have touched are part of it.
      touchReviews();
      Map<String, List<String>> before = index.state();
      List<Merge> merges = merges(random, 6);
      assertThat(index.state()).isNotEqualTo(before);
      Collections.shuffle(merges, random);
      var states = new ArrayList<Map<String, List<String>>>();
      for (Merge merge : merges) {
        states.add(index.state());
        unmerge(merge);
      }
      assertThat(index.state()).as("town %s", seed).isEqualTo(before);
      // And back again: what stands is what is in force, however one came there.
      for (int i = merges.size() - 1; i >= 0; i--) {
        assertThat(merge(merges.get(i))).isTrue();
        assertThat(index.state()).as("town %s, merge %s", seed, i).isEqualTo(states.get(i));
      }
    }
  }

  private static void touchReviews() {
    try (var connection = index.database.getConnection();
        var statement = connection.createStatement()) {
      statement.executeUpdate("update resident_review set assignee = 'li', note = 'called'");
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void outlivesWhatTheRecordsSayLater() {
    index.empty();
    var random = new Random(3);
    index.take(
        IndexForTests.source("p1", 1, PeopleForTests.somebody(random)),
        IndexForTests.source("p2", 1, PeopleForTests.somebody(random)));
    assertThat(merge(new Merge("p1", "p2"))).isTrue();
    for (int version = 2; version < 12; version++) {
      index.take(IndexForTests.source("p2", version, PeopleForTests.somebody(random)));
      assertThat(index.person("p1")).containsExactly("p1", "p2");
    }
    unmerge(new Merge("p2", "p1")); // Which was the source makes no difference.
    Map<String, List<String>> unmerged = index.state();
    index.take(IndexForTests.source("p2", 13, null));
    assertThat(unmerged).containsEntry("ruling", List.of());
    assertThat(index.person("p1")).containsExactly("p1");
  }

  @Test
  void isRefusedAgainstAnotherDecision() {
    town(77);
    index.index.say(IndexForTests.KEEPER, "p1", "p2", Saying.MERGE, true, false, "");
    index.index.say(IndexForTests.KEEPER, "p3", "p1", Saying.REFUSE, true, false, "no");
    Map<String, List<String>> before = index.state();
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> index.index.say(IndexForTests.KEEPER, "p2", "p3", Saying.MERGE, true, false, ""))
        .satisfies(e -> assertThat(e.messageKey()).isEqualTo("residents.rulings-contradict"));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> index.index.say(IndexForTests.KEEPER, "p1", "p3", Saying.MERGE, true, false, ""))
        .satisfies(e -> assertThat(e.messageKey()).isEqualTo("residents.ruled-already"));
    assertThat(index.state()).isEqualTo(before);
  }

  @Test
  void twiceHasTheEffectOfOnce() {
    town(78);
    String first =
        index.index.say(IndexForTests.KEEPER, "p1", "p2", Saying.MERGE, true, false, "").decision();
    Map<String, List<String>> before = index.state();
    assertThat(
            index
                .index
                .say(IndexForTests.KEEPER, "p2", "p1", Saying.MERGE, true, false, "")
                .decision())
        .isEqualTo(first);
    assertThat(index.state()).isEqualTo(before);
    unmerge(new Merge("p1", "p2"));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> unmerge(new Merge("p1", "p2")))
        .satisfies(e -> assertThat(e.messageKey()).isEqualTo("residents.not-merged"));
  }

  @Test
  void looksWithoutTouching() {
    town(79);
    Map<String, List<String>> before = index.state();
    Index.Said said =
        index.index.say(IndexForTests.KEEPER, "p1", "p2", Saying.MERGE, true, true, "");
    assertThat(said.decision()).isEmpty();
    assertThat(said.comparison().evidence()).isNotEmpty();
    assertThat(index.state()).isEqualTo(before);
    assertThat(index.rows("select 1 from resident_decision where kind = 'merged'")).isEmpty();
  }

  @Test
  void goesOnWhileRecordsArriveAndOthersMerge() throws Exception {
    for (int seed = 200; seed < 202; seed++) {
      var random = new Random(seed);
      var sources = town(seed);
      var later = new ArrayList<Source>();
      for (int i = 0; i < TOWN; i++) {
        // Those that are merged stay as they are: a ruling remembers what it ruled on.
        later.add(
            IndexForTests.source(i < 20 ? "s" + i : "p" + i, 2, PeopleForTests.somebody(random)));
        later.add(IndexForTests.source("r" + i, 1, PeopleForTests.somebody(random)));
      }
      Collections.shuffle(later, random);
      List<Merge> standing = merges(random, 4);
      standing.removeIf(
          merge ->
              Math.abs(number(merge.source) - number(merge.target)) == 1
                  && Math.min(number(merge.source), number(merge.target)) < 9);
      var work = new ArrayList<Callable<Object>>();
      var wanted = new ArrayList<Merge>();
      for (int thread = 0; thread < 4; thread++) {
        List<Source> mine = later.subList(thread * 20, thread * 20 + 20);
        work.add(
            () -> {
              mine.forEach(source -> index.take(source));
              return "";
            });
      }
      // Chains of merges that meet, from three threads, while others are taken back.
      for (int thread = 0; thread < 3; thread++) {
        int first = thread;
        work.add(
            () -> {
              for (int i = first; i < 9; i += 3) {
                Merge merge = new Merge("p" + i, "p" + (i + 1));
                if (merge(merge)) {
                  synchronized (wanted) {
                    wanted.add(merge);
                  }
                }
              }
              return "";
            });
      }
      work.add(
          () -> {
            standing.forEach(MergingTests::unmerge);
            return "";
          });
      try (var threads = Executors.newFixedThreadPool(work.size())) {
        for (Future<Object> done : threads.invokeAll(work)) {
          done.get();
        }
      }
      Map<String, List<String>> after = index.state();
      assertThat(wanted).hasSize(9);
      // The same, one after the other.
      index.empty();
      index.take(sources);
      index.take(later);
      for (int i = 0; i < 9; i++) {
        assertThat(merge(new Merge("p" + i, "p" + (i + 1)))).isTrue();
      }
      Map<String, List<String>> inTurn = index.state();
      assertThat(after).as("town %s", seed).isEqualTo(inTurn);
    }
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(1));
  }
}
