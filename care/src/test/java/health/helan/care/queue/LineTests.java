package health.helan.care.queue;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.queue.Line.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The order of calls, whatever the line looks like. */
class LineTests {
  private static final Instant MORNING = Instant.parse("2026-11-26T00:00:00Z");
  private static final long CALLS = 40;

  private record Person(Level level, int dueMinute, int heldFor) {}

  @Provide
  Arbitrary<List<Place>> lines() {
    Arbitrary<Person> person =
        Combinators.combine(
                Arbitraries.of(Level.class),
                Arbitraries.integers().between(0, 20),
                Arbitraries.frequency(
                        net.jqwik.api.Tuple.of(4, 0),
                        net.jqwik.api.Tuple.of(1, 1),
                        net.jqwik.api.Tuple.of(1, 3),
                        net.jqwik.api.Tuple.of(1, 7))
                    .map(held -> held))
            .as(Person::new);
    return person
        .list()
        .ofMaxSize(25)
        .map(
            people -> {
              List<Place> line = new ArrayList<>();
              for (Person one : people) {
                int number = line.size() + 1;
                line.add(
                    new Place(
                        "t" + number,
                        one.level,
                        MORNING.plusSeconds(60L * one.dueMinute),
                        number,
                        one.heldFor == 0 ? 0 : CALLS + one.heldFor));
              }
              return line;
            });
  }

  @Property(tries = 400)
  void holdsEverybodyOnce(@ForAll("lines") List<Place> line) {
    assertThat(Line.order(line, CALLS)).containsExactlyInAnyOrderElementsOf(line);
  }

  @Property(tries = 400)
  void doesNotDependOnTheOrderInWhichRowsAreRead(@ForAll("lines") List<Place> line) {
    assertThat(Line.order(line.reversed(), CALLS)).isEqualTo(Line.order(line, CALLS));
  }

  /** Who is told to be third is third, if nobody comes: calls take the line off from its head. */
  @Property(tries = 400)
  void staysAsToldWhileThoseInFrontAreCalled(@ForAll("lines") List<Place> line) {
    List<Place> told = Line.order(line, CALLS);
    List<Place> left = new ArrayList<>(line);
    for (int call = 0; call < told.size(); call++) {
      List<Place> now = Line.order(left, CALLS + call);
      assertThat(now).isEqualTo(told.subList(call, told.size()));
      left.remove(now.getFirst());
    }
  }

  @Property(tries = 400)
  void callsTheMoreUrgentAndThenTheEarlierFirstAmongThoseNotHeld(
      @ForAll("lines") List<Place> line) {
    List<Place> ready =
        Line.order(line, CALLS).stream().filter(place -> place.notBefore() <= CALLS).toList();
    for (int i = 1; i < ready.size(); i++) {
      Place first = ready.get(i - 1);
      Place second = ready.get(i);
      assertThat(first.level()).isLessThanOrEqualTo(second.level());
      if (first.level() == second.level()) {
        assertThat(first.due()).isBeforeOrEqualTo(second.due());
        if (first.due().equals(second.due())) {
          assertThat(first.number()).isLessThan(second.number());
        }
      }
    }
  }

  /** Passed over for as many others as the rule says, or for all there are; never for fewer. */
  @Property(tries = 400)
  void passesOverWhoMissedACallForSoManyOthers(
      @ForAll("lines") List<Place> line, @ForAll @IntRange(min = 1, max = 10) int skip) {
    List<Place> others = line.stream().filter(place -> place.notBefore() <= CALLS).toList();
    var missed = new Place("missed", Level.EMERGENCY, MORNING.minusSeconds(1), 0, CALLS + skip);
    List<Place> all = new ArrayList<>(others);
    all.add(missed);
    int before = Line.order(all, CALLS).indexOf(missed);
    assertThat(before).isEqualTo(Math.min(skip, others.size()));
  }

  /** A line is worked off with people coming and missing calls: nobody is lost or called twice. */
  @Property(tries = 300)
  void losesNobodyThroughAWholeDay(
      @ForAll("lines") List<Place> line, @ForAll @IntRange(min = 0, max = 1_000) int seed) {
    var random = new java.util.Random(seed);
    List<Place> waiting = new ArrayList<>(line);
    var seen = new HashSet<String>();
    long calls = CALLS;
    int missed = 0;
    int newcomers = 0;
    while (!waiting.isEmpty()) {
      Place called = Line.order(waiting, calls).getFirst();
      waiting.remove(called);
      calls++;
      if (missed < 30 && random.nextInt(4) == 0) {
        missed++;
        waiting.add(
            new Place(called.id(), called.level(), called.due(), called.number(), calls + 3));
      } else {
        assertThat(seen.add(called.id())).as(called.id()).isTrue();
      }
      if (newcomers < 10 && random.nextInt(3) == 0) {
        newcomers++;
        waiting.add(
            new Place(
                "n" + newcomers,
                Level.values()[random.nextInt(4)],
                MORNING.plusSeconds(calls * 60),
                1_000 + newcomers,
                0));
      }
    }
    assertThat(seen).hasSize(line.size() + newcomers);
  }
}
