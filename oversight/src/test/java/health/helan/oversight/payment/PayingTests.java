package health.helan.oversight.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.payment.PaymentServer.Booking;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One fee from the request to the institution and back, whatever the channel does. */
class PayingTests {
  private static final String WECHAT = "wechat-sim";
  private final PaymentServer server = PaymentServer.get();

  @BeforeEach
  void nothingIsWrong() {
    server.faults.clear();
    server.percent = 100;
    server.until(Duration.ZERO);
  }

  @AfterEach
  void theBooksAreInOrder() {
    assertThat(server.ledger.check()).isEmpty();
  }

  private long owed(Booking booking) {
    return server
        .ledger
        .balance(Account.of(AccountKind.INSTITUTION, booking.hospital))
        .of(AccountKind.INSTITUTION);
  }

  // ------------------------------------------------------------------ as it should be

  @Test
  void bringsTheMoneyToTheInstitutionAndTheResidentItsBooking() {
    Booking booking = server.new Booking(25_50);
    String code = booking.code();
    assertThat(code).startsWith("sim:");
    assertThat(booking.order().state()).isEqualTo(OrderState.PAYING);
    assertThat(owed(booking)).isZero();

    server.payBy(WECHAT, code);

    Order order = booking.order();
    assertThat(order.state()).isEqualTo(OrderState.PAID);
    assertThat(order.delivered()).isEqualTo(Order.Delivery.DONE);
    assertThat(order.due()).as("nothing is left to do").isNull();
    assertThat(booking.status()).isEqualTo("booked");
    assertThat(owed(booking)).isEqualTo(25_50);
    assertThat(server.ledger.open(order.id())).isEmpty();
    Reply invoice = server.get(booking.self, "Invoice/" + order.id());
    assertThat(invoice.json().path("status").asString()).isEqualTo("balanced");
    assertThat(invoice.text()).contains("\"valueCode\":\"wechat-sim\"", "25.5");
    Reply list = server.get(booking.self, "Patient/" + booking.patient + "/$payments");
    assertThat(list.values("order", "state")).containsExactly("paid");
    assertThat(list.values("order", "amount")).containsExactly("25.50");
    assertThat(list.values("order", "transaction").getFirst()).startsWith("SIM");
    assertThat(
            server
                .get(PaymentServer.ROOT, "Provenance?target=Invoice/" + order.id() + "&_count=20")
                .text())
        .contains("\"create\"", "\"pay\"", "\"succeed\"");
  }

