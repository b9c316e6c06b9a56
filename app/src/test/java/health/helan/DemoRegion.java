package health.helan;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The demo region on a platform that runs, asked over HTTP by people who have signed in on its
 * pages, each with a token of their own.
 */
final class DemoRegion implements AutoCloseable {
  /** 马秀兰: hypertension and diabetes under management. */
  static final String MA_XIULAN = "649100195803120002";

  /** 王芳. */
  static final String WANG_FANG = "649102199405180000";

  /** 丁志明. */
  static final String DING_ZHIMING = "649107197604250019";

  /** 马建国, whom doctor1 treats and whose charges are open; without an account. */
  static final String MA_JIANGUO = "649101195509300017";

  /** System of identity numbers. */
  static final String NUMBER = "urn:oid:2.16.156.10011.1.3";

  private static final int RESIDENTS = 40;
  private static final String READY = "示范区域已就绪";
  private static final Pattern POST =
      Pattern.compile("name=\"role\" value=\"([^\"]*)\"[^>]*><strong>([^<]*)<");

  private final RunningPlatform platform;
  private final Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final String password;

  /** With all rights: the token in the data folder. */
  final Person root;

  private DemoRegion(RunningPlatform platform, Path data) throws IOException {
    this.platform = platform;
    this.data = data;
    this.base = platform.url().replaceAll("/$", "");
    this.password = Files.readString(data.resolve("demo-password")).strip();
    this.root = new Person(platform.token());
  }

  /** Starts, and waits until everybody of the region is there. */
  static DemoRegion start(Map<String, String> environment, Path folder)
      throws IOException, InterruptedException {
    Path data = PreparedData.withRegion(folder, RESIDENTS);
    RunningPlatform platform =
        RunningPlatform.start(environment, data, "--residents", String.valueOf(RESIDENTS));
    platform.awaitOutput(READY);
    return new DemoRegion(platform, data);
  }

  /** Starts on the data of a region that was there before. */
  static DemoRegion again(Path data) throws IOException, InterruptedException {
    return new DemoRegion(
        RunningPlatform.start(data, "--residents", String.valueOf(RESIDENTS)), data);
  }

  /** As a power cut would. */
  void kill() throws InterruptedException {
    platform.kill();
    http.close();
  }

  /** Who has signed in before the platform was started again, with the same token. */
  Person again(Person before) {
    return new Person(before.token);
  }

  Path data() {
    return data;
  }

  @Override
  public void close() throws InterruptedException {
    platform.close();
    http.close();
  }

  // ------------------------------------------------------------------ who asks

  /** Somebody with a token. */
  final class Person {
    private final String token;

    private Person(String token) {
      this.token = token;
    }

    Reply send(String method, String path, @Nullable String body, String... headers) {
      return DemoRegion.this.send(token, method, path, body, headers);
    }

    Reply get(String path) {
      return send("GET", "fhir/" + path, null);
    }

    /** An operation with parameters by name and value. */
    Reply call(String operation, String... pairs) {
      return send("POST", "fhir/" + operation, ApiForTests.parameters(pairs).toString());
    }

    /** Creates, or writes where it has an id; JSON with single quotes for double ones. */
    Reply write(String json) {
      return write(ApiForTests.tree(json));
    }

    Reply write(ObjectNode resource) {
      String path = "fhir/" + resource.path("resourceType").asString();
      return resource.has("id")
          ? send("PUT", path + "/" + resource.path("id").asString(), resource.toString())
          : send("POST", path, resource.toString());
    }

    /** Resources that are found. */
    List<JsonNode> found(String query) {
      List<JsonNode> all = new ArrayList<>();
      ok(get(query)).json().path("entry").forEach(entry -> all.add(entry.path("resource")));
      return all;
    }

    /** What {@code /access/me} tells. */
    JsonNode me() {
      return ok(send("GET", "access/me", null)).json();
    }

    /** The own Patient or Practitioner, as a reference. */
    String self() {
      return me().path("fhirUser").asString();
    }
  }

  /** Id of the Patient whose identity number it is. */
  String patient(String number) {
    return root.found("Patient?identifier=" + NUMBER + "%7C" + number).stream()
        .map(one -> one.path("id").asString())
        .findFirst()
        .orElseThrow();
  }

  static Reply ok(Reply reply) {
    if (reply.status() != 200 && reply.status() != 201) {
      throw new AssertionError(reply.status() + " " + reply.text());
    }
    return reply;
  }

