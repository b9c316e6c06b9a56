package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.gateway.Gateway.Overtaken;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.scaleout.Rules;
import health.helan.foundation.store.testing.RecordingDataSource;
import health.helan.foundation.store.testing.StoreForTests;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of messages that fail, and of those behind them. */
class FailedMessagesTests {
  private static GatewayForTests house;
  private static Feed passing;
  private static Feed parking;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    passing = house.feed("passing");
    parking = house.feed("parking", "{\"afterFailure\":\"park\"}");
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static String good(String control, String patient, String name) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A08|"
        + control
        + "|P|2.5\rPID|1||"
        + patient
        + "^^^HOSP^MR||"
        + name
        + "\r";
  }

  /** The store refuses an identifier whose system is no URI. */
  private static String poison(String control, String patient, String name) {
    return good(control, patient, name).replace("^MR|", "^MR~7^^^X&http://a b&URI^SS|");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String name(String patient) {
    return house.only("Patient", "identifier", patient).at("/name/0/family").asString();
  }

  @Test
  void aPoisonMessageHoldsUpNobody() {
    Receipt failed = house.take(passing, poison("1", "P1", "bad"));
    assertThat(failed.state()).isEqualTo(State.DEAD);
    assertThat(GatewayForTests.whole(failed))
        .isEqualTo("gateway.invalid-resource Patient.identifier[1].system value");
    assertThat(house.take(passing, good("2", "P1", "later")).state()).isEqualTo(State.DONE);
    // Told again what it was told; it is not tried again by itself.
    assertThat(house.take(passing, poison("1", "P1", "bad")).id()).isEqualTo(failed.id());
    assertThat(house.message(failed.id()).attempts()).isEqualTo(1);
    // Its older content would be written over what is done: only if that is meant.
    byte[] corrected = bytes(good("1", "P1", "corrected"));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () ->
                house.gateway.replay(
                    failed.id(), corrected, Overtaken.REFUSE, GatewayForTests.ROOT))
        .withMessageContaining("overtaken");
    assertThat(name("P1")).isEqualTo("later");
    assertThat(
            house
                .gateway
                .replay(failed.id(), corrected, Overtaken.ALLOW, GatewayForTests.ROOT)
                .state())
        .isEqualTo(State.DONE);
    assertThat(name("P1")).isEqualTo("corrected");
    // The original stays beside the correction, and the sender who asks again hears that it is
    // done.
    assertThat(new String(house.gateway.content(failed.id(), 0), StandardCharsets.UTF_8))
        .contains("http://a b");
    assertThat(house.gateway.content(failed.id(), 1)).isEqualTo(corrected);
    assertThat(house.take(passing, poison("1", "P1", "bad")).state()).isEqualTo(State.DONE);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () -> house.gateway.replay(failed.id(), null, Overtaken.ALLOW, GatewayForTests.ROOT))
        .withMessageContaining("not-replayable");
  }

  @Test
  void laterOnesOfThePatientWaitWhereTheFeedSaysSo() {
    Receipt failed = house.take(parking, poison("1", "Q1", "bad"));
    Receipt second = house.take(parking, good("2", "Q1", "second"));
    Receipt third = house.take(parking, good("3", "Q1", "third"));
    assertThat(List.of(failed.state(), second.state(), third.state()))
        .containsExactly(State.DEAD, State.PARKED, State.PARKED);
    assertThat(house.take(parking, good("4", "Q2", "other")).state()).isEqualTo(State.DONE);
    assertThat(house.find("Patient", "identifier", "Q1")).isEmpty();
    Receipt again =
        house.gateway.replay(
            failed.id(), bytes(good("1", "Q1", "first")), Overtaken.REFUSE, GatewayForTests.ROOT);
    assertThat(again.state()).isEqualTo(State.DONE);
    assertThat(house.message(second.id()).state()).isEqualTo(State.DONE);
    assertThat(house.message(third.id()).state()).isEqualTo(State.DONE);
    assertThat(name("Q1")).isEqualTo("third");
    assertThat(house.only("Patient", "identifier", "Q1").at("/meta/versionId").asString())
        .isEqualTo("3");
  }

  @Test
  void theyGoOnWhenItIsGivenUp() throws InterruptedException {
    Receipt failed = house.take(parking, poison("11", "Q3", "bad"));
    Receipt second = house.take(parking, good("12", "Q3", "second"));
    Receipt third = house.take(parking, poison("13", "Q3", "third"));
    Receipt fourth = house.take(parking, good("14", "Q3", "fourth"));
    house.gateway.discard(failed.id());
    assertThat(house.message(failed.id()).state()).isEqualTo(State.DISCARDED);
    assertThat(house.message(second.id()).state()).isEqualTo(State.DONE);
    // Parked behind the first, found to be bad itself: what is behind it waits on.
    assertThat(house.message(third.id()).state()).isEqualTo(State.DEAD);
    // The sweep may have begun with the fourth while the third was tried; then it parks it again.
    EdgeForTests.await("parked", () -> house.message(fourth.id()).state() == State.PARKED);
    house.gateway.discard(third.id());
    EdgeForTests.await("done", () -> house.message(fourth.id()).state() == State.DONE);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> house.gateway.discard(fourth.id()))
        .withMessageContaining("not-replayable");
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> house.gateway.discard("nobody"))
        .withMessageContaining("no-message");
  }

  @Test
  void whatAStopLeftBehindIsDoneByAnotherInstanceInOrder() {
    // Kept by an instance that then dies: nothing but the journal knows of them.
    Gateway.Accepted first =
        house.gateway.accept(passing, bytes(good("s1", "S1", "one")), "127.0.0.1");
    Gateway.Accepted second =
        house.gateway.accept(passing, bytes(good("s2", "S1", "two")), "127.0.0.1");
    try (GatewayForTests other = GatewayForTests.open(house.database)) {
      // A third, taken by the other instance, waits for the two before it and finishes them.
      assertThat(other.take(passing, good("s3", "S1", "three")).state()).isEqualTo(State.DONE);
      assertThat(other.message(first.id()).state()).isEqualTo(State.DONE);
      assertThat(other.message(second.id()).state()).isEqualTo(State.DONE);
      assertThat(name("S1")).isEqualTo("three");
      assertThat(house.only("Patient", "identifier", "S1").at("/meta/versionId").asString())
          .isEqualTo("3");
      // The first instance comes back to life, and does nothing twice.
      assertThat(house.gateway.process(first).state()).isEqualTo(State.DONE);
      assertThat(house.only("Patient", "identifier", "S1").at("/meta/versionId").asString())
          .isEqualTo("3");
      Gateway.Accepted alone =
          house.gateway.accept(passing, bytes(good("s4", "S2", "alone")), "127.0.0.1");
      StoreForTests.await(
          "the sweep finds it", () -> other.message(alone.id()).state() == State.DONE);
    }
  }

  @Test
  void anInstanceThatIsLateWithAMessageWritesNothingOverLaterOnes() {
    house.take(passing, good("l1", "L1", "one"));
    Gateway.Accepted nothingNew =
        house.gateway.accept(passing, bytes(good("l2", "L1", "one")), "127.0.0.1");
    assertThat(house.gateway.process(nothingNew).state()).isEqualTo(State.DONE);
    house.take(passing, good("l3", "L1", "two"));
    // As an instance does that found it unsettled, and then stood still.
    assertThat(house.gateway.process(nothingNew).state()).isEqualTo(State.DONE);
    assertThat(name("L1")).isEqualTo("two");
    assertThat(house.only("Patient", "identifier", "L1").at("/meta/versionId").asString())
        .isEqualTo("2");
  }

  @Test
  void whatIsParkedGoesOnWhenWhoSettledTheFailedOneWasStopped() {
    Receipt failed = house.take(parking, poison("f1", "F1", "bad"));
    Receipt second = house.take(parking, good("f2", "F1", "second"));
    Receipt third = house.take(parking, good("f3", "F1", "third"));
    assertThat(third.state()).isEqualTo(State.PARKED);
    // Given up, and killed before it came to what waited.
    house
        .gateway
        .journal()
        .move(failed.id(), List.of(State.DEAD), State.DISCARDED, null, Instant.now());
    StoreForTests.await(
        "the sweep finds them", () -> house.message(third.id()).state() == State.DONE);
    assertThat(house.message(second.id()).state()).isEqualTo(State.DONE);
    assertThat(name("F1")).isEqualTo("third");
  }

  @Test
  void whatIsOvertakenIsToldByTheOrderAndNotByTheClock() {
    Receipt failed = house.take(passing, poison("c1", "C1", "bad"));
    try (Gateway late =
        Gateway.open(
            house.store,
            house.pool,
            new ZstdCodec(),
            _ -> {},
            CodeTranslation.NONE,
            List.of(new health.helan.foundation.gateway.hl7v2.Hl7v2()),
            GatewayForTests.QUICK,
            Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-5)))) {
      assertThat(late.take(passing, bytes(good("c2", "C1", "later")), "127.0.0.1").state())
          .isEqualTo(State.DONE);
    }
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(
            () ->
                house.gateway.replay(
                    failed.id(),
                    bytes(good("c1", "C1", "old")),
                    Overtaken.REFUSE,
                    GatewayForTests.ROOT))
        .withMessageContaining("overtaken");
  }

  @Test
  void whatIsSettledGoesAfterItsTimeAndTheRestStays() {
    var settings =
        new Settings(
            64,
            8,
            Duration.ofMillis(500),
            Duration.ofHours(1),
            Duration.ofSeconds(5),
            Duration.ofHours(1));
    try (GatewayForTests keeping = GatewayForTests.open(settings, new ZstdCodec())) {
      Feed feed = keeping.feed("keeping");
      for (int i = 0; i < 20; i++) {
        keeping.take(feed, good("k" + i, "K" + i, "n"));
      }
      Receipt failed = keeping.take(feed, poison("kp", "KP", "n"));
      assertThat(keeping.gateway.journal().forget(Instant.now().minusSeconds(60), 1000)).isZero();
      assertThat(keeping.gateway.journal().forget(Instant.now().plusSeconds(60), 1000))
          .isEqualTo(20);
      assertThat(keeping.message(failed.id()).state()).isEqualTo(State.DEAD);
      // After that, a message is a message like any other.
      assertThat(keeping.take(feed, good("k1", "K1", "again")).state()).isEqualTo(State.DONE);
    }
  }

  @Test
  void anErasureTakesTheMessagesOfAResidentToo() {
    Receipt kept = house.take(passing, good("e1", "E1", "n"));
    Receipt failed = house.take(passing, poison("e3", "E1", "n"));
    Receipt other = house.take(passing, good("e2", "E2", "n"));
    String patient = house.only("Patient", "identifier", "E1").path("id").asString();
    house.gateway.erase(house.store.purges().subject(patient));
    assertThat(house.gateway.journal().read(kept.id())).isNull();
    assertThat(house.gateway.journal().read(failed.id())).isNull();
    assertThat(house.message(other.id()).state()).isEqualTo(State.DONE);
    // Sent again, it does not come back.
    Receipt again = house.take(passing, good("e1", "E1", "n"));
    assertThat(GatewayForTests.why(again)).isEqualTo("gateway.erased");
  }

  @Test
  void everyStatementKeepsTheRulesOfDistributedTables() {
    var recording = new RecordingDataSource(house.pool);
    try (Gateway gateway =
        Gateway.open(
            house.store,
            recording,
            new ZstdCodec(),
            _ -> {},
            CodeTranslation.NONE,
            List.of(new health.helan.foundation.gateway.hl7v2.Hl7v2()),
            GatewayForTests.QUICK,
            Clock.systemUTC())) {
      gateway.take(passing, bytes(good("r1", "R1", "n")), "127.0.0.1");
      Receipt failed = gateway.take(parking, bytes(poison("r2", "R2", "n")), "127.0.0.1");
      gateway.take(parking, bytes(good("r3", "R2", "n")), "127.0.0.1");
      gateway.replay(
          failed.id(), bytes(good("r2", "R2", "m")), Overtaken.REFUSE, GatewayForTests.ROOT);
      gateway.find(null, "ADT", "r1", null, List.of(State.DONE), null, null, null, 5);
      gateway.open();
      gateway.erase(1);
      gateway.journal().forgotten(10);
      gateway.journal().forget(Instant.EPOCH, 10);
      var texts =
          recording.executed().stream().map(RecordingDataSource.Executed::sql).distinct().toList();
      assertThat(texts).hasSizeGreaterThan(8);
      assertThat(texts).allSatisfy(sql -> assertThat(Rules.broken(sql)).as(sql).isEmpty());
    }
  }
}
