package health.helan.care.appointment;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.care.appointment.operations.AppointmentOperations;
import health.helan.care.appointment.places.Places;
import health.helan.care.appointment.rules.BookingLimits;
import health.helan.care.appointment.rules.ReleaseRule;
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
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.content.ZstdCodec;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with policy, registry and booking, on a real PostgreSQL behind a real HTTP server.
 * Booking's clock can be moved; the store's is the real one.
 */
final class BookingServer extends ApiForTests {
  static final Caller ROOT = Caller.operator("root");

  private static final class Only {
    static final BookingServer SERVER = new BookingServer();

    private Only() {}
  }

  final ClockForTests clock = new ClockForTests();
  final HikariDataSource database;
  final RecordStore store;
  final Registry registry;
  final Appointments appointments;
  private final String base;

  static BookingServer get() {
    Only.SERVER.clock.ahead(Duration.ZERO);
    return Only.SERVER;
  }

  private BookingServer() {
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.emptyDatabase());
    config.setMaximumPoolSize(16);
    config.setConnectionTimeout(60_000);
    database = new HikariDataSource(config);
    registry = new Registry(database, Clock.systemUTC(), Registry.Unregistered.WARN);
    var key = new IndexKey(new byte[32]);
    var places = new Places(key, registry.licences(), BookingLimits.DEFAULT);
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
                ValueSets.ofR4(),
                WriteFollower.all(registry.follower(), places)),
            StoreForTests.QUICK,
            Retention.DEFAULT);
    appointments =
        new Appointments(
            new Appointments.Parts(
                store, database, places, registry, key, Duration.ofMinutes(15), clock));
    List<FhirOperation> operations = new ArrayList<>(StandardOperations.all());
    operations.addAll(registry.operations());
    operations.addAll(AppointmentOperations.all(appointments, registry, Duration.ZERO));
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
  }

  @Override
  protected String base() {
    return base;
  }

  /** Residents that nobody has seen yet. */
  List<String> patients(int count) {
    List<Interaction> creates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ObjectNode patient = Json.MAPPER.createObjectNode().put("resourceType", "Patient");
      patient
          .putArray("identifier")
          .addObject()
          .put("system", "urn:test:resident")
          .put("value", UUID.randomUUID().toString());
      creates.add(
          new Interaction.Create("Patient", Interaction.Body.of(patient), null, null, null));
    }
    return store.transact(ROOT, creates, Set.of(), null).stream().map(Outcome::id).toList();
  }

  String patient() {
    return patients(1).getFirst();
  }

  long number(String query) {
    try (var connection = database.getConnection();
        var prepared = connection.createStatement();
        var rows = prepared.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  String text(String query) {
    try (var connection = database.getConnection();
        var prepared = connection.createStatement();
        var rows = prepared.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  // ------------------------------------------------------------------ a hospital

  /** Tomorrow in Beijing. */
  static LocalDate tomorrow() {
    return LocalDate.now(ReleaseRule.BEIJING).plusDays(1);
  }

  /** A hospital with a department; doctors come one by one, each with a Schedule. */
  final class Hospital {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String id = "h-" + run;
    final String department = "h-" + run + "-card";
    final Caller system = system(id);
    private int doctors;

    Hospital() {
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'第一人民医院',
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}"""
              .formatted(id));
      created(
          ROOT,
          """
          {'resourceType':'Organization','id':'%s','active':true,'name':'心血管内科','partOf':{'reference':'Organization/%s'},
            'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'dept'}]}]}"""
              .formatted(department, id));
    }

    Doctor doctor(String rule) {
      return new Doctor(this, "d-" + run + "-" + ++doctors, rule);
    }

    /** Of a room, a machine or beds. */
    String place(String name, String rule) {
      String location =
          created(
              system, "{'resourceType':'Location','name':'%s','status':'active'}".formatted(name));
      String schedule =
          created(
              system,
              """
              {'resourceType':'Schedule','active':true,'actor':[{'reference':'Location/%s','display':'%s'}],
                'extension':[%s]}"""
                  .formatted(location, name, rule));
      ok(call(system, "Schedule/" + schedule + "/$release"));
      return schedule;
    }
  }

  final class Doctor {
    final Hospital hospital;
    final String id;
    final String schedule;
    final Caller caller;

    /**
     * @param rule extension of the Schedule; released at once
     */
    private Doctor(Hospital hospital, String id, String rule) {
      this.hospital = hospital;
      this.id = id;
      caller = practitioner(id, hospital.id);
      created(
          hospital.system,
          "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'王医生'}]}"
              .formatted(id));
      created(
          hospital.system,
          """
          {'resourceType':'PractitionerRole','id':'%s-post','active':true,'practitioner':{'reference':'Practitioner/%s'},
            'organization':{'reference':'Organization/%s'},
            'specialty':[{'coding':[{'system':'%s','code':'03.04','display':'心血管内科'}]}]}"""
              .formatted(id, id, hospital.department, Registry.SPECIALTY));
      schedule =
          created(
              hospital.system,
              """
              {'resourceType':'Schedule','active':true,
                'specialty':[{'coding':[{'system':'%s','code':'03.04','display':'心血管内科'}]}],
                'actor':[{'reference':'PractitionerRole/%s-post','display':'王医生'},{'reference':'Practitioner/%s'}],
                'extension':[%s]}"""
                  .formatted(Registry.SPECIALTY, id, id, rule));
      release();
    }

    Reply release() {
      Reply reply = call(hospital.system, "Schedule/" + schedule + "/$release");
      ok(reply);
      return reply;
    }

    /** Ids of tomorrow's Slots, by the time they begin. */
    List<String> slots() {
      return slotsOf(schedule);
    }
  }

  /** Ids of tomorrow's Slots with anything free, by the time they begin. */
  List<String> slotsOf(String schedule) {
    Reply found =
        get(
            ROOT,
            "Appointment/$find?schedule="
                + schedule
                + "&start="
                + tomorrow()
                + "&end="
                + tomorrow().plusDays(1)
                + "&full=true&_count=200");
    ok(found);
    List<String> ids = new ArrayList<>();
    for (JsonNode entry : found.json().path("entry")) {
      ids.add(entry.path("resource").path("id").asString(""));
    }
    return ids;
  }

  /**
   * A rule: one session on every day.
   *
   * @param more further parts, each with a comma before it
   */
  static String rule(String from, String to, int capacity, String more) {
    var days = new StringBuilder();
    for (String day : new String[] {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}) {
      days.append("{'url':'day','valueCode':'%s'},".formatted(day));
    }
    return """
        {'url':'%s','extension':[{'url':'session','extension':[%s{'url':'from','valueTime':'%s'},
          {'url':'to','valueTime':'%s'},{'url':'capacity','valuePositiveInt':%d}]},
          {'url':'release-at','valueTime':'00:00:00'}%s]}"""
        .formatted(ReleaseRule.URL, days, from, to, capacity, more);
  }

  static String rule(String from, String to, int capacity) {
    return rule(from, to, capacity, ",{'url':'referral-percent','valueUnsignedInt':0}");
  }

  static void ok(Reply reply) {
    if (reply.status() != 200 && reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
  }

  // ------------------------------------------------------------------ asking

  Reply hold(Caller caller, String patient, String... slots) {
    return ask(caller, "Appointment/$hold", patient, slots);
  }

  Reply book(Caller caller, String patient, String... slots) {
    return ask(caller, "Appointment/$book", patient, slots);
  }

  private Reply ask(Caller caller, String operation, String patient, String... slots) {
    List<String> pairs = new ArrayList<>(List.of("patient", "Patient/" + patient));
    for (String slot : slots) {
      pairs.addAll(List.of("slot", "Slot/" + slot));
    }
    return call(caller, operation, pairs.toArray(String[]::new));
  }

  /** The Appointment in an answer that is one, or a bundle of one. */
  static JsonNode appointment(Reply reply) {
    ok(reply);
    JsonNode json = reply.json();
    return json.path("resourceType").asString("").equals("Bundle")
        ? json.path("entry").path(0).path("resource")
        : json;
  }

  static String id(Reply reply) {
    return appointment(reply).path("id").asString("");
  }

  String status(String appointment) {
    return get(ROOT, "Appointment/" + appointment).json().path("status").asString("");
  }
}
