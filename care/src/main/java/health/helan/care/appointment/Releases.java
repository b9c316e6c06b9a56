package health.helan.care.appointment;

import health.helan.care.appointment.places.Act;
import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.places.Pool;
import health.helan.care.appointment.places.PoolSlot;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What a hospital offers: Slots, made from a Schedule by its rule, whose status says what their
 * places say. Thread-safe; one per application instance.
 */
public final class Releases {
  private static final Logger LOG = LoggerFactory.getLogger(Releases.class);

  /** Days of a Schedule that one release makes Slots for. */
  private static final int MOST_DAYS = 100;

  private static final Duration DAY = Duration.ofDays(1);

  /** So far ahead the status of Slots is looked through. */
  private static final Duration AHEAD = Duration.ofDays(30);

  private final RecordStore store;
  private final Registry registry;
  private final Pool pool;
  private final Supplier<Instant> clock;

  /** Slots whose places have changed; their status follows ({@link #showTouched}). */
  private final Set<String> touched = ConcurrentHashMap.newKeySet();

  /**
   * @param clock the moment of an act
   */
  Releases(RecordStore store, Registry registry, Pool pool, Supplier<Instant> clock) {
    this.store = store;
    this.registry = registry;
    this.pool = pool;
    this.clock = clock;
  }

  /**
   * Makes the Slots of a Schedule by its rule, for each day that opens by tomorrow: what was made
   * before stays. By the hospital, or by upkeep.
   *
   * @return how many Slots there are now that were not there before
   * @throws Refusal BUSINESS_RULE where the Schedule has no rule, or its doctor may not work there
   */
  public int release(Caller caller, String schedule) {
    JsonNode resource = Papers.tree(store.read(caller, "Schedule", schedule));
    ReleaseRule rule = ReleaseRule.of(resource);
    if (!resource.path("active").asBoolean(true)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.schedule-inactive");
    }
    Instant now = clock.get();
    Pool.Provider provider = provider(resource, schedule, now);
    if (!caller.isRoot() && !caller.institution().equals(provider.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "appointment.other-institution");
    }
    LocalDate today = now.atZone(ReleaseRule.BEIJING).toLocalDate();
    JsonNode horizon = resource.path("planningHorizon");
    int made = 0;
    for (int i = 0; i < MOST_DAYS; i++) {
      LocalDate day = today.plusDays(i);
      if (rule.opens(day).isAfter(now.plus(DAY))) {
        break;
      }
      if (isWithin(horizon, day)) {
        made += release(caller, schedule, resource, rule, provider, day, now);
      }
    }
    return made;
  }

  private static boolean isWithin(JsonNode horizon, LocalDate day) {
    String start = horizon.path("start").asString("");
    String end = horizon.path("end").asString("");
    String text = day.toString();
    return (start.length() < 10 || start.substring(0, 10).compareTo(text) <= 0)
        && (end.length() < 10 || end.substring(0, 10).compareTo(text) >= 0);
  }

  private int release(
      Caller caller,
      String schedule,
      JsonNode resource,
      ReleaseRule rule,
      Pool.Provider provider,
      LocalDate day,
      Instant now) {
    Set<Instant> there = pool.starts(store, schedule, day);
    List<Act.Released> drafts = new ArrayList<>();
    List<Interaction> writes = new ArrayList<>();
    for (ReleaseRule.Draft draft : rule.slots(day)) {
      if (there.contains(draft.start()) || !draft.start().isAfter(now)) {
        continue;
      }
      drafts.add(
          new Act.Released(
              new PoolSlot(
                  0,
                  "",
                  schedule,
                  draft.start(),
                  draft.end(),
                  day,
                  rule.opens(day),
                  true,
                  draft.capacity(),
                  rule.feeFen(),
                  provider.institution(),
                  provider.department(),
                  provider.practitioner(),
                  provider.specialties(),
                  Papers.template(resource)),
              draft.heldBack(),
              rule.opensHeldBack(draft)));
      writes.add(
          new Interaction.Create(
              "Slot",
              Interaction.Body.of(Papers.slot(schedule, resource, draft)),
              null,
              null,
              "Schedule/" + schedule));
    }
    if (drafts.isEmpty()) {
      return 0;
    }
    writes.add(
        Papers.provenance(
            caller, "Schedule/" + schedule, "Schedule/" + schedule, "release", null, now));
    try {
      Places.during(
          new Act.Release(drafts),
          () ->
              store.transact(caller.asPlatformOf(provider.institution()), writes, Set.of(), null));
      return drafts.size();
    } catch (Refusal e) {
      if (e.messageKey().equals("appointment.released-meanwhile")) {
        return 0;
      }
      throw e;
    }
  }

  /** Whose Schedule it is: by its post, else its service or place. */
  Pool.Provider provider(JsonNode schedule, String id, Instant now) {
    Map<String, String> actors = new HashMap<>();
    for (JsonNode actor : schedule.path("actor")) {
      String reference = actor.path("reference").asString("");
      int slash = reference.indexOf('/');
      if (slash > 0) {
        actors.putIfAbsent(reference.substring(0, slash), reference.substring(slash + 1));
      }
    }
    String role = actors.get("PractitionerRole");
    if (role != null) {
      Registry.Seat seat = registry.seat(role);
      if (seat == null || !seat.isActive()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-post");
      }
      registry.checkMayWork(seat.practitioner(), seat.institution(), now);
      return new Pool.Provider(
          seat.institution(), seat.department(), seat.practitioner(), seat.specialties());
    }
    if (actors.containsKey("Practitioner")) {
      // Where a doctor works is said by the post; a name alone could be anywhere.
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-post");
    }
    String owner = pool.owner(store, "Schedule", id);
    if (owner.isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "appointment.no-post");
    }
    return new Pool.Provider(owner, "", "", List.of());
  }

  // ------------------------------------------------------------------ the status of Slots

  /** Their places have changed. */
  void touch(Collection<String> slots) {
    touched.addAll(slots);
  }

  /**
   * Lets the status of Slots say what their places say: {@code busy} once all are taken. Behind the
   * booking, so that no booking waits for a row that all who book the Slot would write.
   */
  public void showTouched() {
    for (String id : List.copyOf(touched)) {
      touched.remove(id);
      Boolean isFull = pool.misshown(id);
      if (isFull != null) {
        show(id, isFull);
      }
    }
  }

  /** The same for all Slots of the coming weeks: after an instance that died in between. */
  public void showAll() {
    Instant now = clock.get();
    pool.misshown(now, now.plus(AHEAD), Appointments.AT_ONCE).forEach(this::show);
  }

  private void show(String slot, boolean isFull) {
    try {
      Places.during(
          new Act.Shown(isFull),
          () ->
              store.transact(
                  Appointments.PLATFORM,
                  List.of(
                      new Interaction.Patch(
                          "Slot",
                          slot,
                          null,
                          one -> one.put("status", isFull ? "busy" : "free"),
                          null)),
                  Set.of(),
                  null));
    } catch (Refusal e) {
      LOG.debug("The status of a Slot was not changed: {}", e.messageKey());
    }
  }
}
