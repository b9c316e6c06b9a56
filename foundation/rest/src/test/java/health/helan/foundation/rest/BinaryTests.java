package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import health.helan.foundation.rest.format.FhirXml;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Binaries as bytes and as resources (FHIR R4, binary.html). */
class BinaryTests {
  private static final FhirServerForTests SERVER = FhirServerForTests.get();
  private static final boolean FULL = Boolean.getBoolean("helan.test.full");
  private static final String FHIR = "application/fhir+json";

  private final Random random = new Random(7);

  private byte[] bytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static FhirServerForTests.Reply upload(byte[] bytes, String type, String... headers) {
    var all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "Content-Type";
    all[1] = type;
    return SERVER.send("POST", "Binary", bytes, all);
  }

  private static FhirServerForTests.Reply put(String id, byte[] bytes, String... headers) {
    var all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "Content-Type";
    all[1] = "application/octet-stream";
    return SERVER.send("PUT", "Binary/" + id, bytes, all);
  }

  private static long objects() throws IOException {
    try (var files = Files.walk(SERVER.objectsFolder())) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void bytesComeBackAsTheyWere() {
    byte[] image = bytes(100_000);
    var created = upload(image, "image/png");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("ETag")).isEqualTo("W/\"1\"");
    assertThat(created.header("Location")).contains("/Binary/" + created.id() + "/_history/1");
    for (String accept : new String[] {"*/*", "image/png", "image/*", "text/html,*/*;q=0.8"}) {
      var read = SERVER.get("Binary/" + created.id(), "Accept", accept);
      assertThat(read.status()).isEqualTo(200);
      assertThat(read.http().body()).isEqualTo(image);
      assertThat(read.header("Content-Type")).isEqualTo("image/png");
      assertThat(read.header("Content-Length")).isEqualTo("100000");
      assertThat(read.header("ETag")).isEqualTo("\"1\"");
      assertThat(read.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(read.header("Content-Disposition")).startsWith("attachment");
      assertThat(read.header("Content-Security-Policy")).contains("sandbox");
    }
    var head = SERVER.send("HEAD", "Binary/" + created.id(), "");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("100000");
    assertThat(SERVER.get("Binary/" + created.id(), "Accept", "video/mp4").status()).isEqualTo(406);
    assertThat(SERVER.get("Binary/" + created.id(), "X-Anonymous", "1").status()).isEqualTo(401);
    assertThat(upload(image, "image/png", "X-Anonymous", "1").status()).isEqualTo(401);
  }

  @Test
  void theSameContentIsAResourceInJsonAndXml() {
    for (int length : new int[] {0, 1, 2, 3, 49_151, 49_152, 49_153, 200_000}) {
      byte[] content = bytes(length);
      String id = upload(content, "application/pdf").id();
      var json = SERVER.get("Binary/" + id, "Accept", FHIR);
      assertThat(json.header("Content-Type")).startsWith(FHIR);
      var resource = (ObjectNode) json.json();
      assertThat(resource.path("contentType").asString()).isEqualTo("application/pdf");
      assertThat(resource.path("data").asString(""))
          .isEqualTo(Base64.getEncoder().encodeToString(content));
      assertThat(resource.has("_data")).isFalse();
      var xml = SERVER.get("Binary/" + id, "Accept", "application/fhir+xml");
      assertThat(xml.header("Content-Type")).startsWith("application/fhir+xml");
      if (length > 0) { // XML has no empty values.
        assertThat(FhirXml.read(xml.http().body())).isEqualTo(resource);
      }
      assertThat(SERVER.get("Binary/" + id + "?_format=json&_pretty=true").json())
          .isEqualTo(resource);
      assertThat(SERVER.get("Binary/" + id, "Accept", "application/json").json())
          .isEqualTo(resource);
    }
  }

  @Test
  void moreThanALittleIsNotGivenAsBase64() {
    String id = upload(new byte[(16 << 20) + 1], "video/mp4").id();
    var refused = SERVER.get("Binary/" + id, "Accept", FHIR);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.issue()).isEqualTo("too-costly");
    assertThat(SERVER.get("Binary/" + id).http().body()).hasSize((16 << 20) + 1);
  }

