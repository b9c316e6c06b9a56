package health.helan.foundation.residents.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** In which order records come, change and go makes no difference to what stands in the end. */
@SuppressWarnings("NullAway.Init")
class ArrivingTests {
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

  @Test
  void inAnyOrderAndAnyPortionsComesToTheSame() {
    int linked = 0;
    int reviewed = 0;
    for (int seed = 0; seed < 6; seed++) {
      List<ObjectNode> town = PeopleForTests.people(new Random(seed), TOWN);
      var sources = new ArrayList<Source>();
      for (int i = 0; i < TOWN; i++) {
        sources.add(IndexForTests.source("p" + i, 1, town.get(i)));
      }
      index.empty();
      index.take(sources);
      Map<String, List<String>> atOnce = index.state();
      linked += atOnce.getOrDefault("member", List.of()).size();
      reviewed += atOnce.getOrDefault("review", List.of()).size();

      for (int order = 0; order < 2; order++) {
        Random random = new Random(1_000L * seed + order);
        Collections.shuffle(sources, random);
        index.empty();
        portions(sources, random);
        assertThat(index.state()).as("town %s, order %s", seed, order).isEqualTo(atOnce);
      }
    }
    // Else the town would be too dull to prove anything.
    assertThat(linked).isGreaterThan(50);
    assertThat(reviewed).isGreaterThan(25);
  }

  /** So many at once are written while they are computed, and find each other before they stand. */
  @Test
  void hundredsAtOnceComeToTheSameAsFewAtATime() {
    Random random = new Random(77);
    var sources = new ArrayList<Source>();
    for (ObjectNode one : PeopleForTests.people(random, 300)) {
      sources.add(IndexForTests.source("p" + sources.size(), 1, one));
    }
    index.empty();
    portions(sources, random);
    Map<String, List<String>> fewAtATime = index.state();
    assertThat(fewAtATime.get("member")).hasSizeGreaterThan(50);
    for (int at : new int[] {0, 150}) {
      index.empty();
      Collections.shuffle(sources, random);
      index.take(sources.subList(0, at));
      index.take(sources.subList(at, sources.size()));
      assertThat(index.state()).isEqualTo(fewAtATime);
    }
    // Read before their turn, and some of them once more.
    index.empty();
    index.take(sources.subList(0, 100));
    index.take(sources.stream().map(index.index::read).toList());
    assertThat(index.state()).isEqualTo(fewAtATime);
  }

  @Test
  void changesAndDeparturesLeaveNoTrace() {
    for (int seed = 100; seed < 105; seed++) {
      Random random = new Random(seed);
      List<ObjectNode> town = PeopleForTests.people(random, TOWN);
      var last = new ArrayList<Source>();
      for (int i = 0; i < TOWN; i++) {
        last.add(IndexForTests.source("p" + i, 7, town.get(i)));
      }
      index.empty();
      index.take(last);
      Map<String, List<String>> wanted = index.state();

      // Everybody is somebody else first, some leave and come again, strangers pass through.
      index.empty();
      var before = new ArrayList<Source>();
      for (int i = 0; i < TOWN; i++) {
        before.add(IndexForTests.source("p" + i, 1, PeopleForTests.somebody(random)));
        if (i % 4 == 0) {
          before.add(IndexForTests.source("q" + i, 1, PeopleForTests.somebody(random)));
        }
      }
      Collections.shuffle(before, random);
      portions(before, random);
      var then = new ArrayList<Source>();
      for (int i = 0; i < TOWN; i++) {
        if (i % 5 == 0) {
          index.take(IndexForTests.source("p" + i, 2, null));
        }
        if (i % 4 == 0) {
          then.add(IndexForTests.source("q" + i, 2, null));
        }
      }
      then.addAll(last);
      Collections.shuffle(then, random);
      portions(then, random);
      assertThat(index.state()).as("town %s", seed).isEqualTo(wanted);
    }
  }

  @Test
  void anOlderVersionThatComesLateChangesNothing() {
    index.empty();
    Random random = new Random(5);
    index.take(IndexForTests.source("p1", 3, PeopleForTests.somebody(random)));
    Map<String, List<String>> state = index.state();
    index.take(IndexForTests.source("p1", 2, PeopleForTests.somebody(random)));
    assertThat(index.state()).isEqualTo(state);
  }

  private static void portions(List<Source> sources, Random random) {
    int from = 0;
    while (from < sources.size()) {
      int to = Math.min(sources.size(), from + 1 + random.nextInt(9));
      index.take(sources.subList(from, to));
      from = to;
    }
  }
}
