package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever comes in, the API answers it: never with a 5xx, never with a stack trace, never not at
 * all, and it goes on working. Runs are reproducible: {@code -Dhelan.fuzz.seed=N} repeats one;
 * {@code -Dhelan.test.full=true} sends ten times as many requests.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class HostileRequestsTests {
  private static final FhirServerForTests SERVER = FhirServerForTests.get();
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");
  private static final long SEED = Long.getLong("helan.fuzz.seed", 20_261_122L);

  /** The longest that one answer may take, on a machine busy with other things. */
  private static final long SLOW_MS = 10_000;

  private static final String FHIR_JSON = "Content-Type: application/fhir+json\r\n";

  private static final Pattern TRACE =
      Pattern.compile(
          "\\tat |\\bat (java|health|org|tools|com)\\.[a-z]+\\.|[a-z]Exception\\b|[a-z]Error:"
              + "|PSQL|SQLSTATE|select r\\.|res_patient where");

  private final HostileInput input = new HostileInput(SEED);
  private final RawHttp http = new RawHttp("127.0.0.1", URI.create(SERVER.base()).getPort());
  private final List<String> failures = new ArrayList<>();
  private final Map<Integer, Integer> answers = new TreeMap<>();

  private static int times(int reduced) {
    return FULL ? reduced * 10 : reduced;
  }

  /** Sends a request and notes what is wrong with the answer. */
  private RawHttp.Reply send(String method, String target, String headers, byte[] body)
      throws IOException {
    RawHttp.Reply reply = http.send(method, target, headers, body);
    answers.merge(reply.status(), 1, Integer::sum);
    judge(reply, method + " " + target + " " + headers.strip(), body);
    return reply;
  }

  private void judge(RawHttp.Reply reply, String request, byte[] body) {
    String fault = null;
    if (reply.status() == -1) {
      fault = "no answer";
    } else if (reply.status() >= 500 && !isOfHttp(reply.status(), request)) {
      fault = "status " + reply.status();
    } else if (reply.millis() > SLOW_MS) {
      fault = reply.millis() + " ms";
    } else if (TRACE.matcher(reply.text()).find()
        // What the request itself said may come back.
        && !TRACE.matcher(new String(body, StandardCharsets.UTF_8) + request).find()) {
      fault = "shows its inside";
    }
    if (fault != null && failures.size() < 40) {
      failures.add(
          fault
              + ": "
              + cut(request)
              + "\n  sent: "
              + cut(new String(body, StandardCharsets.UTF_8))
              + "\n  got: "
              + cut(reply.text()));
    }
  }

  /** What HTTP itself answers to a method or version that no server of it has (RFC 9110, 15.6). */
  private static boolean isOfHttp(int status, String request) {
    return status == 501 && request.startsWith("CONNECT ")
        || status == 505 && request.contains("HTTP/9.9");
  }

  private static String cut(String text) {
    String shown = text.replace("\r\n", " ");
    return shown.length() > 1200 ? shown.substring(0, 1200) + "…" : shown;
  }

  /** After each: nothing failed, no request is still being worked on, and a read is quick. */
  @AfterEach
  void goesOnWorking() throws Exception {
    assertThat(failures).as("seed %d", SEED).isEmpty();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (SERVER.busy() > 0 && System.nanoTime() < until) {
      Thread.sleep(20);
    }
    assertThat(SERVER.busy()).as("requests still being worked on").isZero();
    SERVER.put("Patient/fuzz-probe", "{\"resourceType\":\"Patient\",\"id\":\"fuzz-probe\"}");
    long begin = System.nanoTime();
    assertThat(SERVER.get("Patient/fuzz-probe").status()).isEqualTo(200);
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(3));
  }

  @Test
  void brokenBodies() throws IOException {
    List<String> targets =
        List.of(
            "POST /fhir/Patient",
            "POST /fhir/Observation",
            "POST /fhir/Questionnaire",
            "POST /fhir/Binary",
            "POST /fhir",
            "POST /fhir/",
            "PUT /fhir/Patient/fuzz",
            "PUT /fhir/Patient?identifier=urn:oid:1.2|F-1",
            "PATCH /fhir/Patient/fuzz-probe",
            "POST /fhir/Patient/$validate",
            "POST /fhir/$fhirpath",
            "POST /fhir/Patient/fuzz-probe/$meta-add");
    for (int i = 0; i < times(900); i++) {
      byte[] body = input.brokenJson();
      String text = new String(body, StandardCharsets.UTF_8);
      String target =
          text.contains("\"Bundle\"") && input.random().nextInt(3) > 0
              ? "POST /fhir"
              : input.any(targets);
      if (input.random().nextInt(3) > 0) {
        for (String type : List.of("Patient", "Observation", "Questionnaire", "Binary")) {
          if (text.startsWith("{\"resourceType\":\"" + type)) {
            target = "POST /fhir/" + type;
          }
        }
      }
      String[] parts = target.split(" ");
      send(
          parts[0],
          parts[1],
          input.random().nextInt(10) == 0
              ? "Content-Type: application/json\r\nPrefer: return=OperationOutcome\r\n"
              : FHIR_JSON,
          body);
    }
    assertThat(answers.keySet()).as("answers by status: %s", answers).contains(201, 400, 422);
  }

  @Test
  void brokenXml() throws IOException {
    String valid =
        "<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"a\"/></name>"
            + "<birthDate value=\"1980-01-01\"/></Patient>";
    List<String> insertions =
        List.of(
            "<",
            "&",
            "&#0;",
            "&x;",
            "]]>",
            "<![CDATA[x",
            "<!-- ",
            "<a>".repeat(10_000),
            "\u0000",
            "<family value=\"" + "x".repeat(100_000) + "\"/>",
            " xmlns:a=\"a\"",
            "<?xml version=\"1.1\" encoding=\"UTF-16\"?>");
    byte[] entities =
        ("<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c"
                + " SYSTEM \"file:///etc/passwd\">]>"
                + valid.replace("1980", "&b;&c;"))
            .getBytes(StandardCharsets.UTF_8);
    send("POST", "/fhir/Patient", "Content-Type: application/fhir+xml\r\n", entities);
    for (int i = 0; i < times(150); i++) {
      int at = input.random().nextInt(valid.length());
      String text =
          switch (input.random().nextInt(3)) {
            case 0 -> valid.substring(0, at);
            case 1 -> valid.substring(0, at) + input.any(insertions) + valid.substring(at);
            default ->
                valid.substring(0, at) + (char) input.random().nextInt(0x300) + valid.substring(at);
          };
      send(
          "POST",
          "/fhir/Patient",
          "Content-Type: application/fhir+xml\r\n",
          text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void otherEncodingsAndBrokenUtf8() throws IOException {
    for (String resource : HostileInput.RESOURCES) {
      for (String charset :
          List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "GBK")) {
        byte[] body = resource.getBytes(Charset.forName(charset));
        send("POST", "/fhir/Patient", FHIR_JSON, body);
        send("POST", "/fhir", FHIR_JSON, body);
        send(
            "POST",
            "/fhir",
            "Content-Type: application/fhir+json;charset=" + charset + "\r\n",
            body);
      }
      byte[] marked =
          HostileInput.joined(
              new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF},
              resource.getBytes(StandardCharsets.UTF_8));
      send("POST", "/fhir/Patient", FHIR_JSON, marked);
      send("POST", "/fhir", FHIR_JSON, marked);
    }
    for (int i = 0; i < times(150); i++) {
      byte[] body = input.any(HostileInput.RESOURCES).getBytes(StandardCharsets.UTF_8);
      for (int j = 0; j < 3; j++) {
        body[input.random().nextInt(body.length)] = (byte) (0x80 + input.random().nextInt(0x80));
      }
      send("POST", input.random().nextBoolean() ? "/fhir/Patient" : "/fhir", FHIR_JSON, body);
    }
  }

  /** PostgreSQL's text holds neither: a refusal each, and nothing stored. */
  @Test
  void charactersThatTheDatabaseCannotHold() throws IOException {
    for (String bad : List.of("\\u0000", "a\\u0000b", "\\ud800", "\\udfff", "\\udc00\\ud800")) {
      for (String resource :
          List.of(
              "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"BAD\"}]}",
              "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"BAD\",\"value\":\"1\"}]}",
              "{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\",\"valueString\":\"BAD\"}]}",
              "{\"resourceType\":\"Patient\",\"meta\":{\"tag\":[{\"code\":\"BAD\"}]}}",
              "{\"resourceType\":\"Patient\",\"BAD\":1}")) {
        RawHttp.Reply reply =
            send(
                "POST",
                "/fhir/Patient",
                FHIR_JSON,
                resource.replace("BAD", bad).getBytes(StandardCharsets.UTF_8));
        assertThat(reply.status()).as(resource + " " + bad).isBetween(400, 499);
      }
    }
  }

  @Test
  void bodiesBeyondTheLimit() throws IOException {
    int limit = FhirServerForTests.MAX_BODY_BYTES;
    var blanks = new byte[limit + 10];
    java.util.Arrays.fill(blanks, (byte) ' ');
    assertThat(send("POST", "/fhir/Patient", FHIR_JSON, blanks).status()).isIn(413, 0);
    // Declared alone, chunked, and packed.
    assertThat(
            send(
                    "POST",
                    "/fhir/Patient",
                    FHIR_JSON + "Content-Length: 99999999999\r\n",
                    new byte[0])
                .status())
        .isIn(413, 0);
    var chunked = new ByteArrayOutputStream();
    for (int sent = 0; sent <= limit; sent += 1 << 20) {
      chunked.writeBytes("100000\r\n".getBytes(StandardCharsets.US_ASCII));
      chunked.write(blanks, 0, 1 << 20);
      chunked.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    chunked.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(
            send(
                    "POST",
                    "/fhir/Patient",
                    FHIR_JSON + "Transfer-Encoding: chunked\r\n",
                    chunked.toByteArray())
                .status())
        .isIn(413, 0);
    byte[] bomb = gzip(new byte[200 << 20]);
    assertThat(
            send("POST", "/fhir/Patient", FHIR_JSON + "Content-Encoding: gzip\r\n", bomb).status())
        .isEqualTo(413);
    send("POST", "/fhir/Patient", FHIR_JSON + "Content-Encoding: gzip\r\n", gzip(bomb));
    send("POST", "/fhir/Patient", FHIR_JSON + "Content-Encoding: gzip, gzip\r\n", gzip(bomb));
    send("POST", "/fhir/Patient", FHIR_JSON + "Content-Encoding: br\r\n", bomb);
    for (int i = 0; i < 20; i++) {
      byte[] torn = gzip(HostileInput.RESOURCES.getFirst().getBytes(StandardCharsets.UTF_8));
      torn[input.random().nextInt(torn.length)] ^= (byte) (1 + input.random().nextInt(255));
      send("POST", "/fhir/Patient", FHIR_JSON + "Content-Encoding: gzip\r\n", torn);
      send(
          "POST",
          "/fhir/Patient",
          FHIR_JSON + "Content-Encoding: gzip\r\n",
          java.util.Arrays.copyOf(torn, input.random().nextInt(torn.length)));
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void deepNesting() throws IOException {
    for (int depth : List.of(90, 99, 100, 101, 1_000, 10_000, 200_000)) {
      String extension =
          "{\"url\":\"u\",\"extension\":[".repeat(depth / 2) + "]}".repeat(depth / 2);
      String patient = "{\"resourceType\":\"Patient\",\"extension\":[" + extension + "]}";
      for (String body :
          List.of(
              patient,
              "[".repeat(depth),
              "{\"a\":".repeat(depth),
              "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":"
                  + patient
                  + ",\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}]}",
              "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"expression\","
                  + "\"valueString\":\"1\"},{\"name\":\"resource\",\"resource\":"
                  + patient
                  + "}]}")) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        send("POST", "/fhir/Patient", FHIR_JSON, bytes);
        send("POST", "/fhir", FHIR_JSON, bytes);
        send("POST", "/fhir/$fhirpath", FHIR_JSON, bytes);
        send("POST", "/fhir/Patient/$validate", FHIR_JSON, bytes);
      }
      send(
          "POST",
          "/fhir/Patient",
          "Content-Type: application/fhir+xml\r\n",
          ("<Patient xmlns=\"http://hl7.org/fhir\">"
                  + "<extension url=\"u\">".repeat(depth)
                  + "</extension>".repeat(depth)
                  + "</Patient>")
              .getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void hostileSearches() throws IOException {
    List<String> names =
        List.of(
            "name",
            "identifier",
            "birthdate",
            "_id",
            "_lastUpdated",
            "_tag",
            "_text",
            "_content",
            "_filter",
            "_query",
            "_has:Observation:patient:code",
            "_has:Observation:patient:_has:Provenance:target:agent",
            "_has:",
            "_has:x:y:z",
            "_include",
            "_revinclude",
            "_include:iterate",
            "_sort",
            "_count",
            "_total",
            "_summary",
            "_elements",
            "_contained",
            "_containedType",
            "_format",
            "_pretty",
            "_cursor",
            "_page",
            "_list",
            "_type",
            "general-practitioner",
            "general-practitioner.name",
            "general-practitioner:Practitioner.name",
            "organization.partof.partof.partof.name",
            "link:Patient.name",
            "gender",
            "gender:not",
            "name:exact",
            "name:contains",
            "name:missing",
            "name:nothing",
            "name:",
            ":",
            "name::",
            "address-city",
            "phone",
            "unknown",
            "",
            "'",
            "name'--",
            "\u0000");
    List<String> observationNames =
        List.of(
            "code",
            "code:in",
            "code:not-in",
            "code:below",
            "code:text",
            "code:of-type",
            "value-quantity",
            "value-quantity:missing",
            "component-value-quantity",
            "code-value-quantity",
            "component-code-value-quantity",
            "date",
            "date:missing",
            "subject",
            "subject:Patient",
            "subject:identifier",
            "subject.name",
            "subject:Nothing.name",
            "patient._has:Group:member:_id",
            "value-string",
            "value-concept",
            "status",
            "_profile:below",
            "_security");
    for (int i = 0; i < times(900); i++) {
      boolean observation = input.random().nextBoolean();
      var query = new StringBuilder();
      int count = 1 + input.random().nextInt(3);
      for (int j = 0; j < count; j++) {
        query
            .append(j == 0 ? "" : "&")
            .append(encoded(input.any(observation ? observationNames : names)))
            .append('=')
            .append(encoded(value()));
      }
      String path = observation ? "/fhir/Observation" : "/fhir/Patient";
      switch (input.random().nextInt(8)) {
        case 0 ->
            send(
                "POST",
                path + "/_search",
                "Content-Type: application/x-www-form-urlencoded\r\n",
                query.toString().getBytes(StandardCharsets.UTF_8));
        case 1 ->
            send(
                "POST",
                path,
                FHIR_JSON + "If-None-Exist: " + query.toString().replaceAll("[\r\n]", "") + "\r\n",
                (observation ? HostileInput.RESOURCES.get(1) : HostileInput.RESOURCES.get(0))
                    .getBytes(StandardCharsets.UTF_8));
        case 2 -> send("GET", path + "/_history?" + query, "", new byte[0]);
        case 3 -> send("GET", "/fhir/Patient/fuzz-probe/*?" + query, "", new byte[0]);
        case 4 -> send("DELETE", path + "?identifier=none%7Cnone&" + query, "", new byte[0]);
        default -> send("GET", path + "?" + query, "", new byte[0]);
      }
    }
    for (String name : List.of("_id", "name", "identifier", "birthdate", "code", "gender")) {
      String many = "x,".repeat(5_000);
      send(
          "POST",
          "/fhir/Patient/_search",
          "Content-Type: application/x-www-form-urlencoded\r\n",
          (name + "=" + many).getBytes(StandardCharsets.UTF_8));
      send(
          "POST",
          "/fhir/Patient/_search",
          "Content-Type: application/x-www-form-urlencoded\r\n",
          (name + "=x&").repeat(5_000).getBytes(StandardCharsets.UTF_8));
      send("GET", "/fhir/Patient?" + name + "=" + "x".repeat(7_000), "", new byte[0]);
    }
    // It reaches the search: a test that is refused at the door finds nothing.
    assertThat(answers.get(200)).as("answers by status: %s", answers).isGreaterThan(50);
    for (String broken :
        List.of("%", "%zz", "%C3%28", "%ff", "a=%00", "%00=a", "=", "&&&", "a=b=c")) {
      send("GET", "/fhir/Patient?" + broken, "", new byte[0]);
      send(
          "POST",
          "/fhir/Patient/_search",
          "Content-Type: application/x-www-form-urlencoded\r\n",
          broken.getBytes(StandardCharsets.UTF_8));
    }
  }

  private String value() {
    String value = input.any(HostileInput.TEXTS);
    return switch (input.random().nextInt(6)) {
      case 0 -> value + "," + input.any(HostileInput.TEXTS);
      case 1 -> input.any(List.of("ge", "lt", "ap", "ne", "sa", "eb")) + value;
      default -> value;
    };
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void hostileHeaders() throws IOException {
    List<String> names =
        List.of(
            "If-Match",
            "If-None-Match",
            "If-Modified-Since",
            "If-None-Exist",
            "Prefer",
            "Accept",
            "Accept-Language",
            "Accept-Encoding",
            "Content-Type",
            "Content-Encoding",
            "X-Request-Id",
            "X-Security-Context",
            "Range",
            "If-Range",
            "Authorization",
            "Expect",
            "X-Forwarded-For");
    List<String> special =
        List.of(
            "W/\"1\"",
            "W/\"",
            "W/\"99999999999999999999\"",
            "\"1\", \"2\"",
            "*",
            "text/html;q=0.9,*/*;q=x",
            "application/fhir+json;fhirVersion=9.9",
            "application/fhir+xml;q=0",
            ";;;;",
            "a/b;c=\"",
            "application/fhir+json; charset=utf-7",
            "multipart/form-data; boundary=x",
            "zh;q=9, ☃",
            "x".repeat(3_000),
            "a,".repeat(2_000),
            "Wed, 99 Abc 2024 99:99:99 GMT",
            "Wed, 21 Oct 2015 07:28:00 GMT",
            "return=;;,handling==",
            "bytes=0-",
            "bytes=-0",
            "bytes=5-1",
            "bytes=0-0,1-1,2-2",
            "bytes=99999999999999999999-",
            "bytes=" + "0-1,".repeat(500),
            "items=1");
    List<String[]> requests =
        List.of(
            new String[] {"GET", "/fhir/Patient/fuzz-probe"},
            new String[] {"GET", "/fhir/Patient"},
            new String[] {"GET", "/fhir/Binary/fuzz"},
            new String[] {"GET", "/fhir/metadata"},
            new String[] {"PUT", "/fhir/Basic/fuzz"},
            new String[] {"POST", "/fhir/Basic"},
            new String[] {"POST", "/fhir/Binary"},
            new String[] {"PATCH", "/fhir/Basic/fuzz"},
            new String[] {"DELETE", "/fhir/Basic/fuzz"},
            new String[] {"POST", "/fhir"});
    byte[] basic =
        "{\"resourceType\":\"Basic\",\"id\":\"fuzz\",\"code\":{\"text\":\"c\"}}"
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < times(500); i++) {
      String[] request = input.any(requests);
      var headers = new StringBuilder();
      int count = 1 + input.random().nextInt(3);
      for (int j = 0; j < count; j++) {
        String value =
            input.random().nextInt(3) == 0 ? input.any(HostileInput.TEXTS) : input.any(special);
        String name = input.any(names);
        if (name.equals("Expect")) {
          value = input.random().nextBoolean() ? "100-continue" : value;
        }
        headers.append(name).append(": ").append(value.replaceAll("[\r\n]", "")).append("\r\n");
      }
      boolean read = request[0].equals("GET") || request[0].equals("DELETE");
      if (!read && headers.indexOf("Content-Type") < 0) {
        headers.append(FHIR_JSON);
      }
      send(request[0], request[1], headers.toString(), read ? new byte[0] : basic);
    }
  }

  @Test
  void hostilePathsAndMethods() throws IOException {
    List<String> pieces =
        List.of(
            "Patient",
            "Nothing",
            "fuzz-probe",
            "_history",
            "_search",
            "$validate",
            "$everything",
            "$",
            "$$",
            "*",
            "metadata",
            "..",
            ".",
            "",
            "%2e%2e",
            "%2f",
            "%5c",
            "%00",
            "%",
            "%zz",
            "%C0%AF",
            "1",
            "0",
            "-1",
            "99999999999999999999",
            ";a=b",
            "x;y",
            "'",
            "a".repeat(65),
            "a".repeat(3_000),
            "%F0%9F%98%80",
            "Binary",
            "Patient?x",
            "#x");
    List<String> methods =
        List.of(
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "TRACE",
            "PROPFIND",
            "CONNECT",
            "get",
            "X",
            "LOCK");
    for (int i = 0; i < times(500); i++) {
      var path = new StringBuilder("/fhir");
      int count = input.random().nextInt(5);
      for (int j = 0; j < count; j++) {
        path.append('/').append(input.any(pieces));
      }
      String method = input.any(methods);
      boolean body = Set.of("POST", "PUT", "PATCH").contains(method);
      send(
          method,
          path.toString(),
          body ? FHIR_JSON : "",
          body ? input.any(HostileInput.RESOURCES).getBytes(StandardCharsets.UTF_8) : new byte[0]);
    }
    for (String line :
        List.of(
            "\r\n\r\n",
            "GET\r\n\r\n",
            "GET /fhir/Patient\r\n\r\n",
            "GET /fhir/Patient HTTP/9.9\r\nHost: x\r\n\r\n",
            "GET http://elsewhere/fhir/Patient HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /fhir/Patient HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
            "GET /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
                + "Content-Length: 100\r\nConnection: close\r\n\r\n{\"resourceType\":",
            "POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n"
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n{}\r\n",
            "POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                + "Content-Length: 5\r\nConnection: close\r\n\r\n0\r\n\r\n",
            "GET /fhir/Patient HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n")) {
      judge(http.exchange(line.getBytes(StandardCharsets.UTF_8)), line, new byte[0]);
    }
  }

  @Test
  void hostilePatches() throws IOException {
    List<String> json =
        List.of(
            "[]",
            "{}",
            "null",
            "[null]",
            "[{\"op\":\"add\"}]",
            "[{\"op\":\"add\",\"path\":\"\",\"value\":1}]",
            "[{\"op\":\"remove\",\"path\":\"\"}]",
            "[{\"op\":\"add\",\"path\":\"/name/99999999999\",\"value\":{}}]",
            "[{\"op\":\"add\",\"path\":\"/name/-1\",\"value\":{}}]",
            "[{\"op\":\"add\",\"path\":\"/~2\",\"value\":{}}]",
            "[{\"op\":\"test\",\"path\":\"/id\",\"value\":1e999999999}]",
            "[{\"op\":\"replace\",\"path\":\"/resourceType\",\"value\":\"Binary\"}]",
            "[{\"op\":\"add\",\"path\":\"/extension\",\"value\":null}]",
            "[{\"op\":\"add\",\"path\":\"/extension\",\"value\":\"\\u0000\"}]",
            "[{\"op\":\"add\",\"path\":\"/text\",\"value\":{\"status\":\"generated\",\"div\":\"<div"
                + " xmlns='http://www.w3.org/1999/xhtml'>\\u0000</div>\"}}]",
            "[{\"op\":\"add\",\"path\":\"/x\",\"value\":" + "[".repeat(99) + "]".repeat(99) + "}]",
            "["
                + "{\"op\":\"copy\",\"from\":\"\",\"path\":\"/x\"},".repeat(200)
                + "{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/y\"}]");
    for (String patch : json) {
      send(
          "PATCH",
          "/fhir/Patient/fuzz-probe",
          "Content-Type: application/json-patch+json\r\n",
          patch.getBytes(StandardCharsets.UTF_8));
    }
    for (int i = 0; i < times(100); i++) {
      String operation = input.any(List.of("add", "insert", "delete", "replace", "move", "x", ""));
      String path =
          input.any(
              List.of(
                  "Patient",
                  "Patient.name",
                  "Patient.name[0]",
                  "Patient.name.given",
                  "Patient.birthDate",
                  "Patient.nothing",
                  "%resource",
                  "1",
                  "'x'",
                  "(((",
                  "Patient.descendants()",
                  "Patient.repeat($this)",
                  "Observation.code",
                  "Patient.name.where(",
                  "x".repeat(10_000)));
      String value =
          input.any(
              List.of(
                  "\"valueString\":\"x\"",
                  "\"valueInteger\":1",
                  "\"valueDecimal\":1e99999",
                  "\"valueHumanName\":{\"family\":\"\\u0000\"}",
                  "\"value\":null",
                  "\"part\":[]",
                  "\"part\":[{\"name\":\"x\",\"part\":[]}]"));
      String patch =
          "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":["
              + "{\"name\":\"type\",\"valueCode\":\""
              + operation
              + "\"},{\"name\":\"path\",\"valueString\":\""
              + path
              + "\"},{\"name\":\"name\",\"valueString\":\""
              + input.any(List.of("name", "birthDate", "active", "", "x", "resourceType", "id"))
              + "\"},{\"name\":\"index\",\"valueInteger\":"
              + input.any(List.of("0", "-1", "99999999", "2147483648", "1e9"))
              + "},{\"name\":\"value\","
              + value
              + "}]}]}";
      send("PATCH", "/fhir/Patient/fuzz-probe", FHIR_JSON, patch.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void runawayExpressions() throws IOException {
    List<String> expressions =
        List.of(
            "Patient.repeat($this)",
            "Patient.repeat(descendants())",
            "descendants().descendants().descendants().descendants()",
            "'" + "a".repeat(5_000) + "!'.matches('(a+)+$')",
            "'" + "a".repeat(5_000) + "!'.replaceMatches('(a|aa)+$', 'b')",
            "'x'.replace('', 'xxxxxxxxxx')"
                + ".replace('x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')".repeat(12),
            "(1|2|3|4|5|6|7|8|9|10)" + ".select($this | $this + 1 | $this + 100)".repeat(40),
            "10.power(1000000000)",
            "2.5.power(999999)",
            "(" + "9".repeat(1_000) + " * " + "9".repeat(1_000) + ")",
            "1.0 / 3.0".repeat(1) + " * 1.1".repeat(3_000),
            "(".repeat(10_000) + "1" + ")".repeat(10_000),
            "1" + " + 1".repeat(20_000),
            "-".repeat(10_000) + "1",
            "name" + ".select($this)".repeat(5_000),
            "iif(true, ".repeat(2_000) + "1" + ", 2)".repeat(2_000),
            "@2024-02-30",
            "@9999999-01",
            "@T99:99",
            "'\\u0000'",
            "'\\ud800'",
            "`",
            "%`ext-x`",
            "%nothing",
            "resolve()",
            "'http://169.254.169.254/'.resolve()",
            "1 year + @9999-12-31",
            "@0001-01-01 - 99999999 years",
            "1e400",
            "9".repeat(5_000),
            "today().toString().repeat(1)",
            "aggregate($total + $this, 0)",
            "(1).aggregate(iif($total.empty(), 'a', $total + $total))",
            "Patient.where($index = $index).all($this = $this)",
            "'a'.toChars().repeat($this & 'a')",
            "1.repeat($this + 1)",
            "'a'.repeat($this & $this)",
            "trace('x').trace('y')",
            "Patient.extension.value.toString()",
            "Patient.extension.value + 1",
            "Patient.extension.value.power(2)",
            "");
    for (String expression : expressions) {
      String quoted = health.helan.foundation.store.Json.MAPPER.writeValueAsString(expression);
      String body =
          "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"expression\",\"valueString\":"
              + quoted
              + "},{\"name\":\"resource\",\"resource\":"
              + HostileInput.RESOURCES
                  .getFirst()
                  .replace("1.50", input.any(List.of("1.50", "1e999999999", "1e-999", "1e999")))
              + "}]}";
      send("POST", "/fhir/$fhirpath", FHIR_JSON, body.getBytes(StandardCharsets.UTF_8));
      send(
          "POST",
          "/fhir/$fhirpath",
          FHIR_JSON,
          body.replace("\"expression\"", "\"context\"").getBytes(StandardCharsets.UTF_8));
    }
  }
}
