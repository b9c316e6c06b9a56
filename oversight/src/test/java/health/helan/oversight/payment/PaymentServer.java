package health.helan.oversight.payment;

import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import health.helan.oversight.testing.OversightForTests;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The API with payment, the real access policy, ledger and simulated channels, on a real PostgreSQL
 * behind a real HTTP server. What is paid for are Appointments, their fee in fen as the comment.
 */
final class PaymentServer extends ApiForTests {
  private static final class Running {
    static final PaymentServer SERVER = new PaymentServer();

    private Running() {}
  }

  static final Caller ROOT = Caller.operator("root");
  static final Duration HOLD = Duration.ofMinutes(15);

  final ClockForTests clock = new ClockForTests();
  final HikariDataSource database;
  final RecordStore store;
  final Ledger ledger;
  final Payments payments;
  final Map<String, SimulatedChannel> channels = new ConcurrentHashMap<>();

  /** What goes wrong next with an act, in this order; nothing after that. */
  final Map<String, Queue<Fault>> faults = new ConcurrentHashMap<>();

  /** Percent of the fee that goes back when an Appointment is cancelled. */
  volatile int percent = 100;

  private final String base;

  static PaymentServer get() {
    return Running.SERVER;
  }

  private PaymentServer() {
    database = OversightForTests.pool(PostgresForTests.emptyDatabase(), 20);
    store =
        OversightForTests.store(database, new PaymentFollower(Map.of("Appointment", _ -> true)));
    ledger = new Ledger(database, clock);
    List<PaymentChannel> all = new ArrayList<>();
    for (String code : List.of("wechat-sim", "union-sim")) {
      var channel =
          new SimulatedChannel(
              code,
              "模拟" + code,
              "Simulated " + code,
              database,
              "a key of the channel".getBytes(StandardCharsets.UTF_8),
              clock,
              this::fault);
      channels.put(code, channel);
      all.add(channel);
    }
    all.add(new Single(all.getFirst()));
    payments =
        new Payments(
            new Payments.Parts(
                store,
                database,
                ledger,
                new IndexKey(new byte[32]),
                List.of(new Bookings()),
                all,
                clock));
    List<FhirOperation> operations = new ArrayList<>();
    operations.addAll(PaymentOperations.all(payments));
    base = new TomcatForTests(OversightForTests.servlet(store, operations), caller()).base();
  }

  /** A channel that takes one payment at a time. */
  private record Single(PaymentChannel of) implements PaymentChannel {
    @Override
    public String code() {
      return "single";
    }

    @Override
    public String name(String language) {
      return "single";
    }

    @Override
    public Standing create(String key, long fen, String what, Instant until) {
      return of.create(key, fen, what, until);
    }

    @Override
    public Standing query(String key) {
      return of.query(key);
    }

    @Override
    public Standing close(String key) {
      return of.close(key);
    }

    @Override
    public Returned refund(String refundKey, String key, long fen) {
      return of.refund(refundKey, key, fen);
    }

    @Override
    public Notification read(byte[] body, UnaryOperator<@Nullable String> header) {
      return of.read(body, header);
    }
  }

  /** The platform is gone: nothing of it catches that. */
  static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Dies before a channel is asked for money. */
  volatile boolean dies;

  private Fault fault(String act) {
    if (dies && act.equals("create")) {
      throw new Died();
    }
    Queue<Fault> next = faults.get(act);
    Fault fault = next == null ? null : next.poll();
    return fault == null ? Fault.NONE : fault;
  }

  void wrong(String act, Fault... next) {
    faults.put(act, new ConcurrentLinkedQueue<>(List.of(next)));
  }

  @Override
  protected String base() {
    return base;
  }

  /** Appointments: pending ones wait for their fee, and are booked when it is there. */
  private final class Bookings implements Payables {
    @Override
    public boolean concerns(String type) {
      return type.equals("Appointment");
    }

    private JsonNode read(Caller caller, String reference) {
      return Json.MAPPER.readTree(
          java.util.Objects.requireNonNull(
              store.read(caller, "Appointment", reference.substring(12)).content()));
    }

