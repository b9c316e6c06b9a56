package health.helan.app.payment;

import static health.helan.app.payment.PaidServer.HOLD;
import static health.helan.app.payment.PaidServer.ROOT;
import static health.helan.app.payment.PaidServer.ok;
import static health.helan.foundation.rest.testing.ApiForTests.caller;
import static health.helan.foundation.rest.testing.ApiForTests.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.SimulatedFaults;
import health.helan.app.start.StartRefused;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Held, paid, booked; cancelled and returned: booking and payment put together as they run. */
class PayingForABookingTests {
  private static final PaidServer SERVER = PaidServer.get();

  @AfterEach
  void theBooksAreInOrder() {
    SERVER.clock.ahead(Duration.ZERO);
    assertThat(SERVER.ledger.check()).isEmpty();
  }

  // ------------------------------------------------------------------ a hospital

  private static LocalDate tomorrow() {
    return LocalDate.now(ReleaseRule.BEIJING).plusDays(1);
  }

  /** A held place of tomorrow that costs something, and who holds it. */
  private static final class Held {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String hospital = "h-" + run;
    final List<String> slots = new ArrayList<>();
    final String patient;
    final Caller self;
    final String id;

    Held(String fee) {
      SERVER.created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'第一人民医院',
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}"""
              .formatted(hospital));
      var system =
          caller(
              Role.SYSTEM, hospital, new Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
      String location =
          SERVER.created(system, "{'resourceType':'Location','name':'CT 室','status':'active'}");
      StringBuilder days = new StringBuilder();
      for (String day : List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun")) {
        days.append("{'url':'day','valueCode':'%s'},".formatted(day));
      }
      String schedule =
          SERVER.created(
              system,
              """
              {'resourceType':'Schedule','active':true,'actor':[{'reference':'Location/%s','display':'CT 室'}],
                'extension':[{'url':'%s','extension':[{'url':'session','extension':[%s{'url':'from','valueTime':'08:00:00'},
                  {'url':'to','valueTime':'10:00:00'},{'url':'capacity','valuePositiveInt':2}]},
                  {'url':'release-at','valueTime':'00:00:00'},{'url':'referral-percent','valueUnsignedInt':0},
                  {'url':'fee','valueMoney':{'value':%s,'currency':'CNY'}}]}]}"""
                  .formatted(location, ReleaseRule.URL, days, fee));
      ok(SERVER.call(system, "Schedule/" + schedule + "/$release"));
      Reply found =
          ok(
              SERVER.get(
                  ROOT,
                  "Appointment/$find?schedule=%s&start=%s&end=%s&full=true&_count=200"
                      .formatted(schedule, tomorrow(), tomorrow().plusDays(1))));
      for (JsonNode entry : found.json().path("entry")) {
        slots.add(entry.path("resource").path("id").asString(""));
      }
      patient = SERVER.created(ROOT, "{'resourceType':'Patient','name':[{'text':'试验'}]}");
      self =
          caller(Role.RESIDENT, "", new Binding("", Set.of(), Set.of(patient), Binding.ALL_SCOPES));
      id =
          ok(SERVER.call(
                  self,
                  "Appointment/$hold",
                  "patient",
                  "Patient/" + patient,
                  "slot",
                  "Slot/" + slots.getFirst()))
              .json()
              .path("entry")
              .path(0)
              .path("resource")
              .path("id")
              .asString("");
    }

    Reply pay() {
      return SERVER.pay(self, "Appointment/" + id);
    }

    String paid() {
      return SERVER.paid(self, "Appointment/" + id);
    }

    JsonNode appointment() {
      return SERVER.get(ROOT, "Appointment/" + id).json();
    }

    String status() {
      return appointment().path("status").asString("");
    }

    JsonNode order(String number) {
      return SERVER.order(self, number);
    }

    long owed() {
      return SERVER.owed(hospital);
    }
  }

  // ------------------------------------------------------------------ the journey

  @Test
  void isBookedByTheMoneyAndReturnedWhenCancelledInTime() {
    Held held = new Held("12.50");
    String number = held.paid();
    assertThat(held.status()).isEqualTo("booked");
    assertThat(held.appointment().toString()).contains("\"online\"").doesNotContain("held-until");
    assertThat(part(held.order(number), "delivered")).isEqualTo("done");
    assertThat(held.owed()).isEqualTo(12_50);

    ok(SERVER.call(held.self, "Appointment/" + held.id + "/$cancel"));
    SERVER.clockTicks();
    JsonNode order = held.order(number);
    assertThat(part(order, "state")).isEqualTo("refunded");
    assertThat(part(order, "refunded")).isEqualTo("12.50");
    assertThat(held.owed()).isZero();
    assertThat(SERVER.get(held.self, "Communication?subject=Patient/" + held.patient).text())
        .contains("12.50");
  }

  @Test
  void isNotBookedByWordsAlone() {
    Held held = new Held("12.50");
    for (String way : List.of("online", "paid")) {
      assertThat(
              SERVER.call(held.self, "Appointment/" + held.id + "/$book", "payment", way).status())
          .isEqualTo(400);
    }
    assertThat(held.status()).isEqualTo("pending");
  }

  @Test
  void endsWithTheHoldAndReturnsWhatComesTooLate() {
    Held lapsed = new Held("8.00");
    JsonNode waiting = ok(lapsed.pay()).all("order").getFirst();
    SERVER.clock.ahead(HOLD.plusSeconds(1));
    assertThat(SERVER.appointments.lapse()).isPositive();
    SERVER.clockTicks();
    assertThat(part(lapsed.order(part(waiting, "number")), "state")).isEqualTo("closed");
    assertThat(SERVER.call(lapsed.self, "$pay-simulate", "code", part(waiting, "code")).status())
        .as("the channel takes it no more")
        .isEqualTo(404);
    assertThat(
            SERVER
                .call(
                    lapsed.self,
                    "$pay-simulate",
                    "code",
                    part(waiting, "code"),
                    "agrees",
                    "perhaps")
                .status())
        .as("yes or no")
        .isEqualTo(400);
    assertThat(lapsed.pay().status()).isEqualTo(422);

    SERVER.clock.ahead(Duration.ZERO);
    Held late = new Held("9.00");
    JsonNode order = ok(late.pay()).all("order").getFirst();
    // The resident has paid, and the channel's word is on its way, when the hold lapses.
    var told = SERVER.channel.pay(part(order, "code"), true).getFirst();
    SERVER.clock.ahead(HOLD.plusSeconds(1));
    assertThat(SERVER.appointments.lapse()).isPositive();
    SERVER.clock.ahead(Duration.ZERO);
    SERVER.payments.notified("union-sim", told.body(), told.headers()::get);
    assertThat(late.status()).isEqualTo("cancelled");
    assertThat(part(late.order(part(order, "number")), "state")).isEqualTo("refunded");
    assertThat(late.owed()).isZero();
  }

  @Test
  void movesWithItsFeeToTimesThatCostTheSame() {
    Held held = new Held("12.50");
    String number = held.paid();
    ok(
        SERVER.call(
            held.self,
            "Appointment/" + held.id + "/$reschedule",
            "slot",
            "Slot/" + held.slots.getLast()));
    assertThat(held.appointment().toString()).contains("\"online\"");
    SERVER.clockTicks();
    assertThat(part(held.order(number), "state")).isEqualTo("paid");
    assertThat(held.owed()).isEqualTo(12_50);
  }

  @Test
  void isNothingForWhatIsFreeOrSettledAtTheCounter() {
    Held free = new Held("0");
    assertThat(free.pay().status()).isEqualTo(422);
    Held counter = new Held("5");
    ok(SERVER.call(counter.self, "Appointment/" + counter.id + "/$book", "payment", "counter"));
    Reply refused = counter.pay();
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).isEqualTo("There is nothing to pay here.");
  }

  @Test
  void isNotPaidTwiceByWhoAlsoBookedForTheCounter() {
    Held held = new Held("7.00");
    JsonNode order = ok(held.pay()).all("order").getFirst();
    ok(SERVER.call(held.self, "Appointment/" + held.id + "/$book", "payment", "counter"));
    ok(SERVER.call(held.self, "$pay-simulate", "code", part(order, "code")));
    assertThat(held.status()).isEqualTo("booked");
    assertThat(part(held.order(part(order, "number")), "state")).isEqualTo("refunded");
    assertThat(held.owed()).isZero();
  }

  // ------------------------------------------------------------------ settings

  @Test
  void isSimulatedInTrialAndInProductionOnlyWhereSaid() {
    assertThat(PaymentDoor.isSimulated(null, false)).isTrue();
    assertThat(PaymentDoor.isSimulated(null, true)).isFalse();
    assertThat(PaymentDoor.isSimulated("on", true)).isTrue();
    assertThat(PaymentDoor.isSimulated("off", false)).isFalse();
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> PaymentDoor.isSimulated("yes", false))
        .withMessageContaining("HELAN_PAY_SIMULATOR");
  }

  @Test
  void goesWrongAsOftenAsIsSaid() {
    assertThat(SimulatedFaults.percent(null)).isZero();
    assertThat(SimulatedFaults.percent(" 20 ")).isEqualTo(20);
    for (String wrong : new String[] {"101", "-1", "a fifth"}) {
      assertThatExceptionOfType(StartRefused.class)
          .isThrownBy(() -> SimulatedFaults.percent(wrong))
          .withMessageContaining("HELAN_SIMULATED_FAULTS");
    }
    var never = SimulatedFaults.of(0, "none", new String[] {"none", "late", "lost"});
    var always = SimulatedFaults.of(100, "none", new String[] {"none", "late", "lost"});
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      assertThat(never.apply("query")).isEqualTo("none");
      seen.add(always.apply("query"));
    }
    assertThat(seen).containsExactlyInAnyOrder("late", "lost");
  }
}
