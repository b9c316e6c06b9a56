package health.helan.oversight.clearing;

import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.account.Posts;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.clearing.simulator.Plant;
import health.helan.oversight.clearing.simulator.SimulatedStatements;
import health.helan.oversight.clearing.simulator.StatementWriter;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Line;
import health.helan.oversight.ledger.Posting;
import health.helan.oversight.payment.Payables;
import health.helan.oversight.payment.PaymentFollower;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import health.helan.oversight.testing.OversightForTests;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * The API with clearing, the real access policy, ledger, payment and a simulated channel, on a real
 * PostgreSQL behind a real HTTP server. Days go on from test to test: what is closed stays closed.
 */
final class ClearingServer extends ApiForTests implements AutoCloseable {
  static final Caller ROOT = Caller.operator("root");
  static final Caller ANN = operator();
  static final Caller BOB = operator();

  static final String LAYOUT =
      """
      {"charset":"GB18030","columns":[{"name":"交易时间","holds":"time"},{"name":"订单号","holds":"key"},
        {"name":"关联号","holds":"reference"},{"name":"类型","holds":"flow"},{"name":"金额","holds":"amount"},
        {"name":"机构","holds":"institution"}],"payment":["支付"],"refund":["退款"],"skip":["撤销"],
        "summary":{"mark":"合计","count":1,"payments":2,"refunds":3}}\
      """;

  private static final LocalDate FIRST = LocalDate.of(2027, 1, 1);

  final ClockForTests clock = new ClockForTests();
  final HikariDataSource database;
  final RecordStore store;
  final Ledger ledger;
  final Signer signer;
  final Payments payments;
  final SimulatedChannel channel;
  final Clearing clearing;
  final Map<String, List<Entry>> told = new ConcurrentHashMap<>();
  private final AtomicInteger days = new AtomicInteger();
  private final TomcatForTests tomcat;

  ClearingServer() {
    database = OversightForTests.pool(PostgresForTests.storeDatabase(), 20);
    store =
        OversightForTests.store(database, new PaymentFollower(Map.of("Appointment", _ -> true)));
    ledger = new Ledger(database, clock);
    channel =
        new SimulatedChannel(
            "sim", "模拟", "Simulated", database, new byte[] {1}, clock, _ -> Fault.NONE);
    payments =
        new Payments(
            new Payments.Parts(
                store,
                database,
                ledger,
                new IndexKey(new byte[32]),
                List.of(new Fees()),
                List.of(channel),
                clock));
    signer = signer();
    var counterparts = new Counterparts(database, clock);
    clearing =
        new Clearing(
            new Clearing.Parts(
                database,
                ledger,
                List.of(new PaymentBook(database, Set.of("sim")), new Told()),
                List.of(
                    new SimulatedStatements(
                        channel,
                        () -> counterparts.layout("plain").layout(),
                        List.of(new Plant(Plant.Kind.LOST, 1_000_000_007, 1)))),
                new FinanceStaff(new Posts(store, database, clock)),
                signer,
                clock));
    var unused = counterparts.setLayout(ROOT, "plain", LAYOUT);
    List<FhirOperation> operations = new ArrayList<>();
    operations.addAll(ClearingOperations.all(clearing));
    tomcat =
        new TomcatForTests(
            OversightForTests.servlet(store, operations), caller(), this::statements);
  }

  private void statements(Tomcat tomcat) {
    Context context = (Context) tomcat.getHost().findChildren()[0];
    Tomcat.addServlet(context, "statements", new StatementServlet(store, clearing));
    context.addServletMappingDecoded("/statements/*", "statements");
  }

