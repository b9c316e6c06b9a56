package health.helan.app.load;

import health.helan.app.start.Console;
import health.helan.app.start.StartRefused;
import health.helan.foundation.terminology.load.CodeTable;
import health.helan.foundation.terminology.load.TableMapping;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code helan load --codes icd10-cn FILE}: an official table of codes as a code system. The
 * concepts go in chunks, each of which may be sent again; the CodeSystem itself comes last and puts
 * them to work. See docs/guide/terminology.md.
 */
final class CodesLoad {
  private static final int CHUNK = 2_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Set<Integer> TRY_AGAIN = Set.of(429, 502, 503, 504);
  private static final JsonMapper JSON = new JsonMapper();

  private final LoadArguments arguments;
  private final Console console;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  private CodesLoad(LoadArguments arguments, Console console) {
    this.arguments = arguments;
    this.console = console;
  }

  /**
   * What was asked for.
   *
   * @param version business version of the code system
   * @param draft true to leave the code system a draft, for review
   */
  private record Asked(TableMapping mapping, String version, boolean draft) {}

  static int run(List<String> words, Map<String, String> environment) {
    String codes = "";
    String version = "";
    String system = "";
    Path mapping = null;
    boolean draft = false;
    List<String> others = new ArrayList<>();
    Deque<String> rest = new ArrayDeque<>(words);
    while (!rest.isEmpty()) {
      String word = rest.removeFirst();
      switch (word) {
        case "--codes" -> codes = value(word, rest);
        case "--code-version" -> version = value(word, rest);
        case "--system" -> system = value(word, rest);
        case "--mapping" -> mapping = Path.of(value(word, rest));
        case "--draft" -> draft = true;
        default -> others.add(word);
      }
    }
    Console console = Console.of(environment);
    LoadArguments arguments = LoadArguments.parse(others, environment);
    Asked asked = asked(codes, version, system, mapping, draft);
    if (arguments.paths().size() != 1 || Files.isDirectory(arguments.paths().getFirst())) {
      throw new StartRefused(
          "--codes 一次载入一个文件（.csv .txt .tsv .xlsx）。",
          "--codes loads one file at a time (.csv .txt .tsv .xlsx).");
    }
    try {
      return new CodesLoad(arguments, console).load(asked);
    } catch (LoadStopped stopped) {
      console.say(stopped.sentence());
      return StartRefused.EXIT_CODE;
    } catch (CodeTable.Unreadable unreadable) {
      console.say(unreadable.chinese());
      console.say(String.valueOf(unreadable.getMessage()));
      return StartRefused.EXIT_CODE;
    } catch (IOException failed) {
      console.say("读取文件出错：" + failed + " / The file could not be read: " + failed);
      return StartRefused.EXIT_CODE;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return StartRefused.EXIT_CODE;
    }
  }

  private static String value(String option, Deque<String> rest) {
    String value = rest.pollFirst();
    if (value == null || value.isBlank() || value.startsWith("--")) {
      throw new StartRefused(
          option + " 后面缺少取值，请看 ./helan --help。", option + " needs a value: see ./helan --help.");
    }
    return value;
  }

  private static Asked asked(
      String codes, String version, String system, @Nullable Path file, boolean draft) {
    if (!TableMapping.KNOWN.contains(codes)) {
      throw new StartRefused(
          "--codes 应为 " + String.join("、", new java.util.TreeSet<>(TableMapping.KNOWN)) + " 之一。",
          "--codes takes one of "
              + String.join(", ", new java.util.TreeSet<>(TableMapping.KNOWN))
              + ".");
    }
    if (version.isEmpty()) {
      throw new StartRefused(
          "请用 --code-version 说明这份表的版本（如 2.0）。",
          "Say which version this table is with --code-version (such as 2.0).");
    }
    TableMapping mapping = TableMapping.named(codes);
    if (file != null) {
      try {
        mapping = mapping.with(file);
      } catch (IOException unreadable) {
        throw new StartRefused(
            "读不到对照文件 " + file + "。", "The mapping " + file + " cannot be read.", unreadable);
      }
    }
    if (!system.isEmpty()) {
      mapping = mapping.with("url", system);
    }
    if (mapping.get("url").isEmpty()) {
      throw new StartRefused(
          "请用 --system 说明代码系统的标识（URL）。", "Say which code system it is with --system URL.");
    }
    return new Asked(mapping, version, draft);
  }

