package health.helan.foundation.delivery.export;

import static health.helan.foundation.delivery.DeliveryServer.system;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.testing.StoreForTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How fast an export is, in NDJSON before it is packed. Not run with the others: {@code
 * -Dtest=ExportSpeed}. Without a cipher: that costs beside what is here, on a tenth of the bytes.
 */
class ExportSpeed {
  private static final int RESIDENTS = 100;
  private static final int FINDINGS = 500;

  @Test
  void ofManyFindings() {
    DeliveryServer server = DeliveryServer.get();
    Caller theirs = system("speed");
    for (int p = 0; p < RESIDENTS; p++) {
      String patient = server.patient(theirs, "张三");
      ObjectNode bundle = DeliveryServer.tree("{'resourceType':'Bundle','type':'transaction'}");
      var entries = bundle.putArray("entry");
      for (int i = 0; i < FINDINGS; i++) {
        var entry = entries.addObject();
        entry.set("resource", finding(patient, p * FINDINGS + i));
        entry.putObject("request").put("method", "POST").put("url", "Observation");
      }
      Reply reply = server.send(theirs, "POST", "", bundle.toString());
      if (reply.status() != 200) {
        throw new AssertionError(reply.text());
      }
    }
    server.exports.close();
    Exports.Settings usual = Exports.Settings.DEFAULT;
    try (var exports =
        new Exports(
            server.database,
            server.store,
            server.objects,
            server.agreements,
            new Exports.Settings(
                1,
                100,
                Duration.ofHours(1),
                usual.lease(),
                Duration.ofMillis(10),
                usual.fileResources(),
                usual.fileBytes()))) {
      for (Caller caller : List.of(theirs, Caller.operator("speed"))) {
        for (int round = 0; round < 4; round++) {
          measure(server, caller);
        }
      }
      System.out.println("workers " + exports.settings().workers());
    }
  }

  private static void measure(DeliveryServer server, Caller caller) {
    long cpu = cpu();
    long wall = System.nanoTime();
    String status =
        server
            .get(caller, "$export?_type=Observation", "Prefer", "respond-async")
            .header("Content-Location");
    List<JsonNode> manifest = new ArrayList<>();
    StoreForTests.await(
        "the export",
        () -> {
          Reply reply = server.get(caller, status);
          if (reply.status() == 200) {
            manifest.add(reply.json());
          }
          return reply.status() != 202;
        });
    double seconds = (System.nanoTime() - wall) / 1e9;
    double busy = (cpu() - cpu) / 1e9;
    long bytes = 0;
    long packed = 0;
    long count = 0;
    wall = System.nanoTime();
    for (JsonNode file : manifest.getFirst().path("output")) {
      String url = file.path("url").asString();
      bytes += server.get(caller, url).http().body().length;
      packed += server.get(caller, url, "Accept-Encoding", "gzip").http().body().length;
      count += file.path("count").asLong();
    }
    System.out.printf(
        "%-10s %,d resources %.1f MB (%.1f packed): %.2f s, %.1f MB/s; CPU of the program %.2f s;"
            + " both downloads %.2f s%n",
        caller.isRoot() ? "root" : "system",
        count,
        bytes / 1e6,
        packed / 1e6,
        seconds,
        bytes / 1e6 / seconds,
        busy,
        (System.nanoTime() - wall) / 1e9);
  }

  private static long cpu() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }

  private static ObjectNode finding(String patient, int i) {
    return (ObjectNode)
        Json.MAPPER.readTree(
            """
            {"resourceType":"Observation","status":"final",\
            "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],\
            "code":{"coding":[{"system":"http://loinc.org","code":"%d-1","display":"Finding number %d"}],"text":"检验项目 %d"},\
            "subject":{"reference":"Patient/%s"},"effectiveDateTime":"2026-01-%02dT08:%02d:00+08:00",\
            "issued":"2026-01-02T08:00:00+08:00","performer":[{"display":"检验科 %d"}],\
            "valueQuantity":{"value":%d.%d,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},\
            "referenceRange":[{"low":{"value":3.9,"unit":"mmol/L"},"high":{"value":6.1,"unit":"mmol/L"},"text":"3.9-6.1"}],\
            "note":[{"text":"样本 %x 无溶血，结果已复核"}]}"""
                .formatted(
                    i % 500,
                    i % 500,
                    i % 500,
                    patient,
                    1 + i % 28,
                    i % 60,
                    i % 7,
                    i % 20,
                    i % 10,
                    i * 7919L));
  }
}
