package health.helan.oversight.supervision;

import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.subscription.Subscriptions;
import health.helan.foundation.rest.Audits;
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
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.account.Posts;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.audit.AuditLog;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.oversight.Replays;
import health.helan.foundation.trust.signature.SignOperation;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.Signers;
import health.helan.oversight.settlement.PriceBook;
import health.helan.oversight.settlement.RegionPrices;
import health.helan.oversight.testing.OversightForTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The API with supervision, the real access policy, guard and consumer, on a real PostgreSQL behind
 * a real HTTP server. Who holds a licence, the tests say.
 */
final class SupervisionServer extends ApiForTests {
  private static final class Running {
    static final SupervisionServer SERVER = new SupervisionServer();

    private Running() {}
  }

  static final Caller ROOT = Caller.operator("root");

  /** The authority that supervises. */
  static final String AUTHORITY = "h-authority";

  final ClockForTests clock = new ClockForTests();
  final HikariDataSource database;
  final RecordStore store;
  final PriceBook prices;
  final Sql sql;
  final Cases cases;
  final Complaints complaints;
  final Ratings ratings;
  final Signers signers;
  final Signer seal;
  final AuditLog log;

  /** Doctors whose licence does not hold. */
  final Set<String> unlicensed = ConcurrentHashMap.newKeySet();

  /** Doctors without a second factor. */
  final Set<String> oneFactor = ConcurrentHashMap.newKeySet();

  /** Since when doctors practise of whom it is known. */
  final Map<String, Instant> practising = new ConcurrentHashMap<>();

  private volatile Supervision supervision;
  private final String base;

  static SupervisionServer get() {
    return Running.SERVER;
  }

