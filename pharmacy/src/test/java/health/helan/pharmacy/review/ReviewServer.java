package health.helan.pharmacy.review;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
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
import health.helan.foundation.trust.signature.Signatures;
import health.helan.foundation.trust.signature.Signers;
import health.helan.pharmacy.circulation.CirculationGuard;
import health.helan.pharmacy.circulation.CirculationOperations;
import health.helan.pharmacy.circulation.Circulations;
import health.helan.pharmacy.circulation.Tills;
import health.helan.pharmacy.dispense.ParcelOperations;
import health.helan.pharmacy.dispense.Parcels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.UUID;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with policy, registry, signatures and review, and the decision support services beside
 * it, on a real PostgreSQL behind a real HTTP server.
 */
public final class ReviewServer extends ApiForTests {
  /**
   * What tests of a module that knows more put beside it, found by the service loader; without any,
   * this is a region that has no prices.
   */
  public interface Neighbour {
    List<WriteFollower> followers(HikariDataSource database);

    /** Once the store is open. */
    Tills tills(ReviewServer server);

    List<FhirOperation> operations();
  }

  private static final class Running {
    static final ReviewServer SERVER = new ReviewServer();

    private Running() {}
  }

  public final HikariDataSource database;
  public final RecordStore store;
  public final Registry registry;
  public final Signers signers;
  public final Signatures signatures;
  public final Review review;

  /** Moves the time of circulation and of parcels alone. */
  public final ClockForTests clock = new ClockForTests();

  /** Moves the time of prescriptions under review and of comments alone. */
  public final ClockForTests reviewClock = new ClockForTests();

  public final Circulations circulations;

  /** What is beside it; null for nothing. */
  public final @Nullable Neighbour neighbour =
      ServiceLoader.load(Neighbour.class).findFirst().orElse(null);

  private final String base;

  public static ReviewServer get() {
    return Running.SERVER;
  }

