package health.helan.app.payment;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.rules.BookingLimits;
import health.helan.care.visit.Calls;
import health.helan.care.visit.VisitFollower;
import health.helan.care.visit.VisitOperations;
import health.helan.care.visit.Visits;
import health.helan.care.visit.rules.OnlineDrugs;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.trust.account.Presence;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.policy.RolePolicy;
import health.helan.foundation.trust.signature.SignOperation;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.Signers;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.payment.PaymentOperations;
import health.helan.oversight.payment.Payments;
import health.helan.oversight.payment.simulator.Fault;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Booking, visits on line and payment put together as they run, behind a real HTTP server. */
final class PaidServer extends ApiForTests {
  private static final class Running {
    static final PaidServer SERVER = new PaidServer();

    private Running() {}
  }

  static final Caller ROOT = Caller.operator("root");
  static final Duration HOLD = Duration.ofMinutes(15);

  final ClockForTests clock = new ClockForTests();
  final Appointments appointments;
  final Visits visits;
  final Ledger ledger;
  final SimulatedChannel channel;
  final Payments payments;
  private final String base;

  static PaidServer get() {
    return Running.SERVER;
  }

  private PaidServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(16);
      var database = new HikariDataSource(config);
      var key = new IndexKey(new byte[32]);
      var registry = new Registry(database, Clock.systemUTC(), Registry.Unregistered.WARN);
      var terminology = new Terminology(database, Clock.systemUTC());
      var places = new Places(key, registry.licences(), BookingLimits.DEFAULT);
      RecordStore store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC(), registry.licences()),
                  true,
                  new ZstdCodec(),
                  terminology,
                  WriteFollower.all(
                      terminology.follower(),
                      registry.follower(),
                      places,
                      new VisitFollower(key.digests(), OnlineDrugs.BY_GROUP, clock),
                      new PaymentDoor().paymentFollower())),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      appointments =
          new Appointments(
              new Appointments.Parts(store, database, places, registry, key, HOLD, clock));
      ObjectStore objects =
          ObjectStore.open(
              new ObjectStoreConfig.Folder(Files.createTempDirectory("helan-objects")));
      Signatures signatures = signatures(database, registry);
      visits =
          new Visits(
              new Visits.Parts(
                  store,
                  database,
                  new ZstdCodec(),
                  registry,
                  terminology,
                  signatures,
                  objects,
                  new Calls.Turn(List.of(), ""),
                  new Presence(_ -> Instant.MAX.minus(Presence.USUAL), Presence.USUAL, clock),
                  clock));
      ledger = new Ledger(database, clock);
      channel =
          new SimulatedChannel(
              "union-sim", "银联", "UnionPay", database, new byte[32], clock, _ -> Fault.NONE);
      payments =
          new Payments(
              new Payments.Parts(
                  store,
                  database,
                  ledger,
                  key,
                  List.of(new BookingFees(appointments, store), new VisitFees(visits)),
                  List.of(channel),
                  clock));
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(registry.operations());
      operations.addAll(appointments.operations());
      operations.addAll(VisitOperations.all(visits));
      operations.add(new SignOperation(signatures));
      operations.addAll(PaymentOperations.all(payments));
      operations.add(new SimulateOperation(payments, List.of(channel)));
      base =
          new TomcatForTests(
                  new FhirServlet(
                      store,
                      new Operations(operations),
                      new RestConfig(
                          null,
                          8 << 20,
                          new StandardFormats(),
                          new CapabilityStatements("test", "2026-11-26", store.parameters()))),
                  caller())
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Signatures signatures(HikariDataSource database, Registry registry)
      throws IOException {
    Clock now = Clock.systemUTC();
    KeyVault vault =
        KeyStoreVault.open(
            Files.createTempDirectory("helan-keys").resolve("keystore"),
            "correct horse battery".toCharArray());
    var trusted = new TrustedAuthorities(database);
    var authority = new CertificateAuthority(vault, database, trusted, now);
    authority.establish("试验区");
    authority.platformKey("seal", CertificateAuthority.Kind.SEAL, "平台印章 Seal");
    authority.platformKey("time", CertificateAuthority.Kind.TIME, "时间戳 Time");
    return new Signatures(
        new Signers(vault, authority, trusted, database, now, Signers.SEAL),
        trusted,
        new TimeStamps(vault, "time", now),
        now,
        registry.licences());
  }

  @Override
  protected String base() {
    return base;
  }

  // ------------------------------------------------------------------ money

  static Reply ok(Reply reply) {
    if (reply.status() != 200 && reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply;
  }

  Reply pay(Caller self, String payable) {
    return call(self, "$pay", "payable", payable, "channel", "union-sim");
  }

  /** Asks the channel, and pays there; answers the order's number. */
  String paid(Caller self, String payable) {
    JsonNode order = ok(pay(self, payable)).all("order").getFirst();
    ok(call(self, "$pay-simulate", "code", part(order, "code")));
    return part(order, "number");
  }

  JsonNode order(Caller self, String number) {
    return ok(get(self, "Invoice/" + number + "/$pay-status")).all("order").getFirst();
  }

  long owed(String hospital) {
    return ledger
        .balance(Account.of(AccountKind.INSTITUTION, hospital))
        .of(AccountKind.INSTITUTION);
  }

  void clockTicks() {
    for (int i = 0; i < 20 && payments.tendDue() > 0; i++) {
      // Until nothing is due.
    }
  }
}
