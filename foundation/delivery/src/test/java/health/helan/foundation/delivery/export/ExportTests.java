package health.helan.foundation.delivery.export;

import static health.helan.foundation.delivery.DeliveryServer.resident;
import static health.helan.foundation.delivery.DeliveryServer.system;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.testing.StoreForTests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Bulk Data Access 2.0 over HTTP, with the real access policy. */
class ExportTests {
  private static final DeliveryServer SERVER = DeliveryServer.get();

  private static Reply kickOff(Caller caller, String path) {
    return SERVER.get(caller, path, "Prefer", "respond-async");
  }

  private static Reply finished(Caller caller, String path) {
    Reply begun = kickOff(caller, path);
    assertThat(begun.status()).as(begun.text()).isEqualTo(202);
    return awaited(caller, begun.header("Content-Location"));
  }

  private static Reply awaited(Caller caller, String status) {
    Reply[] last = new Reply[1];
    StoreForTests.await(
        "the export",
        () -> {
          last[0] = SERVER.get(caller, status);
          if (last[0].status() == 202) {
            assertThat(last[0].header("X-Progress")).matches("\\d+%, \\d+ resources");
            assertThat(last[0].header("Retry-After")).matches("\\d+");
          }
          return last[0].status() != 202;
        });
    assertThat(last[0].status()).as(last[0].text()).isEqualTo(200);
    return last[0];
  }

  /** {@code Type/id} of each line of each file of a kind, and checks the files on the way. */
  private static List<String> lines(Caller caller, JsonNode manifest) {
    List<String> found = new ArrayList<>();
    for (JsonNode file : manifest.path("output")) {
      Reply content = SERVER.get(caller, file.path("url").asString());
      assertThat(content.status()).isEqualTo(200);
      assertThat(content.header("Content-Type")).startsWith("application/fhir+ndjson");
      String[] lines = content.text().split("\n");
      assertThat(lines).hasSize(file.path("count").asInt());
      for (String line : lines) {
        JsonNode resource = Json.MAPPER.readTree(line);
        assertThat(resource.path("resourceType").asString())
            .isEqualTo(file.path("type").asString());
        found.add(resource.path("resourceType").asString() + "/" + resource.path("id").asString());
      }
    }
    return found;
  }

  private static List<String> exported(Caller caller, String path) {
    return lines(caller, finished(caller, path).json());
  }

  @Test
  void holdsWhatTheInstitutionMaySeeAndNothingElse() throws IOException {
    Caller ours = system("exp1");
    Caller theirs = system("exp2");
    Set<String> own = new TreeSet<>();
    String patient = SERVER.patient(ours, "张三");
    own.add("Patient/" + patient);
    for (int i = 0; i < 45; i++) {
      own.add("Observation/" + SERVER.observation(ours, patient, "c" + i));
    }
    String hidden = SERVER.patient(theirs, "李四");
    SERVER.observation(theirs, hidden, "x");

    Reply done = finished(ours, "$export?_type=Patient,Observation");
    JsonNode manifest = done.json();
    assertThat(done.header("Content-Type")).startsWith("application/json");
    assertThat(done.header("Expires")).endsWith("GMT");
    assertThat(manifest.path("requiresAccessToken").asBoolean()).isTrue();
    assertThat(manifest.path("request").asString())
        .isEqualTo(SERVER.base + "/$export?_type=Patient,Observation");
    assertThat(manifest.path("transactionTime").asString()).isNotEmpty();
    assertThat(manifest.path("error").size()).isZero();
    assertThat(manifest.path("output").size()).as("files of few resources").isGreaterThan(1);
    List<String> lines = lines(ours, manifest);
    assertThat(lines).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(lines)).isEqualTo(own);

    String file = manifest.path("output").path(1).path("url").asString();
    Reply packed = SERVER.get(ours, file, "Accept-Encoding", "gzip");
    assertThat(packed.header("Content-Encoding")).isEqualTo("gzip");
    try (var zip = new GZIPInputStream(new ByteArrayInputStream(packed.http().body()))) {
      assertThat(zip.readAllBytes()).isEqualTo(SERVER.get(ours, file).http().body());
    }
    AuditSink.Request trace = SERVER.audited.getLast();
    assertThat(trace.operation()).isEqualTo("export-file");
    assertThat(trace.subjects())
        .as("whoever is in the file")
        .containsExactly(SERVER.store.parameters().digests().reference("Patient", patient));

