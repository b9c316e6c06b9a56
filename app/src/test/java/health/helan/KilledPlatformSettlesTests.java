package health.helan;

import static health.helan.DemoRegion.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.DemoRegion.Person;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The platform is killed with -9 while a hospital settles, a resident pays and bills are taken
 * back, all over HTTP. Started again it brings by itself to an end what was under way; nothing is
 * charged, paid or booked twice, and nothing is lost.
 */
class KilledPlatformSettlesTests {
  private static final int KILLS = Boolean.getBoolean("helan.test.full") ? 8 : 2;
  private static final int A_ROUND = 6;

  /** What was only reckoned asked nobody for anything, and lapses in half an hour. */
  private static final Set<String> ENDS = Set.of("settled", "reversed", "presettled", "lapsed");

  private final Random random = new Random();
  private final Queue<Begun> begun = new ConcurrentLinkedQueue<>();
  private final Queue<AssertionError> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger done = new AtomicInteger();

  /** A bill, and the number of the resident whose it is. */
  private record Begun(int resident, String claim) {}

  private record People(List<Person> residents, Person hospital) {
    People on(DemoRegion region) {
      return new People(residents.stream().map(region::again).toList(), region.again(hospital));
    }
  }

  @Test
  void leavesNoBillWithoutItsEnd(@TempDir Path folder) throws Exception {
    DemoRegion region = DemoRegion.start(Map.of(), folder.resolve("data"));
    try {
      List<Person> residents =
          Stream.of(DemoRegion.MA_XIULAN, DemoRegion.WANG_FANG, DemoRegion.DING_ZHIMING)
              .map(region::resident)
              .toList();
      String institution = region.staff("doctor1").me().path("institution").asString();
      for (Person resident : residents) {
        RegionBills.insured(region.root, resident.self(), institution);
      }
      var people = new People(residents, region.system("killed-his", institution));
      for (int kill = 0; kill < KILLS; kill++) {
        killedAtWork(region, people);
        region = DemoRegion.again(folder.resolve("data"));
        people = people.on(region);
      }
      brought(people);
      booked(region);
      assertThat(region.verify().output()).contains("The ledger adds up");
    } finally {
      region.close();
    }
  }

  /** Each resident's bills one after another, of all residents at the same time. */
  private void killedAtWork(DemoRegion region, People people) throws InterruptedException {
    int before = done.get();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < people.residents.size(); i++) {
      int resident = i;
      Queue<String> open = new ArrayDeque<>();
      for (int number = 0; number < A_ROUND; number++) {
        String patient = people.residents.get(i).self();
        open.add("ChargeItem/" + RegionBills.charge(people.hospital, patient, null, "2103"));
      }
      threads.add(Thread.ofVirtual().start(() -> work(people, resident, open)));
    }
    long until = System.nanoTime() + 60_000_000_000L;
    while (done.get() < before + people.residents.size() && faults.isEmpty()) {
      assertThat(System.nanoTime()).as("something is settled").isLessThan(until);
      Thread.sleep(10);
    }
    Thread.sleep(random.nextInt(400));
    region.kill();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(faults).isEmpty();
    assertThat(done.get())
        .as("it died at work")
        .isLessThan(before + A_ROUND * people.residents.size());
  }

  private void work(People people, int resident, Queue<String> open) {
    try {
      for (String charge = open.poll(); charge != null; charge = open.poll()) {
        String claim = settled(people, resident, charge);
        paid(people.residents.get(resident), claim);
        if (random.nextInt(3) == 0) {
          ok(people.hospital.call(claim + "/$reverse", "reason", "试验"));
        }
        done.incrementAndGet();
      }
    } catch (UncheckedIOException killed) {
      // How far it came is not known.
    } catch (AssertionError fault) {
      faults.add(fault);
    }
  }

  private String presettled(People people, int resident, String charge) {
    String patient = people.residents.get(resident).self();
    Reply bill = ok(people.hospital.call(patient + "/$presettle", "charge", charge));
    String claim = ApiForTests.part(bill.all("bill").getFirst(), "claim");
    begun.add(new Begun(resident, claim));
    return claim;
  }

  /** Reckoned anew when the bill before, which is taken back meanwhile, changes the year's sums. */
  private String settled(People people, int resident, String charge) {
    String claim = presettled(people, resident, charge);
    Reply settled = people.hospital.call(claim + "/$settle");
    while (settled.status() == 422) {
      claim = presettled(people, resident, charge);
      settled = people.hospital.call(claim + "/$settle");
    }
    ok(settled);
    return claim;
  }

  private static void paid(Person resident, String claim) {
    String payable =
        ok(resident.call(resident.self() + "/$collect-bills", "claim", claim)).value("payable");
    var unused = RegionBills.pays(resident, payable);
  }

  /** Each bill that was begun gets its end: by itself, or where a person has to act, by that. */
  private void brought(People people) throws InterruptedException {
    for (Begun one : begun) {
      String claim = one.claim;
      long until = System.nanoTime() + 60_000_000_000L;
      String state = state(people, claim);
      while (!ENDS.contains(state)) {
        assertThat(System.nanoTime()).as("%s is %s", claim, state).isLessThan(until);
        switch (state) {
          case "owing" -> paid(people.residents.get(one.resident), claim);
          default -> Thread.sleep(200);
        }
        state = state(people, claim);
      }
    }
  }

  private static String state(People people, String claim) {
    JsonNode bill = ok(people.hospital.get(claim + "/$bill")).all("bill").getFirst();
    return ApiForTests.part(bill, "state");
  }

  /** In the tables: what the answers may hide. */
  private void booked(DemoRegion region) throws Exception {
    String ours =
        begun.stream()
            .map(one -> one.claim.substring("Claim/".length()))
            .collect(Collectors.joining("','", "('", "')"));
    assertThat(
            region.count(
                "select count(*) from ledger_transfer r where r.reserved > 0 and r.intent in "
                    + ours
                    + " and not exists (select from ledger_transfer e where e.home = r.home"
                    + " and e.intent = r.intent and e.resolves_step = r.step and e.resolves_line = r.line)"))
        .as("nothing is set aside any more")
        .isZero();
    assertThat(
            region.count(
                "select coalesce(sum(fen), 0) from simulated_payer where state = 1 and substr(id, 1, 21) in "
                    + ours))
        .as("payers pay what the bills say that stand")
        .isPositive()
        .isEqualTo(
            region.count(
                "select coalesce(sum(p.fen), 0) from settlement_share p join settlement s"
                    + " on s.home = p.home and s.id = p.settlement where s.state = 6 and s.id in "
                    + ours));
    assertThat(
            region.count(
                "select coalesce(sum(fen - refunded), 0) from simulated_payment where state = 1 and substr(id, 1, 21) in"
                    + " (select order_id from settlement_money where settlement in "
                    + ours
                    + ")"))
        .as("the channel has what residents paid for them")
        .isPositive()
        .isEqualTo(
            region.count(
                "select coalesce(sum(own), 0) from settlement where state = 6 and id in " + ours));
  }
}
