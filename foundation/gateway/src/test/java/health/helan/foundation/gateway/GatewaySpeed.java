package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * How fast messages are committed end to end over MLLP with eight connections, beside the store's
 * own speed for the same resources. No test of the suite: {@code -Dtest=GatewaySpeed}. CPU is that
 * of this process (sender, gateway, store) and of PostgreSQL.
 */
class GatewaySpeed {
  private static final int CONNECTIONS = 8;
  private static final int MESSAGES = 2_000;
  private static final int ROUNDS = 2;

  private static String adt(int n) {
    return "MSH|^~\\&|HIS|HOSP|||20261101080000||ADT^A01|A%d|P|2.5\rEVN|A01|20261101080000\r"
            .formatted(n)
        + "PID|1||P%d^^^HOSP^MR||张^三||19800215|M|||解放街1号^^银川^宁夏^750001||13900000000\r".formatted(n)
        + "PV1|1|I|W1^2^3||||D1^李^医生||||||||||||V%d|||||||||||||||||||||||||20261101080000\r"
            .formatted(n);
  }

  private static String oru(int n, int patients) {
    var text =
        new StringBuilder(
            "MSH|^~\\&|LIS|HOSP|||20261101090000||ORU^R01|R%d|P|2.5\rPID|1||P%d^^^HOSP^MR||张^三\r"
                    .formatted(n, n % patients)
                + "OBR|1|O%d|F%d|58410-2^CBC^LN|||20261101083000|||||||||||||||20261101090000|||F\r"
                    .formatted(n, n));
    for (int i = 1; i <= 8; i++) {
      text.append(
          "OBX|%d|NM|%d-%d^Analyte %d^LN||%d.%d|g/L^^UCUM|1-9|N|||F\r"
              .formatted(i, 700 + i, i, i, n % 10, i));
    }
    return text.toString();
  }

  private static Duration cpu(GatewayForTests house) throws Exception {
    Duration own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    return ProcessHandle.current()
        .descendants()
        .map(child -> child.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(own, Duration::plus);
  }

  private static void report(String what, int count, long nanos, Duration cpu) {
    System.out.printf(
        Locale.ROOT,
        "%-46s %6d in %6.2f s: %7.0f/s, %6.2f CPU ms each%n",
        what,
        count,
        nanos / 1e9,
        count / (nanos / 1e9),
        cpu.toNanos() / 1e6 / count);
  }

  /** Shares the work out to as many threads as there are connections. */
  private static void parallel(int from, int to, Work work) throws Exception {
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      var all = new ArrayList<Future<?>>();
      for (int c = 0; c < CONNECTIONS; c++) {
        int first = from + c;
        Callable<Void> each =
            () -> {
              work.run(first, to);
              return null;
            };
        all.add(threads.submit(each));
      }
      for (Future<?> future : all) {
        future.get();
      }
    }
  }

  private interface Work {
    void run(int first, int to) throws Exception;
  }

  @Test
  void ofRowsAndDocumentsIsMeasured() throws Exception {
    try (GatewayForTests house = GatewayForTests.open()) {
      Feed list = house.feed("list", "{\"format\":\"table\",\"table\":\"residents\"}");
      Feed documents = house.feed("papers", "{\"format\":\"cda\"}");
      for (int round = 0; round < ROUNDS; round++) {
        var file = new StringBuilder("患者编号,姓名,性别,出生日期,联系电话,住址\n");
        for (int n = 0; n < MESSAGES; n++) {
          file.append("L%d-%d,张三,男,1980-02-15,13900000000,解放街1号\n".formatted(round, n));
        }
        Duration before = cpu(house);
        long begun = System.nanoTime();
        Receipt receipt =
            house.gateway.take(list, file.toString().getBytes(StandardCharsets.UTF_8), "127.0.0.1");
        assertThat(receipt.state()).isEqualTo(State.DONE);
        report("rows of a table", MESSAGES, System.nanoTime() - begun, cpu(house).minus(before));

        int count = MESSAGES / 10;
        int from = round * count;
        String summary = DocumentTests.file("summary.xml").replace("@CONF@", "N");
        before = cpu(house);
        begun = System.nanoTime();
        parallel(
            from,
            from + count,
            (first, to) -> {
              for (int n = first; n < to; n += CONNECTIONS) {
                String document =
                    summary
                        .replace("@PATIENT@", "D" + n)
                        .replace("SET-1", "SET-" + n)
                        .replace("DOC-@V@", "DOC-" + n)
                        .replace("@V@", "1");
                assertThat(house.take(documents, document).state()).isEqualTo(State.DONE);
              }
            });
        report(
            "documents (CDA, 15 resources)",
            count,
            System.nanoTime() - begun,
            cpu(house).minus(before));
      }
    }
  }

