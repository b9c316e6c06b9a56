package health.helan.bench;

import health.helan.bench.client.HttpConnection;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How fast a running platform answers about a code system of 100,000 made-up diagnoses: 20 chapters
 * of 10 blocks of 10 categories of about 50 codes, with Chinese and English names. One connection.
 *
 * <pre>
 * TerminologySpeed URL DATA_FOLDER [rounds]
 * </pre>
 */
public final class TerminologySpeed {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String SYSTEM = "urn:bench:diagnoses";
  private static final int CHUNK = 2_000;
  private static final String[] WHERE = {
    "心脏", "肺", "肝", "肾", "胃", "脑", "皮肤", "骨", "关节", "眼", "耳", "鼻", "咽喉", "食管", "结肠", "膀胱", "甲状腺",
    "乳房", "脊柱", "血管"
  };
  private static final String[] WHAT = {
    "炎", "恶性肿瘤", "良性肿瘤", "损伤", "感染", "畸形", "结核", "溃疡", "梗死", "出血", "狭窄", "水肿", "硬化", "脓肿", "囊肿"
  };
  private static final String[] HOW = {
    "急性", "慢性", "复发性", "先天性", "未特指的", "伴有并发症", "不伴有并发症", "术后", "药物性", "糖尿病性", "高血压性", "妊娠期"
  };

  private TerminologySpeed() {}

  public static void main(String[] words) throws IOException {
    int rounds = words.length > 2 ? Integer.parseInt(words[2]) : 300;
    String token = Files.readString(Path.of(words[1], "operator-token")).strip();
    var endpoint =
        HttpConnection.Endpoint.of(URI.create(words[0].replaceAll("/$", "") + "/fhir"), token);
    try (var connection = new HttpConnection(endpoint)) {
      load(connection);
      ask(connection, rounds);
    }
  }

  private static void send(HttpConnection connection, String method, String path, ObjectNode body)
      throws IOException {
    int status =
        connection.send(
            method,
            path,
            body.toString().getBytes(StandardCharsets.UTF_8),
            "Content-Type: application/fhir+json\r\n");
    if (status >= 300) {
      throw new IOException(method + " " + path + ": " + status + " " + connection.excerpt(300));
    }
  }

  private static void load(HttpConnection connection) throws IOException {
    var rows = JSON.createArrayNode();
    var random = new Random(1);
    String load = "bench-" + System.currentTimeMillis();
    long start = System.nanoTime();
    int chunk = 0;
    int all = 0;
    for (int chapter = 0; chapter < 20; chapter++) {
      String c = String.format(Locale.ROOT, "%c", 'A' + chapter);
      add(rows, c, WHERE[chapter] + "疾病", "Chapter " + c, "");
      for (int block = 0; block < 10; block++) {
        String b = c + block;
        add(rows, b + "0-" + b + "9", WHERE[chapter] + "的疾病 第" + block + "节", "Block " + b, c);
        for (int category = 0; category < 10; category++) {
          String k = b + category;
          add(
              rows,
              k,
              WHERE[chapter] + WHAT[(block + category) % WHAT.length],
              "Category " + k,
              b + "0-" + b + "9");
          for (int leaf = 0; leaf < 49; leaf++) {
            add(
                rows,
                k + "." + String.format(Locale.ROOT, "%02d", leaf),
                HOW[random.nextInt(HOW.length)]
                    + WHERE[chapter]
                    + WHAT[random.nextInt(WHAT.length)]
                    + HOW[random.nextInt(HOW.length)]
                    + leaf,
                "Disease " + Integer.toString(random.nextInt(1 << 30), 36),
                k);
          }
          if (rows.size() >= CHUNK) {
            all += rows.size();
            stage(connection, load, chunk++, rows);
            rows = JSON.createArrayNode();
          }
        }
      }
    }
    all += rows.size();
    if (!rows.isEmpty()) {
      stage(connection, load, chunk, rows);
    }
    long staged = System.nanoTime();
    ObjectNode system = JSON.createObjectNode().put("resourceType", "CodeSystem");
    system.put("id", "bench-diagnoses");
    system
        .putArray("extension")
        .addObject()
        .put("url", "https://helan.health/fhir/StructureDefinition/loaded-concepts")
        .put("valueString", load);
    system.put("url", SYSTEM).put("version", load).put("status", "active");
    system.put("valueSet", SYSTEM + ":all").put("content", "complete");
    send(connection, "PUT", "/CodeSystem/bench-diagnoses", system);
    System.out.printf(
        Locale.ROOT,
        "%d concepts: staged in %.1f s, compiled in %.1f s%n",
        all,
        (staged - start) / 1e9,
        (System.nanoTime() - staged) / 1e9);
    ObjectNode chosen = JSON.createObjectNode().put("resourceType", "ValueSet");
    chosen.put("id", "bench-chosen").put("url", SYSTEM + ":chosen").put("status", "active");
    var include = chosen.putObject("compose").putArray("include").addObject();
    include.put("system", SYSTEM);
    include
        .putArray("filter")
        .addObject()
        .put("property", "concept")
        .put("op", "is-a")
        .put("value", "C");
    send(connection, "PUT", "/ValueSet/bench-chosen", chosen);
  }

