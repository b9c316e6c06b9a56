package health.helan.foundation.residents.card;

import health.helan.foundation.residents.card.CardServer.Desk;
import health.helan.foundation.residents.card.CardServer.Person;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * What a code costs: {@code mvn … -Dtest=CardSpeed}. Latency on one connection by HTTP, everything
 * on one machine; and of the parts without HTTP.
 */
class CardSpeed {
  private static final CardServer SERVER = CardServer.get();
  private static final int ROUNDS = 1_000;

  @Test
  void measure() {
    List<Person> people = new ArrayList<>();
    List<Desk> desks = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      people.add(SERVER.holder());
    }
    for (int i = 0; i < 10; i++) {
      desks.add(SERVER.desk("identify", false));
    }
    for (int round = 0; round < 2; round++) {
      // The first warms up; of each card no more codes than its pace allows.
      SERVER.clock.ahead(java.time.Duration.ofSeconds(70L * round));
      long[] issue = new long[ROUNDS];
      long[] scan = new long[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        Person person = people.get(i % people.size());
        long start = System.nanoTime();
        String code = SERVER.code(person);
        issue[i] = System.nanoTime() - start;
        Desk desk = desks.get(i % desks.size());
        String stamp = SERVER.stamp();
        String proof = desk.proof("scan", stamp, "identify\n" + code);
        start = System.nanoTime();
        int status =
            SERVER
                .call(
                    desk.system(),
                    "$scan-card",
                    "terminal",
                    desk.id(),
                    "scene",
                    "identify",
                    "code",
                    code,
                    "stamp",
                    stamp,
                    "proof",
                    proof)
                .status();
        scan[i] = System.nanoTime() - start;
        if (status != 200) {
          throw new AssertionError(status);
        }
      }
      tell("$health-code", issue);
      tell("$scan-card", scan);
      long handle = 77;
      long[] sign = new long[ROUNDS];
      long[] verify = new long[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        long start = System.nanoTime();
        Code code = SERVER.cards.keys.code(Code.Kind.DYNAMIC, handle, SERVER.clock.instant(), 60);
        sign[i] = System.nanoTime() - start;
        start = System.nanoTime();
        Code read = Code.parse(code.text());
        CardKeys.Key key =
            java.util.Objects.requireNonNull(SERVER.cards.keys.verifying(read.key()));
        if (!CardKeys.isSigned(key, read) || CardKeys.handle(key, read) != handle) {
          throw new AssertionError();
        }
        verify[i] = System.nanoTime() - start;
      }
      tell("sign", sign);
      tell("verify and open", verify);
    }
    SERVER.clock.ahead(java.time.Duration.ZERO);
  }

  private static void tell(String what, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%-16s p50 %.2f ms, p95 %.2f ms%n",
        what,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 95 / 100] / 1e6);
  }
}
