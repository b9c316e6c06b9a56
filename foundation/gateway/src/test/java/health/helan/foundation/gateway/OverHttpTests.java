package health.helan.foundation.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.gateway.hl7v2.Hl7v2Servlet;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Messages over HTTP. */
class OverHttpTests {
  private static final Map<String, Caller> CALLERS =
      Map.of(
          "root",
          GatewayForTests.ROOT,
          "own",
          system("his", "system/*.cruds"),
          "other",
          new Caller("x", Caller.Role.SYSTEM, "elsewhere", Set.of(), "r"),
          "operator",
          new Caller("o", Caller.Role.OPERATOR, "", Set.of(), "r"),
          "doctor",
          new Caller("d", Caller.Role.PRACTITIONER, "hospital", Set.of(), "r"),
          "narrow",
          system("app", "system/*.rs"));

  private static Caller system(String name, String scope) {
    return new Caller(
        name,
        Caller.Role.SYSTEM,
        "hospital",
        Set.of(),
        "r",
        new Caller.Binding("", Set.of(), Set.of(), Set.of(scope)));
  }

  private static GatewayForTests house;
  private static TomcatForTests server;
  private static HttpClient client;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    house.feed("his");
    house.feed("off", "{\"active\":false}");
    server =
        new TomcatForTests(
            new Hl7v2Servlet(house.gateway),
            (request, response, chain) -> {
              String who =
                  ((jakarta.servlet.http.HttpServletRequest) request).getHeader("X-Caller");
              if (who != null) {
                request.setAttribute(FhirServlet.CALLER, CALLERS.get(who));
              }
              chain.doFilter(request, response);
            });
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void close() {
    client.close();
    server.close();
    house.close();
  }

  private static String adt(String control, String patient) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A04|"
        + control
        + "|P|2.5\rPID|1||"
        + patient
        + "^^^HOSP^MR||n^m\r";
  }

  private static HttpResponse<String> post(String caller, String feed, String body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.base() + "/" + feed))
            .header("Content-Type", "application/hl7-v2+er7")
            .header("Accept-Language", "en")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (!caller.isEmpty()) {
      request.header("X-Caller", caller);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void areAnsweredByTheirAcknowledgements() throws Exception {
    HttpResponse<String> taken = post("own", "his", adt("h1", "H1"));
    assertThat(taken.statusCode()).isEqualTo(200);
    assertThat(taken.headers().firstValue("Content-Type")).hasValue("application/hl7-v2+er7");
    assertThat(taken.body()).contains("MSA|AA|h1");
    assertThat(post("root", "his", adt("h2", "H2") + adt("h3", "")).body())
        .contains("MSA|AA|h2")
        .contains("MSA|AE|h3");
    assertThat(post("own", "his", "BHS|^~\\&|HIS\r" + adt("h4", "H4") + "BTS|1\r").body())
        .startsWith("BHS|")
        .contains("MSA|AA|h4")
        .endsWith("BTS|1\r");
    assertThat(house.find("Patient", "identifier", "H1,H2,H4")).hasSize(3);
  }

  @Test
  void areAnsweredInEnhancedModeAsOverMllp() throws Exception {
    String first = adt("e1", "H7").replace("|P|2.5", "|P|2.5|||AL|AL");
    assertThat(post("own", "his", first).body()).contains("MSA|CA|e1").contains("MSA|AA|e1");
    // Another message under the same number is not taken, and nothing says that it was.
    assertThat(post("own", "his", first.replace("H7", "H8")).body())
        .contains("MSA|CR|e1")
        .doesNotContain("MSA|CA|");
  }

  @Test
  void areForTheInstitutionsSystemsAlone() throws Exception {
    assertThat(post("", "his", adt("n1", "N1")).statusCode()).isEqualTo(401);
    for (String caller : new String[] {"other", "operator", "doctor", "narrow"}) {
      assertThat(post(caller, "his", adt("n2", "N1")).statusCode()).as(caller).isEqualTo(403);
      assertThat(post(caller, "nobody", adt("n2", "N1")).statusCode()).as(caller).isEqualTo(403);
    }
    assertThat(post("root", "nobody", adt("n3", "N1")).statusCode()).isEqualTo(404);
    assertThat(post("own", "off", adt("n4", "N1")).statusCode()).isEqualTo(404);
    assertThat(house.find("Patient", "identifier", "N1")).isEmpty();
  }

  @Test
  void thatTrickleInKeepNoPlaceThatOthersWaitFor() throws Exception {
    int free = 0;
    while (house.gateway.tryEnter()) {
      free++;
    }
    house.gateway.leave(); // One place is left, and several senders begin a body and stop.
    var slow = new ArrayList<Socket>();
    try {
      URI at = URI.create(server.base());
      for (int i = 0; i < 3; i++) {
        var socket = new Socket(at.getHost(), at.getPort());
        slow.add(socket);
        socket
            .getOutputStream()
            .write(
                ("POST "
                        + at.getPath()
                        + "/his HTTP/1.1\r\nHost: x\r\nX-Caller: own\r\nContent-Type: application/hl7-v2+er7\r\n"
                        + "Content-Length: 400\r\n\r\nMSH|")
                    .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
      }
      Thread.sleep(500);
      assertThat(post("own", "his", adt("t1", "T1")).body()).contains("MSA|AA|t1");
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
      for (int i = 1; i < free; i++) {
        house.gateway.leave();
      }
    }
  }

  @Test
  void areToldToComeAgainWhenItIsBusy() throws Exception {
    int entered = 0;
    try {
      while (house.gateway.tryEnter()) {
        entered++;
      }
      HttpResponse<String> busy = post("own", "his", adt("b1", "B1"));
      assertThat(busy.statusCode()).isEqualTo(503);
      assertThat(busy.headers().firstValue("Retry-After")).hasValue("2");
      assertThat(busy.body()).contains("OperationOutcome").contains("busy");
    } finally {
      for (; entered > 0; entered--) {
        house.gateway.leave();
      }
    }
    assertThat(house.find("Patient", "identifier", "B1")).isEmpty();
    assertThat(post("own", "his", adt("b1", "B1")).body()).contains("MSA|AA|b1");
  }
}
