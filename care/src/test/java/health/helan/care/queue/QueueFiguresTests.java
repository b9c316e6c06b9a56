package health.helan.care.queue;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.queue.QueueServer.Hospital;
import health.helan.care.queue.QueueServer.Person;
import health.helan.care.queue.QueueServer.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** How queues stand, as who oversees them and the hospital itself are told over HTTP. */
class QueueFiguresTests {
  private static final Caller OPERATOR = QueueServer.caller(Role.OPERATOR, "", Binding.NONE);
  private static final Caller REGULATOR = QueueServer.caller(Role.REGULATOR, "", Binding.NONE);

  private final QueueServer server = QueueServer.get();
  private final Hospital hospital = server.hospital();

  /** So far ahead that no test goes from one day into the next. */
  private final Duration start =
      LocalTime.now(Queues.BEIJING).getHour() >= 23 ? Duration.ofHours(2) : Duration.ZERO;

  @BeforeEach
  void beginWithinADay() {
    server.clock.ahead(start);
  }

  @AfterEach
  void setTheClockBack() {
    server.clock.ahead(Duration.ZERO);
  }

  private static List<String> counts(JsonNode group) {
    return List.of("waiting", "called", "missed", "serving", "served", "entered").stream()
        .map(name -> QueueServer.text(group, name))
        .toList();
  }

  private JsonNode ofHospital(Reply region) {
    return region.all("institution").stream()
        .filter(one -> QueueServer.text(one, "reference").equals("Organization/" + hospital.id()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(region.body()));
  }

  @Test
  void theRegionAndTheHospitalAreToldWhoWaitsAndForHowLong() {
    List<Person> people =
        List.of("赵一", "钱二", "孙三", "李四", "周五").stream().map(server::person).toList();
    List<String> tickets = people.stream().map(one -> server.checkIn(hospital, one)).toList();
    server.clock.ahead(start.plusMinutes(10));
    // The first is called after ten minutes and seen, the second too and does not come, the third
    // gives up.
    assertThat(server.next(hospital.doctor(), hospital, "1").status()).isEqualTo(200);
    assertThat(server.step(hospital.doctor(), "start", tickets.getFirst()).status()).isEqualTo(200);
    assertThat(server.next(hospital.doctor(), hospital, "1").status()).isEqualTo(200);
    assertThat(server.step(hospital.doctor(), "miss", tickets.get(1)).status()).isEqualTo(200);
    assertThat(server.step(hospital.clerk(), "leave", tickets.get(2)).status()).isEqualTo(200);
    server.clock.ahead(start.plusMinutes(25));

    Reply region = server.get(REGULATOR, "$queue-figures");
    JsonNode all = ofHospital(region);
    assertThat(counts(all)).containsExactly("2", "0", "1", "1", "0", "5");
    assertThat(QueueServer.text(all, "queues")).isEqualTo("2");
    assertThat(QueueServer.text(all, "longest-minutes")).isEqualTo("25");
    assertThat(QueueServer.text(all, "mean-minutes")).isEqualTo("10");

    for (Reply own :
        List.of(
            server.get(OPERATOR, "$queue-figures?institution=Organization/" + hospital.id()),
            server.get(hospital.nurse(), "$queue-figures"),
            server.get(hospital.system(), "$queue-figures"))) {
      assertThat(own.each("queue", "name")).containsExactly("心内科门诊", "眼科门诊");
      assertThat(counts(own.all("queue").getFirst())).containsExactly("2", "0", "1", "1", "0", "5");
      assertThat(own.each("queue", "longest-minutes")).containsExactly("25", "");
      assertThat(own.each("queue", "department"))
          .containsExactly(
              "Organization/" + hospital.department(), "Organization/" + hospital.other());
      assertThat(own.body())
          .doesNotContain(people.getFirst().patient(), tickets.getFirst(), "赵", "Patient");
    }
    assertThat(server.step(hospital.doctor(), "finish", tickets.getFirst()).status())
        .isEqualTo(200);
    assertThat(counts(ofHospital(server.get(REGULATOR, "$queue-figures"))))
        .containsExactly("2", "0", "1", "0", "1", "5");
    // Who was forgotten waits no more.
    server.clock.ahead(start.plus(Queues.LONGEST).plusMinutes(30));
    assertThat(QueueServer.text(ofHospital(server.get(REGULATOR, "$queue-figures")), "waiting"))
        .isEqualTo("0");
  }

  @Test
  void staffSeesTheOwnInstitutionAloneAndResidentsNone() {
    Hospital other = server.hospital();
    Reply refused =
        server.get(hospital.nurse(), "$queue-figures?institution=Organization/" + other.id());
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.sentence()).isEqualTo("Only queues of the own institution are shown.");
    assertThat(server.get(hospital.system(), "$queue-figures").body()).doesNotContain(other.id());
    assertThat(server.get(server.person("吴六").self(), "$queue-figures").status()).isEqualTo(403);
    assertThat(server.get(QueueServer.staff("", "guest"), "$queue-figures").status())
        .isEqualTo(403);
    assertThat(server.get(OPERATOR, "$queue-figures?institution=a%20b").status()).isEqualTo(400);
  }
}
