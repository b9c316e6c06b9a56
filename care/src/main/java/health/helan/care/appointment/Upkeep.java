package health.helan.care.appointment;

import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What booking does by the clock: makes Slots, gives back holds that lapsed, marks what was missed,
 * lets the status of Slots follow. Several instances may: each step is taken once, by whoever comes
 * first.
 */
public final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration OFTEN = Duration.ofSeconds(2);
  private static final Duration SELDOM = Duration.ofMinutes(5);
  private static final int BATCH = 200;

  private final Appointments appointments;
  private final RecordStore store;
  private final DataSource database;

  /** Until when a Schedule of that version has its Slots; asked again after that. */
  private final Map<String, Done> done = new ConcurrentHashMap<>();

  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("booking-upkeep-", 0).factory());

  private volatile boolean started;

  private record Done(int version, Instant until) {}

  public Upkeep(Appointments appointments, RecordStore store, DataSource database) {
    this.appointments = appointments;
    this.store = store;
    this.database = database;
  }

  public void start() {
    started = true;
    repeat(OFTEN, "Holds could not be let lapse", appointments::lapse);
    repeat(OFTEN, "Places could not be offered to who waits", appointments.waiting()::offer);
    repeat(SELDOM, "Reminders could not be sent", appointments.notices()::remind);
    repeat(OFTEN, "The status of Slots could not follow", appointments.releases()::showTouched);
    repeat(SELDOM, "What was missed could not be marked", appointments::miss);
    repeat(
        SELDOM,
        "The status of Slots could not be looked through",
        appointments.releases()::showAll);
    repeat(SELDOM, "Schedules could not be released", this::release);
  }

  private void repeat(Duration every, String failed, Runnable work) {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                work.run();
              } catch (RuntimeException e) {
                // The next round tries again.
                LOG.warn(failed, e);
              }
            },
            0,
            every.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Releases soon, after many Schedules were written at once; nothing unless it was started. */
  public void hasten() {
    if (!started) {
      return;
    }
    schedule.execute(
        () -> {
          try {
            release();
          } catch (RuntimeException e) {
            LOG.warn("Schedules could not be released", e);
          }
        });
  }

  /** Releases what is due of all Schedules that say how. */
  public void release() {
    Instant now = appointments.now();
    int home = -1;
    String id = "";
    while (true) {
      List<PlatformRows.Owned> batch = next(home, id);
      for (PlatformRows.Owned one : batch) {
        home = one.home();
        id = one.version().id();
        Done last = done.get(id);
        if (last == null || last.version != one.version().version() || !last.until.isAfter(now)) {
          release(one, now);
        }
      }
      if (batch.size() < BATCH) {
        return;
      }
    }
  }

  private List<PlatformRows.Owned> next(int home, String id) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return store.rows().next(connection, "Schedule", home, id, BATCH);
    } catch (SQLException e) {
      throw new IllegalStateException("Schedules could not be read", e);
    }
  }

  private void release(PlatformRows.Owned one, Instant now) {
    String id = one.version().id();
    JsonNode resource = Json.MAPPER.readTree(Objects.requireNonNull(one.version().content()));
    // Once an hour at most: a day opens at a full hour or half an hour, and is made a day before.
    Instant again = now.plus(Duration.ofHours(1));
    try {
      if (ReleaseRule.isSaid(resource)) {
        int made = appointments.releases().release(Caller.platform("booking"), id);
        if (made > 0) {
          LOG.info("{} Slots released of a Schedule", made);
        }
      }
    } catch (Refusal e) {
      // The hospital is told when it releases by hand; the next hour asks again.
      LOG.debug("A Schedule was not released: {}", e.messageKey());
    }
    done.put(id, new Done(one.version().version(), again));
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
