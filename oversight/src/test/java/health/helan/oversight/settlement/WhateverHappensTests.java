package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.settlement.SettlementServer.Visit;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.simulator.SimulatedPayer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Payers and channel answer in any order, twice, late, never, otherwise; people press everything;
 * the platform dies at any point: afterwards every bill has its end, and everybody has what is
 * theirs.
 */
class WhateverHappensTests {
  private final SettlementServer server = SettlementServer.get();

  /** Time that went by in this test. */
  private Duration ahead = Duration.ZERO;

  @AfterEach
  void theBooksAreInOrder() {
    assertThat(server.ledger.check()).isEmpty();
  }

  @BeforeEach
  void nothingIsWrong() {
    server.faults.clear();
    server.channelFaults.clear();
    server.until(Duration.ZERO);
  }

  private static Caller at(Visit visit) {
    return Caller.platform("clerk").asPlatformOf(visit.hospital);
  }

  private void check(Visit... visits) {
    Visit visit = visits[0];
    for (int minutes : new int[] {1, 5, 31, 60, 120, 240}) {
      server.until(ahead.plusMinutes(minutes));
    }
    ahead = ahead.plusMinutes(240);
    List<String> claims =
        server.settlements.ofPatient(SettlementServer.ROOT, visit.patient).stream()
            .map(Settlement::id)
            .toList();
    Set<String> payors =
        java.util.Arrays.stream(PayerKind.values())
            .map(kind -> visit.bureau + "." + kind.code())
            .collect(Collectors.toSet());
    Whole.check(
        server.database,
        server.ledger,
        server::row,
        claims,
        java.util.Arrays.stream(visits).map(one -> one.hospital).collect(Collectors.toSet()),
        payors);
    assertThat(server.ledger.check()).isEmpty();
  }

  private Visit stay() {
    Visit visit = server.new Visit("IMP", "390", "assistance", "poverty", "subsidy");
    visit.charge("3310", 12);
    visit.charge("3311", 10);
    return visit;
  }

  // ------------------------------------------------------------------ dying at any point

  /** The platform is gone: nothing of it catches that. */
  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Dies before or after the n-th thing that a payer is asked. */
  private static final class Mortal implements Payer {
    private final Payer payer;
    private final AtomicInteger left;

    Mortal(Payer payer, int left) {
      this.payer = payer;
      this.left = new AtomicInteger(left);
    }

    private void live() {
      if (left.getAndDecrement() == 0) {
        throw new Died();
      }
    }

    @Override
    public boolean serves(PayerKind kind, String payor) {
      return true;
    }

    @Override
    public Answer settle(String key, Demand demand) {
      live();
      Answer answer = payer.settle(key, demand);
      live();
      return answer;
    }

    @Override
    public boolean reverse(String key, Demand demand) {
      live();
      boolean isBack = payer.reverse(key, demand);
      live();
      return isBack;
    }
  }

  @Test
  void leavesNothingByHalvesWhereverThePlatformDies() {
    int died = 0;
    for (int point = 0; ; point++) {
      Visit visit = stay();
      var mortal =
          server.settlements(
              new Mortal(server.payer(_ -> SimulatedPayer.Fault.NONE), point),
              () -> server.payments);
      String claim = mortal.presettle(at(visit), visit.patient, null, List.of(), List.of()).id();
      try {
        assertThat(mortal.settle(at(visit), claim).state()).isEqualTo(SettlementState.OWING);
        mortal.reverse(at(visit), claim, "试验");
        assertThat(server.row(claim).state()).isEqualTo(SettlementState.REVERSED);
      } catch (Died e) {
        died++;
        boolean wasReversing = server.row(claim).state() == SettlementState.REVERSING;
        check(visit);
        assertThat(server.row(claim).state())
            .isEqualTo(wasReversing ? SettlementState.REVERSED : SettlementState.OWING);
        continue;
      }
      check(visit);
      break;
    }
    assertThat(died).as("before and after each of five payers, twice").isEqualTo(20);
  }

  /** Says no, while a request that was asked before is on its way, and agreed to. */
  private record TwoMinds(Payer payer) implements Payer {
    @Override
    public boolean serves(PayerKind kind, String payor) {
      return true;
    }

    @Override
    public Answer settle(String key, Demand demand) {
      var unused = payer.settle(key, demand);
      return new Answer.Refused("not-entitled");
    }

    @Override
    public boolean reverse(String key, Demand demand) {
      return payer.reverse(key, demand);
    }
  }

