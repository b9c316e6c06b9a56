package health.helan.oversight.supervision;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static health.helan.oversight.supervision.SupervisionServer.AUTHORITY;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.oversight.supervision.SupervisionServer.Hospital;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The systems of the authority and of institutions follow cases by FHIR Subscriptions. */
class SubscribingTests {
  private static final SupervisionServer SERVER = SupervisionServer.get();

  /** A system that takes notifications, and can be away. */
  private static final class Receiver implements AutoCloseable {
    private record Taken(String key, JsonNode task) {}

    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private HttpServer server = started(0);
    private final int port = server.getAddress().getPort();

    private HttpServer started(int at) {
      try {
        HttpServer made =
            HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), at), 20);
        made.createContext(
            "/",
            exchange -> {
              String body =
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
              if (!body.isEmpty()) {
                taken.add(
                    new Taken(
                        exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                        Json.MAPPER.readTree(body)));
              }
              exchange.sendResponseHeaders(200, -1);
              exchange.close();
            });
        made.start();
        return made;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    void away() {
      server.stop(0);
    }

    void back() {
      server = started(port);
    }

    /** What it knows of a Task, by key: what came twice under one key is one. */
    Map<String, JsonNode> of(String task) {
      Map<String, JsonNode> known = new LinkedHashMap<>();
      for (Taken one : taken) {
        if (task.endsWith("/" + one.task.path("id").asString(""))) {
          known.putIfAbsent(one.key, one.task);
        }
      }
      return known;
    }

    String state(String task) {
      List<JsonNode> all = List.copyOf(of(task).values());
      return all.isEmpty()
          ? ""
          : all.getLast().path("businessStatus").path("coding").path(0).path("code").asString("");
    }

    @Override
    public void close() {
      away();
    }
  }

  private static String subscribed(Caller system, Receiver receiver, String code) {
    String id =
        SERVER.created(
            system,
            """
            {'resourceType':'Subscription','status':'requested','reason':'监管系统','criteria':'Task?code=https://helan.health/fhir/CodeSystem/task|%s',
              'channel':{'type':'rest-hook','endpoint':'http://127.0.0.1:%d/hook','payload':'application/fhir+json'}}"""
                .formatted(code, receiver.port));
    await("the subscription is active", () -> state(system, id).equals("active"));
    return id;
  }

  private static String state(Caller system, String id) {
    return SERVER.get(system, "Subscription/" + id).json().path("status").asString("");
  }

  private static void step(Caller by, String task, String operation, String... more) {
    Reply reply = SERVER.call(by, task + "/$" + operation, more);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  void tellsTheAuthorityEachStepOfACaseThoughItsSystemWasAway() {
    Hospital hospital = SupervisionServer.hospital();
    Hospital other = SupervisionServer.hospital();
    Caller regulator = ApiForTests.regulator();
    Caller authority = ApiForTests.system(AUTHORITY);
    SERVER.unlicensed.add(hospital.doctor);
    String visit = hospital.seen(hospital.noon);
    assertThat(SERVER.hits(visit)).containsExactly("doctor-licence");
    try (var theirs = new Receiver();
        var own = new Receiver();
        var stranger = new Receiver()) {
      String subscription = subscribed(authority, theirs, CaseTask.CODE);
      subscribed(hospital.system, own, CaseTask.CODE);
      subscribed(other.system, stranger, CaseTask.CODE);
      String task =
          SERVER
              .call(
                  regulator,
                  "$supervision-warn",
                  "hit",
                  "doctor-licence|" + visit,
                  "words",
                  "请核实医师注册并整改")
              .value("task");
      await("the warning", () -> theirs.state(task).equals("warned"));
      theirs.away();
      step(hospital.chief, task, "supervision-rectify", "words", "已停止接诊");
      await("its own system, meanwhile", () -> own.state(task).equals("rectified"));
      await("the fault is seen", () -> state(authority, subscription).equals("error"));
      step(regulator, task, "supervision-step", "step", "send-back", "words", "材料不全");
      step(hospital.chief, task, "supervision-rectify", "words", "已补办注册");
      theirs.back();
      await("what it missed", () -> theirs.state(task).equals("rectified"));
      step(regulator, task, "supervision-step", "step", "verify", "words", "已核实");
      await("the end", () -> theirs.state(task).equals("verified"));
      await("its own system", () -> own.state(task).equals("verified"));
      await("well again", () -> state(authority, subscription).equals("active"));
      List<JsonNode> told = List.copyOf(theirs.of(task).values());
      assertThat(told)
          .extracting(one -> one.path("meta").path("versionId").asString(""))
          .isSorted()
          .startsWith("1")
          .endsWith("5");
      // However many steps a notification tells of: the case says them all, each once.
      assertThat(told.getLast().path("note"))
          .extracting(note -> note.path("authorString").asString("").split(" ")[0])
          .containsExactly("warn", "rectify", "send-back", "rectify", "verify");
      assertThat(told.toString()).doesNotContain(hospital.patient).doesNotContain("张小三");
      assertThat(stranger.taken).isEmpty();
    }
  }

  @Test
  void tellsTheInstitutionsSystemOfAComplaint() {
    Hospital hospital = SupervisionServer.hospital();
    String visit = hospital.seen(hospital.noon);
    Caller resident = ApiForTests.resident(hospital.patient);
    try (var receiver = new Receiver();
        var stranger = new Receiver()) {
      subscribed(hospital.system, receiver, ComplaintTask.CODE);
      subscribed(SupervisionServer.hospital().system, stranger, ComplaintTask.CODE);
      String task =
          SERVER.call(resident, "$complain", "about", visit, "words", "没有人接诊").value("task");
      await("the complaint", () -> receiver.state(task).equals("open"));
      step(hospital.system, task, "complaint-step", "step", "answer", "words", "已安排回访");
      await("the answer", () -> receiver.state(task).equals("answered"));
      assertThat(stranger.taken).isEmpty();
    }
  }
}
