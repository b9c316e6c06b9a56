package health.helan.oversight.payment;

import static health.helan.oversight.payment.PaymentServer.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.payment.Order.Attempt;
import health.helan.oversight.payment.PaymentServer.Booking;
import health.helan.oversight.payment.simulator.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** One payment for what a resident owes several institutions, whatever the channel does. */
class PayingTogetherTests {
  private static final String WECHAT = "wechat-sim";
  private static final String UNION = "union-sim";
  private final PaymentServer server = PaymentServer.get();

  @BeforeEach
  void nothingIsWrong() {
    server.faults.clear();
    server.dies = false;
    server.percent = 100;
    server.until(Duration.ZERO);
  }

  @AfterEach
  void theBooksAreInOrder() {
    server.dies = false;
    assertThat(server.ledger.check()).isEmpty();
  }

  /** Holds of one resident, each at a hospital of its own. */
  private List<Booking> bookings(long... fen) {
    List<Booking> all = new ArrayList<>();
    for (long one : fen) {
      all.add(
          all.isEmpty()
              ? server.new Booking(one)
              : server.new Booking(one, all.getFirst().patient));
    }
    return all;
  }

  private long owed(Booking booking) {
    return server
        .ledger
        .balance(Account.of(AccountKind.INSTITUTION, booking.hospital))
        .of(AccountKind.INSTITUTION);
  }

