package health.helan.bench;

import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.CpuUse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * HL7 v2 messages committed end to end over MLLP with eight connections, and the same resources as
 * transactions by the API: what the gateway adds to the store. By turns; a first turn warms up.
 *
 * <pre>
 * ./helan bench gateway DATA_FOLDER,URL,PID [messages of a turn] [turns]
 * </pre>
 */
final class GatewayCost {
  private static final int CONNECTIONS = 8;
  private static final String RESULTS = "MLLP, ORU^R01 with 8 results";
  private static final String VISITS = "MLLP, ADT^A01";

  private final Running platform;
  private final int messages;
  private final int port;
  private final String feed = "bench" + System.currentTimeMillis();
  private final Map<String, List<Line>> lines = new LinkedHashMap<>();
  private final Map<String, Integer> written = new LinkedHashMap<>();

  /** One turn of one kind. */
  private record Line(double perSecond, double jvmMs, double postgresMs, double others) {}

  private GatewayCost(Running platform, int messages, int port) {
    this.platform = platform;
    this.messages = messages;
    this.port = port;
  }

  static void run(List<String> words) throws IOException, InterruptedException {
    int messages = words.size() > 1 ? Integer.parseInt(words.get(1)) : 2_000;
    int turns = words.size() > 2 ? Integer.parseInt(words.get(2)) : 3;
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var cost = new GatewayCost(Running.parse(words.getFirst()), messages, port);
    cost.makeFeed();
    for (int turn = 0; turn <= turns; turn++) {
      cost.turn(turn);
    }
    cost.report();
  }

  private void makeFeed() throws IOException, InterruptedException {
    platform.ask(
        "PUT",
        "/Organization/bench-hospital",
        "{\"resourceType\":\"Organization\",\"id\":\"bench-hospital\",\"name\":\"Bench\"}");
    ObjectNode body = Running.JSON.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = body.putArray("parameter");
    list.addObject().put("name", "name").put("valueString", feed);
    list.addObject()
        .put("name", "settings")
        .put("valueString", "{\"institution\":\"bench-hospital\",\"port\":%d}".formatted(port));
    platform.ask("POST", "/$gateway-feed", body.toString());
    Thread.sleep(3_000); // Feeds are opened within moments.
  }

  /** Given names of two characters, so that the resident index meets people, not one crowd. */
  private static String given(int n) {
    return new StringBuilder()
        .appendCodePoint(0x4E00 + Math.floorMod(n * 7_919, 3_000))
        .appendCodePoint(0x5B00 + Math.floorMod(n * 104_729, 2_000))
        .toString();
  }

  private static LocalDate born(int n) {
    return LocalDate.of(1940, 1, 1).plusDays(Math.floorMod(n * 6_007, 25_000));
  }

  private static String person(String prefix, int n) {
    return "P%s%d^^^HOSP^MR||张^%s||%s|M|||解放街%d号^^银川^宁夏^750001||1390%07d"
        .formatted(prefix, n, given(n), born(n).format(DateTimeFormatter.BASIC_ISO_DATE), n, n);
  }

  private static String adt(String prefix, int number) {
    String n = prefix + number;
    return "MSH|^~\\&|HIS|HOSP|||20261101080000||ADT^A01|A%s|P|2.5\rEVN|A01|20261101080000\r"
            .formatted(n)
        + "PID|1||%s\r".formatted(person(prefix, number))
        + "PV1|1|I|W1^2^3||||D1^李^医生||||||||||||V%s|||||||||||||||||||||||||20261101080000\r"
            .formatted(n);
  }

  private static String oru(String prefix, int number) {
    String n = prefix + number;
    var text =
        new StringBuilder(
            "MSH|^~\\&|LIS|HOSP|||20261101090000||ORU^R01|R%s|P|2.5\rPID|1||%s\r"
                    .formatted(n, person(prefix, number))
                + "OBR|1|O%s|F%s|58410-2^CBC^LN|||20261101083000|||||||||||||||20261101090000|||F\r"
                    .formatted(n, n));
    for (int i = 1; i <= 8; i++) {
      text.append(
          "OBX|%d|NM|%d-%d^Analyte %d^LN||%d.%d|g/L^^UCUM|1-9|N|||F\r"
              .formatted(i, 700 + i, i, i, n.length() % 10, i));
    }
    return text.toString();
  }

  private void turn(int turn) throws IOException, InterruptedException {
    String prefix = feed + "-" + turn + "-";
    measure(turn, VISITS, connection -> send(connection, prefix, false));
    JsonNode visit = record(prefix);
    measure(turn, RESULTS, connection -> send(connection, prefix, true));
    JsonNode whole = record(prefix);
    // The same resources about other people, by the API.
    Set<String> known = new LinkedHashSet<>();
    visit.path("entry").forEach(entry -> known.add(reference(entry.path("resource"))));
    List<String> visits = transactions(whole, known, true, prefix + "S");
    measure(turn, "the API, the same of ADT", connection -> post(connection, visits));
    List<String> results = transactions(whole, known, false, prefix + "S");
    measure(turn, "the API, the same of ORU", connection -> post(connection, results));
  }

  private interface Work {
    void of(int connection) throws IOException;
  }

