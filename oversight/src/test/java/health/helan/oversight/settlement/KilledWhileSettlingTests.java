package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.KilledPostgres;
import health.helan.foundation.trust.account.Posts;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.credit.CreditRule;
import health.helan.oversight.credit.Credits;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.Order;
import health.helan.oversight.payment.PaymentFollower;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.simulator.SimulatedPayer;
import health.helan.oversight.testing.OversightForTests;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL is killed with -9 while four threads settle, collect own money and reverse. Afterwards
 * the clock alone brings every bill to its end: the books are balanced, payers pay what they say,
 * the channel has what residents paid, no charge is in two bills.
 */
class KilledWhileSettlingTests {
  private static final int KILLS = Boolean.getBoolean("helan.test.full") ? 8 : 1;
  private static final String HOSPITAL = "h-1";
  private static final String BUREAU = "b-1";
  private static final Caller ROOT = Caller.platform("test");
  private static final Caller CLERK = ROOT.asPlatformOf(HOSPITAL);

  private final ClockForTests clock = new ClockForTests();
  private final Random random = new Random();
  private final Queue<String> patients = new ConcurrentLinkedQueue<>();
  private final AtomicInteger done = new AtomicInteger();
  private KilledPostgres killed = new KilledPostgres(Path.of(""), 0);

