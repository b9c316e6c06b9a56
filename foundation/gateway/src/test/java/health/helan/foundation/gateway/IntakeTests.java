package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.gateway.http.IntakeServlet;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents, tables and bundles over HTTP. */
class IntakeTests {
  private static final Map<String, Caller> CALLERS =
      Map.of(
          "root", GatewayForTests.ROOT,
          "own", new Caller("his", Caller.Role.SYSTEM, "hospital", Set.of(), "r"),
          "other", new Caller("x", Caller.Role.SYSTEM, "elsewhere", Set.of(), "r"),
          "operator", new Caller("o", Caller.Role.OPERATOR, "", Set.of(), "r"),
          "doctor", new Caller("d", Caller.Role.PRACTITIONER, "hospital", Set.of(), "r"));

  private static GatewayForTests house;
  private static TomcatForTests server;
  private static TomcatForTests hasty;
  private static HttpClient client;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    house.feed("documents", "{\"format\":\"cda\"}");
    house.feed("list", "{\"format\":\"table\",\"table\":\"residents\"}");
    house.feed("off", "{\"format\":\"cda\",\"active\":false}");
    house.feed("his");
    server = server(Duration.ofSeconds(20));
    hasty = server(Duration.ofMillis(1));
    client = HttpClient.newHttpClient();
  }

  private static TomcatForTests server(Duration patience) {
    return server(Executors.newVirtualThreadPerTaskExecutor(), patience);
  }

  private static TomcatForTests server(Executor workers, Duration patience) {
    return new TomcatForTests(
        new IntakeServlet(house.gateway, workers, patience),
        (request, response, chain) -> {
          String who = ((jakarta.servlet.http.HttpServletRequest) request).getHeader("X-Caller");
          if (who != null) {
            request.setAttribute(FhirServlet.CALLER, CALLERS.get(who));
          }
          chain.doFilter(request, response);
        });
  }

  @AfterAll
  static void close() {
    client.close();
    server.close();
    hasty.close();
    house.close();
  }

  private static HttpResponse<String> post(
      TomcatForTests to, String caller, String feed, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(to.base() + "/" + feed))
            .header("Accept-Language", "en")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (!caller.isEmpty()) {
      request.header("X-Caller", caller);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String value(HttpResponse<String> response, String name) {
    for (JsonNode each : JsonMapper.shared().readTree(response.body()).path("parameter")) {
      if (each.path("name").asString().equals(name)) {
        return each.path("valueString").asString(each.path("valueCode").asString(""));
      }
    }
    return "";
  }

  private static String summary(String patient) {
    return DocumentTests.file("summary.xml")
        .replace("@PATIENT@", patient)
        .replace("@CONF@", "N")
        .replace("@V@", "1" + patient);
  }

  @Test
  void areAnsweredByWhatBecameOfThem() throws Exception {
    HttpResponse<String> taken = post(server, "own", "documents", summary("801"));
    assertThat(taken.statusCode()).isEqualTo(200);
    assertThat(value(taken, "state")).isEqualTo("done");
    assertThat(value(taken, "made")).startsWith("Patient/");
    HttpResponse<String> dead =
        post(
            server,
            "root",
            "documents",
            summary("802").replaceAll("<id root=\"1.2.156.77777.3\"[^>]*/>", ""));
    assertThat(dead.statusCode()).isEqualTo(422);
    assertThat(value(dead, "state")).isEqualTo("dead");
    assertThat(value(dead, "reason")).contains("no identifier by which Patient");
    HttpResponse<String> broken = post(server, "own", "documents", "<ClinicalDocument>");
    assertThat(broken.statusCode()).isEqualTo(422);
    assertThat(value(broken, "state")).isEqualTo("refused");
    assertThat(house.gateway.content(value(broken, "id"), 0))
        .isEqualTo("<ClinicalDocument>".getBytes());
    HttpResponse<String> table = post(server, "own", "list", "患者编号,姓名\nI1,甲\nI2,乙\n");
    assertThat(table.statusCode()).isEqualTo(200);
    assertThat(table.body()).contains("2 rows: 2 taken, 0 failed.");
  }

  @Test
  void goOnByThemselvesWhenTheyTakeLong() throws Exception {
    var file = new StringBuilder("患者编号,姓名\n");
    for (int i = 0; i < 60; i++) {
      file.append("W").append(i).append(",人\n");
    }
    HttpResponse<String> answer = post(hasty, "own", "list", file.toString());
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(value(answer, "reason-code")).isEqualTo("gateway.still-working");
    String id = value(answer, "id");
    for (int i = 0; i < 300 && house.message(id).state() == State.RECEIVED; i++) {
      Thread.sleep(50);
    }
    assertThat(house.message(id).state()).isEqualTo(State.DONE);
    assertThat(house.find("Patient", "identifier", "W0,W59")).hasSize(2);
  }

  @Test
  void areForTheInstitutionsSystemsAlone() throws Exception {
    assertThat(post(server, "", "documents", summary("803")).statusCode()).isEqualTo(401);
    for (String caller : new String[] {"other", "operator", "doctor"}) {
      assertThat(post(server, caller, "documents", summary("803")).statusCode())
          .as(caller)
          .isEqualTo(403);
      assertThat(post(server, caller, "nobody", summary("803")).statusCode())
          .as(caller)
          .isEqualTo(403);
    }
    for (String feed : new String[] {"nobody", "off", "his"}) {
      assertThat(post(server, "root", feed, summary("803")).statusCode()).as(feed).isEqualTo(404);
    }
    assertThat(house.find("Patient", "identifier", "803")).isEmpty();
  }

  @Test
  void areKeptAndLeaveNoPlaceTakenWhenThePlatformStops() throws Exception {
    var stopped = Executors.newVirtualThreadPerTaskExecutor();
    stopped.shutdown();
    int before = places();
    try (TomcatForTests stopping = server(stopped, Duration.ofSeconds(20))) {
      HttpResponse<String> kept = post(stopping, "own", "documents", summary("805"));
      assertThat(kept.statusCode()).isEqualTo(202);
      assertThat(value(kept, "state")).isEqualTo("received");
    }
    assertThat(places()).isEqualTo(before);
  }

  private static int places() {
    int places = 0;
    while (house.gateway.tryEnter()) {
      places++;
    }
    for (int i = 0; i < places; i++) {
      house.gateway.leave();
    }
    return places;
  }

  @Test
  void areToldToComeAgainWhenItIsBusy() throws Exception {
    int entered = 0;
    try {
      while (house.gateway.tryEnter()) {
        entered++;
      }
      HttpResponse<String> busy = post(server, "own", "documents", summary("804"));
      assertThat(busy.statusCode()).isEqualTo(503);
      assertThat(busy.headers().firstValue("Retry-After")).hasValue("2");
    } finally {
      for (; entered > 0; entered--) {
        house.gateway.leave();
      }
    }
    assertThat(post(server, "own", "documents", summary("804")).statusCode()).isEqualTo(200);
  }
}