    // Everything, without naming types: what may not be read is left out, without a fault.
    Reply everything = finished(ours, "$export");
    assertThat(everything.json().path("error").size()).isZero();
    assertThat(lines(ours, everything.json())).containsAll(own).doesNotContain("Patient/" + hidden);

    // The root sees all.
    assertThat(exported(Caller.operator("export-root"), "$export?_type=Patient"))
        .contains("Patient/" + patient, "Patient/" + hidden);
  }

  @Test
  void isNarrowedByTheScopesOfTheToken() {
    Caller writer = system("exp3");
    String patient = SERVER.patient(writer, "王五");
    SERVER.observation(writer, patient, "x");
    Caller narrow = system("exp3", "system/Patient.rs");
    assertThat(exported(narrow, "$export")).containsExactly("Patient/" + patient);
    assertThat(kickOff(narrow, "$export?_type=Observation").status()).isEqualTo(403);
    assertThat(kickOff(system("exp3", "system/Patient.c"), "$export").status()).isEqualTo(403);
  }

  @Test
  void isRefusedToOthers() {
    Caller ours = system("exp4");
    String patient = SERVER.patient(ours, "赵六");
    for (Caller caller :
        List.of(
            resident(patient),
            DeliveryServer.caller(
                Role.PRACTITIONER,
                "exp4",
                new Binding("d1", Set.of(), Set.of(), Binding.ALL_SCOPES)),
            DeliveryServer.caller(Role.REGULATOR, "", Binding.NONE),
            DeliveryServer.caller(Role.OPERATOR, "", Binding.NONE))) {
      for (String path : List.of("$export", "Patient/$export")) {
        assertThat(kickOff(caller, path).status()).as(caller.role() + path).isEqualTo(403);
      }
    }
    assertThat(SERVER.send(null, "GET", "$export", null).status()).isEqualTo(401);

    Reply begun = kickOff(ours, "Patient/$export");
    String status = begun.header("Content-Location");
    String file = awaited(ours, status).json().path("output").path(0).path("url").asString();
    assertThat(SERVER.get(ours, file).status()).isEqualTo(200);
    Caller sameInstitution = system("exp4");
    for (Caller other : List.of(sameInstitution, system("exp5"), Caller.operator("other"))) {
      assertThat(SERVER.get(other, status).status()).isEqualTo(404);
      assertThat(SERVER.get(other, file).status()).isEqualTo(404);
      assertThat(SERVER.send(other, "DELETE", status, null).status()).isEqualTo(404);
    }
    Caller otherToken =
        new Caller(
            ours.subject(),
            Role.SYSTEM,
            "exp4",
            Set.of(),
            "other-token",
            new Binding("", Set.of(), Set.of(), Set.of("system/Observation.rs")));
    assertThat(SERVER.get(otherToken, file).status()).isEqualTo(404);
    assertThat(SERVER.get(ours, file).status()).isEqualTo(200);
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    Caller ours = system("exp6");
    Reply sync = SERVER.get(ours, "$export");
    assertThat(sync.status()).isEqualTo(400);
    assertThat(sync.text()).contains("respond-async");
    for (String bad :
        List.of(
            "_type=Pasient",
            "_type=Binary",
            "_type=Subscription",
            "_since=yesterday",
            "_outputFormat=text/csv",
            "_typeFilter=Patient",
            "_typeFilter=Patient?_sort=_id",
            "_typeFilter=Patient?nonsense=1",
            "_type=Patient&_typeFilter=Observation%3Fstatus=final",
            "patient=Patient/1",
            "whatever=1")) {
      Reply reply = kickOff(ours, "$export?" + bad);
      assertThat(reply.status()).as(bad).isEqualTo(400);
      assertThat(reply.json().path("resourceType").asString()).isEqualTo("OperationOutcome");
    }
    assertThat(kickOff(ours, "Patient/$export?_type=Organization").status()).isEqualTo(400);
    assertThat(kickOff(ours, "Patient/$export?patient=Patient/1").status()).isEqualTo(400);
    assertThat(kickOff(ours, "Group/unknown/$export").status()).isEqualTo(404);
    assertThat(
            SERVER
                .get(ours, "$export?whatever=1", "Prefer", "respond-async, handling=lenient")
                .status())
        .isEqualTo(202);
    assertThat(SERVER.get(ours, "$export-status?job=none").status()).isEqualTo(404);
    assertThat(SERVER.get(ours, "$export-status").status()).isEqualTo(404);
    String batch =
        "{'resourceType':'Bundle','type':'batch','entry':[{'request':{'method':'GET','url':'$export'}}]}";
    assertThat(SERVER.send(ours, "POST", "", DeliveryServer.tree(batch).toString()).text())
        .contains("not in a bundle");
    assertThat(SERVER.get(ours, "metadata").text())
        .contains("http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export");
  }

  @Test
  void takesOfAPersonAllRecordsOnce() {
    Caller ours = system("exp17");
    String one = SERVER.patient(ours, "居民甲");
    String other =
        SERVER.created(
            ours,
            "{'resourceType':'Patient','name':[{'text':'居民甲'}],'link':[{'other':{'reference':'Patient/%s'},'type':'replaced-by'}]}"
                .formatted(one));
    String first = SERVER.observation(ours, one, "code1");
    String second = SERVER.observation(ours, other, "code2");
    SERVER.observation(ours, SERVER.patient(ours, "居民乙"), "code3");
    for (String members :
        List.of(
            "{'entity':{'reference':'Patient/" + one + "'}}",
            "{'entity':{'reference':'Patient/%s'}},{'entity':{'reference':'Patient/%s'}}"
                .formatted(one, other))) {
      String group =
          SERVER.created(
              ours,
              "{'resourceType':'Group','type':'person','actual':true,'member':[" + members + "]}");
      assertThat(exported(ours, "Group/" + group + "/$export?_type=Observation"))
          .containsExactlyInAnyOrder("Observation/" + first, "Observation/" + second);
    }
  }

  @Test
  void choosesByPatientsGroupsAndFilters() {
    Caller ours = system("exp7");
    List<String> patients = new ArrayList<>();
    List<String> observations = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      patients.add(SERVER.patient(ours, "居民" + i));
      observations.add(SERVER.observation(ours, patients.get(i), "code" + i));
    }
    String device =
        SERVER.created(
            ours,
            "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Device/d1'}}");
    assertThat(exported(ours, "Patient/$export?_type=Observation"))
        .containsExactlyInAnyOrderElementsOf(
            observations.stream().map(id -> "Observation/" + id).toList());
    assertThat(exported(ours, "$export?_type=Observation")).contains("Observation/" + device);

    String group =
        SERVER.created(
            ours,
            "{'resourceType':'Group','type':'person','actual':true,'member':[{'entity':{'reference':'Patient/%s'}},{'entity':{'reference':'Patient/%s'}}]}"
                .formatted(patients.get(0), patients.get(2)));
    assertThat(exported(ours, "Group/" + group + "/$export?_type=Patient,Observation"))
        .containsExactlyInAnyOrder(
            "Patient/" + patients.get(0),
            "Patient/" + patients.get(2),
            "Observation/" + observations.get(0),
            "Observation/" + observations.get(2));
    assertThat(kickOff(system("exp8"), "Group/" + group + "/$export").status()).isEqualTo(404);

    String body =
        "{'resourceType':'Parameters','parameter':[{'name':'_type','valueString':'Observation'},{'name':'patient','valueReference':{'reference':'Patient/%s'}}]}"
            .formatted(patients.get(1));
    Reply posted =
        SERVER.send(
            ours,
            "POST",
            "Patient/$export",
            DeliveryServer.tree(body).toString(),
            "Prefer",
            "respond-async");
    assertThat(lines(ours, awaited(ours, posted.header("Content-Location")).json()))
        .containsExactly("Observation/" + observations.get(1));

    // Two filters overlap in one resource, which comes once; a comma within a query is no border.
    assertThat(
            exported(
                ours,
                "$export?_type=Observation,Patient&_typeFilter="
                    + "Observation%3Fcode%3Dcode0,code1,Observation%3Fcode%3Dcode1,Patient%3F_id%3D"
                    + patients.get(0)))
        .containsExactlyInAnyOrder(
            "Observation/" + observations.get(0),
            "Observation/" + observations.get(1),
            "Patient/" + patients.get(0));
  }

  @Test
  void inAChainMissesNothingThatIsWrittenMeanwhile() throws InterruptedException {
    Caller ours = system("exp9");
    String patient = SERVER.patient(ours, "孙七");
    Set<String> written = java.util.concurrent.ConcurrentHashMap.newKeySet();
    var go = new AtomicBoolean(true);
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      writers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (go.get()) {
                      written.add("Observation/" + SERVER.observation(ours, patient, "chain"));
                    }
                  }));
    }
    Set<String> received = new HashSet<>();
    String since = "";
    for (int round = 0; round < 4; round++) {
      JsonNode manifest = finished(ours, "$export?_type=Observation" + since).json();
      received.addAll(lines(ours, manifest));
      since = "&_since=" + manifest.path("transactionTime").asString();
    }
    go.set(false);
    for (Thread writer : writers) {
      writer.join();
    }
    Thread.sleep(100);
    String deleted = written.iterator().next();
    assertThat(SERVER.send(ours, "DELETE", deleted, null).status()).isEqualTo(204);
    // The watermark passes a commit a moment later.
    var at = java.time.Instant.now();
    StoreForTests.await("the watermark", () -> SERVER.store.watermark().isAfter(at));
    JsonNode manifest = finished(ours, "$export?_type=Observation" + since).json();
    received.addAll(lines(ours, manifest));
    assertThat(written).hasSizeGreaterThan(20);
    assertThat(received).containsAll(written.stream().filter(one -> !one.equals(deleted)).toList());
    Reply gone = SERVER.get(ours, manifest.path("deleted").path(0).path("url").asString());
    JsonNode bundle = Json.MAPPER.readTree(gone.text());
    assertThat(bundle.path("type").asString()).isEqualTo("transaction");
    assertThat(bundle.path("entry").size()).isEqualTo(1);
    assertThat(bundle.path("entry").path(0).path("request").path("method").asString())
        .isEqualTo("DELETE");
    assertThat(bundle.path("entry").path(0).path("request").path("url").asString())
        .isEqualTo(deleted);
  }

  @Test
  void isCancelledAndErasedWithItsContents() throws Exception {
    Caller ours = system("exp10");
    SERVER.patient(ours, "周八");
    Reply begun = kickOff(ours, "Patient/$export?_type=Patient");
    String status = begun.header("Content-Location");
    awaited(ours, status);
    String id = status.substring(status.indexOf('=') + 1);
    ObjectKey object;
    try (Connection connection = SERVER.database.getConnection();
        var statement =
            connection.prepareStatement("select object from export_file where job = ?")) {
      statement.setString(1, id);
      try (var rows = statement.executeQuery()) {
        rows.next();
        object = new ObjectKey(rows.getString(1));
      }
    }
    assertThat(SERVER.exports.referenced(Set.of(object))).containsExactly(object);
    assertThat(SERVER.objects.exists(object)).isTrue();
    assertThat(SERVER.send(ours, "DELETE", status, null).status()).isEqualTo(202);
    assertThat(SERVER.get(ours, status).status()).isEqualTo(404);
    SERVER.exports.erase();
    assertThat(SERVER.objects.exists(object)).isFalse();
    assertThat(SERVER.exports.referenced(Set.of(object))).isEmpty();

    // What is over goes by itself.
    Reply again = kickOff(ours, "Patient/$export?_type=Patient");
    awaited(ours, again.header("Content-Location"));
    try (Connection connection = SERVER.database.getConnection();
        var statement = connection.createStatement()) {
      statement.executeUpdate(
          "update export_job set finished = finished - interval '2 hours' where subject = '"
              + ours.subject()
              + "'");
    }
    SERVER.exports.erase();
    assertThat(SERVER.get(ours, again.header("Content-Location")).status()).isEqualTo(404);
  }

  @Test
  void areFewAtOnceForEachCaller() throws Exception {
    Caller ours = system("exp11");
    try (Connection connection = SERVER.database.getConnection();
        var statement =
            connection.prepareStatement(
                "insert into export_job select ?, ?, caller, spec, 'running', at, 0, 'x', 1,"
                    + " now() + interval '1 hour', 0, '', now() from export_job limit 1")) {
      String any = finished(ours, "$export?_type=Patient").header("Expires");
      assertThat(any).isNotEmpty();
      for (int i = 0; i < 3; i++) {
        statement.setString(1, UUID.randomUUID().toString());
        statement.setString(2, ours.subject());
        statement.executeUpdate();
      }
    }
    Reply refused = kickOff(ours, "$export?_type=Patient");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("Retry-After")).isEqualTo("60");
    assertThat(refused.json().path("issue").path(0).path("code").asString()).isEqualTo("throttled");
  }

  /**
   * An instance dies in the middle: another goes on from the last file, and none is there twice.
   */
  @Test
  void goesOnElsewhereWhenAnInstanceDies() throws Exception {
    Caller ours = system("exp12");
    Set<String> own = new TreeSet<>();
    String patient = SERVER.patient(ours, "吴九");
    for (int i = 0; i < 2500; i += 100) {
      var bundle = DeliveryServer.tree("{'resourceType':'Bundle','type':'transaction'}");
      var entries = bundle.putArray("entry");
      for (int j = 0; j < 100; j++) {
        var entry = entries.addObject();
        entry.set(
            "resource",
            DeliveryServer.tree(
                "{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':'Patient/"
                    + patient
                    + "'}}"));
        entry.putObject("request").put("method", "POST").put("url", "Observation");
      }
      JsonNode written = SERVER.send(ours, "POST", "", bundle.toString()).json();
      for (JsonNode entry : written.path("entry")) {
        String[] location = entry.path("response").path("location").asString().split("/");
        own.add("Observation/" + location[location.length - 3]);
      }
    }
    assertThat(own).hasSize(2500);
    SERVER.exports.close(); // Only the two below work.
    var cut = new AtomicBoolean();
    var files = new AtomicInteger();
    try {
      DataSource dying = dying(SERVER.database, cut, files, 1);
      String status;
      try (var first =
          new Exports(
              dying, SERVER.store, SERVER.objects, SERVER.agreements, DeliveryServer.QUICK)) {
        Reply begun = kickOff(ours, "$export?_type=Observation");
        status = begun.header("Content-Location");
        StoreForTests.await("the first files", cut::get);
        assertThat(SERVER.get(ours, status).status()).isEqualTo(202);
        Thread.sleep(500);
        assertThat(first.settings().lease()).isEqualTo(Duration.ofSeconds(2));
      }
      try (var second =
          new Exports(
              SERVER.database,
              SERVER.store,
              SERVER.objects,
              SERVER.agreements,
              DeliveryServer.QUICK)) {
        assertThat(second.settings().workers()).isEqualTo(2);
        JsonNode manifest = awaited(ours, status).json();
        List<String> lines = lines(ours, manifest);
        assertThat(lines).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(lines)).isEqualTo(own);
      }
    } finally {
      SERVER.reopenExports();
    }
  }

  /** A database that is out of reach for good once so many transactions were committed. */
  private static DataSource dying(
      DataSource real, AtomicBoolean cut, AtomicInteger commits, int most) {
    return (DataSource)
        Proxy.newProxyInstance(
            ExportTests.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, method, arguments) -> {
              if (!method.getName().equals("getConnection")) {
                return method.invoke(real, arguments);
              }
              if (cut.get()) {
                throw new SQLException("cut", "08006");
              }
              Connection connection = real.getConnection();
              return Proxy.newProxyInstance(
                  ExportTests.class.getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (_, call, values) -> {
                    try {
                      Object result = call.invoke(connection, values);
                      if (call.getName().equals("commit") && commits.incrementAndGet() >= most) {
                        cut.set(true);
                      }
                      return result;
                    } catch (java.lang.reflect.InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
            });
  }
}
