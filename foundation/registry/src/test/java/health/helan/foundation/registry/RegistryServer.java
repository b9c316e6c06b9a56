package health.helan.foundation.registry;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.RolePolicy;
import health.helan.foundation.trust.signature.SignOperation;
import health.helan.foundation.trust.signature.SignatureInputOperation;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.Signers;
import health.helan.foundation.trust.signature.VerifySignatureOperation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The API with policy, signatures and the registry, on a real PostgreSQL behind a real HTTP server.
 * Who calls is said by a header that names one of the callers that the test made. The registry's
 * clock can be moved; the store's is the real one.
 */
final class RegistryServer extends ApiForTests {
  private static final HikariDataSource DATABASE = database();

  private static final class Warning {
    static final RegistryServer SERVER = new RegistryServer(Unregistered.WARN);

    private Warning() {}
  }

  private static final class Refusing {
    static final RegistryServer SERVER = new RegistryServer(Unregistered.REFUSE);

    private Refusing() {}
  }

  final ClockForTests clock = new ClockForTests();
  final RecordStore store;
  final Registry registry;
  final Signers signers;
  final HikariDataSource database = DATABASE;
  private final String base;

  static RegistryServer get() {
    return Warning.SERVER;
  }

  /** Another instance on the same database, where acts of the unregistered are refused. */
  static RegistryServer refusing() {
    return Refusing.SERVER;
  }

  private static HikariDataSource database() {
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.emptyDatabase());
    config.setMaximumPoolSize(16);
    return new HikariDataSource(config);
  }

  private RegistryServer(Unregistered unregistered) {
    try {
      registry = new Registry(DATABASE, clock, unregistered);
      store =
          RecordStore.open(
              DATABASE,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC(), registry.licences()),
                  true,
                  new ZstdCodec(),
                  ValueSets.ofR4(),
                  registry.follower()),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      KeyVault vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-keys").resolve("keystore"),
              "correct horse battery".toCharArray());
      var trusted = new TrustedAuthorities(DATABASE);
      // Certificates live by their own clock: a licence that ends in two years is what is tried.
      Clock now = Clock.systemUTC();
      var authority = new CertificateAuthority(vault, DATABASE, trusted, now);
      authority.establish("试验区");
      authority.platformKey("seal", CertificateAuthority.Kind.SEAL, "平台印章 Seal");
      authority.platformKey("time", CertificateAuthority.Kind.TIME, "时间戳 Time");
      signers = new Signers(vault, authority, trusted, DATABASE, now, Signers.SEAL);
      var signatures =
          new Signatures(
              signers, trusted, new TimeStamps(vault, "time", now), clock, registry.licences());
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(AccessOperations.all(Clock.systemUTC(), DATABASE));
      operations.add(new SignOperation(signatures));
      operations.add(new SignatureInputOperation(signatures));
      operations.add(new VerifySignatureOperation(signatures));
      operations.addAll(registry.operations());
      var servlet =
          new FhirServlet(
              store,
              new Operations(operations),
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-26", store.parameters())));
      base = new TomcatForTests(servlet, caller()).base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a practitioner a key in the vault, with a certificate. */
  void enroll(String practitioner) {
    var unused =
        signers.enroll("Practitioner/" + practitioner, "某医生", SignatureAlgorithm.SM2_SM3, "test");
  }

  @Override
  protected String base() {
    return base;
  }

  // ------------------------------------------------------------------ callers

  static final Caller ROOT = Caller.operator("root");

  // ------------------------------------------------------------------ a small region

  /**
   * A hospital with a doctor of cardiology whose licence has been filed, verified and activated,
   * whose main place of practice is approved with the ordinary right to prescribe.
   */
  final class Hospital {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String id = "h-" + run;
    final String department = "h-" + run + "-card";
    final String doctor = "d-" + run;
    final String post = "p-" + run;
    final String number = "110640" + run;
    final Caller system = system(id);
    final Caller asDoctor = practitioner(doctor, id);
    final Caller regulator = regulator();

    /**
     * @param name 医院
     * @param person 医生
     */
    Hospital(String name, String person) {
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'%s',
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}"""
              .formatted(id, name));
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'%s心血管内科','partOf':{'reference':'Organization/%s'},
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'dept'}]}]}"""
              .formatted(department, name, id));
      created(
          system,
          "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'%s'}]}"
              .formatted(doctor, person));
      created(
          system,
          """
          {'resourceType':'PractitionerRole','id':'%s','active':true,'practitioner':{'reference':'Practitioner/%s'},
            'organization':{'reference':'Organization/%s'},'code':[{'text':'主任医师'}],
            'specialty':[{'coding':[{'system':'%s','code':'03.04','display':'心血管内科'}]}]}"""
              .formatted(post, doctor, department, Registry.SPECIALTY));
    }

    Hospital registered(String start, String end) {
      ok(file(system, start, end));
      ok(call(regulator, "Practitioner/" + doctor + "/$verify", "reason", "材料齐全属实"));
      ok(call(regulator, "Practitioner/" + doctor + "/$activate", "reason", "准予执业注册"));
      ok(
          call(
              system,
              "PractitionerRole/" + post + "/$file",
              "site",
              "main",
              "right",
              "ordinary",
              "reason",
              "主执业机构注册"));
      ok(call(regulator, "PractitionerRole/" + post + "/$approve", "reason", "准予注册"));
      return this;
    }

    Reply file(Caller caller, String start, String end) {
      return call(
          caller,
          "Practitioner/" + doctor + "/$file",
          "kind",
          "physician",
          "number",
          number,
          "start",
          start,
          "end",
          end,
          "issuer",
          "某市卫生健康委员会",
          "scope",
          "03|内科专业",
          "reason",
          "首次执业注册");
    }

    Reply step(String step, String... more) {
      var parameters = new ArrayList<String>(List.of("reason", "按规定办理"));
      parameters.addAll(List.of(more));
      return call(
          regulator, "Practitioner/" + doctor + "/$" + step, parameters.toArray(String[]::new));
    }

    String state() {
      return Licence.of(get(ROOT, "Practitioner/" + doctor).json()).getFirst().state().word();
    }

    String patient() {
      return created(system, "{'resourceType':'Patient','name':[{'text':'张小三'}]}");
    }

    /** A prescription by a caller; more elements begin with a comma. */
    Reply prescribe(Caller caller, String patient, String more) {
      return create(
          caller,
          """
          {'resourceType':'MedicationRequest','status':'active','intent':'order',
            'medicationCodeableConcept':{'text':'氨氯地平片'},'subject':{'reference':'Patient/%s'}%s}"""
              .formatted(patient, more));
    }
  }

  static void ok(Reply reply) {
    if (reply.status() != 200) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
  }
}