  static Signer signer() {
    try {
      var vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-vault").resolve("keystore"),
              "correct horse battery".toCharArray());
      var unused = vault.generate("seal", SignatureAlgorithm.SM2_SM3);
      return vault.signer("seal");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected String base() {
    return tomcat.base();
  }

  @Override
  public void close() {
    tomcat.close();
    store.close();
    database.close();
  }

  /** Counterparts of which tests say what we say. */
  private final class Told implements OwnBook {
    @Override
    public boolean concerns(Counterpart counterpart) {
      return told.containsKey(counterpart.name());
    }

    @Override
    public void entries(
        Counterpart counterpart, Instant from, Instant before, Consumer<Entry> into) {
      for (Entry entry : told.getOrDefault(counterpart.name(), List.of())) {
        if (!entry.at().isBefore(from) && entry.at().isBefore(before)) {
          into.accept(entry);
        }
      }
    }
  }

  /** What is paid for: an Appointment, whose description names hospital, patient and fen. */
  private final class Fees implements Payables {
    @Override
    public boolean concerns(String type) {
      return type.equals("Appointment");
    }

    @Override
    public Due due(Caller caller, String reference) {
      String[] words = dues.getOrDefault(reference, "").split(" ");
      return new Due(
          words[0], words[1], Long.parseLong(words[2]), "挂号费", clock.instant().plusSeconds(900));
    }

    @Override
    public Standing standing(String reference) {
      return new Standing.Kept();
    }

    @Override
    public Standing paid(String reference) {
      return new Standing.Kept();
    }
  }

  private final Map<String, String> dues = new ConcurrentHashMap<>();

  /** Somebody pays a hospital by the simulated channel. */
  String pay(String hospital, long fen) {
    String patient = created(ROOT, "{'resourceType':'Patient','name':[{'text':'试验'}]}");
    String reference = "Appointment/" + UUID.randomUUID();
    dues.put(reference, patient + " " + hospital + " " + fen);
    var order = payments.pay(ROOT, reference, "sim");
    for (var signed :
        channel.pay(java.util.Objects.requireNonNull(order.attempts().getFirst().code()), true)) {
      payments.notified("sim", signed.body(), signed.headers()::get);
    }
    return order.id();
  }

  /** Somebody pays hospitals at once; ids of the orders. */
  List<String> payTogether(List<String> hospitals, long fen) {
    String patient = created(ROOT, "{'resourceType':'Patient','name':[{'text':'试验'}]}");
    List<String> references = new ArrayList<>();
    for (String hospital : hospitals) {
      references.add("Appointment/" + UUID.randomUUID());
      dues.put(references.getLast(), patient + " " + hospital + " " + fen);
    }
    var orders = payments.pay(ROOT, references, "sim");
    String code = java.util.Objects.requireNonNull(orders.getFirst().attempts().getFirst().code());
    for (var signed : channel.pay(code, true)) {
      payments.notified("sim", signed.body(), signed.headers()::get);
    }
    return orders.stream().map(health.helan.oversight.payment.Order::id).toList();
  }

  // ------------------------------------------------------------------ what tests need

  /** A day that no test has seen, two weeks after the last; it is noon of it. */
  LocalDate newDay() {
    LocalDate day = FIRST.plusDays(14L * days.getAndIncrement());
    at(day, LocalTime.NOON);
    return day;
  }

  void at(LocalDate day, LocalTime time) {
    clock.at(day.atTime(time).atZone(StatementReader.BEIJING).toInstant());
  }

  static Instant instant(LocalDate day, String time) {
    return day.atTime(LocalTime.parse(time)).atZone(StatementReader.BEIJING).toInstant();
  }

  /** A payer of its own with terms; we say what the ledger says. */
  Counterpart payer(String rules) {
    var counterpart =
        new Counterpart(AccountKind.PAYER, "p-" + UUID.randomUUID().toString().substring(0, 8));
    terms(counterpart, rules);
    return counterpart;
  }

  /** One of which the test says what we say. */
  Counterpart told(String rules, Entry... ours) {
    Counterpart counterpart = payer(rules);
    told.put(counterpart.name(), List.of(ours));
    return counterpart;
  }

  void terms(Counterpart counterpart, String rules) {
    var unused =
        clearing
            .counterparts()
            .setTerms(
                ROOT,
                counterpart,
                """
                {"zh":"试验","en":"Test","layout":"plain","lists":"plain","rules":[%s],"window-seconds":120,
                  "advance-percent":80}\
                """
                    .formatted(rules));
  }

  /** A bill that a payer owes a hospital from now on. */
  String bill(Counterpart payer, String hospital, long fen) {
    String bill = Ids.next(ThreadLocalRandom.current().nextInt(Ids.HOMES));
    var unused =
        ledger.post(
            new Posting(
                bill,
                "settled",
                new Line.Move(
                    payer.account(), Account.of(AccountKind.INSTITUTION, hospital), fen)));
    return bill;
  }

  static Entry entry(String key, String reference, String hospital, long fen, Instant at) {
    return new Entry(fen > 0 ? Flow.PAYMENT : Flow.REFUND, key, reference, hospital, fen, at);
  }

  byte[] file(Entry... lines) {
    return file(false, lines);
  }

  byte[] file(boolean isGzip, Entry... lines) {
    var out = new ByteArrayOutputStream();
    try {
      new StatementWriter(Layout.parse(LAYOUT)).write(List.of(lines), out, isGzip);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  Statement take(Counterpart counterpart, LocalDate day, Entry... lines) {
    return take(counterpart, day, "", false, file(lines));
  }

  Statement take(
      Counterpart counterpart, LocalDate day, String institution, boolean replaces, byte[] file) {
    return clearing
        .statements()
        .take(ROOT, counterpart, day, institution, replaces, new ByteArrayInputStream(file));
  }

  /** Takes what they say and matches; it is the next morning then. */
  Book reconciled(Counterpart counterpart, LocalDate day, Entry... theirs) {
    at(day.plusDays(1), LocalTime.of(6, 0));
    var unused = take(counterpart, day, theirs);
    return clearing.reconciliation().reconcile(counterpart, day);
  }

  /** Cases of a counterpart that are not closed. */
  List<Case> open(Counterpart counterpart, LocalDate day) {
    return clearing
        .cases()
        .list(new Cases.Filter(day.minusDays(10), day.plusDays(10), counterpart, null, null));
  }

  void execute(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  long number(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
