package health.helan.app.links;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.database.Database;
import health.helan.app.start.DataFolder;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.trust.policy.RolePolicy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Links to institutions, on sockets of this machine and a real store. */
class LinkHealthTests {
  private static DataFolder folder;
  private static Database database;
  private static RecordStore store;
  private static PGSimpleDataSource source;

  private static Instant now = Instant.parse("2026-11-26T00:00:00Z");
  private static List<OtherLinks.Other> others = List.of();

  @BeforeAll
  static void start(@TempDir Path given) {
    folder = DataFolder.open(given.resolve("data"), 0);
    database = Database.open(Map.of("HELAN_PG_SHARED_BUFFERS_MB", "32"), folder);
    source = new PGSimpleDataSource();
    source.setURL(database.jdbcUrl());
    source.setUser(database.user());
    source.setPassword(database.password());
    store =
        RecordStore.open(
            source,
            new StoreConfig(
                new byte[32], "one", "a version", new RolePolicy(Clock.systemUTC()), true));
  }

  @AfterAll
  static void stop() {
    store.close();
    database.close();
    folder.close();
  }

  /** A door of an institution: counts who comes, and answers as it is told. */
  private static final class Door implements AutoCloseable {
    final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final AtomicInteger visits = new AtomicInteger();
    volatile String answer = "HTTP/1.1 204 No Content\r\n\r\n";
    volatile long delayMillis;
    volatile String lastRequest = "";

