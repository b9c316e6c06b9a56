package health.helan.oversight.settlement;

import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.account.Posts;
import health.helan.oversight.books.BookOperations;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.credit.CreditRule;
import health.helan.oversight.credit.Credits;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.PaymentFollower;
import health.helan.oversight.payment.PaymentOperations;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.simulator.SimulatedPayer;
import health.helan.oversight.testing.OversightForTests;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * The API with settlement, payment, credit, the real access policy, ledger and simulated payers and
 * channel, on a real PostgreSQL behind a real HTTP server.
 */
final class SettlementServer extends ApiForTests {
  private static final class Running {
    static final SettlementServer SERVER = new SettlementServer();

    private Running() {}
  }

  static final Caller ROOT = Caller.operator("root");

  final ClockForTests clock = new ClockForTests();
  final HikariDataSource database;
  final RecordStore store;
  final Ledger ledger;
  final Credits credits;
  final PriceBook prices;
  final RuleBook rules;
  final SimulatedChannel channel;
  final Payments payments;
  final Settlements settlements;

  /** What goes wrong next with what payers are asked; nothing after that. */
  final Map<String, Queue<SimulatedPayer.Fault>> faults = new ConcurrentHashMap<>();

  /** What goes wrong next with the channel. */
  final Map<String, Queue<health.helan.oversight.payment.simulator.Fault>> channelFaults =
      new ConcurrentHashMap<>();

  private final String base;

  static SettlementServer get() {
    return Running.SERVER;
  }

  private SettlementServer() {
    database = OversightForTests.pool(PostgresForTests.emptyDatabase(), 20);
    store =
        OversightForTests.store(
            database,
            WriteFollower.all(
                new PaymentFollower(Map.of("Appointment", _ -> true)), new SettlementFollower()));
    ledger = new Ledger(database, clock);
    credits = new Credits(database, CreditRule.DEFAULT, clock);
    prices = new PriceBook(database, true, clock);
    rules = new RuleBook(database, true, clock);
    channel =
        new SimulatedChannel(
            "union-sim",
            "银联",
            "UnionPay",
            database,
            new byte[32],
            clock,
            act -> {
              var next = channelFaults.get(act);
              var fault = next == null ? null : next.poll();
              return fault == null ? health.helan.oversight.payment.simulator.Fault.NONE : fault;
            });
    Payments[] late = new Payments[1];
    settlements = settlements(new SimulatedPayer(database, clock, this::fault), () -> late[0]);
    payments =
        new Payments(
            new Payments.Parts(
                store,
                database,
                ledger,
                new IndexKey(new byte[32]),
                List.of(settlements.own()),
                List.of(channel),
                clock));
    late[0] = payments;
    List<FhirOperation> operations = new ArrayList<>();
    operations.addAll(PaymentOperations.all(payments));
    operations.addAll(SettlementOperations.all(settlements, prices, rules, clock));
    operations.addAll(BookOperations.all(ledger, settlements.staff, clock));
    base = new TomcatForTests(OversightForTests.servlet(store, operations), caller()).base();
  }

  /** Another instance on the same database, as after a restart. */
  Settlements settlements(Payer payer, java.util.function.Supplier<Payments> of) {
    return new Settlements(
        new Settlements.Parts(
            store,
            database,
            ledger,
            new IndexKey(new byte[32]),
            prices,
            rules,
            credits,
            List.of(payer),
            new FinanceStaff(new Posts(store, database, clock)),
            _ -> false,
            of,
            clock));
  }

  SimulatedPayer payer(Function<String, SimulatedPayer.Fault> faulty) {
    return new SimulatedPayer(database, clock, faulty);
  }

  private SimulatedPayer.Fault fault(String act) {
    Queue<SimulatedPayer.Fault> next = faults.get(act);
    SimulatedPayer.Fault fault = next == null ? null : next.poll();
    return fault == null ? SimulatedPayer.Fault.NONE : fault;
  }

  void wrong(String act, SimulatedPayer.Fault... next) {
    faults.put(act, new ConcurrentLinkedQueue<>(List.of(next)));
  }

  @Override
  protected String base() {
    return base;
  }

  // ------------------------------------------------------------------ what tests need

  /** An answer that a test could not go on with. */
  static final class NotDone extends AssertionError {
    private static final long serialVersionUID = 1L;
    final int status;

    NotDone(Reply reply) {
      super(reply.text());
      status = reply.status();
    }
  }

  /** Gives somebody a post at an institution, as its own system does. */
  void post(Caller system, Caller holder, String code) {
    created(
        system,
        """
        {'resourceType':'PractitionerRole','practitioner':{'reference':'Practitioner/%s'},
          'organization':{'reference':'Organization/%s'},'code':[{'coding':[{'system':'%s','code':'%s'}]}]}\
        """
            .formatted(holder.binding().practitioner(), system.institution(), Posts.SYSTEM, code));
  }

