package health.helan.app.queue;

import health.helan.app.access.AccessFilter;
import health.helan.care.appointment.Appointments;
import health.helan.care.queue.Bookings;
import health.helan.care.queue.Hall;
import health.helan.care.queue.Queues;
import health.helan.foundation.residents.card.Cards;
import health.helan.foundation.residents.card.Scans;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/** Queues of departments. docs/guide/queue.md. */
@Configuration(proxyBeanMethods = false)
class QueueDoor {
  @Bean
  Bookings queueBookings(Appointments appointments, RecordStore store) {
    return new BookingSteps(appointments, store);
  }

  @Bean
  Queues queues(
      RecordStore store,
      DataSource connections,
      ContentCodec codec,
      Cards cards,
      Licences licences,
      Bookings bookings) {
    return new Queues(
        new Queues.Parts(
            store, connections, codec, new Scans(cards), licences, bookings, Clock.systemUTC()));
  }

  @Bean
  HallStream hallStream(Queues queues) {
    return new HallStream(new Hall(queues));
  }

  @Bean
  ServletRegistrationBean<HallStream> hallServlet(HallStream stream) {
    var registration = new ServletRegistrationBean<>(stream, AccessFilter.HALL);
    registration.setName("hall");
    registration.setAsyncSupported(true);
    return registration;
  }

  /** Before the server waits for requests to end: these would not by themselves. */
  @Bean
  ApplicationListener<ContextClosedEvent> hallStreamEnd(HallStream stream) {
    return _ -> stream.end();
  }

  @Bean(destroyMethod = "close")
  QueueUpkeep queueUpkeep(Queues queues) {
    return new QueueUpkeep(queues);
  }

  /** Once the platform answers: no start waits for it. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> queueUpkeepStart(QueueUpkeep upkeep) {
    return _ -> upkeep.start();
  }
}