  @Test
  void partsAreGivenByRange() {
    byte[] content = bytes(10_000);
    String id = upload(content, "application/dicom").id();
    range(id, "bytes=0-99", content, 0, 100);
    range(id, "bytes=9990-", content, 9_990, 10_000);
    range(id, "bytes=-5", content, 9_995, 10_000);
    range(id, "bytes=5000-99999", content, 5_000, 10_000);
    // Text is what servers like to pack; a part of it must come as it is.
    String text = upload(content, "text/plain").id();
    assertThat(
            SERVER
                .get("Binary/" + text, "Range", "bytes=0-4999", "Accept-Encoding", "gzip")
                .http()
                .body())
        .hasSize(5_000);
    for (String whole : new String[] {"bytes=0-1,5-6", "bytes=9-2", "lines=1-2", "bytes=-"}) {
      var read = SERVER.get("Binary/" + id, "Range", whole);
      assertThat(read.status()).as(whole).isEqualTo(200);
      assertThat(read.http().body()).isEqualTo(content);
    }
    var beyond = SERVER.get("Binary/" + id, "Range", "bytes=10000-");
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.header("Content-Range")).isEqualTo("bytes */10000");
    assertThat(SERVER.get("Binary/" + id, "Range", "bytes=-0").status()).isEqualTo(416);
    assertThat(SERVER.get("Binary/" + id, "Range", "bytes=0-9", "If-Range", "W/\"1\"").status())
        .isEqualTo(206);
    assertThat(SERVER.get("Binary/" + id, "Range", "bytes=0-9", "If-Range", "W/\"2\"").status())
        .isEqualTo(200);
  }

  private static void range(String id, String range, byte[] content, int from, int to) {
    var part = SERVER.get("Binary/" + id, "Range", range);
    assertThat(part.status()).as(range).isEqualTo(206);
    assertThat(part.header("Content-Range"))
        .isEqualTo("bytes " + from + "-" + (to - 1) + "/" + content.length);
    assertThat(part.http().body()).isEqualTo(java.util.Arrays.copyOfRange(content, from, to));
  }

  /** Full mode sends more than the test's heap holds; else the allocations are counted. */
  @Test
  void largeContentPassesInLittleMemory() throws Exception {
    long size = FULL ? Runtime.getRuntime().maxMemory() + (200L << 20) : 64L << 20;
    upload(new byte[1000], "video/mp4"); // Whatever is loaded once.
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getTotalThreadAllocatedBytes();
    var sent = MessageDigest.getInstance("SHA-256");
    String id = sendStream(size, sent);
    var got = MessageDigest.getInstance("SHA-256");
    long received = readStream("Binary/" + id, got);
    long allocated = threads.getTotalThreadAllocatedBytes() - before;
    assertThat(received).isEqualTo(size);
    String digest = HexFormat.of().formatHex(sent.digest());
    assertThat(HexFormat.of().formatHex(got.digest())).isEqualTo(digest);
    Stored stored = stored(id, 1);
    assertThat(stored.size()).isEqualTo(size);
    assertThat(stored.sha256()).isEqualTo(digest);
    // What the server works with, not the content itself.
    assertThat(allocated).isLessThan((24L << 20) + size / 4);
    SERVER.objects().delete(stored.key()); // Gigabytes that nobody needs any more.
  }

  /** What a version says of its object; histories show the row as it is. */
  private static Stored stored(String id, int version) {
    for (var entry : SERVER.get("Binary/" + id + "/_history").json().path("entry")) {
      var resource = entry.path("resource");
      if (resource.path("meta").path("versionId").asString("").equals("" + version)) {
        assertThat(resource.has("data")).isFalse();
        return java.util.Objects.requireNonNull(StoredData.of(resource));
      }
    }
    throw new AssertionError("no version " + version);
  }

  private static Socket connect() throws IOException {
    var socket = new Socket("127.0.0.1", URI.create(SERVER.base()).getPort());
    socket.setSoTimeout(120_000);
    return socket;
  }

  private static void head(Socket socket, String head) throws IOException {
    socket
        .getOutputStream()
        .write((head + "Host: x\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static void pattern(byte[] block, long number) {
    new Random(number).nextBytes(block);
  }

  private static String sendStream(long size, MessageDigest digest) throws IOException {
    try (var socket = connect()) {
      head(
          socket,
          "POST /fhir/Binary HTTP/1.1\r\nContent-Type: video/mp4\r\nContent-Length: "
              + size
              + "\r\n");
      var block = new byte[1 << 20];
      for (long left = size, i = 0; left > 0; i++) {
        pattern(block, i);
        int count = (int) Math.min(left, block.length);
        digest.update(block, 0, count);
        socket.getOutputStream().write(block, 0, count);
        left -= count;
      }
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 201");
      return Json.MAPPER
          .readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4))
          .path("id")
          .asString();
    }
  }

  private static long readStream(String path, MessageDigest digest) throws IOException {
    try (var socket = connect()) {
      head(socket, "GET /fhir/" + path + " HTTP/1.1\r\nAccept: */*\r\n");
      InputStream in = socket.getInputStream();
      int matched = 0;
      while (matched < 4) { // Up to the blank line.
        int b = in.read();
        assertThat(b).isNotNegative();
        matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
      }
      var block = new byte[1 << 16];
      long received = 0;
      int count;
      while ((count = in.read(block)) > 0) {
        digest.update(block, 0, count);
        received += count;
      }
      return received;
    }
  }

  @Test
  void aCutUploadLeavesNothing() throws Exception {
    long before = objects();
    int begun = SERVER.begun();
    for (String length : new String[] {"Content-Length: 5000000", "Transfer-Encoding: chunked"}) {
      try (var socket = connect()) {
        head(
            socket,
            "PUT /fhir/Binary/cut HTTP/1.1\r\nContent-Type: video/mp4\r\n" + length + "\r\n");
        if (length.startsWith("T")) {
          socket.getOutputStream().write("1000000\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        socket.getOutputStream().write(bytes(2_000_000));
        socket.getOutputStream().flush();
      }
    }
    // Both are gone before the server has seen them: they must have begun to have ended.
    for (int i = 0;
        i < 500 && (SERVER.begun() < begun + 2 || objects() > before || SERVER.busy() > 0);
        i++) {
      Thread.sleep(20);
    }
    assertThat(SERVER.begun()).isGreaterThanOrEqualTo(begun + 2);
    assertThat(SERVER.busy()).isZero();
    assertThat(objects()).isEqualTo(before);
    assertThat(SERVER.get("Binary/cut").status()).isEqualTo(404);
  }

  @Test
  void anyMediaTypeIsKeptButNonsenseRefused() {
    var odd = upload(bytes(10), "application/x-nobody.knows+it; v=1");
    assertThat(odd.status()).isEqualTo(201);
    // The server may put it as RFC 9110 has it, without the blank.
    assertThat(SERVER.get("Binary/" + odd.id()).header("Content-Type").replace(" ", ""))
        .isEqualTo("application/x-nobody.knows+it;v=1");
    assertThat(upload(bytes(10), "nonsense").status()).isEqualTo(415);
    assertThat(upload(bytes(10), "").status()).isEqualTo(415);
  }

  @Test
  void jsonAndXmlThatAreNoBinaryAreContent() {
    String text = "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"x\"}] }";
    for (String type : new String[] {"application/json", FHIR}) {
      String id = upload(text.getBytes(StandardCharsets.UTF_8), type).id();
      assertThat(SERVER.get("Binary/" + id).text()).isEqualTo(text);
      assertThat(SERVER.get("Binary/" + id).header("Content-Type")).isEqualTo(type);
    }
    var svg = upload("<svg/>".getBytes(StandardCharsets.UTF_8), "application/xml");
    assertThat(SERVER.get("Binary/" + svg.id()).text()).isEqualTo("<svg/>");
    assertThat(upload("{\"resourceType\":".getBytes(StandardCharsets.UTF_8), FHIR).status())
        .isEqualTo(400);
  }

  @Test
  void eachVersionKeepsItsBytes() {
    byte[] one = bytes(5_000);
    byte[] two = bytes(6_000);
    assertThat(put("versions", one).status()).isEqualTo(201);
    assertThat(put("versions", two, "If-Match", "W/\"1\"").status()).isEqualTo(200);
    assertThat(put("versions", one, "If-Match", "W/\"1\"").status()).isEqualTo(412);
    assertThat(put("versions", one, "If-None-Match", "*").status()).isEqualTo(412);
    assertThat(SERVER.get("Binary/versions").http().body()).isEqualTo(two);
    assertThat(SERVER.get("Binary/versions", "If-None-Match", "W/\"2\"").status()).isEqualTo(304);
    assertThat(SERVER.delete("Binary/versions").status()).isBetween(200, 204);
    assertThat(SERVER.get("Binary/versions").status()).isEqualTo(410);
    assertThat(SERVER.get("Binary/versions/_history/1").http().body()).isEqualTo(one);
    assertThat(SERVER.get("Binary/versions/_history/2").http().body()).isEqualTo(two);
    assertThat(SERVER.get("Binary/versions/_history/9").status()).isEqualTo(404);
    assertThat(put("versions", one).status()).isEqualTo(201);
    assertThat(SERVER.get("Binary/versions").http().body()).isEqualTo(one);
  }

  @Test
  void refusedUploadsLeaveNothing() throws Exception {
    put("refused", bytes(10));
    long before = objects();
    assertThat(put("refused", bytes(10), "If-None-Match", "*").status()).isEqualTo(412);
    assertThat(put("re_fused", bytes(10)).status()).isEqualTo(400);
    assertThat(put("refused", bytes(10), "X-Security-Context", "no reference\u00e9").status())
        .isBetween(200, 499);
    assertThat(put("refused", new byte[10], "Content-Encoding", "gzip").status()).isEqualTo(400);
    assertThat(put("refused", new byte[10], "Content-Encoding", "br").status()).isEqualTo(415);
    assertThat(objects()).isLessThanOrEqualTo(before + 1);
    var http = new RawHttp("127.0.0.1", URI.create(SERVER.base()).getPort());
    var tooLong =
        http.send(
            "POST",
            "/fhir/Binary",
            "Content-Type: video/mp4\r\nContent-Length: 99999999999\r\n",
            new byte[0]);
    assertThat(tooLong.status()).isEqualTo(413);
  }

  @Test
  void packedContentIsUnpacked() throws Exception {
    byte[] content = new byte[100_000];
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    String id = upload(packed.toByteArray(), "text/plain", "Content-Encoding", "gzip").id();
    assertThat(SERVER.get("Binary/" + id).http().body()).isEqualTo(content);
  }

  @Test
  void theSecurityContextStandsBesideTheBytes() {
    SERVER.put("Patient/owner", "{\"resourceType\":\"Patient\",\"id\":\"owner\"}");
    String id = upload(bytes(10), "image/png", "X-Security-Context", "Patient/owner").id();
    assertThat(SERVER.get("Binary/" + id).header("X-Security-Context")).isEqualTo("Patient/owner");
    assertThat(
            SERVER
                .get("Binary/" + id, "Accept", FHIR)
                .json()
                .path("securityContext")
                .path("reference")
                .asString())
        .isEqualTo("Patient/owner");
  }

  @Test
  void longDataOfAResourceAreMovedAndReadBackEqual() throws Exception {
    long before = objects();
    String small = Base64.getEncoder().encodeToString(bytes(1_000));
    String large = Base64.getEncoder().encodeToString(bytes(300_001));
    String smallId = SERVER.post("Binary", binary(small)).id();
    assertThat(objects()).isEqualTo(before);
    assertThat(SERVER.get("Binary/" + smallId).http().body())
        .isEqualTo(Base64.getDecoder().decode(small));
    String id = SERVER.post("Binary", binary(large)).id();
    assertThat(objects()).isEqualTo(before + 1);
    assertThat(stored(id, 1).size()).isEqualTo(300_001);
    var read = SERVER.get("Binary/" + id, "Accept", FHIR).json();
    assertThat(read.path("data").asString()).isEqualTo(large);
    assertThat(SERVER.get("Binary/" + id).http().body())
        .isEqualTo(Base64.getDecoder().decode(large));
    // What is no canonical Base64 would not read back equal: it stays in the row.
    String broken = large.substring(0, 76) + "\\r\\n" + large.substring(76);
    String brokenId = SERVER.post("Binary", binary(broken)).id();
    assertThat(objects()).isEqualTo(before + 1);
    assertThat(SERVER.get("Binary/" + brokenId, "Accept", FHIR).json().path("data").asString())
        .isEqualTo(large.substring(0, 76) + "\r\n" + large.substring(76));
    assertThat(SERVER.post("Binary", binary("?" + large.substring(1))).status())
        .isBetween(400, 422);
  }

  private static String binary(String data) {
    return "{\"resourceType\":\"Binary\",\"contentType\":\"text/plain\",\"data\":\"" + data + "\"}";
  }

  @Test
  void bundlesCarryBinariesToo() {
    String data = Base64.getEncoder().encodeToString(bytes(200_000));
    var written =
        SERVER.post(
            "",
            "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":"
                + binary(data)
                + ",\"request\":{\"method\":\"POST\",\"url\":\"Binary\"}}]}");
    assertThat(written.status()).isEqualTo(200);
    String location =
        written.json().path("entry").path(0).path("response").path("location").asString();
    String id = location.replaceAll("^(.*/)?Binary/([^/]+)/.*", "$2");
    assertThat(stored(id, 1).size()).isEqualTo(200_000);
    var read =
        SERVER.post(
            "",
            "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":"
                + "{\"method\":\"GET\",\"url\":\"Binary/"
                + id
                + "\"}}]}");
    assertThat(read.json().path("entry").path(0).path("resource").path("data").asString())
        .isEqualTo(data);
  }

  /** Else one could have another resident's content given out under a resource of one's own. */
  @Test
  void nobodyButThePlatformSaysWhichObjectItIs() {
    String id = upload(bytes(100), "image/png").id();
    Stored stored = stored(id, 1);
    var forged = Json.MAPPER.createObjectNode();
    forged.put("resourceType", "Binary").put("contentType", "image/png");
    StoredData.set(forged, stored);
    assertThat(SERVER.post("Binary", forged.toString()).status()).isEqualTo(400);
    assertThat(
            SERVER
                .post(
                    "",
                    "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":"
                        + forged
                        + ",\"request\":{\"method\":\"POST\",\"url\":\"Binary\"}}]}")
                .status())
        .isEqualTo(400);
    String other = upload(bytes(100), "image/png").id();
    var patch =
        SERVER.send(
            "PATCH",
            "Binary/" + other,
            "[{\"op\":\"replace\",\"path\":\"/_data\",\"value\":" + forged.get("_data") + "}]",
            "Content-Type",
            "application/json-patch+json");
    assertThat(patch.status()).isEqualTo(400);
    // A patch of something else leaves the content.
    patch =
        SERVER.send(
            "PATCH",
            "Binary/" + other,
            "[{\"op\":\"replace\",\"path\":\"/contentType\",\"value\":\"image/jpeg\"}]",
            "Content-Type",
            "application/json-patch+json");
    assertThat(patch.status()).isEqualTo(200);
    assertThat(stored(other, 2)).isEqualTo(stored(other, 1));
    assertThat(SERVER.get("Binary/" + other).header("Content-Type")).isEqualTo("image/jpeg");
  }

  @Test
  void aSweepTakesWhatNoVersionSpeaksOf() throws Exception {
    byte[] content = bytes(50);
    put("swept", content);
    put("swept", bytes(60));
    SERVER.delete("Binary/swept");
    Stored orphan = SERVER.objects().put(new ByteArrayInputStream(content), 100);
    ObjectKey kept = stored("swept", 1).key();
    SERVER.objects().sweep(Instant.now().plusSeconds(60), SERVER.store()::referenced);
    assertThat(SERVER.objects().exists(orphan.key())).isFalse();
    assertThat(SERVER.objects().exists(kept)).isTrue();
    try (var bytes = SERVER.objects().open(stored("swept", 2).key(), Range.ALL)) {
      assertThat(bytes.readAllBytes()).hasSize(60);
    }
  }
}
