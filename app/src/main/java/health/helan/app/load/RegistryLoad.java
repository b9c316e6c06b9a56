package health.helan.app.load;

import health.helan.app.start.Console;
import health.helan.app.start.StartRefused;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code helan load --registry institutions|practitioners FILE}: a table of institutions, or of
 * practitioners with their licences, into the provider registry. See docs/guide/registry.md.
 */
final class RegistryLoad {
  /** Exit code when rows were wrong: nothing was written. */
  private static final int WRONG = 1;

  private static final JsonMapper JSON = new JsonMapper();

  private RegistryLoad() {}

  static int run(List<String> words, Map<String, String> environment) {
    String kind = "";
    ObjectNode body = JSON.createObjectNode().put("resourceType", "Parameters");
    List<String> others = new ArrayList<>();
    Deque<String> rest = new ArrayDeque<>(words);
    while (!rest.isEmpty()) {
      String word = rest.removeFirst();
      switch (word) {
        case "--registry" -> kind = rest.isEmpty() ? "" : rest.removeFirst();
        case "--active" -> put(body, "state", "valueCode", "active");
        case "--rehearse" -> put(body, "rehearse", "valueString", "true");
        default -> others.add(word);
      }
    }
    if (!kind.equals("institutions") && !kind.equals("practitioners")) {
      throw new StartRefused(
          "--registry 后面应为 institutions 或 practitioners。",
          "--registry takes institutions or practitioners.");
    }
    LoadArguments arguments = LoadArguments.parse(others, environment);
    Console console = Console.of(environment);
    put(body, "kind", "valueCode", kind);
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
      int code = 0;
      for (Path file : arguments.paths()) {
        ObjectNode own = body.deepCopy();
        put(
            own,
            "file",
            "valueBase64Binary",
            Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
        code = Math.max(code, send(client, arguments, file, own, console));
      }
      return code;
    } catch (IOException failed) {
      console.say("平台没有应答或文件无法读取：" + failed);
      console.say("The platform does not answer, or the file cannot be read: " + failed);
      return StartRefused.EXIT_CODE;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return StartRefused.EXIT_CODE;
    }
  }

  private static void put(ObjectNode body, String name, String type, String value) {
    body.withArray("parameter").addObject().put("name", name).put(type, value);
  }

  private static int send(
      HttpClient client, LoadArguments arguments, Path file, ObjectNode body, Console console)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(arguments.base() + "/$registry-import"))
                .timeout(Duration.ofMinutes(10))
                .header("Authorization", "Bearer " + arguments.token())
                .header("Content-Type", "application/fhir+json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    JsonNode json;
    try {
      json = JSON.readTree(answer.body());
    } catch (JacksonException e) {
      json = JSON.createObjectNode();
    }
    if (answer.statusCode() != 200) {
      console.say(
          file
              + "：HTTP "
              + answer.statusCode()
              + " "
              + json.path("issue").path(0).path("diagnostics").asString(""));
      return StartRefused.EXIT_CODE;
    }
    long faults = number(json, "faults");
    for (JsonNode parameter : json.path("parameter")) {
      if (parameter.path("name").asString("").equals("fault")) {
        console.say(
            "第 %d 行 %s %s"
                .formatted(
                    number(parameter, "row"), text(parameter, "column"), text(parameter, "text")));
      }
    }
    console.say(
        faults > 0
            ? "%s：%d 处有误，没有写入任何内容。/ %d faults; nothing was written.".formatted(file, faults, faults)
            : "%s：%d 行，写入 %d，已有 %d。/ %d rows, %d written, %d there already."
                .formatted(
                    file,
                    number(json, "rows"),
                    number(json, "written"),
                    number(json, "there"),
                    number(json, "rows"),
                    number(json, "written"),
                    number(json, "there")));
    return faults > 0 ? WRONG : 0;
  }

  private static long number(JsonNode of, String name) {
    return value(of, name).asLong(0);
  }

  private static String text(JsonNode of, String name) {
    return value(of, name).asString("");
  }

  private static JsonNode value(JsonNode of, String name) {
    for (JsonNode parameter : of.path(of.has("part") ? "part" : "parameter")) {
      if (parameter.path("name").asString("").equals(name)) {
        for (var property : parameter.properties()) {
          if (property.getKey().startsWith("value")) {
            return property.getValue();
          }
        }
      }
    }
    return JSON.missingNode();
  }
}
