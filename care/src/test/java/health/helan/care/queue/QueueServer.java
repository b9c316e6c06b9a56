package health.helan.care.queue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.residents.card.CardOperations;
import health.helan.foundation.residents.card.Cards;
import health.helan.foundation.residents.card.SamePerson;
import health.helan.foundation.residents.card.Scans;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.CertificateAuthority.Kind;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API with queues and health cards, the real access policy, contents under SM4 and a real
 * vault, on a real PostgreSQL behind a real HTTP server. One per test JVM; each test has a hospital
 * of its own.
 */
final class QueueServer {
  private static final class Running {
    static final QueueServer SERVER = new QueueServer();

    private Running() {}
  }

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** A practitioner whose licence does not hold. */
  static final String UNLICENSED = "unlicensed";

  /** One whose licence holds, and is neither a doctor's nor a nurse's. */
  static final String PHARMACIST = "pharmacist";

  final ClockForTests clock = new ClockForTests();
  final DataSource database;
  final RecordStore store;
  final Queues queues;
  final List<AuditSink.Request> audited = new CopyOnWriteArrayList<>();
  private final String base;
  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final HttpClient client = HttpClient.newHttpClient();

  static QueueServer get() {
    return Running.SERVER;
  }

  private QueueServer() {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(30);
      database = new HikariDataSource(config);
      var vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-vault").resolve("keystore"),
              "correct horse battery".toCharArray());
      var codec =
          new ContentCipher(
              new DataKeys(
                  vault, AeadAlgorithm.SM4_GCM, DataKeys.Settings.DEFAULT, Clock.systemUTC()));
      store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true,
                  codec),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      var authority =
          new CertificateAuthority(
              vault, database, new TrustedAuthorities(database), Clock.systemUTC());
      authority.establish("试验区");
      authority.platformKey("seal", Kind.SEAL, "试验印章");
      var cards =
          new Cards(
              new Cards.Parts(
                  store,
                  database,
                  codec,
                  vault,
                  authority,
                  () -> vault.signer("seal"),
                  SamePerson.ALONE,
                  640_000,
                  Clock.systemUTC()));
      queues =
          new Queues(
              new Queues.Parts(
                  store, database, codec, new Scans(cards), licences(), Bookings.BY_STATUS, clock));
      List<FhirOperation> all = new ArrayList<>(StandardOperations.all());
      all.addAll(AccessOperations.all(Clock.systemUTC(), database));
      all.addAll(CardOperations.all(cards));
      all.addAll(QueueOperations.all(queues, Duration.ZERO));
      var operations = new Operations(all);
      var servlet =
          new FhirServlet(
              store,
              operations,
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-22", store.parameters())),
              new Audits(store, operations, audited::add),
              List.of());
      base =
          new TomcatForTests(
                  servlet,
                  (request, response, chain) -> {
                    String name =
                        ((jakarta.servlet.http.HttpServletRequest) request)
                            .getHeader("X-Test-Caller");
                    request.setAttribute(FhirServlet.CALLER, callers.get(name));
                    chain.doFilter(request, response);
                  })
              .base();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Licences licences() {
    return new Licences() {
      @Override
      public void check(Connection connection, String who, String institution, Instant at) {
        if (who.equals("Practitioner/" + UNLICENSED)) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.no-licence");
        }
      }

      @Override
      public void checkCarer(
          Connection connection, String practitioner, String institution, Instant at) {
        check(connection, "Practitioner/" + practitioner, institution, at);
        if (practitioner.equals(PHARMACIST)) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.not-a-carer");
        }
      }

      @Override
      public boolean holds(
          Connection connection, String practitioner, String institution, Instant at) {
        return !practitioner.equals(UNLICENSED);
      }
    };
  }

  // ------------------------------------------------------------------ callers

  static Caller resident(String... patients) {
    return caller(Role.RESIDENT, "", new Binding("", Set.of(), Set.of(patients), Set.of("*")));
  }

  static Caller staff(String institution, String practitioner, String... departments) {
    return caller(
        Role.PRACTITIONER,
        institution,
        new Binding(practitioner, Set.of(departments), Set.of(), Set.of("*")));
  }

  static Caller system(String institution) {
    return caller(
        Role.SYSTEM, institution, new Binding("", Set.of(), Set.of(), Set.of("system/*.cruds")));
  }

  static Caller caller(Role role, String institution, Binding binding) {
    String name = role + "-" + UUID.randomUUID();
    return new Caller(name, role, institution, Set.of(), name, binding);
  }

  // ------------------------------------------------------------------ HTTP

  /** An answer. */
  record Reply(int status, HttpResponse<byte[]> http) {
    JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    String body() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    /** The parts of the one ticket that is told. */
    String ticket(String name) {
      List<JsonNode> tickets = all("ticket");
      if (tickets.isEmpty()) {
        throw new AssertionError(status + " " + body());
      }
      return QueueServer.text(tickets.getFirst(), name);
    }

    List<JsonNode> all(String name) {
      List<JsonNode> all = new ArrayList<>();
      for (JsonNode parameter : json().path("parameter")) {
        if (parameter.path("name").asString("").equals(name)) {
          all.add(parameter.path("part"));
        }
      }
      return all;
    }

    /** One part of each group, in their order. */
    List<String> each(String group, String part) {
      return all(group).stream().map(one -> QueueServer.text(one, part)).toList();
    }

    /** The sentence of a refusal. */
    String sentence() {
      return json().path("issue").path(0).path("details").path("text").asString("");
    }
  }

  static String text(JsonNode list, String name) {
    for (JsonNode parameter : list) {
      if (parameter.path("name").asString("").equals(name)) {
        for (var property : parameter.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue().isObject()
                ? property.getValue().path("reference").asString("")
                : property.getValue().asString();
          }
        }
      }
    }
    return "";
  }

  Reply send(Caller caller, String method, String path, @Nullable String body, String language) {
    callers.put(caller.request(), caller);
    var request =
        HttpRequest.newBuilder(URI.create(base + "/" + path))
            .header("X-Test-Caller", caller.request())
            .header("Accept-Language", language)
            .header("Content-Type", "application/fhir+json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Reply get(Caller caller, String path) {
    return send(caller, "GET", path, null, "en");
  }

  /** An operation with parameters by name and value. */
  Reply call(Caller caller, String operation, String... pairs) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = body.putArray("parameter");
    for (int i = 0; i < pairs.length; i += 2) {
      list.addObject().put("name", pairs[i]).put("valueString", pairs[i + 1]);
    }
    return send(caller, "POST", operation, body.toString(), "en");
  }

  /** Loads a resource as the root; answers its id. */
  String load(String json) {
    ObjectNode resource = (ObjectNode) Json.MAPPER.readTree(json.replace('\'', '"'));
    Reply reply =
        send(
            Caller.operator("t"),
            "POST",
            resource.path("resourceType").asString(),
            resource.toString(),
            "en");
    if (reply.status() != 201) {
      throw new AssertionError(reply.body());
    }
    return reply.json().path("id").asString();
  }

  /** A resource as it is. */
  JsonNode read(String reference) {
    return get(Caller.operator("t"), reference).json();
  }

  // ------------------------------------------------------------------ what tests need

  /** A resident, loaded by the root. */
  record Person(String patient, String number, Caller self) {}

  Person person(String name) {
    String number = identityNumber();
    String id =
        load(
            "{'resourceType':'Patient','name':[{'text':'"
                + name
                + "'}],'gender':'female','birthDate':'1985-03-07','identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'"
                + number
                + "'}]}");
    return new Person(id, number, resident(id));
  }

  private static String identityNumber() {
    String body = "64010419850307%03d".formatted(NUMBERS.getAndIncrement() % 1000);
    int[] weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (body.charAt(i) - '0') * weights[i];
    }
    return body + "10X98765432".charAt(sum % 11);
  }

  /**
   * A hospital with two departments, one queue each.
   *
   * @param clerk at the entrance, in no department
   * @param doctor of the first department
   * @param nurse at the triage desk, in no department
   */
  record Hospital(
      String id,
      String department,
      String other,
      String queue,
      String otherQueue,
      Caller system,
      Caller clerk,
      Caller nurse,
      Caller doctor) {}

  Hospital hospital() {
    String id = load("{'resourceType':'Organization','name':'县人民医院'}");
    String department =
        load(
            "{'resourceType':'Organization','name':'心内科','partOf':{'reference':'Organization/"
                + id
                + "'}}");
    String other =
        load(
            "{'resourceType':'Organization','name':'眼科','partOf':{'reference':'Organization/"
                + id
                + "'}}");
    Caller system = system(id);
    return new Hospital(
        id,
        department,
        other,
        queue(system, department, "心内科门诊", "A"),
        queue(system, other, "眼科门诊", "B"),
        system,
        staff(id, "clerk-" + id),
        staff(id, "nurse-" + id),
        staff(id, "doctor-" + id, department));
  }

  String queue(Caller system, String department, String name, String prefix) {
    Reply reply =
        call(
            system,
            "$queue-set",
            "department",
            department,
            "name",
            name,
            "prefix",
            prefix,
            "where",
            "二楼候诊区");
    if (reply.status() != 200) {
      throw new AssertionError(reply.body());
    }
    return text(reply.all("queue").getFirst(), "id");
  }

  /** Where a ticket stands. */
  State state(String ticket) {
    return Objects.requireNonNull(queues.table.ticket(ticket)).state();
  }

  /** A screen of the hospital, by the token that it was given. */
  Screens.Screen screen(Hospital hospital, String queues) {
    Reply made = call(hospital.nurse(), "$queue-screen", "name", "二楼大厅", "queues", queues);
    String token = text(made.json().path("parameter"), "token");
    return Objects.requireNonNull(this.queues.screens().byToken(token), made::body);
  }

  /** Checks in with the number in hand, at the entrance; answers the ticket's id. */
  String checkIn(Hospital hospital, Person person) {
    Reply reply =
        call(
            hospital.clerk(),
            "$queue-check-in",
            "queue",
            hospital.queue(),
            "patient",
            person.patient(),
            "identifier",
            person.number());
    return reply.ticket("id");
  }

  Reply step(Caller caller, String step, String ticket) {
    return call(caller, "$queue-" + step, "ticket", ticket);
  }

  Reply next(Caller caller, Hospital hospital, String place) {
    return call(caller, "$queue-call", "queue", hospital.queue(), "place", place);
  }

  Reply line(Hospital hospital) {
    return get(hospital.nurse(), "$queue-line?queue=" + hospital.queue());
  }

  /** A booking of today in the hospital's first department; its practitioner has a role there. */
  String booking(Hospital hospital, Person person, Instant start) {
    String practitioner = "booked-" + UUID.randomUUID();
    String role =
        load(
            "{'resourceType':'PractitionerRole','organization':{'reference':'Organization/"
                + hospital.department()
                + "'},'practitioner':{'identifier':{'value':'"
                + practitioner
                + "'}}}");
    return load(
        "{'resourceType':'Appointment','status':'booked','start':'"
            + start
            + "','end':'"
            + start.plus(Duration.ofMinutes(30))
            + "','participant':[{'status':'accepted','actor':{'reference':'Patient/"
            + person.patient()
            + "'}},{'status':'accepted','actor':{'reference':'PractitionerRole/"
            + role
            + "'}}]}");
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