  @Test
  void isMeasured() throws Exception {
    try (GatewayForTests house = GatewayForTests.open()) {
      int port = GatewayForTests.freePort();
      Feed feed = house.feed("speed", "{\"port\":%d}".formatted(port));
      Committer committer = new Committer(house.store);
      for (int round = 0; round < ROUNDS; round++) {
        int start = round * MESSAGES;
        for (boolean results : List.of(false, true)) {
          Duration before = cpu(house);
          long begun = System.nanoTime();
          parallel(
              start,
              start + MESSAGES,
              (first, to) -> {
                try (MllpTests.Sender sender = MllpTests.Sender.to(port)) {
                  for (int n = first; n < to; n += CONNECTIONS) {
                    sender.send(results ? oru(n, start + MESSAGES) : adt(n));
                    assertThat(sender.answer()).contains("MSA|AA|");
                  }
                }
              });
          report(
              results ? "MLLP, ORU with 8 results" : "MLLP, ADT^A01",
              MESSAGES,
              System.nanoTime() - begun,
              cpu(house).minus(before));
        }
        // The same resources about other people, without journal, order, parsing and answering.
        for (boolean results : List.of(false, true)) {
          var prepared = new ArrayList<Gateway.Rehearsal>();
          for (int n = start; n < start + MESSAGES; n++) {
            String text = results ? oru(n, start + MESSAGES) : adt(n);
            String other =
                results
                    ? text.replace("||P", "||S").replace("|O" + n + "|F" + n, "|SO" + n + "|SF" + n)
                    : text.replace("||P", "||S").replace("|V" + n, "|SV" + n);
            prepared.add(
                house.gateway.rehearse(
                    feed,
                    other.getBytes(StandardCharsets.UTF_8),
                    null,
                    Gateway.Looking.AT_WHAT_IS_THERE));
          }
          Duration before = cpu(house);
          long begun = System.nanoTime();
          parallel(
              0,
              MESSAGES,
              (first, to) -> {
                for (int n = first; n < to; n += CONNECTIONS) {
                  committer.commit(
                      feed.caller(""), prepared.get(n).plans(), "speed" + results + start + n);
                }
              });
          report(
              results ? "store alone, the same of ORU" : "store alone, the same of ADT",
              MESSAGES,
              System.nanoTime() - begun,
              cpu(house).minus(before));
        }
      }
    }
  }

  /** A journal that keeps as many days does not grow: what is deleted is used again. */
  @Test
  void spaceIsUsedAgain() throws Exception {
    var settings =
        new Settings(
            64,
            8,
            Duration.ofHours(1),
            Duration.ofDays(30),
            Duration.ofSeconds(5),
            Duration.ofHours(1));
    try (GatewayForTests house =
        GatewayForTests.open(settings, new health.helan.foundation.store.content.ZstdCodec())) {
      Feed feed = house.feed("space", "{\"controlIds\":\"content\"}");
      for (int cycle = 1; cycle <= 5; cycle++) {
        int first = cycle * 100_000;
        parallel(
            0,
            10_000,
            (from, to) -> {
              for (int n = from; n < to; n += CONNECTIONS) {
                house.gateway.accept(
                    feed, adt(first + n).getBytes(StandardCharsets.UTF_8), "127.0.0.1");
              }
            });
        try (var connection = house.database.getConnection();
            var statement = connection.createStatement()) {
          statement.executeUpdate("update intake set state = 1 where state = 0");
          long full = size(statement);
          int gone = 0;
          int part;
          while ((part =
                  house.gateway.journal().forget(java.time.Instant.now().plusSeconds(60), 1000))
              > 0) {
            gone += part;
          }
          statement.execute("vacuum intake");
          statement.execute("vacuum intake_control");
          System.out.printf(
              Locale.ROOT,
              "cycle %d: %d messages, %d kB with them, %d kB after %d were deleted%n",
              cycle,
              10_000,
              full / 1024,
              size(statement) / 1024,
              gone);
        }
      }
    }
  }

  private static long size(java.sql.Statement statement) throws Exception {
    try (var rows =
        statement.executeQuery(
            "select pg_total_relation_size('intake') + pg_total_relation_size('intake_control')")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