  private ReviewServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(16);
      database = new HikariDataSource(config);
      Clock now = Clock.systemUTC();
      registry = new Registry(database, now, Unregistered.WARN);
      List<WriteFollower> followers =
          new ArrayList<>(
              List.of(
                  registry.follower(),
                  new PrescriptionGuard(),
                  new CirculationGuard(
                      database, new ZstdCodec(), new IndexKey(new byte[32]).digests())));
      if (neighbour != null) {
        followers.addAll(neighbour.followers(database));
      }
      store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(now, registry.licences()),
                  true,
                  new ZstdCodec(),
                  ValueSets.ofR4(),
                  WriteFollower.all(followers.toArray(WriteFollower[]::new))),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      KeyVault vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-keys").resolve("keystore"),
              "correct horse battery".toCharArray());
      var trusted = new TrustedAuthorities(database);
      var authority = new CertificateAuthority(vault, database, trusted, now);
      authority.establish("试验区");
      authority.platformKey("seal", CertificateAuthority.Kind.SEAL, "平台印章 Seal");
      authority.platformKey("time", CertificateAuthority.Kind.TIME, "时间戳 Time");
      signers = new Signers(vault, authority, trusted, database, now, Signers.SEAL);
      signatures =
          new Signatures(
              signers, trusted, new TimeStamps(vault, "time", now), now, registry.licences());
      review = new Review(new Review.Parts(store, database, Duration.ZERO, now));
      var prescriptions =
          new Prescriptions(
              new Prescriptions.Parts(
                  store, registry, signatures, review, Duration.ofMinutes(30), reviewClock));
      circulations =
          new Circulations(
              new Circulations.Parts(
                  store,
                  database,
                  new ZstdCodec(),
                  registry,
                  review.knowledge(),
                  vault,
                  authority,
                  neighbour == null ? Tills.NONE : neighbour.tills(this),
                  clock));
      List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
      operations.addAll(CirculationOperations.all(circulations));
      operations.addAll(
          ParcelOperations.all(
              new Parcels(
                  new Parcels.Parts(store, database, new ZstdCodec(), circulations, clock))));
      operations.addAll(AccessOperations.all(now, database));
      operations.add(new SignOperation(signatures));
      operations.addAll(registry.operations());
      operations.addAll(ReviewOperations.all(review));
      operations.addAll(PrescriptionOperations.all(prescriptions));
      operations.addAll(CommentOperations.all(new Comments(store, prescriptions, reviewClock)));
      operations.add(new ReviewFigures(store, registry, prescriptions, database).operation());
      if (neighbour != null) {
        operations.addAll(neighbour.operations());
      }
      var servlet =
          new FhirServlet(
              store,
              new Operations(operations),
              new RestConfig(
                  null,
                  16 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-26", store.parameters()),
                  null,
                  16 << 20));
      base =
          new TomcatForTests(
                  servlet,
                  caller(),
                  tomcat -> {
                    var context = (org.apache.catalina.Context) tomcat.getHost().findChildren()[0];
                    Tomcat.addServlet(context, "cds", new CdsServlet(new CdsHooks(review), store));
                    context.addServletMappingDecoded(CdsServlet.PATH + "/*", "cds");
                  })
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected String base() {
    return base;
  }

  // ------------------------------------------------------------------ callers

  public static final Caller ROOT = Caller.operator("root");

  public static void ok(Reply reply) {
    if (reply.status() != 200 && reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
  }

  // ------------------------------------------------------------------ a small region

  /** A hospital with a doctor, a pharmacist, and a resident whom the doctor treats. */
  public final class Hospital {
    public final String run = UUID.randomUUID().toString().substring(0, 8);
    public final String id = "h-" + run;
    public final Caller system = system(id);
    public final Caller clerk = practitioner("k-" + run, id);
    public final Caller doctor = practitioner("d-" + run, id);
    public final Caller pharmacist = practitioner("p-" + run, id);

    Hospital() {
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'试验医院',
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}\
          """
              .formatted(id));
      licensed("d-" + run, "李医生", "physician", "ordinary");
      licensed("p-" + run, "王药师", "pharmacist", "");
      var first = signers.enroll(who(doctor), "李医生", SignatureAlgorithm.SM2_SM3, "test");
      var second = signers.enroll(who(pharmacist), "王药师", SignatureAlgorithm.SM2_SM3, "test");
    }

    private String who(Caller caller) {
      return "Practitioner/" + caller.binding().practitioner();
    }

    public void licensed(String practitioner, String name, String kind, String right) {
      Caller regulator = caller(Role.REGULATOR, "", Binding.NONE);
      created(
          system,
          "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'%s'}]}"
              .formatted(practitioner, name));
      String post = "r" + practitioner;
      created(
          system,
          """
          {'resourceType':'PractitionerRole','id':'%s','active':true,'practitioner':{'reference':'Practitioner/%s'},
            'organization':{'reference':'Organization/%s'},'code':[{'text':'%s'}]}\
          """
              .formatted(post, practitioner, id, name));
      String path = "Practitioner/" + practitioner;
      ok(
          call(
              system,
              path + "/$file",
              "kind",
              kind,
              "number",
              "N" + practitioner,
              "start",
              "2015-01-01",
              "end",
              "2099-12-31",
              "reason",
              "首次执业注册"));
      ok(call(regulator, path + "/$verify", "reason", "材料齐全属实"));
      ok(call(regulator, path + "/$activate", "reason", "准予执业注册"));
      List<String> site = new ArrayList<>(List.of("site", "main", "reason", "主执业机构注册"));
      if (!right.isEmpty()) {
        site.addAll(List.of("right", right));
      }
      ok(call(system, "PractitionerRole/" + post + "/$file", site.toArray(String[]::new)));
      ok(call(regulator, "PractitionerRole/" + post + "/$approve", "reason", "准予注册"));
    }

    /** A resident whose record the doctor's visit opens. */
    public String patient(String birth, String gender) {
      String number = "N-" + UUID.randomUUID();
      String patient =
          created(
              system,
              """
              {'resourceType':'Patient','identifier':[{'system':'urn:x','value':'%s'}],'name':[{'text':'张小三'}],
                'birthDate':'%s','gender':'%s'}\
              """
                  .formatted(number.toUpperCase(Locale.ROOT), birth, gender));
      ok(
          call(
              clerk,
              "Patient/" + patient + "/$check-in",
              "identifier",
              number.toUpperCase(Locale.ROOT),
              "practitioner",
              who(doctor)));
      return patient;
    }

    /** JSON of a drug of a prescription. */
    public ObjectNode request(
        String patient, String drug, double pieces, String unit, int times, int days) {
      ObjectNode request =
          tree(
              """
              {'resourceType':'MedicationRequest','status':'draft','intent':'order',
                'groupIdentifier':{'system':'https://helan.health/fhir/sid/prescription','value':'%s'},
                'medicationCodeableConcept':{'text':'%s'},'subject':{'reference':'Patient/%s'},
                'authoredOn':'%s','requester':{'reference':'%s'},
                'reasonCode':[{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'I10'}]}],
                'dosageInstruction':[{'text':'口服','route':{'text':'口服'},'timing':{'repeat':{'frequency':%d,'period':1,'periodUnit':'d'}},
                  'doseAndRate':[{'doseQuantity':{'value':%s,'unit':'%s'}}]}],
                'dispenseRequest':{'expectedSupplyDuration':{'value':%d,'system':'http://unitsofmeasure.org','code':'d'}}}\
              """
                  .formatted(
                      run + patient,
                      drug,
                      patient,
                      Instant.now(),
                      who(doctor),
                      times,
                      pieces,
                      unit,
                      days));
      return request;
    }

    public String draft(ObjectNode request) {
      Reply reply = send(doctor, "POST", "MedicationRequest", request.toString());
      ok(reply);
      return reply.id();
    }

    public Reply submit(Caller caller, String... ids) {
      return submitTo("", caller, ids);
    }

    /** To the pharmacists of another institution. */
    public Reply submitTo(String reviewer, Caller caller, String... ids) {
      ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
      ArrayNode list = body.putArray("parameter");
      for (String one : ids) {
        list.addObject()
            .put("name", "request")
            .putObject("valueReference")
            .put("reference", "MedicationRequest/" + one);
      }
      if (!reviewer.isEmpty()) {
        list.addObject().put("name", "reviewer").put("valueString", "Organization/" + reviewer);
      }
      return send(caller, "POST", "MedicationRequest/$submit-prescription", body.toString());
    }

    Reply screen(Caller caller, ObjectNode... requests) {
      ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
      ArrayNode list = body.putArray("parameter");
      for (ObjectNode one : requests) {
        list.addObject().put("name", "request").set("resource", one);
      }
      return send(caller, "POST", "MedicationRequest/$screen", body.toString());
    }

    void observe(String patient, String loinc, double value, String unit) {
      created(
          system,
          """
          {'resourceType':'Observation','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'%s'}]},
            'subject':{'reference':'Patient/%s'},'effectiveDateTime':'%s',
            'valueQuantity':{'value':%s,'unit':'%s','system':'http://unitsofmeasure.org','code':'%s'}}\
          """
              .formatted(loinc, patient, LocalDate.now(FactReader.BEIJING), value, unit, unit));
    }

    void allergic(String patient, String text) {
      created(
          system,
          "{'resourceType':'AllergyIntolerance','patient':{'reference':'Patient/%s'},'code':{'text':'%s'}}"
              .formatted(patient, text));
    }
  }

  public static Hospital hospital() {
    return get().new Hospital();
  }
}