  private void measure(int turn, String what, Work work) throws IOException, InterruptedException {
    CpuMeter.Measurement cpu = platform.meter().start();
    long begin = System.nanoTime();
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int c = 0; c < CONNECTIONS; c++) {
        int connection = c;
        all.add(
            threads.submit(
                () -> {
                  work.of(connection);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        try {
          one.get();
        } catch (java.util.concurrent.ExecutionException e) {
          throw new IOException(e.getCause());
        }
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    CpuUse used = cpu.stop();
    if (turn > 0) {
      lines
          .computeIfAbsent(what, _ -> new ArrayList<>())
          .add(
              new Line(
                  messages / seconds,
                  used.jvmMs() / messages,
                  used.postgresMs() / messages,
                  used.othersMs() / 1000 / seconds));
    }
  }

  private void send(int connection, String prefix, boolean results) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(60_000);
      for (int n = connection; n < messages; n += CONNECTIONS) {
        var out = new ByteArrayOutputStream();
        out.write(0x0B);
        String text = results ? oru(prefix, n) : adt(prefix, n);
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.write(0x1C);
        out.write('\r');
        socket.getOutputStream().write(out.toByteArray());
        String answer = answer(socket.getInputStream());
        if (!answer.contains("MSA|AA|")) {
          throw new IOException("A message was answered with " + answer);
        }
      }
    }
  }

  private static String answer(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == 0x1C) {
        in.read();
        return out.toString(StandardCharsets.UTF_8);
      }
      out.write(b);
    }
    return "";
  }

  private void post(int connection, List<String> bundles) throws IOException {
    try (var http = new health.helan.bench.client.HttpConnection(platform.endpoint())) {
      for (int n = connection; n < bundles.size(); n += CONNECTIONS) {
        int status = http.send("POST", "", bundles.get(n).getBytes(StandardCharsets.UTF_8), "");
        if (status != 200) {
          throw new IOException("A transaction was answered with " + http.excerpt(500));
        }
      }
    }
  }

  /** All that the first message of a turn made. */
  private JsonNode record(String prefix) throws IOException {
    JsonNode found =
        platform.ask(
            "GET",
            "/Patient?identifier=" + URLEncoder.encode("P" + prefix + "0", StandardCharsets.UTF_8),
            null);
    String id = found.at("/entry/0/resource/id").asString("");
    return platform.ask("GET", "/Patient/" + id + "/$everything?_linked=false&_count=200", null);
  }

  private static String reference(JsonNode resource) {
    return resource.path("resourceType").asString("") + "/" + resource.path("id").asString("");
  }

  /**
   * For each message a transaction that creates what the message made, about a person of its own.
   *
   * @param visits those of the visit; else the others, whose person comes by conditional reference
   */
  private List<String> transactions(
      JsonNode whole, Set<String> known, boolean visits, String prefix) {
    var names = new HashMap<String, String>();
    ObjectNode bundle = Running.JSON.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "transaction");
    ArrayNode entries = bundle.putArray("entry");
    String patient = "";
    for (JsonNode entry : whole.path("entry")) {
      ObjectNode resource = (ObjectNode) entry.path("resource").deepCopy();
      String reference = reference(resource);
      String type = resource.path("resourceType").asString("");
      if (type.equals("Patient")) {
        patient = reference;
      }
      if (known.contains(reference) != visits || type.equals("Organization")) {
        continue;
      }
      String fullUrl = "urn:uuid:" + UUID.randomUUID();
      names.put(reference, fullUrl);
      resource.remove(List.of("id", "meta", "text"));
      ObjectNode added = entries.addObject().put("fullUrl", fullUrl);
      added.set("resource", resource);
      added.putObject("request").put("method", "POST").put("url", type);
    }
    String template = bundle.toString();
    for (Map.Entry<String, String> name : names.entrySet()) {
      template = template.replace("\"" + name.getKey() + "\"", "\"" + name.getValue() + "\"");
    }
    if (!visits) {
      template =
          template.replace("\"" + patient + "\"", "\"Patient?identifier=P" + prefix + "@N@\"");
    }
    written.merge(visits ? "ADT" : "ORU", entries.size(), Math::max);
    String first = prefix.substring(0, prefix.length() - 1) + "0";
    var all = new ArrayList<String>(messages);
    for (int n = 0; n < messages; n++) {
      all.add(
          template
              .replace("@N@", Integer.toString(n))
              .replace(first + "\"", prefix + n + "\"")
              .replace(given(0), given(n))
              .replace(born(0).toString(), born(n).toString())
              .replace("13900000000", "1390%07d".formatted(n)));
    }
    return all;
  }

  private void report() {
    System.out.println("Resources in a transaction by the API: " + written);
    lines.forEach(
        (what, all) ->
            System.out.println(
                String.format(
                    Locale.ROOT,
                    "%-30s %6.0f/s, CPU ms each: %.2f (JVM %.2f, PostgreSQL %.2f); others %.2f cores; %d turns of %d",
                    what,
                    Running.median(all.stream().mapToDouble(Line::perSecond)),
                    Running.median(all.stream().mapToDouble(l -> l.jvmMs + l.postgresMs)),
                    Running.median(all.stream().mapToDouble(Line::jvmMs)),
                    Running.median(all.stream().mapToDouble(Line::postgresMs)),
                    Running.median(all.stream().mapToDouble(Line::others)),
                    all.size(),
                    messages)));
  }
}