  private static void add(ArrayNode rows, String code, String zh, String en, String parent) {
    rows.addArray().add(code).add(zh).add(en).add(parent);
  }

  private static void stage(HttpConnection connection, String load, int chunk, ArrayNode rows)
      throws IOException {
    ObjectNode parameters = JSON.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = parameters.putArray("parameter");
    list.addObject().put("name", "load").put("valueString", load);
    list.addObject().put("name", "chunk").put("valueInteger", chunk);
    list.addObject().put("name", "rows").put("valueString", rows.toString());
    send(connection, "POST", "/CodeSystem/$import-concepts", parameters);
  }

  /** Makes the path of the nth question. */
  private interface Question {
    String path(int n, Random random);
  }

  private static String q(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String code(Random random) {
    return String.format(
        Locale.ROOT,
        "%c%d%d.%02d",
        'A' + random.nextInt(20),
        random.nextInt(10),
        random.nextInt(10),
        random.nextInt(49));
  }

  private static void ask(HttpConnection connection, int rounds) throws IOException {
    String all = "/ValueSet/$expand?count=50&url=" + q(SYSTEM + ":all");
    String isA = "/ValueSet/$expand?count=50&url=" + q(SYSTEM + ":chosen");
    String system = "system=" + q(SYSTEM);
    measure(
        connection,
        rounds,
        "$expand, page anywhere in 100,000",
        (n, random) -> all + "&offset=" + random.nextInt(99_000));
    measure(
        connection,
        rounds,
        "$expand, is-a (5,111), page anywhere",
        (n, random) -> isA + "&offset=" + random.nextInt(5_000));
    measure(
        connection,
        rounds,
        "$expand, filter of two characters",
        (n, random) -> all + "&filter=" + q(WHERE[random.nextInt(WHERE.length)]));
    measure(
        connection,
        rounds,
        "$expand, filter of one character",
        (n, random) -> all + "&filter=" + q("炎"));
    measure(
        connection,
        rounds,
        "$expand, filter of four characters",
        (n, random) -> all + "&filter=" + q("急性" + WHERE[1 + random.nextInt(4)] + "炎"));
    measure(
        connection,
        rounds,
        "$expand, filter by first letters",
        (n, random) ->
            all + "&filter=" + q(new String[] {"xzexzl", "jxf", "tnbx", "gy"}[random.nextInt(4)]));
    measure(
        connection,
        rounds,
        "$expand, is-a and filter",
        (n, random) -> isA + "&filter=" + q(WHAT[random.nextInt(WHAT.length)]));
    measure(
        connection,
        rounds,
        "ValueSet/$validate-code, is-a",
        (n, random) ->
            "/ValueSet/$validate-code?url="
                + q(SYSTEM + ":chosen")
                + "&"
                + system
                + "&code="
                + code(random));
    measure(
        connection,
        rounds,
        "CodeSystem/$lookup",
        (n, random) -> "/CodeSystem/$lookup?" + system + "&code=" + code(random));
    measure(
        connection,
        rounds,
        "CodeSystem/$subsumes",
        (n, random) ->
            "/CodeSystem/$subsumes?"
                + system
                + "&codeA="
                + (char) ('A' + random.nextInt(20))
                + "&codeB="
                + code(random));
  }

  private static void measure(
      HttpConnection connection, int rounds, String label, Question question) throws IOException {
    var random = new Random(7);
    for (int i = 0; i < Math.max(20, rounds / 5); i++) {
      once(connection, question.path(i, random));
    }
    double[] ms = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      String path = question.path(i, random);
      long start = System.nanoTime();
      once(connection, path);
      ms[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(ms);
    System.out.printf(
        Locale.ROOT,
        "%-42s p50 %6.2f ms   p95 %6.2f ms   worst %6.2f ms%n",
        label,
        ms[rounds / 2],
        ms[rounds * 95 / 100],
        ms[rounds - 1]);
  }

  private static void once(HttpConnection connection, String path) throws IOException {
    int status = connection.send("GET", path, null, "");
    if (status != 200) {
      throw new IOException(path + ": " + status + " " + connection.excerpt(300));
    }
  }
}