  /** A resident who was seen at a hospital of the third level, and who is insured by whom. */
  final class Visit {
    final String hospital = "h-" + UUID.randomUUID();
    final String bureau;
    final Caller system = ApiForTests.system(hospital);
    final Caller clerk = practitioner("c-" + hospital, hospital);
    final String patient;
    final Caller self;
    final String encounter;

    /** The same resident, seen at another hospital. */
    Visit(Visit before) {
      patient = before.patient;
      self = before.self;
      bureau = before.bureau;
      encounter = encounter("AMB");
    }

    /**
     * @param covers codes of coverage: 310, 390, assistance …
     */
    Visit(String encounterClass, String... covers) {
      bureau = "b-" + UUID.randomUUID();
      created(ROOT, "{'resourceType':'Organization','id':'%s','name':'医保局'}".formatted(bureau));
      patient = created(system, "{'resourceType':'Patient','name':[{'text':'试验'}]}");
      self = resident(patient);
      for (String cover : covers) {
        created(
            ApiForTests.system(bureau),
            """
            {'resourceType':'Coverage','status':'active','type':{'coding':[{'code':'%s'}]},'identifier':[{'value':'N1'}],
              'beneficiary':{'reference':'Patient/%s'},'payor':[{'reference':'Organization/%s'}]}\
            """
                .formatted(cover, patient, bureau));
      }
      encounter = encounter(encounterClass);
    }

    private String encounter(String encounterClass) {
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','name':'试验医院','extension':[{
            'url':'https://helan.health/fhir/StructureDefinition/institution-level',
            'valueCoding':{'code':'3A'}}]}\
          """
              .formatted(hospital));
      post(system, clerk, FinanceStaff.OFFICER);
      return created(
          system,
          """
          {'resourceType':'Encounter','status':'finished','class':{'code':'%s'},
            'subject':{'reference':'Patient/%s'},'serviceProvider':{'reference':'Organization/%s'}}\
          """
              .formatted(encounterClass, patient, hospital));
    }

    /** An open charge of today. */
    String charge(String code, int quantity) {
      return charge(code, quantity, today().toString(), "");
    }

    String charge(String code, int quantity, String day, String more) {
      return created(
          system,
          """
          {'resourceType':'ChargeItem','status':'billable','code':{'coding':[{'system':'urn:x','code':'%s'}]},
            'subject':{'reference':'Patient/%s'},'context':{'reference':'Encounter/%s'},%s
            'occurrenceDateTime':'%s','performingOrganization':{'reference':'Organization/%s'},'quantity':{'value':%d}}\
          """
              .formatted(code, patient, encounter, more, day, hospital, quantity));
    }

    /** Reckoned; the answer's bill. */
    tools.jackson.databind.JsonNode presettled(String... pairs) {
      Reply reply = call(clerk, "Patient/" + patient + "/$presettle", pairs);
      if (reply.status() != 200) {
        throw new AssertionError(reply.text());
      }
      return reply.all("bill").getFirst();
    }

    Reply settle(String claim) {
      return call(clerk, "Claim/" + claim + "/$settle");
    }

    /** Reckoned and settled; id of the Claim. */
    String settled() {
      String claim = part(presettled(), "number");
      Reply reply = settle(claim);
      if (reply.status() != 200) {
        throw new AssertionError(reply.text());
      }
      return claim;
    }

    String status(String charge) {
      return get(ROOT, "ChargeItem/" + charge).json().path("status").asString("");
    }

    /** Collects all open bills and asks the channel; what the page shows. */
    String code() {
      Reply collected = call(self, "Patient/" + patient + "/$collect-bills");
      if (collected.status() != 200) {
        throw new NotDone(collected);
      }
      List<String> pairs = new ArrayList<>(List.of("channel", "union-sim"));
      for (var payable : collected.all("payable")) {
        pairs.addAll(List.of("payable", payable.at("/valueReference/reference").asString("")));
      }
      Reply reply = call(self, "$pay", pairs.toArray(String[]::new));
      if (reply.status() != 200) {
        throw new NotDone(reply);
      }
      return part(reply.all("order").getFirst(), "code");
    }

    void pay() {
      payBy(code());
    }

    /** What the hospital is owed. */
    long owed() {
      return ledger
          .balance(Account.of(AccountKind.INSTITUTION, hospital))
          .of(AccountKind.INSTITUTION);
    }

    /** What a payer owes. */
    long owedBy(PayerKind kind) {
      return ledger
          .balance(Account.of(AccountKind.PAYER, bureau + "." + kind.code()))
          .of(AccountKind.PAYER);
    }
  }

  LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), PriceItem.BEIJING);
  }

  void payBy(String code) {
    for (SimulatedChannel.Signed signed : channel.pay(code, true)) {
      payments.notified("union-sim", signed.body(), signed.headers()::get);
    }
  }

  Settlement row(String claim) {
    return settlements.find(claim);
  }

  /** Everything that is due up to a moment. */
  void until(Duration ahead) {
    clock.ahead(ahead);
    for (int i = 0; i < 50 && settlements.tendDue() + payments.tendDue() > 0; i++) {
      // Until nothing is due any more.
    }
    credits.tendDue();
  }

  long number(String sql) {
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