  private Reply send(
      String token, String method, String path, @Nullable String body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/" + path))
            .header("Accept-Language", "en")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (body != null) {
      request.header("Content-Type", "application/fhir+json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  // ------------------------------------------------------------------ signing in

  Person resident(String number) {
    return signedIn("helan-resident", "/resident/", number, "");
  }

  /** Staff with one post. */
  Person staff(String login) {
    return staff(login, "");
  }

  /**
   * @param institution part of the name of where the post is taken, of several
   */
  Person staff(String login, String institution) {
    return signedIn("helan-workbench", "/workbench/", login, institution);
  }

  /** A regulator or an operator. */
  Person official(String login) {
    return signedIn("helan-console", "/", login, "");
  }

  /** By the platform's own pages, as a browser does it. */
  private Person signedIn(String client, String pages, String login, String institution) {
    try (Visit visit = new Visit(base)) {
      String back = base + pages;
      String way =
          "/oauth2/authorize?"
              + Visit.form(
                  Map.of(
                      "response_type",
                      "code",
                      "client_id",
                      client,
                      "redirect_uri",
                      back,
                      "scope",
                      "openid profile fhirUser online_access",
                      "state",
                      "s",
                      "code_challenge",
                      Visit.challenge(Visit.VERIFIER),
                      "code_challenge_method",
                      "S256",
                      "aud",
                      base + "/fhir"));
      HttpResponse<String> at = visit.signIn(way, login, password);
      while (at.statusCode() / 100 == 3 && !Visit.location(at).startsWith(back + "?")) {
        at = visit.get(Visit.location(at));
        Matcher post = POST.matcher(at.body());
        while (at.statusCode() == 200 && post.find()) {
          if (post.group(2).contains(institution)) {
            at = visit.submit("/sign-in/role", Map.of("role", post.group(1)));
          }
        }
      }
      if (at.statusCode() / 100 != 3) {
        throw new AssertionError(login + " is not let in: " + at.statusCode() + " " + at.body());
      }
      return new Person(
          token(
              Map.of(
                  "grant_type",
                  "authorization_code",
                  "client_id",
                  client,
                  "redirect_uri",
                  back,
                  "code",
                  Visit.parameter(Visit.location(at), "code"),
                  "code_verifier",
                  Visit.VERIFIER)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String token(Map<String, String> form) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(base + "/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(Visit.form(form)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.body());
    }
    return Json.MAPPER.readTree(answer.body()).path("access_token").asString();
  }

  /** Staff of whom the region has a Practitioner: an operator hands over a code. */
  Person hired(String login, String name, String practitioner) {
    ObjectNode account = Json.MAPPER.createObjectNode().put("kind", "practitioner");
    account.put("login", login).put("name", name).put("practitioner", practitioner);
    activate(ok(root.send("POST", "access/accounts", account.toString())));
    return staff(login);
  }

  private void activate(Reply coded) {
    try (Visit visit = new Visit(base)) {
      visit.get("/sign-in/activate");
      Map<String, String> form = new LinkedHashMap<>();
      form.put("code", coded.json().path("activationCode").asString());
      form.put("password", password);
      form.put("again", password);
      HttpResponse<String> done = visit.submit("/sign-in/activate", form);
      if (done.statusCode() != 200) {
        throw new AssertionError(done.statusCode() + " " + done.body());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A system of an institution, with a key that the operator registers for it. */
  Person system(String client, String institution) throws Exception {
    SystemKey key = SystemKey.of(client);
    ok(root.send("PUT", "access/clients/" + client, key.registration(institution)));
    return new Person(token(key.asks(base, "system/*.cruds")));
  }

  // ------------------------------------------------------------------ beneath the platform

  /** As who has the database's password may. */
  Connection database() throws SQLException, IOException {
    return RunningPlatform.database(data);
  }

  /** The one number that a query answers. */
  long count(String sql) throws SQLException, IOException {
    try (Connection database = database();
        var rows = database.createStatement().executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** {@code ./helan verify}, of this data folder or of a file. */
  RunningPlatform.Ended verify(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("verify"));
    command.addAll(List.of(words));
    if (words.length == 0) {
      command.addAll(List.of("--data", data.toString()));
    }
    return RunningPlatform.run(Map.of(), command);
  }
}
