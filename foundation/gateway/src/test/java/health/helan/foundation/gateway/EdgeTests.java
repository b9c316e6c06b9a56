package health.helan.foundation.gateway;

import static health.helan.foundation.gateway.EdgeForTests.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.gateway.edge.Centre;
import health.helan.foundation.gateway.edge.EdgeServlet;
import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.gateway.edge.Parcel;
import health.helan.foundation.gateway.edge.Parcels;
import health.helan.foundation.gateway.hl7v2.MllpServer;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Edge nodes and a centre, over HTTP: what is handed on, how it goes on, what is refused. */
class EdgeTests {
  private static final String EPOCH = "0123456789abcdef0123456789abcdef";
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Settings KEEPING_NOTHING =
      new Settings(
          64,
          8,
          Duration.ofMillis(700),
          Duration.ZERO,
          Duration.ofMillis(200),
          Duration.ofHours(1));

  private static GatewayForTests house;
  private static Nodes nodes;
  private static TomcatForTests server;
  private static HttpClient client;

  @BeforeAll
  static void open() {
    house = GatewayForTests.open();
    nodes = new Nodes(house.pool, Clock.systemUTC());
    server =
        new TomcatForTests(
            new EdgeServlet(house.gateway, nodes),
            (request, response, chain) -> {
              String token = ((HttpServletRequest) request).getHeader("Authorization");
              if (token != null) {
                request.setAttribute(
                    FhirServlet.CALLER, caller(token.substring("Bearer ".length())));
              }
              chain.doFilter(request, response);
            },
            EdgeTests::serveBeside);
    client = HttpClient.newHttpClient();
  }

  private static void serveBeside(Tomcat tomcat) {
    var context = (Context) tomcat.getHost().findChildren()[0];
    context.addServletMappingDecoded("/edge/*", "fhir");
  }

  /** {@code CLIENT@INSTITUTION}, or a role of nobody in particular. */
  private static Caller caller(String token) {
    int at = token.indexOf('@');
    return at < 0
        ? new Caller("someone", Caller.Role.valueOf(token), "hospital", Set.of(), "r")
        : new Caller(
            token.substring(0, at),
            Caller.Role.SYSTEM,
            token.substring(at + 1),
            Set.of(),
            "r",
            new Caller.Binding("", Set.of(), Set.of(), Set.of()));
  }

  @AfterAll
  static void close() {
    client.close();
    server.close();
    house.close();
  }

  private static URI base() {
    return URI.create(server.base().replace("/fhir", "/"));
  }

  /** A node of its own with a feed of its own, which begins with the node's name. */
  private static String node() {
    String name = "node-" + NUMBER.incrementAndGet();
    house.feed(name + "-his");
    register(name, true, Map.of(name + "-his", 0));
    return name;
  }

  private static void register(String name, boolean active, Map<String, Integer> feeds) {
    nodes.put(new Nodes.Node(name, 0, "hospital", active, "thumb", feeds), "test");
  }

  private static String token(String node) {
    return Nodes.Node.client(node) + "@hospital";
  }

  private static EdgeForTests edge(String node) {
    return new EdgeForTests(base(), token(node), GatewayForTests.QUICK);
  }

  private static String adt(String control, String patient, String given) {
    return "MSH|^~\\&|HIS|HOSP|||20261101||ADT^A08|%s|P|2.5\rPID|1||%s^^^HOSP^MR||n^%s\r"
        .formatted(control, patient, given);
  }

  private static Parcel.Item item(long seq, String message) {
    return new Parcel.Item(
        seq, Instant.now().toEpochMilli(), message.getBytes(StandardCharsets.UTF_8));
  }