    @Override
    public Due due(Caller caller, String reference) {
      JsonNode appointment = read(caller, reference);
      if (!appointment.path("status").asString("").equals("pending")) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "payment.nothing-due");
      }
      return new Due(
          appointment
              .path("participant")
              .path(0)
              .path("actor")
              .path("reference")
              .asString("")
              .substring(8),
          appointment.path("description").asString(""),
          Long.parseLong(appointment.path("comment").asString("")),
          "挂号费",
          Instant.parse(appointment.path("created").asString("")).plus(HOLD));
    }

    @Override
    public Standing standing(String reference) {
      return switch (read(ROOT, reference).path("status").asString("")) {
        case "pending" -> new Standing.Waiting();
        case "cancelled" -> new Standing.Gone(percent, "cancelled");
        default -> new Standing.Kept();
      };
    }

    @Override
    public Standing paid(String reference) {
      if (read(ROOT, reference).path("status").asString("").equals("pending")) {
        status(reference, "booked");
      }
      return standing(reference);
    }
  }

  void status(String reference, String status) {
    var unused =
        store.write(
            ROOT,
            new Interaction.Patch(
                "Appointment",
                reference.substring(12),
                null,
                one -> one.put("status", status),
                null));
  }

  // ------------------------------------------------------------------ what tests need

  /** A resident with a hold at a hospital that costs something. */
  final class Booking {
    final String hospital = "h-" + UUID.randomUUID();
    final String patient;
    final Caller self;
    final Caller clerk =
        caller(
            Role.PRACTITIONER,
            hospital,
            new Binding("d-" + hospital, Set.of(), Set.of(), Binding.ALL_SCOPES));
    final String reference;
    final long fen;

    Booking(long fen) {
      this(fen, created(ROOT, "{'resourceType':'Patient','name':[{'text':'试验'}]}"));
    }

    /** Of a resident who is there already, at another hospital. */
    Booking(long fen, String patient) {
      this.fen = fen;
      this.patient = patient;
      created(ROOT, "{'resourceType':'Organization','id':'%s','name':'试验医院'}".formatted(hospital));
      self =
          caller(Role.RESIDENT, "", new Binding("", Set.of(), Set.of(patient), Binding.ALL_SCOPES));
      reference =
          "Appointment/"
              + created(
                  ROOT,
                  """
                  {'resourceType':'Appointment','status':'pending','created':'%s','description':'%s','comment':'%d',
                    'participant':[{'actor':{'reference':'Patient/%s'},'status':'accepted'}]}\
                  """
                      .formatted(
                          clock.instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
                          hospital,
                          fen,
                          patient));
    }

    Reply pay(String channel) {
      return call(self, "$pay", "payable", reference, "channel", channel);
    }

    /** Asks the first channel; answers with what the page shows. */
    String code() {
      Reply reply = pay("wechat-sim");
      if (reply.status() != 200) {
        throw new AssertionError(reply.text());
      }
      return part(reply.all("order").getFirst(), "code");
    }

    Order order() {
      return java.util.Objects.requireNonNull(
          new PayTable(new health.helan.foundation.trust.account.Sql(database)).latest(reference));
    }

    String status() {
      return get(ROOT, reference).json().path("status").asString("");
    }
  }

  /** Asks a channel for several at once, as the resident of the first. */
  Reply pay(String channel, List<Booking> bookings) {
    List<String> pairs = new ArrayList<>(List.of("channel", channel));
    for (Booking booking : bookings) {
      pairs.addAll(List.of("payable", booking.reference));
    }
    return call(bookings.getFirst().self, "$pay", pairs.toArray(String[]::new));
  }

  /** The resident pays in the channel's application; the platform hears of it, or not. */
  void payBy(String channel, String code) {
    for (SimulatedChannel.Signed signed :
        java.util.Objects.requireNonNull(channels.get(channel)).pay(code, true)) {
      payments.notified(channel, signed.body(), signed.headers()::get);
    }
  }

  /** Everything that is due up to a moment. */
  void until(Duration ahead) {
    clock.ahead(ahead);
    for (int i = 0; i < 50 && payments.tendDue() > 0; i++) {
      // Until nothing is due any more.
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