  private String code(String channel, List<Booking> bookings) {
    Reply reply = server.pay(channel, bookings);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.all("order")).hasSize(bookings.size());
    Set<String> codes = Set.copyOf(reply.values("order", "code"));
    assertThat(codes).as("one code for all").hasSize(1);
    return codes.iterator().next();
  }

  private void arePaid(List<Booking> bookings) {
    for (Booking booking : bookings) {
      Order order = booking.order();
      assertThat(order.state()).isEqualTo(OrderState.PAID);
      assertThat(order.delivered()).isEqualTo(Order.Delivery.DONE);
      assertThat(order.due()).as("nothing is left to do").isNull();
      assertThat(owed(booking)).isEqualTo(booking.fen);
      assertThat(server.ledger.open(order.id())).isEmpty();
    }
  }

  // ------------------------------------------------------------------ as it should be

  @Test
  void paysSeveralInstitutionsByOneCodeAndEachHasItsOwnReceipt() {
    List<Booking> bookings = bookings(25_50, 8_00, 1_00);
    String code = code(WECHAT, bookings);
    assertThat(code).startsWith("sim:");
    server.payBy(WECHAT, code);

    arePaid(bookings);
    Booking first = bookings.getFirst();
    Order order = first.order();
    Reply status = server.get(first.self, "Invoice/" + order.id() + "/$pay-status");
    List<JsonNode> orders = status.all("order");
    assertThat(part(orders.getFirst(), "number")).as("asked for first").isEqualTo(order.id());
    assertThat(status.values("order", "amount")).containsExactlyInAnyOrder("25.50", "8.00", "1.00");
    assertThat(Set.copyOf(status.values("order", "transaction"))).hasSize(3);
    for (JsonNode one : orders) {
      assertThat(one.toString()).contains("\"joint\"", "\"34.50\"");
    }
    for (Booking booking : bookings) {
      String invoice = "Invoice/" + booking.order().id();
      assertThat(server.get(booking.self, invoice).json().path("status").asString())
          .isEqualTo("balanced");
      Reply told = server.get(booking.clerk, "Provenance?target=" + invoice + "&_count=20");
      assertThat(told.text())
          .as("an institution reads who began its own order")
          .contains("\"create\"", "\"pay\"", "\"succeed\"");
      Reply own = server.get(booking.clerk, invoice + "/$pay-status");
      assertThat(own.all("order")).as("and nothing of the others").hasSize(1);
    }
    assertThat(
            server.number(
                "select sum(fen) from simulated_payment where code = '" + code + "' and state = 1"))
        .isEqualTo(34_50)
        .isEqualTo(joint(first).fen());
  }

  private static Order.Joint joint(Booking booking) {
    return java.util.Objects.requireNonNull(
        java.util.Objects.requireNonNull(booking.order().current()).joint());
  }

  @Test
  void givesBackAPartByItsInstitutionAlone() {
    List<Booking> bookings = bookings(20_00, 30_00);
    server.payBy(WECHAT, code(WECHAT, bookings));
    Booking first = bookings.getFirst();
    Reply back =
        server.call(
            first.clerk,
            "Invoice/" + first.order().id() + "/$refund",
            "reason",
            "重复收费",
            "key",
            "k");
    assertThat(back.status()).as(back.text()).isEqualTo(200);
    server.until(Duration.ofSeconds(1));
    assertThat(first.order().state()).isEqualTo(OrderState.REFUNDED);
    assertThat(owed(first)).isZero();
    arePaid(bookings.subList(1, 2));
  }

  @Test
  void asksOnceHoweverOftenItIsTouched() throws Exception {
    List<Booking> bookings = bookings(10_00, 11_00);
    List<Future<Reply>> replies = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        replies.add(threads.submit(() -> server.pay(WECHAT, bookings)));
      }
      for (Future<Reply> reply : replies) {
        assertThat(reply.get().status()).as(reply.get().text()).isIn(200, 503);
      }
    }
    server.payBy(WECHAT, code(WECHAT, bookings.reversed()));
    arePaid(bookings);
    assertThat(bookings).allMatch(one -> one.order().attempts().size() == 1);
    Reply again = server.pay(UNION, bookings);
    assertThat(again.values("order", "state")).containsExactly("paid", "paid");
  }

  @Test
  void asksOnlyForWhatIsNotPaidYet() {
    List<Booking> bookings = bookings(10_00, 11_00, 12_00);
    server.payBy(WECHAT, bookings.getFirst().code());
    Reply rest = server.pay(UNION, bookings);
    assertThat(rest.values("order", "state")).containsExactly("paid", "paying", "paying");
    assertThat(joint(bookings.getLast()).fen()).isEqualTo(23_00);
    server.payBy(UNION, part(rest.all("order").getLast(), "code"));
    arePaid(bookings);
  }

  // ------------------------------------------------------------------ another choice

  @Test
  void givesWayToAnotherChoiceOnceItCannotBePaidAnyMore() {
    List<Booking> bookings = bookings(10_00, 11_00, 12_00);
    Booking first = bookings.getFirst();
    String alone = first.code();
    String all = code(WECHAT, bookings);
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> server.payBy(WECHAT, alone));
    String two = code(UNION, bookings.subList(0, 2));
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> server.payBy(WECHAT, all));
    server.until(Duration.ofSeconds(5));
    assertThat(bookings.getLast().order().state()).isEqualTo(OrderState.CREATED);
    String again = first.code();
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> server.payBy(UNION, two));
    server.payBy(WECHAT, again);
    assertThat(first.order().paidBy()).isNotNull().satisfies(by -> assertThat(by.joint()).isNull());
    server.payBy(WECHAT, code(WECHAT, bookings.subList(1, 3)));
    arePaid(bookings);
  }

  @Test
  void isKeptWhereItWasPaidBeforeAnotherWayWasChosen() {
    List<Booking> bookings = bookings(10_00, 11_00);
    String code = code(WECHAT, bookings);
    server.wrong("notify", Fault.NEVER, Fault.NEVER);
    server.payBy(WECHAT, code);
    Reply other = bookings.getFirst().pay(UNION);
    assertThat(part(other.all("order").getFirst(), "state")).isEqualTo("paid");
    server.until(Duration.ZERO);
    arePaid(bookings);
  }

  @Test
  void isRefusedWhileTheChannelDoesNotSayWhetherItWasPaid() {
    List<Booking> bookings = bookings(10_00, 11_00);
    String code = code(WECHAT, bookings);
    server.wrong("close", Fault.LOSE_REQUEST);
    assertThat(bookings.getFirst().pay(UNION).status()).isEqualTo(503);
    server.payBy(WECHAT, code);
    arePaid(bookings);
  }

  // ------------------------------------------------------------------ what channels do

  @Test
  void bringsAllToTheirEndWhenOnlyOnePartIsTold() {
    List<Booking> bookings = bookings(3_00, 4_00, 5_00);
    String code = code(WECHAT, bookings);
    server.wrong("notify", Fault.NEVER, Fault.TWICE, Fault.NEVER);
    server.payBy(WECHAT, code);
    arePaid(bookings);
  }

  @Test
  void asksForAllAgainWhenTheAnswerOrTheRequestWasLost() {
    for (Fault fault : List.of(Fault.LOSE_ANSWER, Fault.LOSE_REQUEST)) {
      List<Booking> bookings = bookings(5_00, 6_00);
      server.wrong("create", fault);
      assertThat(code(WECHAT, bookings)).as("%s: nothing to show yet", fault).isEmpty();
      String code = code(WECHAT, bookings);
      assertThat(code).startsWith("sim:");
      server.payBy(WECHAT, code);
      arePaid(bookings);
      assertThat(bookings).allMatch(one -> one.order().attempts().size() == 1);
    }
  }

  @Test
  void isAskedForByTheClockWhenThePlatformDiedBeforeItAsked() {
    List<Booking> bookings = bookings(5_00, 6_00, 7_00);
    server.dies = true;
    assertThatExceptionOfType(PaymentServer.Died.class)
        .isThrownBy(
            () ->
                server.payments.pay(
                    bookings.getFirst().self,
                    bookings.stream().map(one -> one.reference).toList(),
                    WECHAT));
    server.dies = false;
    assertThat(bookings)
        .as("begun all at once")
        .allMatch(one -> one.order().attempts().getFirst().state() == Attempt.State.BEGUN);
    server.until(Duration.ofMinutes(1));
    server.payBy(WECHAT, code(WECHAT, bookings));
    arePaid(bookings);
    assertThat(bookings).allMatch(one -> one.order().attempts().size() == 1);
  }

  @Test
  void isNotAskedForInPartWhenAPartIsOver() {
    Booking first = server.new Booking(5_00);
    server.until(Duration.ofMinutes(5));
    Booking second = server.new Booking(6_00, first.patient);
    server.wrong("create", Collections.nCopies(40, Fault.LOSE_REQUEST).toArray(Fault[]::new));
    assertThat(code(WECHAT, List.of(first, second))).isEmpty();
    server.until(PaymentServer.HOLD.plusSeconds(1));
    server.until(PaymentServer.HOLD.plusMinutes(4));
    assertThat(first.order().state()).isEqualTo(OrderState.CLOSED);
    assertThat(second.order().state()).isEqualTo(OrderState.CREATED);
    server.faults.clear();
    server.payBy(WECHAT, second.code());
    arePaid(List.of(second));
  }

  @Test
  void offersTheOtherWayWhenOneSaysNo() {
    List<Booking> bookings = bookings(6_00, 7_00);
    server.wrong("create", Fault.REFUSE);
    assertThat(server.pay(WECHAT, bookings).values("order", "state"))
        .containsExactly("created", "created");
    String code = code(UNION, bookings);
    assertThat(server.channels.get(UNION)).isNotNull();
    java.util.Objects.requireNonNull(server.channels.get(UNION))
        .pay(code, false)
        .forEach(told -> server.payments.notified(UNION, told.body(), told.headers()::get));
    assertThat(bookings).allMatch(one -> one.order().state() == OrderState.CREATED);
    server.payBy(WECHAT, code(WECHAT, bookings));
    arePaid(bookings);
  }

  // ------------------------------------------------------------------ parts that go their own way

  @Test
  void sendsBackThePartThatIsNotWantedAnyMoreAndKeepsTheOthers() {
    List<Booking> bookings = bookings(11_00, 12_00);
    String code = code(WECHAT, bookings);
    server.status(bookings.getFirst().reference, "cancelled");
    server.payBy(WECHAT, code);
    server.until(Duration.ofSeconds(1));
    Order gone = bookings.getFirst().order();
    assertThat(gone.state()).isEqualTo(OrderState.REFUNDED);
    assertThat(owed(bookings.getFirst())).isZero();
    arePaid(bookings.subList(1, 2));
  }

  @Test
  void sendsBackThePartWhoseTimeWasOverAndKeepsTheOthers() {
    Booking first = server.new Booking(9_00);
    server.until(Duration.ofMinutes(5));
    Booking second = server.new Booking(8_00, first.patient);
    String code = code(WECHAT, List.of(first, second));
    server.wrong("close", Fault.LIE);
    server.until(PaymentServer.HOLD.plusSeconds(1));
    assertThat(first.order().state()).isEqualTo(OrderState.CLOSED);
    server.payBy(WECHAT, code);
    Order late = first.order();
    assertThat(late.state()).isEqualTo(OrderState.CLOSED);
    assertThat(late.returned())
        .singleElement()
        .matches(one -> one.isLate() && one.state() == Order.Refund.State.DONE);
    assertThat(owed(first)).isZero();
    arePaid(List.of(second));
  }

  /** The channel lied of the first part, and told of nothing: the second part's word brings it. */
  @Test
  void looksForTheMoneyOfEachPartWhenOneHasIt() {
    List<Booking> bookings = bookings(9_00, 8_00);
    String code = code(WECHAT, bookings);
    server.wrong("close", Fault.LIE);
    Booking first = bookings.getFirst();
    String other = part(first.pay(UNION).all("order").getFirst(), "code");
    assertThat(other).startsWith("sim:union-sim");
    server.wrong("notify", Fault.NEVER, Fault.NEVER);
    server.payBy(WECHAT, code);
    server.until(Duration.ofMinutes(2));
    arePaid(bookings);
    assertThat(first.order().attempts().getFirst().state()).isEqualTo(Attempt.State.PAID);
    assertThatExceptionOfType(Refusal.class)
        .as("nor can it be paid twice")
        .isThrownBy(() -> server.payBy(UNION, other));
  }

  // ------------------------------------------------------------------ refusals

  @Test
  void isRefusedWithASentence() {
    List<Booking> bookings = bookings(14_00, 15_00);
    Booking stranger = server.new Booking(16_00);
    Reply single = server.pay("single", bookings);
    assertThat(single.status()).isEqualTo(422);
    assertThat(single.sentence()).contains("one payment at a time");
    assertThat(server.get(bookings.getFirst().self, "$pay-channels").values("channel", "together"))
        .containsExactly("true", "true", "false");
    assertThat(server.pay(WECHAT, List.of(bookings.getFirst(), stranger)).status()).isIn(403, 404);
    var guardian =
        PaymentServer.caller(
            Role.RESIDENT,
            "",
            new Binding(
                "",
                Set.of(),
                Set.of(stranger.patient, bookings.getFirst().patient),
                Binding.ALL_SCOPES));
    Reply two =
        server.call(
            guardian,
            "$pay",
            "payable",
            bookings.getFirst().reference,
            "payable",
            stranger.reference,
            "channel",
            WECHAT);
    assertThat(two.status()).isEqualTo(422);
    assertThat(two.sentence()).contains("one resident");
    assertThat(
            server.number(
                "select count(*) from pay_order where payable = '" + stranger.reference + "'"))
        .as("no order is left behind")
        .isZero();
    String[] many =
        Stream.concat(
                Stream.of("channel", WECHAT),
                java.util.stream.IntStream.range(0, 21)
                    .boxed()
                    .flatMap(i -> Stream.of("payable", "Appointment/x" + i)))
            .toArray(String[]::new);
    Reply tooMany = server.call(bookings.getFirst().self, "$pay", many);
    assertThat(tooMany.status()).isEqualTo(400);
    assertThat(tooMany.sentence()).contains("20");
  }

  // ------------------------------------------------------------------ everything at once

  /** Whatever goes wrong in whatever order: what the channel took is what the books say. */
  @Test
  void losesAndDoublesNothingWhenEverythingGoesWrongAtOnce() throws Exception {
    long seed = Long.getLong("helan.test.seed", System.nanoTime());
    System.out.println("seed " + seed);
    var random = new Random(seed);
    Fault[] any = {
      Fault.NONE, Fault.LOSE_REQUEST, Fault.LOSE_ANSWER, Fault.LATE, Fault.REFUSE, Fault.TWICE
    };
    for (String act : List.of("create", "query", "close", "refund", "notify")) {
      Fault[] next = new Fault[500];
      for (int i = 0; i < next.length; i++) {
        Fault fault = any[random.nextInt(any.length)];
        next[i] =
            fault == Fault.REFUSE && !act.equals("create")
                ? Fault.NONE
                : act.equals("notify") && fault == Fault.LOSE_REQUEST ? Fault.NEVER : fault;
      }
      server.wrong(act, next);
    }
    List<List<Booking>> residents = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      residents.add(bookings(1_00 + i, 2_00 + i, 3_00 + i));
    }
    try (var threads = Executors.newFixedThreadPool(6)) {
      List<Future<?>> done = new ArrayList<>();
      for (List<Booking> bookings : residents) {
        // Two hands for each resident.
        for (int hand = 0; hand < 2; hand++) {
          long own = random.nextLong();
          done.add(threads.submit(() -> press(bookings, new Random(own))));
        }
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    for (int minutes : new int[] {1, 5, 16, 30, 60, 120, 240}) {
      if (minutes == 60) {
        server.faults.clear(); // A channel that is silent for ever keeps an order open for ever.
      }
      server.until(Duration.ofMinutes(minutes));
    }
    for (Booking booking : residents.stream().flatMap(List::stream).toList()) {
      if (server.number(
              "select count(*) from pay_order where payable = '" + booking.reference + "'")
          == 0) {
        continue; // Nobody came to ask for it.
      }
      Order order = booking.order();
      assertThat(order.state())
          .as("%s", order)
          .isIn(OrderState.PAID, OrderState.REFUNDED, OrderState.CLOSED);
      assertThat(order.due()).as("%s has an end", order).isNull();
      assertThat(server.ledger.open(order.id())).isEmpty();
      assertThat(
              order.attempts().stream()
                  .filter(one -> !one.isLate() && one.state() == Attempt.State.PAID))
          .hasSizeLessThanOrEqualTo(1);
      long kept =
          server.number(
              "select coalesce(sum(fen - refunded), 0) from simulated_payment where state = 1 and id like '"
                  + order.id()
                  + "%'");
      assertThat(owed(booking))
          .as("what the channel has is what is owed: %s", order)
          .isEqualTo(kept);
      assertThat(kept).isEqualTo(order.state() == OrderState.PAID ? booking.fen : 0);
    }
    assertThat(
            server.number(
                """
                select count(*) from (select code from simulated_payment group by code
                  having count(distinct state) > 1) torn"""))
        .as("all parts of a payment or none")
        .isZero();
  }

  private void press(List<Booking> bookings, Random random) {
    for (int i = 0; i < 5; i++) {
      List<Booking> some = new ArrayList<>(bookings);
      Collections.shuffle(some, random);
      some = some.subList(0, 1 + random.nextInt(some.size()));
      Reply reply = server.pay(random.nextBoolean() ? WECHAT : UNION, some);
      if (reply.status() != 200) {
        assertThat(reply.status()).as(reply.text()).isIn(422, 503);
        continue;
      }
      for (JsonNode order : reply.all("order")) {
        String code = part(order, "code");
        if (!code.isEmpty() && random.nextInt(3) > 0) {
          try {
            server.payBy(code.split(":")[1], code);
          } catch (Refusal gone) {
            // Paid or closed meanwhile.
          }
        }
      }
      if (random.nextInt(8) == 0) {
        server.status(some.getFirst().reference, "cancelled");
      }
      var unused = server.payments.tendDue();
    }
  }
}