    Door() throws IOException {
      Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
      try {
        while (true) {
          Socket visitor = socket.accept();
          visits.incrementAndGet();
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (visitor) {
                      byte[] request = new byte[4096];
                      int n = visitor.getInputStream().read(request);
                      lastRequest = n < 0 ? "" : new String(request, 0, n, ISO_8859_1);
                      Thread.sleep(delayMillis);
                      visitor.getOutputStream().write(answer.getBytes(ISO_8859_1));
                    } catch (IOException | InterruptedException gone) {
                      // The visitor went away, which a look at an MLLP door does.
                    }
                  });
        }
      } catch (IOException closed) {
        // The end of the door.
      }
    }

    String host() {
      return "127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static LinkHealth health(String networks) {
    ProbedNetworks probed = ProbedNetworks.of(networks);
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }
        };
    return new LinkHealth(
        store,
        new LinkTable(source),
        probed,
        new LinkProbe(probed, Duration.ofMillis(1500), Duration.ofMillis(400)),
        Duration.ofHours(1), // The test itself looks.
        clock,
        meters,
        () -> others);
  }

  private static SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private static void endpoint(String id, String name, String address, String status) {
    ObjectNode endpoint =
        (ObjectNode)
            Json.MAPPER.readTree(
                """
                {"resourceType":"Endpoint","id":"%s","status":"%s","connectionType":{"code":"hl7-fhir-rest"},
                 "payloadType":[{"text":"any"}],"address":"%s","managingOrganization":{"display":"%s"}}"""
                    .formatted(id, status, address, name));
    store.write(
        Caller.platform("test"),
        new Interaction.Update(
            "Endpoint", id, null, Interaction.Body.of(endpoint), null, false, null, null));
  }

  private static void look(LinkHealth health, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      now = now.plus(Duration.ofHours(2));
      health.lookAtAll();
    }
  }

  private static Map<String, Map<String, String>> links(LinkHealth health, Caller.Role role) {
    JsonNode answer =
        Json.MAPPER.readTree(
            health
                .execute(
                    new FhirOperation.Call(
                        new Caller("someone", role, "", Set.of(), "r"),
                        store,
                        "GET",
                        null,
                        null,
                        Query.parse(""),
                        null,
                        "http://x/fhir",
                        Locale.CHINESE))
                .body());
    Map<String, Map<String, String>> links = new TreeMap<>();
    for (JsonNode parameter : answer.path("parameter")) {
      Map<String, String> parts = new TreeMap<>();
      for (JsonNode part : parameter.path("part")) {
        for (var property : part.properties()) {
          if (property.getKey().startsWith("value")) {
            parts.put(part.path("name").asString(""), property.getValue().asString(""));
          }
        }
      }
      if (parameter.path("name").asString("").equals("link")) {
        links.put(String.valueOf(parts.get("endpoint")), parts);
      } else {
        links.put(
            parameter.path("name").asString(""),
            Map.of("value", parameter.path("valueBoolean").asString("")));
      }
    }
    return links;
  }

  private static @Nullable String of(LinkHealth health, String endpoint, String part) {
    Map<String, String> link = links(health, Caller.Role.OPERATOR).get(endpoint);
    return link == null ? null : link.get(part);
  }

  @Test
  void isSeenAsTheLinksComeAndGo() throws Exception {
    try (Door http = new Door();
        Door mllp = new Door();
        LinkHealth health = health("127.0.0.0/8")) {
      endpoint("hospital", "县人民医院", "http://" + http.host() + "/fhir", "active");
      endpoint("clinic", "乡镇卫生院", "mllp://" + mllp.host(), "active");
      endpoint("old", "旧接口", "http://" + http.host() + "/old", "off");
      endpoint("mail", "邮件", "mailto:a@example.org", "active");
      look(health, 1);
      assertThat(links(health, Caller.Role.REGULATOR))
          .containsKeys("probing", "hospital", "clinic")
          .doesNotContainKeys("old", "mail");
      assertThat(of(health, "hospital", "state")).isEqualTo("ok");
      assertThat(of(health, "hospital", "name")).isEqualTo("县人民医院");
      assertThat(of(health, "clinic", "state")).isEqualTo("ok");
      assertThat(Integer.parseInt(of(health, "hospital", "latency"))).isBetween(0, 400);
      assertThat(http.lastRequest)
          .startsWith("HEAD /fhir HTTP/1.1\r\n")
          .doesNotContainIgnoringCase("authorization");
      assertThat(mllp.lastRequest).as("nothing is said to an MLLP door").isEmpty();
      String since = of(health, "hospital", "since");

      http.answer = "HTTP/1.1 503 Busy\r\n\r\n";
      look(health, 1);
      assertThat(of(health, "hospital", "state")).as("one failure alarms nobody").isEqualTo("ok");
      assertThat(of(health, "hospital", "since")).isEqualTo(since);
      look(health, 1);
      assertThat(of(health, "hospital", "state")).isEqualTo("degraded");
      assertThat(of(health, "hospital", "reason")).isEqualTo("status");
      assertThat(of(health, "hospital", "since")).isNotEqualTo(since);
      look(health, 2);
      assertThat(of(health, "hospital", "state")).isEqualTo("down");
      assertThat(meters.get("helan.link.state").tag("endpoint", "hospital").gauge().value())
          .isEqualTo(2);
      assertThat(meters.get("helan.link.state").tag("endpoint", "clinic").gauge().value())
          .isEqualTo(0);

      http.answer = "HTTP/1.1 404 Not Found\r\n\r\n";
      http.delayMillis = 600;
      look(health, 1);
      assertThat(of(health, "hospital", "state")).as("it answers, slowly").isEqualTo("degraded");
      http.delayMillis = 0;
      look(health, 3);
      assertThat(of(health, "hospital", "state")).isEqualTo("ok");
      assertThat(of(health, "hospital", "reason")).isNull();

      mllp.close();
      look(health, 4);
      assertThat(of(health, "clinic", "state")).isEqualTo("down");
      assertThat(of(health, "clinic", "reason")).isEqualTo("refused");
      endpoint("clinic", "乡镇卫生院", "tcp://" + http.host(), "active");
      look(health, 1);
      assertThat(of(health, "clinic", "state")).as("another address starts anew").isEqualTo("ok");
      http.delayMillis = 3000;
      look(health, 2);
      assertThat(of(health, "hospital", "reason")).isEqualTo("timeout");
      endpoint("hospital", "县人民医院", "https://" + http.host(), "active");
      look(health, 1);
      assertThat(of(health, "hospital", "reason"))
          .as("no TLS there")
          .isIn("tls", "timeout", "closed");

      int visits = http.visits.get();
      health.lookAtAll();
      assertThat(http.visits.get()).as("another instance has just looked").isEqualTo(visits);
      endpoint("hospital", "县人民医院", "http://" + http.host(), "off");
      look(health, 1);
      assertThat(links(health, Caller.Role.OPERATOR)).doesNotContainKey("hospital");
    }
  }

  @Test
  void isNotLookedForOutsideTheNamedNetworks() throws Exception {
    try (Door door = new Door()) {
      endpoint("inside", "院内", "http://" + door.host() + "/", "active");
      endpoint("byName", "按名", "http://localhost:" + door.socket.getLocalPort() + "/", "active");
      try (LinkHealth elsewhere = health("10.0.0.0/8")) {
        look(elsewhere, 2);
        assertThat(links(elsewhere, Caller.Role.OPERATOR)).doesNotContainKeys("inside", "byName");
      }
      try (LinkHealth off = health("")) {
        assertThat(links(off, Caller.Role.OPERATOR))
            .isEqualTo(Map.of("probing", Map.of("value", "false")));
      }
      assertThat(door.visits).hasValue(0);
    }
  }

  /** Edge nodes speak up by themselves, whether or not anything is probed. */
  @Test
  void isShownForEdgeNodesToo() {
    others =
        List.of(
            new OtherLinks.Other(
                "edge/county", "county", "10.1.2.3", OtherLinks.State.DOWN, now, 7, "timeout"));
    try (LinkHealth off = health("")) {
      assertThat(links(off, Caller.Role.OPERATOR).get("edge/county"))
          .containsEntry("state", "down")
          .containsEntry("latency", "7")
          .containsEntry("reason", "timeout")
          .containsEntry("address", "10.1.2.3");
    } finally {
      others = List.of();
    }
  }

  @Test
  void isNotForResidentsAndClinicians() {
    try (LinkHealth health = health("127.0.0.0/8")) {
      for (Caller.Role role : List.of(Caller.Role.RESIDENT, Caller.Role.PRACTITIONER)) {
        assertThatExceptionOfType(Refusal.class)
            .isThrownBy(() -> links(health, role))
            .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.FORBIDDEN));
      }
    }
  }
}