  private static HttpResponse<String> call(
      String method, String path, String token, @Nullable String type, byte[] body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(base().resolve("edge/" + path))
            .header("Accept-Language", "en")
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (type != null) {
      request.header("Content-Type", type);
    }
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> deliver(String node, byte[] parcel) throws Exception {
    return call(
        "POST", "messages/" + node + "-his?epoch=" + EPOCH, token(node), Parcel.TYPE, parcel);
  }

  private static long position(String node) throws Exception {
    HttpResponse<String> answer =
        call("GET", "position/" + node + "-his?epoch=" + EPOCH, token(node), null, new byte[0]);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.MAPPER.readTree(answer.body()).path("last").asLong(-1);
  }

  private static String refused(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains("OperationOutcome");
    return answer.headers().firstValue("Helan-Reason").orElse("");
  }

  /** Given names of a patient's versions, the newest first. */
  private static String given(String patient) {
    return house.only("Patient", "identifier", patient).at("/name/0/given/0").asString("");
  }

  private static int versions(String patient) {
    return house.only("Patient", "identifier", patient).at("/meta/versionId").asInt(0);
  }

  /** After a refusal: what came before the fault is committed, and carried out a moment later. */
  private static void carriedOut(String patient, int versions) throws InterruptedException {
    await(
        versions + " of " + patient,
        () -> {
          List<JsonNode> found = house.find("Patient", "identifier", patient);
          return found.size() == 1 && found.getFirst().at("/meta/versionId").asInt(0) == versions;
        });
  }

  // ------------------------------------------------------------------ handing on

  @Test
  void areHandedOnInOrderAndTheVerdictsComeBack() throws Exception {
    String node = node();
    try (EdgeForTests edge = edge(node)) {
      Feed feed = edge.feed(node + "-his");
      var ids = new ArrayList<String>();
      for (int i = 1; i <= 40; i++) {
        Receipt receipt = edge.take(feed, adt("c" + i, node + "-P" + i % 4, "g" + i));
        assertThat(receipt.state()).isEqualTo(State.DONE);
        ids.add(receipt.id());
      }
      String poison = edge.take(feed, "MSH|^~\\&|HIS|HOSP|||20261101||QQQ^Q01|bad|P|2.5\r").id();
      String last = edge.take(feed, adt("c41", node + "-P0", "g41")).id();
      assertThat(edge.message(ids.getFirst()).state()).isEqualTo(State.RECEIVED);
      try (var forwarder = edge.forward()) {
        await("all settled", () -> edge.message(last).state() == State.DONE);
        await("poison judged", () -> edge.message(poison).state() == State.DEAD);
        assertThat(Journal.required(edge.gateway.message(poison)).reason())
            .isEqualTo(new Message.Reason("gateway.no-mapping", List.of("QQQ^Q01")));
        await("the centre hears of it", () -> nodes.beats().containsKey(node));
        JsonNode said = forwarder.status();
        assertThat(said.at("/feeds/0/waiting").asInt(-1)).isZero();
        assertThat(said.at("/feeds/0/delivered").asInt()).isEqualTo(42);
        assertThat(said.at("/feeds/0/dead").asInt()).isEqualTo(1);
        assertThat(said.path("sent").asInt()).isEqualTo(42);
        // About 120 bytes each, and much alike.
        assertThat(said.path("bytes").asInt()).isBetween(400, 6_000);
      }
      assertThat(given(node + "-P0")).isEqualTo("g41");
      assertThat(versions(node + "-P0")).isEqualTo(11);
      assertThat(given(node + "-P3")).isEqualTo("g39");
      assertThat(versions(node + "-P3")).isEqualTo(10);
      List<Message> there =
          house.gateway.find(
              List.of(feed.name()), null, null, null, List.of(), null, null, null, 100);
      assertThat(there).hasSize(42);
      for (Message message : there) {
        Message here =
            edge.gateway
                .find(
                    List.of(feed.name()),
                    null,
                    message.control(),
                    null,
                    List.of(),
                    null,
                    null,
                    null,
                    2)
                .getFirst();
        assertThat(house.gateway.content(message.id(), 0))
            .as("byte by byte")
            .isEqualTo(edge.gateway.content(here.id(), 0));
      }
    }
  }

  /** Whatever format a feed has: the node keeps bytes, and the centre reads them. */
  @Test
  void areHandedOnInOtherFormatsToo() throws Exception {
    String node = node();
    house.feed(node + "-fhir", "{\"format\":\"fhir\"}");
    register(node, true, Map.of(node + "-his", 0, node + "-fhir", 0));
    try (EdgeForTests edge = edge(node)) {
      edge.forward();
      await("the feed is there", () -> edge.gateway.feeds().get(node + "-fhir") != null);
      Feed feed = java.util.Objects.requireNonNull(edge.gateway.feeds().get(node + "-fhir"));
      String id =
          edge.take(
                  feed,
                  """
                  {"resourceType":"Bundle","type":"transaction","entry":[
                  {"request":{"method":"POST","url":"Patient"},"resource":{"resourceType":"Patient",
                  "identifier":[{"system":"urn:mrn","value":"%s-F"}],"name":[{"text":"某"}],
                  "managingOrganization":{"reference":"Organization/hospital"}}}]}"""
                      .formatted(node))
              .id();
      await("done", () -> edge.message(id).state() != State.RECEIVED);
      assertThat(edge.message(id).reason()).isNull();
      assertThat(edge.message(id).state()).isEqualTo(State.DONE);
      assertThat(house.find("Patient", "identifier", node + "-F")).hasSize(1);
    }
  }

  /** What an operator does at the centre later is seen at the hospital too. */
  @Test
  void areSeenSettledOnceTheCentreSettlesThem() throws Exception {
    String node = node();
    try (EdgeForTests edge = edge(node)) {
      Feed feed = edge.feed(node + "-his");
      String id = edge.take(feed, adt("s1", "", "g")).id();
      edge.forward();
      await("dead", () -> edge.message(id).state() == State.DEAD);
      Message there =
          house
              .gateway
              .find(List.of(feed.name()), null, "s1", null, List.of(), null, null, null, 2)
              .getFirst();
      Receipt mended =
          house.gateway.replay(
              there.id(),
              adt("s1", node + "-S", "g").getBytes(StandardCharsets.UTF_8),
              Gateway.Overtaken.REFUSE,
              GatewayForTests.ROOT);
      assertThat(mended.state()).isEqualTo(State.DONE);
      await("done", () -> edge.message(id).state() == State.DONE);
      assertThat(edge.message(id).reason()).isNull();
      assertThatExceptionOfType(Refusal.class)
          .as("nothing is carried out at the node")
          .isThrownBy(
              () -> edge.gateway.replay(id, null, Gateway.Overtaken.ALLOW, GatewayForTests.ROOT))
          .withMessageContaining("edge.at-the-centre");
    }
  }

  @Test
  void areTakenWithoutTheCentreAndNeitherLostNorForgotten() throws Exception {
    String node = node();
    try (var edge = new EdgeForTests(URI.create("http://127.0.0.1:9/"), "x", KEEPING_NOTHING)) {
      Feed feed = edge.feed(node + "-his");
      String id = edge.take(feed, adt("w1", node + "-W", "g")).id();
      var forwarder = edge.forward();
      await("trouble is seen", () -> "edge.away-refused".equals(forwarder.trouble()));
      assertThat(forwarder.heard()).isNull();
      assertThat(edge.take(feed, adt("w1", node + "-W", "g")).state()).isEqualTo(State.DONE);
      assertThat(edge.number("select count(*) from intake")).as("sent again, kept once").isOne();
      assertThat(edge.gateway.journal().forget(Instant.now().plusSeconds(60), 100)).isZero();
      assertThat(edge.message(id).state()).isEqualTo(State.RECEIVED);
      JsonNode said = forwarder.status();
      assertThat(said.at("/feeds/0/waiting").asInt()).isEqualTo(1);
      assertThat(said.at("/feeds/0/oldest").asString()).isNotEmpty();
    }
  }

  @Test
  void leaveRoomOnlyWhenTheCentreHasThem() throws Exception {
    String node = node();
    try (var edge = new EdgeForTests(base(), token(node), KEEPING_NOTHING)) {
      Feed feed = edge.feed(node + "-his");
      String id = edge.take(feed, adt("r1", node + "-R", "g")).id();
      edge.forward();
      await("done", () -> edge.message(id).state() == State.DONE);
      edge.stopForwarding();
      String later = edge.take(feed, adt("r2", node + "-R", "h")).id();
      assertThat(edge.gateway.journal().forget(Instant.now().plusSeconds(60), 100)).isEqualTo(1);
      assertThat(edge.gateway.message(id)).isNull();
      assertThat(edge.message(later).state()).isEqualTo(State.RECEIVED);
      edge.forward();
      await("done", () -> edge.message(later).state() == State.DONE);
      assertThat(versions(node + "-R")).isEqualTo(2);
    }
  }

  @Test
  void takeTheirFeedsFromTheCentre() throws Exception {
    String node = node();
    int port = GatewayForTests.freePort();
    house.feed(node + "-lis", "{\"language\":\"en\",\"senders\":[\"LIS|*\"]}");
    register(node, true, Map.of(node + "-his", 0, node + "-lis", port));
    try (EdgeForTests edge = edge(node)) {
      edge.forward();
      await("both", () -> edge.gateway.feeds().all().size() == 2);
      Feed lis = java.util.Objects.requireNonNull(edge.gateway.feeds().get(node + "-lis"));
      assertThat(lis.port()).isEqualTo(port);
      assertThat(lis.senders()).containsExactly("LIS|*");
      assertThat(lis.language()).isEqualTo(java.util.Locale.ENGLISH);
      assertThat(java.util.Objects.requireNonNull(house.gateway.feeds().get(lis.name())).port())
          .as("the centre opens no port for it")
          .isZero();
      register(node, true, Map.of(node + "-his", 0));
      await(
          "taken away",
          () -> {
            Feed now = edge.gateway.feeds().get(node + "-lis");
            return now != null && !now.active();
          });
    }
  }

  // ------------------------------------------------------------------ going on

  @Test
  void countUpToWhereAParcelWasCut() throws Exception {
    String node = node();
    byte[] parcel =
        Parcels.of(
            List.of(
                item(1, adt("k1", node + "-K", "one")),
                item(2, adt("k2", node + "-K", "two")),
                item(3, adt("k3", node + "-K", "three"))));
    byte[] plain = new GZIPInputStream(new java.io.ByteArrayInputStream(parcel)).readAllBytes();
    // Cut within the third message.
    byte[] cut = zipped(Arrays.copyOf(plain, plain.length - 20));
    assertThat(refused(deliver(node, cut), 400)).isEqualTo("edge.parcel-cut");
    assertThat(position(node)).isEqualTo(2);
    carriedOut(node + "-K", 2);
    assertThat(given(node + "-K")).isEqualTo("two");
    HttpResponse<String> again = deliver(node, parcel);
    assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
    JsonNode answer = Json.MAPPER.readTree(again.body());
    assertThat(answer.path("last").asInt()).isEqualTo(3);
    assertThat(answer.path("first").asInt()).isEqualTo(3);
    assertThat(given(node + "-K")).isEqualTo("three");
    assertThat(versions(node + "-K")).isEqualTo(3);
  }

  /** The connection breaks in the middle of the body. */
  @Test
  void countUpToWhereTheConnectionBroke() throws Exception {
    String node = node();
    var items = new ArrayList<Parcel.Item>();
    var noise = new java.util.Random(7);
    for (int i = 1; i <= 60; i++) {
      byte[] text = new byte[1_500];
      noise.nextBytes(text);
      String given = java.util.Base64.getEncoder().encodeToString(text);
      items.add(item(i, adt("b" + i, node + "-B" + i % 5, given)));
    }
    byte[] parcel = Parcels.of(items);
    URI at = base();
    try (var socket = new Socket(at.getHost(), at.getPort())) {
      String head =
          "POST /edge/messages/%s-his?epoch=%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(node, EPOCH, token(node), Parcel.TYPE, parcel.length);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(parcel, 0, parcel.length * 2 / 3);
      socket.getOutputStream().flush();
      Thread.sleep(300);
      socket.setSoLinger(true, 0);
    }
    long[] reached = {0};
    await(
        "some are committed",
        () -> {
          try {
            reached[0] = position(node);
            return reached[0] >= 30;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    assertThat(reached[0]).isLessThan(60);
    assertThat(deliver(node, parcel).statusCode()).isEqualTo(200);
    assertThat(position(node)).isEqualTo(60);
    assertThat(
            house.gateway.find(
                List.of(node + "-his"), null, null, null, List.of(), null, null, null, 200))
        .hasSize(60);
    carriedOut(node + "-B1", 12);
  }

  private static byte[] zipped(byte[] plain) throws Exception {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(plain);
    }
    return out.toByteArray();
  }

  @Test
  void areTakenOnceHoweverOftenTheyAreDelivered() throws Exception {
    String node = node();
    byte[] parcel =
        Parcels.of(
            List.of(item(1, adt("o1", node + "-O", "a")), item(2, adt("o2", node + "-O", "b"))));
    for (int i = 0; i < 3; i++) {
      assertThat(deliver(node, parcel).statusCode()).isEqualTo(200);
    }
    assertThat(versions(node + "-O")).isEqualTo(2);
    assertThat(
            house.gateway.find(
                List.of(node + "-his"), null, null, null, List.of(), null, null, null, 10))
        .hasSize(2);
  }

  @Test
  void areSentAgainToACentreThatWasRestored() throws Exception {
    String node = node();
    try (EdgeForTests edge = edge(node)) {
      Feed feed = edge.feed(node + "-his");
      for (int i = 1; i <= 5; i++) {
        edge.take(feed, adt("z" + i, node + "-Z" + i, "g"));
      }
      edge.forward();
      await("delivered", () -> waiting(edge) == 0);
      edge.stopForwarding();
      // As if the centre's backup had been made after the second.
      try (var connection = house.pool.getConnection();
          var statement = connection.createStatement()) {
        statement.execute(
            "update edge_position set last = 2, digest = '' where feed = '" + feed.name() + "'");
        statement.execute(
            "delete from intake_control where id in (select id from intake where feed = '"
                + feed.name()
                + "' and control in ('z3', 'z4', 'z5'))");
        statement.execute(
            "delete from intake where feed = '"
                + feed.name()
                + "' and control in ('z3', 'z4', 'z5')");
      }
      edge.forward();
      await(
          "sent again",
          () ->
              house
                      .gateway
                      .find(List.of(feed.name()), null, null, null, List.of(), null, null, null, 10)
                      .size()
                  == 5);
    }
  }

  private static long waiting(EdgeForTests edge) {
    try {
      return edge.number("select count(*) from intake where state = 0");
    } catch (java.sql.SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void areNumberedAnewByANodeThatWasRestored() throws Exception {
    String node = node();
    try (EdgeForTests edge = edge(node)) {
      Feed feed = edge.feed(node + "-his");
      edge.take(feed, adt("y1", node + "-Y", "a"));
      edge.take(feed, adt("y2", node + "-Y", "b"));
      edge.forward();
      await("delivered", () -> waiting(edge) == 0);
      edge.stopForwarding();
      // As if the node's backup had been made before the second: its number will be given again.
      edge.run("update edge_feed set numbered = 1, delivered = 1");
      edge.run("delete from edge_outbox where seq = 2");
      edge.run(
          "delete from intake_control where id in (select id from intake where control = 'y2')");
      edge.run("delete from intake where control = 'y2'");
      edge.take(feed, adt("y3", node + "-Y", "c"));
      edge.forward();
      await("delivered", () -> waiting(edge) == 0);
      assertThat(given(node + "-Y")).isEqualTo("c");
      assertThat(versions(node + "-Y")).isEqualTo(3);
    }
  }

  /** Kept bytes that are damaged do not hold up what comes after them. */
  @Test
  void leaveAMessageAsideThatCannotBeReadAnyMore() throws Exception {
    String node = node();
    try (EdgeForTests edge = edge(node)) {
      Feed feed = edge.feed(node + "-his");
      String broken = edge.take(feed, adt("u1", node + "-U", "a")).id();
      String good = edge.take(feed, adt("u2", node + "-U", "b")).id();
      edge.run("update intake set codec = 99 where id = '" + broken + "'");
      edge.forward();
      await("the next one", () -> edge.message(good).state() == State.DONE);
      assertThat(edge.message(broken).state()).isEqualTo(State.DEAD);
      assertThat(edge.message(broken).reason())
          .isEqualTo(new Message.Reason("edge.unreadable", List.of()));
      assertThat(versions(node + "-U")).isEqualTo(1);
    }
  }

  /** Sixteen senders, ten messages of each patient: at the centre each patient's in its order. */
  @Test
  void keepTheirOrderWhicheverConnectionTheyCameThrough() throws Exception {
    String node = node();
    try (EdgeForTests edge = edge(node);
        var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      Feed feed = edge.feed(node + "-his");
      edge.forward();
      var senders = new ArrayList<java.util.concurrent.Future<?>>();
      for (int patient = 0; patient < 16; patient++) {
        String name = node + "-Q" + patient;
        senders.add(
            threads.submit(
                () -> {
                  for (int i = 1; i <= 10; i++) {
                    edge.take(feed, adt(name + "-" + i, name, "v" + i));
                  }
                  return null;
                }));
      }
      for (var sender : senders) {
        sender.get();
      }
      await("delivered", () -> waiting(edge) == 0);
      for (int patient = 0; patient < 16; patient++) {
        assertThat(given(node + "-Q" + patient)).isEqualTo("v10");
        assertThat(versions(node + "-Q" + patient)).isEqualTo(10);
      }
    }
  }

  // ------------------------------------------------------------------ refusals

  @Test
  void areRefusedFromWhoIsNoNode() throws Exception {
    String node = node();
    String path = "position/" + node + "-his?epoch=" + EPOCH;
    assertThat(call("GET", path, "", null, new byte[0]).statusCode()).isEqualTo(401);
    for (String token :
        new String[] {
          "SYSTEM",
          "OPERATOR",
          "PRACTITIONER",
          Nodes.Node.client("nobody") + "@hospital",
          Nodes.Node.client(node) + "@elsewhere",
          node + "@hospital"
        }) {
      assertThat(refused(call("GET", path, token, null, new byte[0]), 403))
          .as(token)
          .isEqualTo("edge.unknown-node");
    }
    register(node, false, Map.of(node + "-his", 0));
    assertThat(refused(call("GET", path, token(node), null, new byte[0]), 403))
        .as("switched off")
        .isEqualTo("edge.unknown-node");
  }

  @Test
  void areRefusedForAnothersFeed() throws Exception {
    String node = node();
    String other = node();
    house.feed(node + "-away", "{\"institution\":\"elsewhere\"}");
    register(node, true, Map.of(node + "-his", 0, node + "-away", 0));
    for (String feed : new String[] {other + "-his", "no-such", node + "-away"}) {
      assertThat(
              refused(
                  call(
                      "POST",
                      "messages/" + feed + "?epoch=" + EPOCH,
                      token(node),
                      Parcel.TYPE,
                      Parcels.of(List.of(item(1, adt("f", "F", "g"))))),
                  403))
          .as(feed)
          .isEqualTo("edge.foreign-feed");
    }
  }

  @Test
  void stayWithTheNodeWhileTheFeedIsSuspended() throws Exception {
    String node = node();
    String feed = node + "-his";
    byte[] parcel = Parcels.of(List.of(item(1, adt("s1", node + "-S", "a"))));
    suspend(feed, true);
    assertThat(refused(deliver(node, parcel), 403)).isEqualTo("gateway.suspended");
    assertThat(house.find("Patient", "identifier", node + "-S")).isEmpty();
    suspend(feed, false);
    assertThat(deliver(node, parcel).statusCode()).isEqualTo(200);
    carriedOut(node + "-S", 1);
  }

  private static void suspend(String feed, boolean isSuspended) {
    house
        .gateway
        .feeds()
        .put(
            feed,
            Json.MAPPER
                .createObjectNode()
                .put("institution", "hospital")
                .put("suspended", isSuspended),
            "test");
  }

  @Test
  void areRefusedWhereNumbersDoNotFollow() throws Exception {
    String node = node();
    byte[] parcel =
        Parcels.of(
            List.of(item(1, adt("g1", node + "-G", "a")), item(3, adt("g3", node + "-G", "c"))));
    assertThat(refused(deliver(node, parcel), 409)).isEqualTo("edge.gap 2 3");
    assertThat(position(node)).as("what came before the gap counts").isEqualTo(1);
    carriedOut(node + "-G", 1);
  }

  @Test
  void areRefusedWhenTheyAreNotWhatTheyWereSealedAs() throws Exception {
    String node = node();
    byte[] plain =
        new GZIPInputStream(
                new java.io.ByteArrayInputStream(
                    Parcels.of(
                        List.of(
                            item(1, adt("t1", node + "-T", "true")),
                            item(2, adt("t2", node + "-T", "true"))))))
            .readAllBytes();
    int at = new String(plain, StandardCharsets.ISO_8859_1).lastIndexOf("true");
    plain[at] = 'T';
    HttpResponse<String> answer = deliver(node, zipped(plain));
    assertThat(refused(answer, 422)).isEqualTo("edge.digest 2");
    assertThat(answer.body()).contains("not the one of its digest");
    assertThat(position(node)).isEqualTo(1);
    carriedOut(node + "-T", 1);
    assertThat(given(node + "-T")).isEqualTo("true");
  }

  @Test
  void areRefusedWhenTheyAreTooMuchOrNoParcel() throws Exception {
    String node = node();
    // A megabyte of zeros is a kilobyte once it is compressed; what counts is what comes out.
    var zeros = new ArrayList<Parcel.Item>();
    for (int i = 1; i <= 3; i++) {
      zeros.add(new Parcel.Item(i, 0, new byte[30 << 20]));
    }
    assertThat(refused(deliver(node, Parcels.of(zeros)), 413)).startsWith("edge.parcel-too-long");
    assertThat(position(node)).as("the first two fitted, and are kept as refused").isEqualTo(2);
    var many = new ArrayList<Parcel.Item>();
    for (int i = 1; i <= 2_001; i++) {
      many.add(new Parcel.Item(i, 0, null));
    }
    assertThat(refused(deliver(node, Parcels.of(many)), 413)).startsWith("edge.parcel-too-long");
    byte[] noise = "this is no parcel, and never was".getBytes(StandardCharsets.UTF_8);
    assertThat(refused(deliver(node, noise), 400)).isEqualTo("edge.parcel-broken");
    assertThat(refused(deliver(node, zipped(noise)), 400)).isEqualTo("edge.parcel-broken");
    String path = "messages/" + node + "-his?epoch=";
    assertThat(refused(call("POST", path + EPOCH, token(node), "text/plain", noise), 415))
        .startsWith("edge.media-type");
    assertThat(refused(call("POST", path + "x", token(node), Parcel.TYPE, noise), 400))
        .isEqualTo("gateway.parameter-wrong epoch");
    assertThat(refused(call("GET", path + EPOCH, token(node), null, new byte[0]), 405))
        .startsWith("rest.method");
    assertThat(
            refused(call("POST", "beat", token(node), "application/json", new byte[300_000]), 413))
        .startsWith("gateway.too-long");
    assertThat(refused(call("POST", "beat", token(node), "application/json", noise), 400))
        .isEqualTo("edge.parcel-broken");
    assertThat(refused(call("POST", "nothing", token(node), "application/json", noise), 404))
        .startsWith("gateway.no-feed");
  }

  @Test
  void areAskedForPatienceWhenTheCentreIsBusy() throws Exception {
    String node = node();
    int entered = 0;
    try {
      while (house.gateway.tryEnter()) {
        entered++;
      }
      HttpResponse<String> busy =
          deliver(node, Parcels.of(List.of(item(1, adt("p1", node + "-V", "g")))));
      assertThat(refused(busy, 503)).isEqualTo("gateway.busy");
      assertThat(busy.headers().firstValue("Retry-After")).hasValue("2");
      try (EdgeForTests edge = edge(node)) {
        assertThatExceptionOfType(Centre.Away.class)
            .isThrownBy(
                () ->
                    edge.centre(0)
                        .send(
                            node + "-his",
                            EPOCH,
                            Parcels.of(List.of(item(1, adt("p1", node + "-V", "g"))))))
            .satisfies(away -> assertThat(away.waitMillis()).isEqualTo(2000))
            .satisfies(away -> assertThat(away.reason()).isEqualTo("gateway.busy"));
      }
    } finally {
      for (; entered > 0; entered--) {
        house.gateway.leave();
      }
    }
    assertThat(position(node)).isZero();
  }

  @Test
  void areRefusedByANodeWhoseDiskIsFull() throws Exception {
    String node = node();
    int port = GatewayForTests.freePort();
    try (EdgeForTests edge = edge(node)) {
      edge.gateway
          .feeds()
          .put(
              node + "-his",
              Json.MAPPER.createObjectNode().put("institution", "hospital").put("port", port),
              "test");
      try (var mllp =
              new MllpServer(
                  edge.gateway,
                  InetAddress.getLoopbackAddress(),
                  () -> null,
                  MllpServer.Settings.DEFAULT);
          MllpTests.Sender sender = MllpTests.Sender.to(port)) {
        edge.gateway.refuseWhile(() -> true);
        sender.send(adt("d1", node + "-D", "g"));
        assertThat(sender.answer()).contains("MSA|AR|d1").contains("store.disk-full");
        assertThat(edge.number("select count(*) from intake")).isZero();
        edge.gateway.refuseWhile(() -> false);
        sender.send(adt("d1", node + "-D", "g"));
        assertThat(sender.answer()).contains("MSA|AA|d1");
        assertThat(edge.number("select count(*) from intake")).isOne();
      }
    }
  }

  // ------------------------------------------------------------------ health and line

  @Test
  void areWatchedByWhatTheySayAndByTheirSilence() {
    var node = new Nodes.Node("n", 1, "hospital", true, "t", Map.of("f", 0));
    var patience = Nodes.Patience.DEFAULT;
    Instant now = Instant.parse("2026-11-26T08:00:00Z");
    // The node's clock is three hours slow, which says nothing of how it fares.
    String its = "2026-11-26T05:00:00Z";
    assertThat(Parcels.health(node, said(now, "{\"now\":\"%s\"}".formatted(its)), patience, now))
        .isEqualTo(Nodes.Health.OK);
    assertThat(
            Parcels.health(
                node,
                said(now.minusSeconds(121), "{\"now\":\"%s\"}".formatted(its)),
                patience,
                now))
        .isEqualTo(Nodes.Health.SILENT);
    String waits = "{\"now\":\"%s\",\"feeds\":[{\"feed\":\"f\",\"waiting\":1,\"oldest\":\"%s\"}]}";
    assertThat(
            Parcels.health(
                node, said(now, waits.formatted(its, "2026-11-26T04:59:00Z")), patience, now))
        .isEqualTo(Nodes.Health.OK);
    assertThat(
            Parcels.health(
                node, said(now, waits.formatted(its, "2026-11-26T04:54:00Z")), patience, now))
        .isEqualTo(Nodes.Health.LAGGING);
    assertThat(
            Parcels.health(
                node,
                said(now, "{\"feeds\":[{\"feed\":\"f\",\"error\":\"edge.gap 1 2\"}]}"),
                patience,
                now))
        .isEqualTo(Nodes.Health.TROUBLED);
    assertThat(
            Parcels.health(node, said(now, "{\"trouble\":\"store.unreachable\"}"), patience, now))
        .isEqualTo(Nodes.Health.TROUBLED);
    assertThat(Parcels.health(node, said(now, "{\"full\":true}"), patience, now))
        .isEqualTo(Nodes.Health.TROUBLED);
    assertThat(
            Parcels.health(
                new Nodes.Node("n", 1, "hospital", false, "t", Map.of()),
                said(now, "{}"),
                patience,
                now))
        .isEqualTo(Nodes.Health.OFF);
  }

  private static Nodes.Beat said(Instant seen, String json) {
    return new Nodes.Beat(seen, "10.0.0.1", Json.MAPPER.readTree(json));
  }

  @Test
  void takeNoMoreOfTheLineThanTheyMay() throws Exception {
    String node = node();
    byte[] noise = new byte[40_000];
    new java.util.Random(3).nextBytes(noise);
    byte[] parcel = Parcels.of(List.of(new Parcel.Item(1, 0, noise)));
    try (EdgeForTests edge = edge(node)) {
      long begun = System.nanoTime();
      edge.centre(320).send(node + "-his", EPOCH, parcel);
      double seconds = (System.nanoTime() - begun) / 1e9;
      // 40 kB at 40 kB a second.
      assertThat(seconds).isBetween(0.8, 20.0);
    }
  }
}