  private SupervisionServer() {
    database = OversightForTests.pool(PostgresForTests.emptyDatabase(), 20);
    sql = new Sql(database);
    Licences licences = licences();
    store =
        OversightForTests.store(
            database, new SupervisionGuard(database, licences, Duration.ZERO, clock));
    prices = new PriceBook(database, false, clock);
    supervision = begun();
    cases = new Cases(store, database, AUTHORITY, clock);
    complaints = new Complaints(store, database, cases, clock);
    ratings = new Ratings(store, database, cases, clock);
    try {
      KeyVault vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-keys").resolve("keystore"),
              "correct horse battery".toCharArray());
      Clock now = Clock.systemUTC();
      var trusted = new TrustedAuthorities(database);
      var authority = new CertificateAuthority(vault, database, trusted, now);
      authority.establish("试验区");
      authority.platformKey("seal", CertificateAuthority.Kind.SEAL, "平台印章 Seal");
      authority.platformKey("time", CertificateAuthority.Kind.TIME, "时间戳 Time");
      seal = vault.signer("seal");
      signers = new Signers(vault, authority, trusted, database, now, Signers.SEAL);
      var signatures = new Signatures(signers, trusted, new TimeStamps(vault, "time", now), now);
      log =
          AuditLog.open(
              database,
              store.instance(),
              seal,
              new AuditLog.Settings(
                  1,
                  Duration.ofSeconds(5),
                  Duration.ofDays(1),
                  1_000_000,
                  Duration.ofDays(1),
                  Duration.ZERO));
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(SupervisionOperations.all(supervision, cases));
      operations.addAll(complaints.operations());
      operations.addAll(ratings.operations());
      operations.add(new SignOperation(signatures));
      operations.addAll(
          ReplayOperations.all(
              new Replays(store, database, database, log, signatures, seal), cases, database));
      var offered = new Operations(operations);
      base =
          new TomcatForTests(
                  new FhirServlet(
                      store,
                      offered,
                      new RestConfig(
                          null,
                          8 << 20,
                          new StandardFormats(),
                          new CapabilityStatements("test", "2026-11-26", store.parameters())),
                      new Audits(store, offered, log),
                      List.of(subscriptions())),
                  caller())
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With short pauses, to endpoints on this machine. */
  private Subscriptions subscriptions() {
    try {
      return new Subscriptions(
          database,
          store,
          new ZstdCodec(),
          new Agreements(database, store, Clock.systemUTC(), false),
          log,
          kept -> kept,
          InetAddress::isLoopbackAddress,
          "https://helan.example/fhir",
          new Subscriptions.Settings(
              2,
              100,
              Duration.ofSeconds(2),
              Duration.ofMillis(50),
              Duration.ofMillis(400),
              Duration.ofSeconds(5),
              Duration.ofDays(7),
              Duration.ofMillis(50)));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Licences licences() {
    return new Licences() {
      @Override
      public void check(Connection connection, String who, String institution, Instant at) {
        if (!holds(connection, who.substring(who.indexOf('/') + 1), institution, at)) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.no-licence");
        }
      }

      @Override
      public void checkCarer(
          Connection connection, String practitioner, String institution, Instant at) {
        check(connection, "Practitioner/" + practitioner, institution, at);
      }

      @Override
      public boolean holds(
          Connection connection, String practitioner, String institution, Instant at) {
        return !unlicensed.contains(practitioner);
      }
    };
  }

  private Supervision begun() {
    var begun =
        new Supervision(
            new Supervision.Parts(
                store,
                database,
                licences(),
                doctor -> !oneFactor.contains(doctor),
                practising::get,
                new RegionPrices(store, prices)::most,
                Duration.ZERO,
                clock));
    try {
      store.changes().register(begun);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return begun;
  }

  Supervision supervision() {
    return supervision;
  }

  /** Nothing is judged until it is started again. */
  void stop() {
    store.changes().unregister(supervision.name());
  }

  void start() {
    supervision = begun();
  }

  @Override
  protected String base() {
    return base;
  }

  // ------------------------------------------------------------------ what tests need

  long number(String query, Object... values) {
    return sql.list(query, row -> row.getLong(1), values).getFirst();
  }

  /** Until everything that was written is judged. */
  void judged() {
    StoreForTests.await(
        "supervision has taken the log",
        () ->
            number(
                    "select count(*) from lane l left join consumer_offset o on o.home = l.home and"
                        + " o.consumer = 'supervision' where l.seq > coalesce(o.seq, 0)")
                == 0);
  }

  List<String> hits(String what) {
    judged();
    return sql.list(
        "select rule from supervision_hit where what = ? and not stopped and not trial order by"
            + " rule",
        row -> row.getString(1),
        what);
  }

  static String in(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** An internet hospital with a doctor and a resident, whose records its own system writes. */
  final class Hospital {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String id = "h-" + run;
    final String doctor = "d-" + run;
    final Caller system = system(id);
    final Caller chief = practitioner("c-" + run, id);
    final Caller nurse = practitioner("n-" + run, id);
    final Caller officer = practitioner("q-" + run, id);
    final String patient;

    /** Reference to what the resident is known to have. */
    final String illness;

    final Instant noon;

    Hospital() {
      created(ROOT, "{'resourceType':'Organization','id':'%s','name':'试验互联网医院'}".formatted(id));
      created(
          system,
          """
          {'resourceType':'Practitioner','id':'%s','name':[{'text':'李医生'}],
            'qualification':[{'identifier':[{'system':'urn:licence','value':'L-%s'}],'code':{'text':'医师'}}]}\
          """
              .formatted(doctor, run));
      created(
          ROOT,
          """
          {'resourceType':'PractitionerRole','active':true,'practitioner':{'reference':'Practitioner/c-%s'},
            'organization':{'reference':'Organization/%s'},
            'code':[{'coding':[{'system':'%s','code':'administration'}]}]}\
          """
              .formatted(run, id, Cases.POST));
      created(
          system,
          """
          {'resourceType':'PractitionerRole','active':true,'practitioner':{'reference':'Practitioner/q-%s'},
            'organization':{'reference':'Organization/%s'},'code':[{'coding':[{'system':'%s','code':'%s'}]}]}"""
              .formatted(run, id, Posts.SYSTEM, Cases.QUALITY));
      patient =
          created(system, "{'resourceType':'Patient','name':[{'text':'张小三'}],'gender':'male'}");
      illness = "Condition/" + created(system, diagnosed(patient, "2026-03-01"));
      // Of yesterday, in Beijing: no visit of a test is in the small hours.
      noon =
          Instant.now()
              .atZone(Resources.BEIJING)
              .minusDays(1)
              .truncatedTo(ChronoUnit.DAYS)
              .plusHours(12)
              .toInstant();
    }

    /** JSON of a visit of ten minutes that nobody would say anything against. */
    String visit(Instant at) {
      return visit(at, Duration.ofMinutes(10), because(illness));
    }

    /** A diagnosis of hypertension. */
    String diagnosed(String whose, String recorded) {
      return """
      {'resourceType':'Condition','code':{'text':'高血压'},'subject':{'reference':'Patient/%s'},'recordedDate':'%s'}"""
          .formatted(whose, recorded);
    }

    /** What a visit names as the resident's earlier care. */
    String because(String condition) {
      return "'reasonReference':[{'reference':'%s'}],".formatted(condition);
    }

    String visit(Instant at, Duration length, String more) {
      return """
      {'resourceType':'Encounter','status':'finished','class':{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'VR'},
        %s'subject':{'reference':'Patient/%s'},'participant':[{'individual':{'reference':'Practitioner/%s'}}],
        'period':{'start':'%s','end':'%s'},'serviceProvider':{'reference':'Organization/%s'}}\
      """
          .formatted(more, patient, doctor, in(at), in(at.plus(length)), id);
    }

    String seen(Instant at) {
      return "Encounter/" + created(system, visit(at));
    }

    /** By a doctor who is of another hospital too. */
    String seenBy(String practitioner, Instant at) {
      return "Encounter/" + created(system, visit(at).replace(doctor, practitioner));
    }

    String prescription(String encounter, Instant at, String atc, String status) {
      return """
      {'resourceType':'MedicationRequest','status':'%s','intent':'order','encounter':{'reference':'%s'},
        'groupIdentifier':{'system':'urn:rx','value':'%s'},
        'medicationCodeableConcept':{'coding':[{'system':'http://www.whocc.no/atc','code':'%s'}]},
        'subject':{'reference':'Patient/%s'},'authoredOn':'%s','requester':{'reference':'Practitioner/%s'}}\
      """
          .formatted(status, encounter, UUID.randomUUID(), atc, patient, in(at), doctor);
    }

    String noted(String encounter) {
      return created(
          system,
          """
          {'resourceType':'Composition','status':'final','type':{'text':'门诊病历'},'encounter':{'reference':'%s'},
            'subject':{'reference':'Patient/%s'},'date':'%s','author':[{'reference':'Practitioner/%s'}],'title':'病历'}\
          """
              .formatted(encounter, patient, in(noon), doctor));
    }
  }

  static Hospital hospital() {
    return get().new Hospital();
  }
}
