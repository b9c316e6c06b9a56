package health.helan.care.appointment;

import health.helan.care.appointment.places.PoolFigures;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Schedules that put nothing into the pool although they are active: what a hospital has forgotten
 * to open, and what was refused when it was to be opened. Reads all Schedules, in batches, without
 * keeping them. Thread-safe.
 */
public final class Unreleased {
  private static final int BATCH = 500;
  private static final Duration DAY = Duration.ofDays(1);

  private final RecordStore store;
  private final Registry registry;
  private final PoolFigures figures;

  public Unreleased(RecordStore store, Registry registry, PoolFigures figures) {
    this.store = store;
    this.registry = registry;
    this.figures = figures;
  }

  /** Why a Schedule has no Slot. */
  public enum Why {
    /** It does not say how it is released. */
    NO_RULE,
    /** What it says makes no sense. */
    BAD_RULE,
    /** Slots are due by its rule and were not made: licence or post of the doctor do not hold. */
    REFUSED,
    /** By its rule, nothing takes place in these days. */
    NOTHING_PLANNED;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A Schedule without a Slot.
   *
   * @param institution id of the one that owns it; empty for none
   * @param display of its first actor; may be empty
   */
  public record Found(String schedule, String institution, String display, Why why) {}

  /**
   * Those of an institution, or (empty) of all, in the order of their ids.
   *
   * @param from first of the days that are looked at, in Beijing
   * @param until day after the last
   */
  public List<Found> find(String institution, LocalDate from, LocalDate until, Instant now) {
    Set<String> released = figures.released(institution, from, until);
    var found = new ArrayList<Found>();
    int home = -1;
    String id = "";
    while (true) {
      List<PlatformRows.Owned> batch = next(home, id);
      for (PlatformRows.Owned one : batch) {
        home = one.home();
        id = one.version().id();
        boolean mayBeTheirs =
            institution.isEmpty() || one.owner().isEmpty() || institution.equals(one.owner());
        if (!released.contains(id) && mayBeTheirs) {
          JsonNode schedule = Json.MAPPER.readTree(Objects.requireNonNull(one.version().content()));
          String owner = one.owner().isEmpty() ? institution(schedule) : one.owner();
          Why why =
              institution.isEmpty() || institution.equals(owner)
                  ? why(schedule, from, until, now)
                  : null;
          if (why != null) {
            found.add(
                new Found(
                    id, owner, schedule.path("actor").path(0).path("display").asString(""), why));
          }
        }
      }
      if (batch.size() < BATCH) {
        return List.copyOf(found);
      }
    }
  }

  /** That of the doctor's post, for what operators loaded: it has no owner. */
  private String institution(JsonNode schedule) {
    for (JsonNode actor : schedule.path("actor")) {
      String reference = actor.path("reference").asString("");
      if (reference.startsWith("PractitionerRole/")) {
        Registry.Seat seat = registry.seat(reference.substring("PractitionerRole/".length()));
        if (seat != null) {
          return seat.institution();
        }
      }
    }
    return "";
  }

  private List<PlatformRows.Owned> next(int home, String id) {
    try (Connection connection = registry.database().getConnection()) {
      connection.setAutoCommit(true);
      return store.rows().next(connection, "Schedule", home, id, BATCH);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Null for one that need not have a Slot yet. */
  static @Nullable Why why(JsonNode schedule, LocalDate from, LocalDate until, Instant now) {
    if (!schedule.path("active").asBoolean(true) || isOver(schedule, from)) {
      return null;
    }
    if (!ReleaseRule.isSaid(schedule)) {
      return Why.NO_RULE;
    }
    ReleaseRule rule;
    try {
      rule = ReleaseRule.of(schedule);
    } catch (Refusal broken) {
      return Why.BAD_RULE;
    }
    boolean isPlanned = false;
    for (LocalDate day = from; day.isBefore(until); day = day.plusDays(1)) {
      if (isWithin(schedule, day)
          && rule.slots(day).stream().anyMatch(d -> d.start().isAfter(now))) {
        // Slots are made a day before they open; within an hour after that, upkeep has been there.
        if (rule.opens(day).isBefore(now.plus(DAY).minus(Duration.ofHours(1)))) {
          return Why.REFUSED;
        }
        isPlanned = true;
      }
    }
    return isPlanned ? null : Why.NOTHING_PLANNED;
  }

  private static boolean isOver(JsonNode schedule, LocalDate from) {
    String end = schedule.path("planningHorizon").path("end").asString("");
    return end.length() >= 10 && end.substring(0, 10).compareTo(from.toString()) < 0;
  }

  private static boolean isWithin(JsonNode schedule, LocalDate day) {
    String start = schedule.path("planningHorizon").path("start").asString("");
    return (start.length() < 10 || start.substring(0, 10).compareTo(day.toString()) <= 0)
        && !isOver(schedule, day);
  }
}
