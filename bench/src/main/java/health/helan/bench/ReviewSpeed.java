package health.helan.bench;

import health.helan.bench.client.HttpConnection;
import health.helan.bench.measure.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Review of prescriptions as a doctor meets it: CDS Hooks {@code order-sign} with five drugs, each
 * of another resident with diagnoses, measurements, an allergy and drugs that are taken already;
 * one connection, then four. The caller is the operator token: no statement carries a policy.
 *
 * <pre>
 * ./helan bench review DATA_FOLDER,URL,PID [seconds of a phase]
 * </pre>
 */
final class ReviewSpeed {
  private static final int RESIDENTS = 2_000;
  private static final int AT_ONCE = 100;
  private static final int OBSERVATIONS = 30;
  private static final int WARM_UP = 2_000;
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final String[] TAKEN = {
    "华法林钠片 2.5mg", "阿托伐他汀钙片 20mg", "酒石酸美托洛尔片 25mg", "奥美拉唑肠溶胶囊 20mg"
  };
  private static final String[] WRITTEN = {
    "苯磺酸氨氯地平片 5mg", "盐酸二甲双胍片 0.5g", "阿莫西林胶囊 0.5g", "布洛芬缓释胶囊 0.3g", "缬沙坦胶囊 80mg"
  };

  private final Running platform;
  private final String day = LocalDate.now(BEIJING).toString();
  private final List<String> patients = new ArrayList<>();

  private ReviewSpeed(Running platform) {
    this.platform = platform;
  }

  static void run(List<String> words) throws IOException, InterruptedException {
    int seconds = words.size() > 1 ? Integer.parseInt(words.get(1)) : 20;
    var speed = new ReviewSpeed(Running.parse(words.getFirst()));
    while (speed.patients.size() < RESIDENTS) {
      speed.residents();
    }
    speed.platform.driver().each(WARM_UP, 4, Duration.ofMinutes(5), speed::review);
    for (int connections : new int[] {1, 4}) {
      Figure figure =
          speed.platform.driver().during(Duration.ofSeconds(seconds), connections, speed::review);
      System.out.printf(
          Locale.ROOT,
          "%d connections: %.0f reviews/s, %d failed; p50 %.1f ms, p95 %.1f ms, p99 %.1f ms%n",
          connections,
          figure.operations() / figure.seconds(),
          figure.failed(),
          figure.latency().percentileMs(0.5),
          figure.latency().percentileMs(0.95),
          figure.latency().percentileMs(0.99));
    }
  }

  // ------------------------------------------------------------------ residents

  private void residents() throws IOException {
    ObjectNode bundle = Running.JSON.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "transaction");
    ArrayNode entries = bundle.putArray("entry");
    for (int i = 0; i < AT_ONCE; i++) {
      String patient = "urn:uuid:" + UUID.randomUUID();
      entry(
          entries,
          patient,
          "{\"resourceType\":\"Patient\",\"birthDate\":\"1960-05-01\",\"gender\":\"male\"}");
      String subject = "{\"reference\":\"" + patient + "\"}";
      for (String code : new String[] {"I10", "E11.9", "J06.9"}) {
        entry(
            entries,
            null,
            """
            {"resourceType":"Condition","subject":%s,"recordedDate":"%s",
              "code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"%s"}]}}\
            """
                .formatted(subject, day, code));
      }
      for (int n = 0; n < OBSERVATIONS; n++) {
        String code = n % 10 == 0 ? "14682-9" : n % 10 == 1 ? "29463-7" : "8480-6";
        String unit = n % 10 == 0 ? "umol/L" : n % 10 == 1 ? "kg" : "mm[Hg]";
        entry(
            entries,
            null,
            """
            {"resourceType":"Observation","status":"final","subject":%s,"effectiveDateTime":"%s",
              "code":{"coding":[{"system":"http://loinc.org","code":"%s"}]},
              "valueQuantity":{"value":80,"unit":"%s","system":"http://unitsofmeasure.org","code":"%s"}}\
            """
                .formatted(subject, day, code, unit, unit));
      }
      entry(
          entries,
          null,
          "{\"resourceType\":\"AllergyIntolerance\",\"patient\":%s,\"code\":{\"text\":\"青霉素\"}}"
              .formatted(subject));
      for (String drug : TAKEN) {
        entry(entries, null, request(drug, subject, "active"));
      }
    }
    for (JsonNode one : platform.ask("POST", "/", bundle.toString()).path("entry")) {
      String location = one.path("response").path("location").asString("");
      int at = location.indexOf("Patient/");
      if (at >= 0) {
        String id = location.substring(at + 8);
        patients.add(id.substring(0, id.indexOf('/')));
      }
    }
  }

  private static void entry(ArrayNode entries, @Nullable String urn, String resource)
      throws IOException {
    ObjectNode entry = entries.addObject();
    if (urn != null) {
      entry.put("fullUrl", urn);
    }
    JsonNode tree = Running.JSON.readTree(resource);
    entry.set("resource", tree);
    entry
        .putObject("request")
        .put("method", "POST")
        .put("url", tree.path("resourceType").asString(""));
  }

  private String request(String drug, String subject, String status) {
    return """
    {"resourceType":"MedicationRequest","status":"%s","intent":"order","medicationCodeableConcept":{"text":"%s"},
      "subject":%s,"authoredOn":"%s","reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10"}]}],
      "dosageInstruction":[{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}},
        "doseAndRate":[{"doseQuantity":{"value":1,"unit":"%s"}}]}],
      "dispenseRequest":{"expectedSupplyDuration":{"value":7,"code":"d","system":"http://unitsofmeasure.org"}}}\
    """
        .formatted(status, drug, subject, day, drug.contains("胶囊") ? "粒" : "片");
  }

  // ------------------------------------------------------------------ reviewing

  private int review(HttpConnection connection, int number) throws IOException {
    String patient = patients.get(number % patients.size());
    String subject = "{\"reference\":\"Patient/" + patient + "\"}";
    var orders = new StringBuilder();
    for (String drug : WRITTEN) {
      orders
          .append(orders.isEmpty() ? "" : ",")
          .append("{\"resource\":")
          .append(request(drug, subject, "draft"))
          .append('}');
    }
    String body =
        """
        {"hook":"order-sign","hookInstance":"%s","context":{"userId":"Practitioner/x","patientId":"%s",
          "draftOrders":{"resourceType":"Bundle","type":"collection","entry":[%s]}}}\
        """
            .formatted(UUID.randomUUID(), patient, orders);
    return connection.send(
        "POST", "/cds-services/prescription-sign", body.getBytes(StandardCharsets.UTF_8), "");
  }
}
