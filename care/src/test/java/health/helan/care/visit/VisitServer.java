package health.helan.care.visit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.care.visit.rules.OnlineDrugs;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.registry.Registry.Unregistered;
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
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.erasure.EraseOperation;
import health.helan.foundation.trust.erasure.Erasures;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.RolePolicy;
import health.helan.foundation.trust.signature.SignOperation;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.Signers;
import health.helan.foundation.trust.signature.VerifySignatureOperation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The API with policy, registry, terminology, signatures and visits on line, on a real PostgreSQL
 * behind a real HTTP server. The clock of visits can be moved; the store's is the real one.
 */
final class VisitServer extends ApiForTests {
  private static final class Running {
    static final VisitServer SERVER = new VisitServer();

    private Running() {}
  }

  static final Duration PROOF = Duration.ofMinutes(30);

  final ClockForTests clock = new ClockForTests();

  /** When the person of a session last proved to be it. */
  final Map<String, Instant> proofs = new ConcurrentHashMap<>();

  final HikariDataSource database;
  final RecordStore store;
  final Registry registry;
  final Signers signers;
  final Visits visits;

  /** Another instance of the application on the same database. */
  final Visits elsewhere;

  private final String base;

  static VisitServer get() {
    return Running.SERVER;
  }

  private VisitServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(16);
      database = new HikariDataSource(config);
      registry = new Registry(database, Clock.systemUTC(), Unregistered.WARN);
      var terminology = new Terminology(database, Clock.systemUTC());
      store =
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
                      new VisitFollower(
                          new IndexKey(new byte[32]).digests(), OnlineDrugs.BY_GROUP, clock))),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      KeyVault vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-keys").resolve("keystore"),
              "correct horse battery".toCharArray());
      var trusted = new TrustedAuthorities(database);
      Clock now = Clock.systemUTC();
      var authority = new CertificateAuthority(vault, database, trusted, now);
      authority.establish("试验区");
      authority.platformKey("seal", CertificateAuthority.Kind.SEAL, "平台印章 Seal");
      authority.platformKey("time", CertificateAuthority.Kind.TIME, "时间戳 Time");
      signers = new Signers(vault, authority, trusted, database, now, Signers.SEAL);
      var signatures =
          new Signatures(
              signers, trusted, new TimeStamps(vault, "time", now), now, registry.licences());
      ObjectStore objects =
          ObjectStore.open(
              new ObjectStoreConfig.Folder(Files.createTempDirectory("helan-objects")));
      var parts =
          new Visits.Parts(
              store,
              database,
              new ZstdCodec(),
              registry,
              terminology,
              signatures,
              objects,
              new Calls.Turn(
                  List.of("stun:stun.example.org", "turn:turn.example.org:3478"), "s3cret"),
              new Presence(proofs::get, PROOF, clock),
              clock);
      visits = new Visits(parts);
      elsewhere = new Visits(parts);
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(AccessOperations.all(Clock.systemUTC(), database));
      operations.add(new SignOperation(signatures));
      operations.add(new VerifySignatureOperation(signatures));
      operations.addAll(registry.operations());
      operations.addAll(terminology.operations());
      operations.addAll(VisitOperations.all(visits));
      operations.add(
          new EraseOperation(
              new Erasures(
                  store, database, objects, () -> vault.signer("seal"), List.of(visits), clock)));
      var servlet =
          new FhirServlet(
              store,
              new Operations(operations),
              new RestConfig(
                  null,
                  16 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-26", store.parameters()),
                  objects,
                  16 << 20));
      base = new TomcatForTests(servlet, caller()).base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected String base() {
    return base;
  }

  // ------------------------------------------------------------------ callers

  static final Caller ROOT = Caller.operator("root");

  static void ok(Reply reply) {
    if (reply.status() != 200) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
  }

  /** The doctor has just proved to be it, and stays there through all tests that ask no more. */
  String proved(String session) {
    proofs.put(session, Instant.parse("2099-01-01T00:00:00Z"));
    return session;
  }

  // ------------------------------------------------------------------ a small region

  /** A hospital with a licensed service online, and a doctor who may serve there. */
  final class Hospital {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String id = "h-" + run;
    final String department = "h-" + run + "-card";
    final String doctor = "d-" + run;
    final String post = "p-" + run;
    final String service;
    final Caller system = system(id);
    final String session = "s-" + run;
    final Caller asDoctor =
        caller(
            Caller.Role.PRACTITIONER,
            id,
            new Caller.Binding(
                doctor, Set.of(), Set.of(), Caller.Binding.ALL_SCOPES, proved(session)));
    final Caller regulator = regulator();

    /**
     * @param since day from which the doctor's licence holds
     */
    Hospital(String since, boolean isServed) {
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'试验医院',
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}"""
              .formatted(id));
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'心血管内科','partOf':{'reference':'Organization/%s'},
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'dept'}]}]}"""
              .formatted(department, id));
      created(
          system,
          "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'李医生'}]}"
              .formatted(doctor));
      created(
          system,
          """
          {'resourceType':'PractitionerRole','id':'%s','active':true,'practitioner':{'reference':'Practitioner/%s'},
            'organization':{'reference':'Organization/%s'},'code':[{'text':'主任医师'}],
            'specialty':[{'coding':[{'system':'%s','code':'03.04','display':'心血管内科'}]}]}"""
              .formatted(post, doctor, department, Registry.SPECIALTY));
      ok(
          call(
              system,
              "Practitioner/" + doctor + "/$file",
              "kind",
              "physician",
              "number",
              "110640" + run,
              "start",
              since,
              "end",
              "2099-12-31",
              "reason",
              "首次执业注册"));
      ok(call(regulator, "Practitioner/" + doctor + "/$verify", "reason", "材料齐全属实"));
      ok(call(regulator, "Practitioner/" + doctor + "/$activate", "reason", "准予执业注册"));
      service =
          created(
              system,
              "{'resourceType':'HealthcareService','active':true,'name':'互联网诊疗','providedBy':{'reference':'Organization/%s'}}"
                  .formatted(id));
      if (isServed) {
        String path = "HealthcareService/" + service;
        ok(
            call(
                system,
                path + "/$file",
                "kind",
                "internet-care",
                "number",
                "HLW" + run,
                "end",
                "2099-12-31",
                "reason",
                "互联网诊疗登记"));
        ok(call(regulator, path + "/$verify", "reason", "材料齐全"));
        ok(call(regulator, path + "/$activate", "reason", "准予执业"));
      }
    }

    /** The place of practice is filed and approved. */
    Hospital approved(boolean isOnline) {
      ok(
          call(
              system,
              "PractitionerRole/" + post + "/$file",
              "site",
              "main",
              "online",
              Boolean.toString(isOnline),
              "right",
              "ordinary",
              "reason",
              "主执业机构注册"));
      ok(call(regulator, "PractitionerRole/" + post + "/$approve", "reason", "准予注册"));
      return this;
    }

    String patient(String birth) {
      return created(
          system,
          "{'resourceType':'Patient','name':[{'text':'张小三'}]%s}"
              .formatted(birth.isEmpty() ? "" : ",'birthDate':'" + birth + "'"));
    }

    /** A confirmed diagnosis of an earlier visit. */
    String diagnosed(String patient) {
      return "Condition/"
          + created(
              system,
              """
              {'resourceType':'Condition','subject':{'reference':'Patient/%s'},'recordedDate':'2025-03-01',
                'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'I10','display':'原发性高血压'}]}}"""
                  .formatted(patient));
    }

    void enroll() {
      var unused =
          signers.enroll("Practitioner/" + doctor, "李医生", SignatureAlgorithm.SM2_SM3, "test");
    }
  }

  static Hospital hospital() {
    Hospital hospital = get().new Hospital("2015-01-01", true).approved(true);
    hospital.enroll();
    return hospital;
  }

  /** A resident with a proof, and the visits of both sides. */
  final class Case {
    final Hospital at;
    final String patient;
    final Caller resident;
    final String proof;
    String id = "";

    Case(Hospital at) {
      this.at = at;
      patient = at.patient("1960-05-01");
      resident = VisitServer.resident(patient);
      proof = at.diagnosed(patient);
    }

    Reply apply() {
      Reply reply =
          call(
              resident,
              "Encounter/$apply",
              "patient",
              "Patient/" + patient,
              "doctor",
              "PractitionerRole/" + at.post,
              "proof",
              proof,
              "complaint",
              "血压药快吃完了，最近有点头晕");
      id = reply.id();
      return reply;
    }

    Case applied() {
      Reply reply = apply();
      if (reply.status() != 201) {
        throw new AssertionError(reply.status() + " " + reply.text());
      }
      return this;
    }

    String consent() {
      return Visit.of(get(ROOT, "Encounter/" + id).http().body()).consent();
    }

    Case signed() {
      Reply signed = call(resident, "Consent/" + consent() + "/$sign");
      if (signed.status() != 201) {
        throw new AssertionError(signed.status() + " " + signed.text());
      }
      return this;
    }

    Reply step(Caller caller, String step, String... more) {
      return call(caller, "Encounter/" + id + "/$" + step, more);
    }

    Case confirmed() {
      applied().signed();
      ok(step(resident, "confirm"));
      return this;
    }

    Case begun() {
      confirmed();
      ok(step(at.asDoctor, "accept"));
      ok(step(at.asDoctor, "begin"));
      return this;
    }

    String state() {
      VisitState state = Visit.of(get(ROOT, "Encounter/" + id).http().body()).state();
      return state == null ? "" : state.word();
    }

    Reply note(String... more) {
      var parameters =
          new ArrayList<String>(
              List.of(
                  "chief-complaint",
                  "头晕 3 天",
                  "present-illness",
                  "高血压病史 5 年，近 3 天头晕，家测 150/95 mmHg。",
                  "diagnosis",
                  "I10",
                  "plan",
                  "继续原方案，<一周>后复诊。"));
      parameters.addAll(List.of(more));
      return step(at.asDoctor, "note", parameters.toArray(String[]::new));
    }

    Case noted() {
      Reply note = note("complete", "true");
      ok(note);
      Reply signed = call(at.asDoctor, "Composition/" + note.id() + "/$sign");
      if (signed.status() != 201) {
        throw new AssertionError(signed.status() + " " + signed.text());
      }
      return this;
    }
  }

  static Case with(Hospital at) {
    return get().new Case(at);
  }
}
