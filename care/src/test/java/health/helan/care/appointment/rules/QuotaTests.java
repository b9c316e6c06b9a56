package health.helan.care.appointment.rules;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.appointment.rules.ReleaseRule.Session;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What is held back for referrals is exact, and lies all over the day. */
class QuotaTests {
  private static final LocalDate DAY = LocalDate.of(2026, 12, 1);

  private static boolean[] heldBack(int places, int percent) {
    int number = Quota.heldBack(places, percent);
    var held = new boolean[places];
    for (int i = 0; i < places; i++) {
      held[i] = Quota.isHeldBack(i, places, number);
    }
    return held;
  }

  @Property
  void isTheShareToTheNearestPlace(
      @ForAll @IntRange(max = 5_000) int places, @ForAll @IntRange(max = 100) int percent) {
    int count = 0;
    for (boolean one : heldBack(places, percent)) {
      count += one ? 1 : 0;
    }
    assertThat(count).isEqualTo(Quota.heldBack(places, percent));
    assertThat(Math.abs(count * 100L - (long) places * percent)).isLessThanOrEqualTo(50);
  }

  @Property
  void isSpreadEvenly(
      @ForAll @IntRange(min = 1, max = 1_000) int places,
      @ForAll @IntRange(max = 100) int percent,
      @ForAll @IntRange(max = 999) int from,
      @ForAll @IntRange(max = 1_000) int to) {
    boolean[] held = heldBack(places, percent);
    int begin = Math.min(from, places);
    int end = Math.max(begin, Math.min(to, places));
    int count = 0;
    for (int i = begin; i < end; i++) {
      count += held[i] ? 1 : 0;
    }
    // Any stretch of the day has its share of what the day has, but for less than one place.
    double share = (double) (end - begin) * Quota.heldBack(places, percent) / places;
    assertThat(Math.abs(count - share)).isLessThan(1.0);
  }

  @Property
  void isOfTheWholeDayHoweverItIsCutIntoSlots(
      @ForAll @IntRange(min = 1, max = 30) int capacity,
      @ForAll @IntRange(min = 5, max = 120) int minutes,
      @ForAll @IntRange(max = 100) int percent) {
    var rule =
        new ReleaseRule(
            List.of(
                new Session(
                    EnumSet.allOf(DayOfWeek.class),
                    LocalTime.of(14, 0),
                    LocalTime.of(17, 0),
                    capacity,
                    minutes),
                new Session(
                    EnumSet.allOf(DayOfWeek.class),
                    LocalTime.of(8, 0),
                    LocalTime.of(12, 0),
                    capacity,
                    minutes)),
            Set.of(),
            7,
            LocalTime.of(8, 0),
            percent,
            24,
            0);
    List<ReleaseRule.Draft> slots = rule.slots(DAY);
    assertThat(slots).hasSize(240 / minutes + 180 / minutes);
    assertThat(slots).isSortedAccordingTo(java.util.Comparator.comparing(ReleaseRule.Draft::start));
    int places = slots.stream().mapToInt(ReleaseRule.Draft::capacity).sum();
    long held = slots.stream().flatMap(slot -> slot.heldBack().stream()).filter(one -> one).count();
    assertThat(places).isEqualTo(capacity * slots.size());
    assertThat(held).isEqualTo(Quota.heldBack(places, percent));
  }
}
