package health.helan.care.appointment;

import health.helan.care.appointment.places.Pool;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.NoticeJson;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What residents are told of their bookings, as Communications. */
final class Notices {
  private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

  /** {@code Communication.topic} of what residents are told about a booking. */
  private static final String TOPIC = "https://helan.health/fhir/CodeSystem/booking-notice";

  /** So long before a visit somebody is reminded of it. */
  private static final Duration AHEAD = Duration.ofDays(1);

  private final RecordStore store;
  private final Pool pool;
  private final Supplier<Instant> clock;

  /**
   * @param clock the moment of an act
   */
  Notices(RecordStore store, Pool pool, Supplier<Instant> clock) {
    this.store = store;
    this.pool = pool;
    this.clock = clock;
  }

  enum Notice {
    OFFERED("您候补的号源已为您保留，请在 %s 前确认：%s，%s。"),
    REMINDER("就诊提醒：您预约了 %2$s，%3$s。如不能前来，请提前取消。");

    private final String text;

    Notice(String text) {
      this.text = text;
    }
  }

  /**
   * Reminds of visits within the next day: once each.
   *
   * @return how many were reminded
   */
  public int remind() {
    Instant now = clock.get();
    int reminded = 0;
    for (Pool.Due due : pool.unreminded(now, now.plus(AHEAD), Appointments.AT_ONCE)) {
      try {
        JsonNode appointment =
            Papers.tree(store.read(Appointments.PLATFORM, "Appointment", due.appointment()));
        // Who booked a moment ago needs no reminder.
        if (Instant.parse(appointment.path("created").asString(now.toString()))
            .isBefore(now.minus(Duration.ofHours(2)))) {
          tell(appointment, Notice.REMINDER, now);
          reminded++;
        }
        pool.reminded(due, now);
      } catch (Refusal e) {
        LOG.debug("A reminder was not sent: {}", e.messageKey());
      }
    }
    return reminded;
  }

  /** Once for each booking, time and kind, however often it is tried. */
  void tell(JsonNode appointment, Notice notice, Instant until) {
    String id = appointment.path("id").asString("");
    String patient = "Patient/" + Papers.patient(appointment);
    String start = appointment.path("start").asString("");
    String with = "";
    for (JsonNode participant : appointment.path("participant")) {
      String actor = participant.path("actor").path("reference").asString("");
      if (actor.startsWith("Practitioner/") || with.isEmpty() && !actor.equals(patient)) {
        // By reference: pages show the name of today.
        with =
            actor.startsWith("Practitioner/")
                ? actor
                : participant.path("actor").path("display").asString("");
      }
    }
    ObjectNode communication =
        NoticeJson.about(
            NoticeJson.of(
                patient,
                TOPIC,
                notice.name().toLowerCase(Locale.ROOT),
                notice.text.formatted(
                    Papers.local(until), Papers.local(Instant.parse(start)), with),
                clock.get()),
            "Appointment/" + id);
    String identifier = notice.name() + "." + id + "." + Instant.parse(start).getEpochSecond();
    communication.putArray("identifier").addObject().put("system", TOPIC).put("value", identifier);
    var unused =
        store.write(
            Appointments.PLATFORM,
            new Interaction.Create(
                "Communication",
                Interaction.Body.of(communication),
                "identifier=" + TOPIC + "|" + identifier,
                null,
                patient));
  }
}