  private int load(Asked asked) throws IOException, InterruptedException {
    Path file = arguments.paths().getFirst();
    CodeTable table = CodeTable.read(file, asked.mapping);
    if (table.rows().isEmpty()) {
      console.say("文件中没有代码。/ There are no codes in the file.");
      return StartRefused.EXIT_CODE;
    }
    String load = digest(table, asked);
    int chunk = 0;
    for (int from = 0; from < table.rows().size(); from += CHUNK) {
      int to = Math.min(from + CHUNK, table.rows().size());
      send(
          "POST",
          "/CodeSystem/$import-concepts",
          chunk(load, chunk++, table.rows().subList(from, to)));
      console.say("已发送 %,d / %,d 个代码 codes sent".formatted(to, table.rows().size()));
    }
    ObjectNode system = system(asked, load, table.rows().size());
    send("PUT", "/CodeSystem/" + system.path("id").asString(""), system);
    console.say(
        "%s %s：%,d 个代码已载入%s。/ %,d codes of %s %s are in%s."
            .formatted(
                asked.mapping.get("url"),
                asked.version,
                table.rows().size(),
                asked.draft ? "，待审核" : "并启用",
                table.rows().size(),
                asked.mapping.get("url"),
                asked.version,
                asked.draft ? ", to be reviewed" : " and active"));
    table.skipped().stream().limit(20).forEach(console::say);
    if (!table.skipped().isEmpty()) {
      console.say(
          "共跳过 %,d 行。/ %,d lines were left out."
              .formatted(table.skipped().size(), table.skipped().size()));
      return 1;
    }
    return 0;
  }

  private static ObjectNode chunk(String load, int number, List<List<String>> rows) {
    ArrayNode array = JSON.createArrayNode();
    for (List<String> row : rows) {
      ArrayNode cells = array.addArray();
      row.forEach(cells::add);
    }
    ObjectNode parameters = JSON.createObjectNode().put("resourceType", "Parameters");
    ArrayNode list = parameters.putArray("parameter");
    list.addObject().put("name", "load").put("valueString", load);
    list.addObject().put("name", "chunk").put("valueInteger", number);
    list.addObject().put("name", "rows").put("valueString", array.toString());
    return parameters;
  }

  private static ObjectNode system(Asked asked, String load, int size) {
    TableMapping mapping = asked.mapping;
    ObjectNode system = JSON.createObjectNode().put("resourceType", "CodeSystem");
    String name = mapping.get("id").isEmpty() ? "codes-" + load.substring(0, 8) : mapping.get("id");
    String id = (name + "-" + asked.version).replaceAll("[^A-Za-z0-9.-]", "-");
    system.put("id", id.length() > 64 ? id.substring(0, 64) : id);
    ObjectNode extension = system.putArray("extension").addObject();
    extension
        .put("url", "https://helan.health/fhir/StructureDefinition/loaded-concepts")
        .put("valueString", load);
    system.put("url", mapping.get("url"));
    system.put("version", asked.version);
    for (String one : new String[] {"name", "title", "copyright"}) {
      if (!mapping.get(one).isEmpty()) {
        system.put(one, mapping.get(one));
      }
    }
    system.put("status", asked.draft ? "draft" : "active");
    system.put("caseSensitive", false);
    system.put(
        "valueSet",
        mapping.get("url").startsWith("urn:")
            ? "https://helan.health/fhir/ValueSet/" + system.path("id").asString("")
            : mapping.get("url") + "/vs");
    system.put("hierarchyMeaning", "is-a");
    system.put("content", "complete");
    system.put("count", size);
    return system;
  }

  /** The same for the same concepts, so that a load that was cut goes on where it was. */
  private static String digest(CodeTable table, Asked asked) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          (asked.mapping.get("url") + asked.version)
              .getBytes(java.nio.charset.StandardCharsets.UTF_8));
      for (List<String> row : table.rows()) {
        digest.update(row.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void send(String method, String path, ObjectNode body) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(arguments.base() + path))
            .timeout(Duration.ofMinutes(10))
            .header("Authorization", "Bearer " + arguments.token())
            .header("Content-Type", "application/fhir+json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    for (int attempt = 0; ; attempt++) {
      String trouble;
      try {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() < 300) {
          return;
        }
        trouble = "HTTP " + answer.statusCode() + " " + said(answer.body());
        if (!TRY_AGAIN.contains(answer.statusCode())) {
          throw new LoadStopped("平台没有接受：" + trouble, "The platform did not take it: " + trouble);
        }
      } catch (IOException cut) {
        trouble = cut.getClass().getSimpleName();
      }
      if (System.nanoTime() > giveUp) {
        throw new LoadStopped(
            "平台 %s 没有应答（%s）；恢复后再次运行同一命令即可。".formatted(arguments.base(), trouble),
            "The platform at %s does not answer (%s); run the same command again."
                .formatted(arguments.base(), trouble));
      }
      Thread.sleep(Math.min(15_000, 250L << Math.min(attempt, 6)));
    }
  }

  private static String said(String body) {
    try {
      JsonNode outcome = JSON.readTree(body);
      return outcome.path("issue").path(0).path("diagnostics").asString("");
    } catch (JacksonException e) {
      return "";
    }
  }
}
