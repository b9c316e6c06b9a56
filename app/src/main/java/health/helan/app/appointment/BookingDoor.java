package health.helan.app.appointment;

import health.helan.app.start.StartRefused;
import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.Upkeep;
import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.rules.BookingLimits;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Booking. docs/guide/booking.md. */
@Configuration(proxyBeanMethods = false)
class BookingDoor {
  /** Minutes that a hold waits to be confirmed. */
  private static final String HOLD = "HELAN_HOLD_MINUTES";

  /**
   * {@code off}: nothing is released, offered, reminded of or let lapse by the clock, as on a copy
   * that was restored to be looked at.
   */
  private static final String UPKEEP = "HELAN_BOOKING_UPKEEP";

  private static final Duration USUAL = Duration.ofMinutes(15);

  /**
   * @throws StartRefused for what is no number of minutes
   */
  static Duration holdFor(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return USUAL;
    }
    if (text.strip().matches("[1-9][0-9]{0,2}")) {
      return Duration.ofMinutes(Integer.parseInt(text.strip()));
    }
    throw new StartRefused(HOLD + " 应为 1 至 999 的分钟数。", HOLD + " takes minutes, 1 to 999.");
  }

  /** Given to the store when it opens: places follow what it writes. */
  @Bean
  Places bookingPlaces(IndexKey key, Licences licences) {
    return new Places(key, licences, BookingLimits.DEFAULT);
  }

  @Bean
  Appointments appointments(
      RecordStore store,
      DataSource connections,
      Places places,
      Registry registry,
      IndexKey key,
      Clock clock) {
    return new Appointments(
        new Appointments.Parts(
            store, connections, places, registry, key, holdFor(System.getenv(HOLD)), clock));
  }

  @Bean(destroyMethod = "close")
  Upkeep bookingUpkeep(Appointments appointments, RecordStore store, DataSource connections) {
    return new Upkeep(appointments, store, connections);
  }

  /** Once the platform answers: no start waits for Slots to be made. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> bookingUpkeepStart(Upkeep upkeep) {
    return _ -> {
      if (!"off".equalsIgnoreCase(System.getenv(UPKEEP))) {
        upkeep.start();
      }
    };
  }
}
