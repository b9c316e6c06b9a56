package health.helan.care.appointment.operations;

import health.helan.care.appointment.Unreleased;
import health.helan.care.appointment.places.PoolFigures;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.SharedAnswers;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET $booking-figures}: how the pool fills, in counts, day by day. Of the region by
 * institution; with {@code institution} by its departments; with {@code institution} and {@code
 * department} by Schedule; with {@code schedule} the Slots of a {@code day}. {@code days} from
 * today on (14, at most 31). Regulators and operators see all, staff and systems their own
 * institution. What comes stands in docs/guide/booking.md; a count of zero is left out.
 */
final class FiguresOperation implements FhirOperation {
  static final String NAME = "booking-figures";
  private static final int USUAL_DAYS = 14;
  private static final int MOST_DAYS = 31;

  /** Bookings of so many days past are looked at for who came. */
  private static final int PAST_DAYS = 30;

  private static final int MOST_UNRELEASED = 200;

  private final PoolFigures figures;
  private final Registry registry;
  private final Supplier<Instant> now;
  private final SharedAnswers<PoolFigures.Asked, Counted> counts;
  private final SharedAnswers<PoolFigures.Asked, List<Unreleased.Found>> unreleased;

  private record Counted(List<PoolFigures.Group> groups, Instant at) {}

  FiguresOperation(
      PoolFigures figures, Registry registry, Supplier<Instant> now, Duration shownFor) {
    this.figures = figures;
    this.registry = registry;
    this.now = now;
    counts = new SharedAnswers<>(shownFor, Duration.ofMinutes(2));
    unreleased = new SharedAnswers<>(shownFor.multipliedBy(6), Duration.ofMinutes(10));
  }

