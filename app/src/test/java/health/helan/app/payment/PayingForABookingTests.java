package health.helan.app.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.app.start.StartRefused;
import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.rules.BookingLimits;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.PaymentFollower;
import health.helan.oversight.payment.PaymentOperations;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Held, paid, booked; cancelled and returned: booking and payment put together as they run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PayingForABookingTests extends ApiForTests {
  private static final Caller ROOT = Caller.operator("root");
  private static final Duration HOLD = Duration.ofMinutes(15);
  private static final ClockForTests CLOCK = new ClockForTests();
  private static final HikariDataSource DATABASE = database();
  private static final Registry REGISTRY =
      new Registry(DATABASE, Clock.systemUTC(), Registry.Unregistered.WARN);
  private static final Places PLACES =
      new Places(new IndexKey(new byte[32]), REGISTRY.licences(), BookingLimits.DEFAULT);
  private static final RecordStore STORE =
      RecordStore.open(
          DATABASE,
          null,
          new StoreConfig(
              new byte[32],
              UUID.randomUUID().toString(),
              "test",
              new RolePolicy(Clock.systemUTC(), REGISTRY.licences()),
              true,
              new ZstdCodec(),
              ValueSets.ofR4(),
              WriteFollower.all(
                  REGISTRY.follower(), PLACES, new PaymentFollower(Set.of("Appointment")))),
          StoreForTests.QUICK,
          Retention.DEFAULT);
  private static final Appointments APPOINTMENTS =
      new Appointments(
          new Appointments.Parts(
              STORE, DATABASE, PLACES, REGISTRY, new IndexKey(new byte[32]), HOLD, CLOCK));
  private static final Ledger LEDGER = new Ledger(DATABASE, CLOCK);
  private static final SimulatedChannel CHANNEL =
      new SimulatedChannel(
          "union-sim", "银联", "UnionPay", DATABASE, new byte[32], CLOCK, _ -> Fault.NONE);
  private static final Payments PAYMENTS =
      new Payments(
          new Payments.Parts(
              STORE,
              DATABASE,
              LEDGER,
              new IndexKey(new byte[32]),
              List.of(new BookingFees(APPOINTMENTS, STORE)),
              List.of(CHANNEL),
              CLOCK));

  private static HikariDataSource database() {
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.emptyDatabase());
    config.setMaximumPoolSize(16);
    return new HikariDataSource(config);
  }

  /** One server for all tests of this class. */
  private String base = "";

  @BeforeEach
  void serve() {
    if (!base.isEmpty()) {
      return;
    }
    List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
    operations.addAll(REGISTRY.operations());
    operations.addAll(APPOINTMENTS.operations());
    operations.addAll(PaymentOperations.all(PAYMENTS));
    operations.add(new SimulateOperation(PAYMENTS, List.of(CHANNEL)));
    base =
        new TomcatForTests(
                new FhirServlet(
                    STORE,
                    new Operations(operations),
                    new RestConfig(
                        null,
                        8 << 20,
                        new StandardFormats(),
                        new CapabilityStatements("test", "2026-11-26", STORE.parameters()))),
                caller())
            .base();
  }

  @Override
  protected String base() {
    return base;
  }

  @AfterEach
  void theBooksAreInOrder() {
    CLOCK.ahead(Duration.ZERO);
    assertThat(LEDGER.check()).isEmpty();
  }

  @AfterAll
  static void stop() {
    STORE.close();
    DATABASE.close();
  }

  // ------------------------------------------------------------------ a hospital

  private static LocalDate tomorrow() {
    return LocalDate.now(ReleaseRule.BEIJING).plusDays(1);
  }

  private static Reply ok(Reply reply) {
    if (reply.status() != 200 && reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply;
  }

  /** A held place of tomorrow that costs something, and who holds it. */
  private final class Held {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String hospital = "h-" + run;
    final List<String> slots = new ArrayList<>();
    final String patient;
    final Caller self;
    final String id;

    Held(String fee) {
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'第一人民医院',
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}"""
              .formatted(hospital));
      var system =
          caller(
              Role.SYSTEM, hospital, new Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
      String location =
          created(system, "{'resourceType':'Location','name':'CT 室','status':'active'}");
      StringBuilder days = new StringBuilder();
      for (String day : List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun")) {
        days.append("{'url':'day','valueCode':'%s'},".formatted(day));
      }
      String schedule =
          created(
              system,
              """
              {'resourceType':'Schedule','active':true,'actor':[{'reference':'Location/%s','display':'CT 室'}],
                'extension':[{'url':'%s','extension':[{'url':'session','extension':[%s{'url':'from','valueTime':'08:00:00'},
                  {'url':'to','valueTime':'10:00:00'},{'url':'capacity','valuePositiveInt':2}]},
                  {'url':'release-at','valueTime':'00:00:00'},{'url':'referral-percent','valueUnsignedInt':0},
                  {'url':'fee','valueMoney':{'value':%s,'currency':'CNY'}}]}]}"""
                  .formatted(location, ReleaseRule.URL, days, fee));
      ok(call(system, "Schedule/" + schedule + "/$release"));
      Reply found =
          ok(
              get(
                  ROOT,
                  "Appointment/$find?schedule=%s&start=%s&end=%s&full=true&_count=200"
                      .formatted(schedule, tomorrow(), tomorrow().plusDays(1))));
      for (JsonNode entry : found.json().path("entry")) {
        slots.add(entry.path("resource").path("id").asString(""));
      }
      patient = created(ROOT, "{'resourceType':'Patient','name':[{'text':'试验'}]}");
      self =
          caller(Role.RESIDENT, "", new Binding("", Set.of(), Set.of(patient), Binding.ALL_SCOPES));
      id =
          ok(call(
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
      return call(self, "$pay", "payable", "Appointment/" + id, "channel", "union-sim");
    }

    /** Asks the channel, and pays there. */
    String paid() {
      JsonNode order = ok(pay()).all("order").getFirst();
      ok(call(self, "$pay-simulate", "code", part(order, "code")));
      return part(order, "number");
    }

    JsonNode appointment() {
      return get(ROOT, "Appointment/" + id).json();
    }

    String status() {
      return appointment().path("status").asString("");
    }

    JsonNode order(String number) {
      return ok(get(self, "Invoice/" + number + "/$pay-status")).all("order").getFirst();
    }

    long owed() {
      return LEDGER
          .balance(Account.of(AccountKind.INSTITUTION, hospital))
          .of(AccountKind.INSTITUTION);
    }
  }

  private static void clockTicks() {
    for (int i = 0; i < 20 && PAYMENTS.tendDue() > 0; i++) {
      // Until nothing is due.
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

    ok(call(held.self, "Appointment/" + held.id + "/$cancel"));
    clockTicks();
    JsonNode order = held.order(number);
    assertThat(part(order, "state")).isEqualTo("refunded");
    assertThat(part(order, "refunded")).isEqualTo("12.50");
    assertThat(held.owed()).isZero();
    assertThat(get(held.self, "Communication?subject=Patient/" + held.patient).text())
        .contains("12.50");
  }

  @Test
  void isNotBookedByWordsAlone() {
    Held held = new Held("12.50");
    for (String way : List.of("online", "paid")) {
      assertThat(call(held.self, "Appointment/" + held.id + "/$book", "payment", way).status())
          .isEqualTo(400);
    }
    assertThat(held.status()).isEqualTo("pending");
  }

  @Test
  void endsWithTheHoldAndReturnsWhatComesTooLate() {
    Held lapsed = new Held("8.00");
    JsonNode waiting = ok(lapsed.pay()).all("order").getFirst();
    CLOCK.ahead(HOLD.plusSeconds(1));
    assertThat(APPOINTMENTS.lapse()).isPositive();
    clockTicks();
    assertThat(part(lapsed.order(part(waiting, "number")), "state")).isEqualTo("closed");
    assertThat(call(lapsed.self, "$pay-simulate", "code", part(waiting, "code")).status())
        .as("the channel takes it no more")
        .isEqualTo(404);
    assertThat(lapsed.pay().status()).isEqualTo(422);

    CLOCK.ahead(Duration.ZERO);
    Held late = new Held("9.00");
    JsonNode order = ok(late.pay()).all("order").getFirst();
    // The resident has paid, and the channel's word is on its way, when the hold lapses.
    var told = CHANNEL.pay(part(order, "code"), true).getFirst();
    CLOCK.ahead(HOLD.plusSeconds(1));
    assertThat(APPOINTMENTS.lapse()).isPositive();
    CLOCK.ahead(Duration.ZERO);
    PAYMENTS.notified("union-sim", told.body(), told.headers()::get);
    assertThat(late.status()).isEqualTo("cancelled");
    assertThat(part(late.order(part(order, "number")), "state")).isEqualTo("refunded");
    assertThat(late.owed()).isZero();
  }

  @Test
  void movesWithItsFeeToTimesThatCostTheSame() {
    Held held = new Held("12.50");
    String number = held.paid();
    ok(
        call(
            held.self,
            "Appointment/" + held.id + "/$reschedule",
            "slot",
            "Slot/" + held.slots.getLast()));
    assertThat(held.appointment().toString()).contains("\"online\"");
    clockTicks();
    assertThat(part(held.order(number), "state")).isEqualTo("paid");
    assertThat(held.owed()).isEqualTo(12_50);
  }

  @Test
  void isNothingForWhatIsFreeOrSettledAtTheCounter() {
    Held free = new Held("0");
    assertThat(free.pay().status()).isEqualTo(422);
    Held counter = new Held("5");
    ok(call(counter.self, "Appointment/" + counter.id + "/$book", "payment", "counter"));
    Reply refused = counter.pay();
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.sentence()).isEqualTo("There is nothing to pay here.");
  }

  @Test
  void isNotPaidTwiceByWhoAlsoBookedForTheCounter() {
    Held held = new Held("7.00");
    JsonNode order = ok(held.pay()).all("order").getFirst();
    ok(call(held.self, "Appointment/" + held.id + "/$book", "payment", "counter"));
    ok(call(held.self, "$pay-simulate", "code", part(order, "code")));
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
}
