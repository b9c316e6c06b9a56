package health.helan.bench;

import health.helan.bench.client.HttpConnection;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.CpuUse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/**
 * How fast a bulk export is, in NDJSON before it is packed: from kick-off to manifest, and the
 * download of its files. Loads findings that differ from one another first, unless enough are
 * there. A first turn warms up.
 *
 * <pre>
 * ./helan bench export DATA_FOLDER,URL,PID [findings] [turns]
 * </pre>
 */
final class ExportSpeed {
  private static final int AT_ONCE = 500;

  private ExportSpeed() {}

  static void run(List<String> words) throws IOException, InterruptedException {
    Running platform = Running.parse(words.getFirst());
    int findings = words.size() > 1 ? Integer.parseInt(words.get(1)) : 50_000;
    int turns = words.size() > 2 ? Integer.parseInt(words.get(2)) : 3;
    load(platform, findings);
    for (int turn = 0; turn <= turns; turn++) {
      export(platform, turn);
    }
  }

  private static void load(Running platform, int findings) throws IOException {
    int there =
        platform
            .ask("GET", "/Observation?_summary=count&_total=accurate&code=bench-export", null)
            .path("total")
            .asInt();
    var random = new Random(there);
    for (int from = there; from < findings; from += AT_ONCE) {
      var bundle =
          new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
      for (int i = 0; i < AT_ONCE; i++) {
        bundle.append(i == 0 ? "" : ",").append("{\"resource\":");
        bundle.append(finding(random, from + i));
        bundle.append(",\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}");
      }
      platform.ask("POST", "", bundle.append("]}").toString());
    }
  }

  /** About 800 bytes, a third of it unlike any other's. */
  private static String finding(Random random, int n) {
    String own = new java.math.BigInteger(640, random).toString(36);
    return """
    {"resourceType":"Observation","status":"final","identifier":[{"system":"urn:bench","value":"%s"}],
    "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
    "code":{"coding":[{"code":"bench-export"},{"system":"http://loinc.org","code":"%d-%d","display":"项目 %d"}]},
    "subject":{"reference":"Patient/bench-%d"},"effectiveDateTime":"2026-%02d-%02dT08:%02d:00+08:00",
    "valueQuantity":{"value":%d.%02d,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},
    "referenceRange":[{"low":{"value":3.9},"high":{"value":6.1}}],"note":[{"text":"%s"}]}"""
        .formatted(
            own.substring(0, 40),
            random.nextInt(90_000),
            n % 10,
            n % 500,
            n % 1_000,
            1 + random.nextInt(12),
            1 + random.nextInt(28),
            random.nextInt(60),
            random.nextInt(20),
            random.nextInt(100),
            own.substring(40));
  }

  private static void export(Running platform, int turn) throws IOException, InterruptedException {
    CpuMeter.Measurement cpu = platform.meter().start();
    long begin = System.nanoTime();
    String status;
    JsonNode manifest = null;
    try (var connection = new HttpConnection(platform.endpoint())) {
      if (connection.send("GET", "/$export?_type=Observation", null, "Prefer: respond-async\r\n")
          != 202) {
        throw new IOException("The export is answered with " + connection.excerpt(500));
      }
      status = connection.contentLocation();
      while (manifest == null) {
        Thread.sleep(20);
        int answered = connection.send("GET", below(status), null, "");
        if (answered == 200) {
          manifest = Running.JSON.readTree(connection.body());
        } else if (answered != 202) {
          throw new IOException("The export failed: " + connection.excerpt(500));
        }
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      CpuUse used = cpu.stop();
      long bytes = 0;
      long resources = 0;
      begin = System.nanoTime();
      for (JsonNode file : manifest.path("output")) {
        resources += file.path("count").asLong();
        if (connection.send("GET", below(file.path("url").asString("")), null, "") != 200) {
          throw new IOException("A file is answered with " + connection.excerpt(500));
        }
        bytes += connection.length();
      }
      double fetching = (System.nanoTime() - begin) / 1e9;
      connection.send("DELETE", below(status), null, "");
      if (turn > 0) {
        System.out.println(
            String.format(
                Locale.ROOT,
                "%d resources, %.1f MB: exported in %.2f s, %.1f MB/s, CPU ms each MB %.1f (JVM %.1f, PostgreSQL %.1f), others %.2f cores; fetched unpacked at %.0f MB/s",
                resources,
                bytes / 1e6,
                seconds,
                bytes / 1e6 / seconds,
                (used.jvmMs() + used.postgresMs()) / (bytes / 1e6),
                used.jvmMs() / (bytes / 1e6),
                used.postgresMs() / (bytes / 1e6),
                used.othersMs() / 1000 / seconds,
                bytes / 1e6 / fetching));
      }
    }
  }

  /** Path and query after the base. */
  private static String below(String address) {
    URI uri = URI.create(address.replace("$", "%24"));
    return uri.getRawPath().replaceFirst("^/fhir", "")
        + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
  }
}