  @Override
  public Spec spec() {
    return new Spec(
        NAME,
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/" + NAME);
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), NAME);
    var in = new Given(call);
    in.only(Set.of("institution", "department", "schedule", "day", "days"));
    String institution = institution(call.caller(), in.id("institution", "Organization"));
    Instant moment = now.get();
    LocalDate today = moment.atZone(ReleaseRule.BEIJING).toLocalDate();
    String schedule = in.id("schedule", "Schedule");
    if (schedule != null) {
      return slots(call, schedule, day(in, today), institution, moment);
    }
    String department = in.id("department", "Organization");
    if (department != null && institution.isEmpty()) {
      throw Given.missing("institution");
    }
    if (in.text("day") != null) {
      throw Given.missing("schedule");
    }
    var asked =
        new PoolFigures.Asked(
            institution,
            department,
            today,
            today.plusDays(in.number("days", USUAL_DAYS, MOST_DAYS)),
            today.minusDays(PAST_DAYS));
    Counted counted = counts.get(asked, () -> new Counted(figures.count(asked, moment), moment));
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer).time("as-of", counted.at);
    Map<String, String> names =
        registry.listing().names(counted.groups.stream().map(PoolFigures.Group::id).toList());
    for (PoolFigures.Group group : counted.groups) {
      group(words, asked, group, names);
    }
    unreleased(call.store(), words, asked, moment);
    return Words.answer(answer);
  }

  /**
   * Whose figures are asked for: of all (empty) for who oversees, else of the own institution.
   *
   * @throws Refusal FORBIDDEN for another's
   */
  private static String institution(Caller caller, @Nullable String asked) {
    if (caller.isRoot() || caller.role() == Role.REGULATOR || caller.role() == Role.OPERATOR) {
      return asked == null ? "" : asked;
    }
    if (caller.institution().isEmpty() || asked != null && !asked.equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.figures-of-others");
    }
    return caller.institution();
  }

  private static LocalDate day(Given in, LocalDate today) {
    String text = in.text("day");
    if (text == null) {
      return today;
    }
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw Given.wrong("day");
    }
  }

  private static void group(
      Words words, PoolFigures.Asked asked, PoolFigures.Group group, Map<String, String> names) {
    Words one;
    if (asked.institution().isEmpty()) {
      one = words.group("institution");
      one.reference("reference", "Organization/" + group.id(), names.get(group.id()));
    } else if (asked.department() == null) {
      one = words.group("department");
      if (!group.id().isEmpty()) {
        one.reference("reference", "Organization/" + group.id(), names.get(group.id()));
      }
    } else {
      one = words.group("schedule");
      one.reference("reference", "Schedule/" + group.id(), group.display());
      if (!group.practitioner().isEmpty()) {
        one.reference("practitioner", "Practitioner/" + group.practitioner(), null);
      }
    }
    count(one, "seen", group.seen());
    count(one, "missed", group.missed());
    group.days().forEach((day, fill) -> day(one.group("day"), day, fill));
  }

  private static void day(Words words, LocalDate day, PoolFigures.Fill fill) {
    words.text("date", day.toString());
    count(words, "slots", fill.slots());
    count(words, "places", fill.places());
    count(words, "opened", fill.opened());
    count(words, "booked", fill.booked());
    count(words, "held", fill.held());
    count(words, "left", fill.left());
    count(words, "kept", fill.kept());
    count(words, "referral", fill.referral());
    count(words, "referral-taken", fill.referralTaken());
    count(words, "reserved", fill.reserved());
    count(words, "closed", fill.closed());
    count(words, "waiting", fill.waiting());
  }

  private static void count(Words words, String name, int value) {
    if (value != 0) {
      words.number(name, value);
    }
  }

  /** Of the region how many each institution has; of an institution which. */
  private void unreleased(RecordStore store, Words words, PoolFigures.Asked asked, Instant moment) {
    if (asked.department() != null) {
      return;
    }
    List<Unreleased.Found> found =
        unreleased.get(
            asked,
            () ->
                new Unreleased(store, registry, figures)
                    .find(asked.institution(), asked.from(), asked.until(), moment));
    if (asked.institution().isEmpty()) {
      var by = new java.util.TreeMap<String, Integer>();
      found.forEach(one -> by.merge(one.institution(), 1, Integer::sum));
      Map<String, String> names = registry.listing().names(by.keySet());
      by.forEach(
          (id, count) -> {
            Words one = words.group("unreleased");
            if (!id.isEmpty()) {
              one.reference("institution", "Organization/" + id, names.get(id));
            }
            one.number("schedules", count);
          });
      return;
    }
    words.number("unreleased-schedules", found.size());
    for (Unreleased.Found one : found.subList(0, Math.min(MOST_UNRELEASED, found.size()))) {
      words
          .group("unreleased")
          .reference("schedule", "Schedule/" + one.schedule(), one.display())
          .code("why", one.why().word());
    }
  }

  private Answer slots(
      Call call, String schedule, LocalDate day, String institution, Instant moment) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer).time("as-of", moment);
    int home = home(call.store(), schedule);
    for (PoolFigures.SlotFill slot : figures.slots(home, schedule, day, institution, moment)) {
      Words one = words.group("slot");
      one.reference("reference", "Slot/" + slot.slot(), null);
      one.time("start", slot.start()).time("end", slot.end()).time("opens", slot.opens());
      one.flag("closed", !slot.isOpen());
      one.number("places", slot.capacity());
      count(one, "taken", slot.taken());
      count(one, "left", slot.left());
      count(one, "kept", slot.kept());
      count(one, "reserved", slot.reserved());
    }
    return Words.answer(answer);
  }

  /** Home of the Schedule's Slots; -1, which has none, for a Schedule that is not there. */
  private int home(RecordStore store, String schedule) {
    try (var connection = registry.database().getConnection()) {
      Integer home = store.rows().home(connection, "Schedule", schedule);
      return home == null ? -1 : home;
    } catch (java.sql.SQLException e) {
      throw health.helan.foundation.store.SqlErrors.refusal(e);
    }
  }
}