  @Test
  void asksForTheMoneyOnceHoweverOftenItIsTouched() throws Exception {
    Booking booking = server.new Booking(10_00);
    List<Future<String>> codes = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        codes.add(threads.submit(() -> booking.pay(WECHAT).all("order").size() + booking.code()));
      }
      for (Future<String> code : codes) {
        assertThat(code.get()).startsWith("1sim:").isEqualTo(codes.getFirst().get());
      }
    }
    assertThat(booking.order().attempts()).hasSize(1);
    assertThat(
            server.number(
                "select count(*) from simulated_payment where id like '"
                    + booking.order().id()
                    + "%'"))
        .isEqualTo(1);
  }

  // ------------------------------------------------------------------ what channels do

  @Test
  void bearsANotificationThatComesTwiceOrNever() {
    Booking twice = server.new Booking(3_00);
    String code = twice.code();
    server.wrong("notify", Fault.TWICE);
    server.payBy(WECHAT, code);
    assertThat(twice.order().state()).isEqualTo(OrderState.PAID);
    assertThat(owed(twice)).isEqualTo(3_00);

    Booking never = server.new Booking(4_00);
    code = never.code();
    server.wrong("notify", Fault.NEVER);
    server.payBy(WECHAT, code);
    assertThat(never.order().state()).isEqualTo(OrderState.PAYING);
    server.until(Duration.ofMinutes(2));
    assertThat(never.order().state()).isEqualTo(OrderState.PAID);
    assertThat(owed(never)).isEqualTo(4_00);
  }

  @Test
  void asksAgainWhereAChannelIsLate() {
    Booking late = server.new Booking(5_00);
    String code = late.code();
    server.wrong("notify", Fault.NEVER);
    server.wrong("query", Fault.LATE, Fault.LATE);
    server.payBy(WECHAT, code);
    server.until(Duration.ofMinutes(2));
    assertThat(late.order().state()).isEqualTo(OrderState.PAYING);
    server.until(Duration.ofMinutes(10));
    assertThat(late.order().state()).isEqualTo(OrderState.PAID);
    assertThat(owed(late)).isEqualTo(5_00);
  }

  @Test
  void asksAgainWhenTheAnswerOrTheRequestWasLost() {
    for (Fault fault : List.of(Fault.LOSE_ANSWER, Fault.LOSE_REQUEST)) {
      Booking booking = server.new Booking(5_00);
      server.wrong("create", fault);
      assertThat(booking.code()).as("%s: nothing to show yet", fault).isEmpty();
      server.until(Duration.ofMinutes(1));
      String code = booking.code();
      assertThat(code).startsWith("sim:");
      server.payBy(WECHAT, code);
      assertThat(booking.order().state()).isEqualTo(OrderState.PAID);
      assertThat(booking.order().attempts()).hasSize(1);
      assertThat(owed(booking)).isEqualTo(5_00);
      server.until(Duration.ZERO);
    }
  }

  @Test
  void letsTheResidentTryAnotherWayOnceTheFirstCannotTakeItAnyMore() {
    Booking booking = server.new Booking(6_00);
    String first = booking.code();
    String second = PaymentServer.part(booking.pay("union-sim").all("order").getFirst(), "code");
    assertThat(second).startsWith("sim:union-sim");
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> server.payBy(WECHAT, first));
    server.payBy("union-sim", second);
    assertThat(booking.order().state()).isEqualTo(OrderState.PAID);

    Booking meanwhile = server.new Booking(7_00);
    String code = meanwhile.code();
    server.wrong("notify", Fault.NEVER);
    server.payBy(WECHAT, code);
    Reply other = meanwhile.pay("union-sim");
    assertThat(PaymentServer.part(other.all("order").getFirst(), "state")).isEqualTo("paid");
    assertThat(PaymentServer.part(other.all("order").getFirst(), "channel")).isEqualTo(WECHAT);

    Booking silent = server.new Booking(8_00);
    assertThat(silent.code()).isNotEmpty();
    server.wrong("close", Fault.LOSE_REQUEST);
    assertThat(silent.pay("union-sim").status()).isEqualTo(503);
  }

  @Test
  void offersTheOtherWayWhenOneSaysNo() {
    Booking booking = server.new Booking(6_00);
    server.wrong("create", Fault.REFUSE);
    Reply refused = booking.pay(WECHAT);
    assertThat(PaymentServer.part(refused.all("order").getFirst(), "state")).isEqualTo("created");
    server.payBy(
        "union-sim", PaymentServer.part(booking.pay("union-sim").all("order").getFirst(), "code"));
    assertThat(booking.order().attempts()).hasSize(2);
    assertThat(owed(booking)).isEqualTo(6_00);
  }

  @Test
  void endsWithItsTimeAndSendsBackWhatComesLater() {
    Booking booking = server.new Booking(9_00);
    String code = booking.code();
    server.wrong("close", Fault.LIE);
    server.until(PaymentServer.HOLD.plusSeconds(1));
    Order closed = booking.order();
    assertThat(closed.state()).isEqualTo(OrderState.CLOSED);
    assertThat(closed.due()).isNull();
    assertThat(server.ledger.open(closed.id())).isEmpty();
    assertThat(server.get(booking.self, "Invoice/" + closed.id()).json().path("status").asString())
        .isEqualTo("cancelled");

    server.payBy(WECHAT, code);

    Order late = booking.order();
    assertThat(late.state()).isEqualTo(OrderState.CLOSED);
    assertThat(late.returned()).hasSize(1);
    assertThat(late.returned().getFirst().state()).isEqualTo(Order.Refund.State.DONE);
    assertThat(owed(booking)).isZero();
    assertThat(server.ledger.open(late.id())).isEmpty();
    assertThat(
            server.number(
                "select refunded from simulated_payment where id = '" + late.id() + "-1'"))
        .isEqualTo(9_00);
    assertThat(told(booking)).contains("9.00");
  }

  @Test
  void looksLaterForWhatItIsToldOfAndCannotAskForNow() {
    Booking booking = server.new Booking(9_50);
    String code = booking.code();
    server.wrong("close", Fault.LIE);
    server.until(PaymentServer.HOLD.plusSeconds(1));
    assertThat(booking.order().state()).isEqualTo(OrderState.CLOSED);
    server.wrong("query", Fault.LOSE_ANSWER);
    server.wrong("close", Fault.LOSE_ANSWER);
    server.payBy(WECHAT, code);
    assertThat(booking.order().returned()).isEmpty();
    server.until(PaymentServer.HOLD.plusMinutes(2));
    assertThat(booking.order().returned())
        .singleElement()
        .matches(one -> one.isLate() && one.state() == Order.Refund.State.DONE);
    assertThat(booking.order().due()).isNull();
    assertThat(owed(booking)).isZero();
  }

  private String told(Booking booking) {
    return server.get(booking.self, "Communication?subject=Patient/" + booking.patient).text();
  }

  @Test
  void givesBackWhatCouldNotBeDelivered() {
    Booking booking = server.new Booking(11_00);
    String code = booking.code();
    server.status(booking.reference, "cancelled");
    server.payBy(WECHAT, code);
    Order order = booking.order();
    assertThat(order.state()).isEqualTo(OrderState.REFUNDED);
    assertThat(order.delivered()).isEqualTo(Order.Delivery.REFUSED);
    assertThat(owed(booking)).isZero();
    assertThat(told(booking)).contains("11.00");
  }

  // ------------------------------------------------------------------ giving back

  @Test
  void givesBackWhenWhatWasPaidForIsCancelledAsMuchAsTheRuleSays() {
    for (int percent : new int[] {100, 50, 0}) {
      server.percent = percent;
      Booking booking = server.new Booking(12_01);
      server.payBy(WECHAT, booking.code());
      server.status(booking.reference, "cancelled");
      server.until(Duration.ofSeconds(1));
      Order order = booking.order();
      long back = (12_01 * percent + 99) / 100;
      assertThat(order.refunded()).isEqualTo(back);
      assertThat(order.state()).isEqualTo(percent == 100 ? OrderState.REFUNDED : OrderState.PAID);
      assertThat(owed(booking)).isEqualTo(12_01 - back);
      assertThat(order.due()).isNull();
    }
  }

  @Test
  void givesPartsBackOnceForEachKeyAndNeverMoreThanWasPaid() {
    Booking booking = server.new Booking(20_00);
    server.payBy(WECHAT, booking.code());
    String invoice = "Invoice/" + booking.order().id();
    for (int i = 0; i < 2; i++) {
      Reply part = refund(booking, "7.50", "a");
      assertThat(part.status()).as(part.text()).isEqualTo(200);
      assertThat(PaymentServer.part(part.all("order").getFirst(), "refunded")).isEqualTo("7.50");
    }
    assertThat(owed(booking)).isEqualTo(12_50);
    Reply more = refund(booking, "12.51", "b");
    assertThat(more.status()).isEqualTo(422);
    assertThat(more.sentence()).isNotEmpty();
    server.wrong("refund", Fault.LOSE_ANSWER);
    assertThat(refund(booking, "12.50", "c").status()).isEqualTo(200);
    server.until(Duration.ofMinutes(2));
    assertThat(booking.order().state()).isEqualTo(OrderState.REFUNDED);
    assertThat(owed(booking)).isZero();
    assertThat(
            server.number(
                "select refunded from simulated_payment where id = '"
                    + booking.order().id()
                    + "-1'"))
        .isEqualTo(20_00);
    assertThat(server.get(booking.self, invoice).json().path("status").asString())
        .isEqualTo("cancelled");
    assertThat(refund(booking, "1", "d").status()).isEqualTo(422);
  }

  private Reply refund(Booking booking, String amount, String key) {
    return server.call(
        booking.clerk,
        "Invoice/" + booking.order().id() + "/$refund",
        "amount",
        amount,
        "reason",
        "重复收费",
        "key",
        key);
  }

  @Test
  void keepsTheMoneyWhereItIsWhenTheChannelRefusesToGiveBack() {
    Booking booking = server.new Booking(13_00);
    server.payBy(WECHAT, booking.code());
    server.wrong("refund", Fault.REFUSE);
    assertThat(refund(booking, "13", "a").status()).isEqualTo(200);
    Order order = booking.order();
    assertThat(order.state()).isEqualTo(OrderState.PAID);
    assertThat(order.refunded()).isZero();
    assertThat(owed(booking)).isEqualTo(13_00);
    assertThat(refund(booking, "13", "b").status()).isEqualTo(200);
    assertThat(booking.order().state()).isEqualTo(OrderState.REFUNDED);
  }

  // ------------------------------------------------------------------ refusals

  @Test
  void isNobodyElsesBusiness() {
    Booking booking = server.new Booking(14_00);
    Booking other = server.new Booking(14_00);
    assertThat(
            server
                .call(other.self, "$pay", "payable", booking.reference, "channel", WECHAT)
                .status())
        .isIn(403, 404);
    assertThat(booking.code()).isNotEmpty();
    String invoice = "Invoice/" + booking.order().id();
    assertThat(
            server
                .call(other.self, "$pay", "payable", booking.reference, "channel", WECHAT)
                .status())
        .as("also when there is an order")
        .isIn(403, 404);
    assertThat(server.get(other.self, invoice + "/$pay-status").status()).isIn(403, 404);
    assertThat(server.get(booking.self, invoice + "/$pay-status").status()).isEqualTo(200);
    assertThat(server.get(other.self, "Patient/" + booking.patient + "/$payments").status())
        .isIn(403, 404);
    server.payBy(WECHAT, booking.code());
    assertThat(server.call(booking.self, invoice + "/$refund", "reason", "x", "key", "x").status())
        .as("a resident gives nothing back to itself")
        .isEqualTo(403);
    assertThat(server.call(other.clerk, invoice + "/$refund", "reason", "x", "key", "x").status())
        .isIn(403, 404);
    for (Role role : List.of(Role.REGULATOR, Role.OPERATOR)) {
      var caller = PaymentServer.caller(role, "", Binding.NONE);
      assertThat(
              server.call(caller, "$pay", "payable", booking.reference, "channel", WECHAT).status())
          .isEqualTo(403);
      assertThat(server.get(caller, "$pay-channels").status()).isEqualTo(403);
    }
    var system =
        PaymentServer.caller(
            Role.SYSTEM,
            booking.hospital,
            new Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
    var body = server.get(system, invoice).json();
    assertThat(server.send(system, "PUT", invoice, body.toString()).status())
        .as("no write by the side")
        .isEqualTo(403);
  }

  @Test
  void isRefusedWithASentenceWhereThereIsNothingToPay() {
    Booking booking = server.new Booking(15_00);
    for (String[] wrong :
        new String[][] {
          {"Appointment/unknown", WECHAT, "404"},
          {"Observation/x", WECHAT, "400"},
          {booking.reference, "gold", "400"},
        }) {
      Reply reply = server.call(booking.self, "$pay", "payable", wrong[0], "channel", wrong[1]);
      assertThat(reply.status()).as(reply.text()).isEqualTo(Integer.parseInt(wrong[2]));
    }
    assertThat(server.call(booking.self, "$pay", "channel", WECHAT).status()).isEqualTo(400);
    server.status(booking.reference, "cancelled");
    Reply nothing = booking.pay(WECHAT);
    assertThat(nothing.status()).isEqualTo(422);
    assertThat(nothing.sentence()).isEqualTo("There is nothing to pay here.");
  }

  @Test
  void believesNobodyButTheChannel() {
    Booking booking = server.new Booking(16_00);
    String code = booking.code();
    SimulatedChannel channel = java.util.Objects.requireNonNull(server.channels.get(WECHAT));
    SimulatedChannel.Signed signed = channel.pay(code, true).getFirst();
    byte[] other = signed.body().clone();
    other[other.length - 3] ^= 1;
    for (Map.Entry<byte[], Map<String, String>> wrong :
        List.of(
            Map.entry(signed.body(), Map.<String, String>of()),
            Map.entry(other, signed.headers()))) {
      assertThatExceptionOfType(Refusal.class)
          .isThrownBy(() -> server.payments.notified(WECHAT, wrong.getKey(), wrong.getValue()::get))
          .matches(refused -> refused.kind() == Refusal.Kind.LOGIN);
    }
    assertThatExceptionOfType(Refusal.class)
        .as("another channel's signature")
        .isThrownBy(
            () -> server.payments.notified("union-sim", signed.body(), signed.headers()::get))
        .matches(refused -> refused.kind() == Refusal.Kind.LOGIN);
    server.clock.ahead(Duration.ofMinutes(11));
    assertThatExceptionOfType(Refusal.class)
        .as("an old one")
        .isThrownBy(() -> server.payments.notified(WECHAT, signed.body(), signed.headers()::get))
        .matches(refused -> refused.kind() == Refusal.Kind.LOGIN);
    server.clock.ahead(Duration.ZERO);
    assertThat(booking.order().state()).isEqualTo(OrderState.PAYING);
    server.payments.notified(WECHAT, signed.body(), signed.headers()::get);
    assertThat(booking.order().state()).isEqualTo(OrderState.PAID);
  }

  // ------------------------------------------------------------------ everything at once

  /** Whatever goes wrong in whatever order: what the channel took is what the books say. */
  @Test
  void losesAndDoublesNothingWhenEverythingGoesWrongAtOnce() throws Exception {
    var random = new Random(20261126);
    Fault[] any = {
      Fault.NONE, Fault.LOSE_REQUEST, Fault.LOSE_ANSWER, Fault.LATE, Fault.REFUSE, Fault.TWICE
    };
    for (String act : List.of("create", "query", "close", "refund", "notify")) {
      Fault[] next = new Fault[400];
      for (int i = 0; i < next.length; i++) {
        Fault fault = any[random.nextInt(any.length)];
        // A channel that lies or refuses to give back leaves work for people: tested alone.
        next[i] =
            fault == Fault.REFUSE && !act.equals("create")
                ? Fault.NONE
                : act.equals("notify") && fault == Fault.LOSE_REQUEST ? Fault.NEVER : fault;
      }
      server.wrong(act, next);
    }
    List<Booking> bookings = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      bookings.add(server.new Booking(1_00 + i));
    }
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (Booking booking : bookings) {
        int what = random.nextInt(4);
        done.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 4; i++) {
                    Reply reply = booking.pay(i % 2 == 0 || what < 2 ? WECHAT : "union-sim");
                    if (reply.status() != 200) {
                      continue;
                    }
                    String code = PaymentServer.part(reply.all("order").getFirst(), "code");
                    if (!code.isEmpty() && what > 0) {
                      try {
                        server.payBy(code.split(":")[1], code);
                      } catch (Refusal gone) {
                        // Paid or closed meanwhile.
                      }
                    }
                    var unused = server.payments.tendDue();
                  }
                  if (what == 3) {
                    server.status(booking.reference, "cancelled");
                  }
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    for (int minutes : new int[] {1, 5, 16, 30, 60, 120, 240}) {
      server.until(Duration.ofMinutes(minutes));
    }
    for (Booking booking : bookings) {
      Order order = booking.order();
      assertThat(order.state()).isIn(OrderState.PAID, OrderState.REFUNDED, OrderState.CLOSED);
      assertThat(order.due()).as("%s has an end", order).isNull();
      assertThat(server.ledger.open(order.id())).isEmpty();
      assertThat(
              order.attempts().stream()
                  .filter(one -> !one.isLate() && one.state() == Order.Attempt.State.PAID))
          .hasSizeLessThanOrEqualTo(1);
      long kept =
          server.number(
              "select coalesce(sum(fen - refunded), 0) from simulated_payment where state = 1 and id like '"
                  + order.id()
                  + "%'");
      assertThat(owed(booking)).as("what the channel has is what is owed").isEqualTo(kept);
      assertThat(kept).isEqualTo(order.state() == OrderState.PAID ? booking.fen : 0);
    }
    long taken =
        server.number(
            "select coalesce(sum(fen - refunded), 0) from simulated_payment where state = 1 and channel = 'union-sim'");
    assertThat(
            server
                .ledger
                .balance(Account.of(AccountKind.CHANNEL, "union-sim"))
                .of(AccountKind.CHANNEL))
        .isEqualTo(taken);
  }
}