  @Test
  void leavesNoBillWithoutItsEnd(@TempDir Path given) throws Exception {
    killed = KilledPostgres.in(given);
    EmbeddedPostgres postgres = killed.start();
    try (HikariDataSource pool = OversightForTests.pool(killed.source(), 12);
        RecordStore store = store(pool)) {
      var region = new Region(pool, store);
      List<String> all = region.residents(14 * KILLS);
      patients.addAll(all);
      for (int kill = 0; kill < KILLS; kill++) {
        int before = done.get();
        var goOn = new AtomicBoolean(true);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          threads.add(Thread.ofPlatform().start(() -> work(region, goOn)));
        }
        waitFor(before + 4);
        Thread.sleep(random.nextInt(300));
        killed.kill();
        goOn.set(false);
        postgres.close();
        postgres = killed.start();
        pool.getHikariPoolMXBean().softEvictConnections();
        for (Thread thread : threads) {
          thread.join();
        }
        assertThat(region.ledger.check()).isEmpty();
      }
      for (int minutes : new int[] {1, 5, 31, 60, 120}) {
        clock.ahead(Duration.ofMinutes(minutes));
        for (int i = 0;
            i < 50 && region.settlements.tendDue() + region.payments.tendDue() > 0;
            i++) {
          // Until nothing is due any more.
        }
      }
      List<String> claims = new ArrayList<>();
      for (String patient : all) {
        region.settlements.ofPatient(ROOT, patient).forEach(one -> claims.add(one.id()));
      }
      assertThat(claims).hasSizeGreaterThan(4);
      Whole.check(
          pool,
          region.ledger,
          region.settlements::find,
          claims,
          Set.of(HOSPITAL),
          Arrays.stream(PayerKind.values())
              .map(kind -> BUREAU + "." + kind.code())
              .collect(Collectors.toSet()));
      assertThat(region.ledger.check()).isEmpty();
    } finally {
      postgres.close();
    }
  }

  private void work(Region region, AtomicBoolean goOn) {
    while (goOn.get()) {
      String patient = patients.poll();
      if (patient == null) {
        return;
      }
      try {
        region.bill(patient, random.nextInt(3));
        done.incrementAndGet();
      } catch (RuntimeException cut) {
        // How far it came is not known: the clock finds out.
      }
    }
  }

  private void waitFor(int number) throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (done.get() < number) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("nothing is settled any more");
      }
      Thread.sleep(10);
    }
  }

  /** A platform on the database that is killed. */
  private final class Region {
    final RecordStore store;
    final Ledger ledger;
    final SimulatedChannel channel;
    final Payments payments;
    final Settlements settlements;

    Region(HikariDataSource pool, RecordStore store) {
      this.store = store;
      ledger = new Ledger(pool, clock);
      var credits = new Credits(pool, CreditRule.DEFAULT, clock);
      channel =
          new SimulatedChannel(
              "union-sim", "银联", "UnionPay", pool, new byte[32], clock, _ -> Fault.NONE);
      Payments[] late = new Payments[1];
      settlements =
          new Settlements(
              new Settlements.Parts(
                  store,
                  pool,
                  ledger,
                  new IndexKey(new byte[32]),
                  new PriceBook(pool, true, clock),
                  new RuleBook(pool, true, clock),
                  credits,
                  List.of(new SimulatedPayer(pool, clock, _ -> SimulatedPayer.Fault.NONE)),
                  new FinanceStaff(new Posts(store, pool, clock)),
                  _ -> false,
                  () -> late[0],
                  clock));
      payments =
          new Payments(
              new Payments.Parts(
                  store,
                  pool,
                  ledger,
                  new IndexKey(new byte[32]),
                  List.of(settlements.own()),
                  List.of(channel),
                  clock));
      late[0] = payments;
    }

    private String create(String json, String hint) {
      var tree = Json.MAPPER.readTree(json.replace('\'', '"'));
      return store
          .write(
              CLERK,
              new Interaction.Create(
                  tree.path("resourceType").asString(),
                  Interaction.Body.of((tools.jackson.databind.node.ObjectNode) tree),
                  null,
                  null,
                  hint.isEmpty() ? null : hint))
          .id();
    }

    List<String> residents(int number) {
      for (String id : List.of(HOSPITAL, BUREAU)) {
        var unused =
            store.write(
                ROOT,
                new Interaction.Update(
                    "Organization",
                    id,
                    null,
                    Interaction.Body.of(
                        Json.MAPPER
                            .createObjectNode()
                            .put("resourceType", "Organization")
                            .put("id", id)
                            .put("name", "试验")),
                    null,
                    false,
                    null,
                    null));
      }
      List<String> made = new ArrayList<>();
      String day = java.time.LocalDate.ofInstant(clock.instant(), PriceItem.BEIJING).toString();
      for (int i = 0; i < number; i++) {
        String patient = create("{'resourceType':'Patient','name':[{'text':'试验'}]}", "");
        String of = "Patient/" + patient;
        create(
            """
            {'resourceType':'Coverage','status':'active','type':{'coding':[{'code':'390'}]},
              'beneficiary':{'reference':'%s'},'payor':[{'reference':'Organization/%s'}]}\
            """
                .formatted(of, BUREAU),
            of);
        for (String code : List.of("2508", "2103")) {
          create(
              """
              {'resourceType':'ChargeItem','status':'billable','code':{'coding':[{'code':'%s'}]},
                'subject':{'reference':'%s'},'occurrenceDateTime':'%s',
                'performingOrganization':{'reference':'Organization/%s'},'quantity':{'value':3}}\
              """
                  .formatted(code, of, day, HOSPITAL),
              of);
        }
        made.add(patient);
      }
      return made;
    }

    /** Settled, paid, and one in three taken back, one in three in part. */
    void bill(String patient, int what) {
      String claim = settlements.presettle(CLERK, patient, null, List.of(), List.of()).id();
      var settled = settlements.settle(CLERK, claim);
      String payable = "Account/" + settlements.own().collect(CLERK, patient, List.of()).getFirst();
      Order order = payments.pay(CLERK, payable, "union-sim");
      String code =
          order.attempts().stream()
              .map(Order.Attempt::code)
              .filter(Objects::nonNull)
              .findFirst()
              .orElse("");
      for (SimulatedChannel.Signed signed : channel.pay(code, true)) {
        payments.notified("union-sim", signed.body(), signed.headers()::get);
      }
      if (what == 1) {
        var unused = settlements.reverse(CLERK, claim, "试验");
      } else if (what == 2) {
        var unused = settlements.refund(CLERK, claim, List.of(settled.charges().getFirst()), "试验");
      }
    }
  }

  private static RecordStore store(HikariDataSource pool) {
    return OversightForTests.store(
        pool,
        WriteFollower.all(
            new PaymentFollower(Map.of("Appointment", _ -> true)), new SettlementFollower()));
  }
}