  @Test
  void takesBackWhatArrivedAfterTheRefusal() {
    Visit visit = stay();
    var settlements =
        server.settlements(
            new TwoMinds(server.payer(_ -> SimulatedPayer.Fault.NONE)), () -> server.payments);
    String claim = settlements.presettle(at(visit), visit.patient, null, List.of(), List.of()).id();
    assertThat(settlements.settle(at(visit), claim).state()).isEqualTo(SettlementState.REVERSED);
    check(visit);
  }

  // ------------------------------------------------------------------ everything at once

  @Test
  void endsWellWhateverTheOrderOfAnswersAndOfHands() throws Exception {
    long seed = Long.getLong("helan.test.seed", System.nanoTime());
    System.out.println("seed " + seed);
    var random = new Random(seed);
    int rounds = Boolean.getBoolean("helan.test.full") ? 60 : 8;
    for (int round = 0; round < rounds; round++) {
      Visit visit = stay();
      visit.charge("2501", 1);
      // Bills of two institutions: own money is one payment for both, or for what is open of them.
      Visit other = server.new Visit(visit);
      other.charge("2508", 2);
      server.wrong("settle", some(random, SimulatedPayer.Fault.values()));
      server.wrong("reverse", some(random, SimulatedPayer.Fault.values()));
      for (String act : List.of("create", "query", "refund", "notify", "close")) {
        server.channelFaults.put(
            act,
            new java.util.concurrent.ConcurrentLinkedQueue<>(
                List.of(some(random, Fault.values()))));
      }
      List<Integer> acts = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        acts.add(random.nextInt(9));
      }
      try (var threads = Executors.newFixedThreadPool(3)) {
        List<Future<?>> done = new ArrayList<>();
        for (int act : acts) {
          Visit at = random.nextInt(3) == 0 ? other : visit;
          done.add(threads.submit(() -> act(at, act)));
        }
        for (Future<?> one : done) {
          one.get();
        }
      }
      check(visit, other);
    }
  }

  private static SimulatedPayer.Fault[] some(Random random, SimulatedPayer.Fault[] all) {
    var chosen = new SimulatedPayer.Fault[random.nextInt(6)];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = all[random.nextInt(all.length)];
    }
    return chosen;
  }

  private static Fault[] some(Random random, Fault[] all) {
    var chosen = new Fault[random.nextInt(3)];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = all[random.nextInt(all.length)];
    }
    return chosen;
  }

  /** One of the things that people press, and the clock does. */
  private void act(Visit visit, int what) {
    try {
      List<Settlement> all =
          new ArrayList<>(
              server.settlements.ofPatient(SettlementServer.ROOT, visit.patient).stream()
                  .filter(one -> one.institution().equals(visit.hospital))
                  .toList());
      Collections.shuffle(all);
      switch (what) {
        case 0, 1 -> {
          String claim =
              server
                  .settlements
                  .presettle(at(visit), visit.patient, null, List.of(), List.of())
                  .id();
          var unused = server.settlements.settle(at(visit), claim);
        }
        case 2, 3 -> {
          String code = visit.code();
          if (!code.isEmpty()) {
            server.payBy(code);
          }
        }
        case 4 -> {
          if (!all.isEmpty()) {
            var unused = server.settlements.reverse(at(visit), all.getFirst().id(), "试验");
          }
        }
        case 5 -> {
          if (!all.isEmpty()) {
            Settlement one = all.getFirst();
            var unused =
                server.settlements.refund(
                    at(visit), one.id(), List.of(one.charges().getFirst()), "试验");
          }
        }
        case 6 -> {
          if (!all.isEmpty()) {
            var unused = server.settlements.own().defer(at(visit), all.getFirst().id());
          }
        }
        case 7 -> {
          // Past the bill: it would not know of it.
          for (Settlement.Money money :
              all.isEmpty() ? List.<Settlement.Money>of() : all.getFirst().money()) {
            var reply =
                server.call(
                    visit.clerk,
                    "Invoice/" + money.order() + "/$refund",
                    "reason",
                    "试验",
                    "key",
                    "k");
            assertThat(reply.status()).as(reply.text()).isEqualTo(422);
          }
        }
        default -> {
          var unused = server.settlements.tendDue() + server.payments.tendDue();
        }
      }
    } catch (Refusal refused) {
      // It was not the moment for it.
    } catch (SettlementServer.NotDone refused) {
      // Nor over HTTP; 503 is somebody who was first, or a channel that is silent.
      if (refused.status >= 500 && refused.status != 503) {
        throw refused;
      }
    }
  }
}
