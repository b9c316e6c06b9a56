package health.helan.bench;

import health.helan.bench.client.HttpConnection;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.CpuUse;
import health.helan.bench.measure.Driver;
import health.helan.bench.measure.Figure;
import health.helan.bench.measure.Latencies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bookings by {@code Appointment/$book}, each of another resident: as many as some connections
 * (eight) can, then at a fixed rate, where a booking's time counts from when it was due. Half of
 * the Slots have one place, half have eight. The caller is the operator token: no statement carries
 * a policy, all else is as residents meet it but for their limits.
 *
 * <pre>
 * ./helan bench booking DATA_FOLDER,URL,PID [seconds of a phase] [rate] [connections]
 * </pre>
 */
final class BookingSpeed {
  private static final int WARM_UP = 4_000;
  private static final int PATIENTS_AT_ONCE = 2_000;
  private static final int SLOTS_AT_ONCE = 500;
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /** Slots of a day and doctor: 08:00 to 18:00 by half hours. */
  private static final int SLOTS = 20;

  private final Running platform;
  private final int connections;
  private final String run = "b" + Long.toString(System.currentTimeMillis(), 36);
  private final List<String> patients = new ArrayList<>();

  /** A Slot once for each of its places, in no order. */
  private final List<String> places = new ArrayList<>();

  private final AtomicInteger next = new AtomicInteger();

  private BookingSpeed(Running platform, int connections) {
    this.platform = platform;
    this.connections = connections;
  }

  static void run(List<String> words) throws IOException, InterruptedException {
    int seconds = words.size() > 1 ? Integer.parseInt(words.get(1)) : 20;
    int rate = words.size() > 2 ? Integer.parseInt(words.get(2)) : 500;
    int connections = words.size() > 3 ? Integer.parseInt(words.get(3)) : 8;
    var speed = new BookingSpeed(Running.parse(words.getFirst()), connections);
    speed.prepare(WARM_UP + 2_500 * seconds + rate * seconds);
    speed.platform.driver().each(WARM_UP, speed.connections, Duration.ofMinutes(5), speed::book);
    Figure fastest =
        speed.platform.driver().during(Duration.ofSeconds(seconds), speed.connections, speed::book);
    System.out.printf(
        Locale.ROOT,
        "as many as %d connections can: %.0f bookings/s, %d refused; p50 %.1f ms, p95 %.1f ms, p99 %.1f ms%n",
        speed.connections,
        fastest.operations() / fastest.seconds(),
        fastest.failed(),
        fastest.latency().percentileMs(0.5),
        fastest.latency().percentileMs(0.95),
        fastest.latency().percentileMs(0.99));
    System.out.println("  " + cpu(fastest.cpu(), fastest.operations(), fastest.seconds()));
    if (fastest.failed() > 0) {
      System.out.println("  first refusal: " + fastest.firstFailure());
    }
    speed.atRate(rate, seconds);
  }

  private static String cpu(CpuUse used, long operations, double seconds) {
    return String.format(
        Locale.ROOT,
        "CPU ms each: JVM %.2f, PostgreSQL %.2f; others (this client among them) %.2f cores",
        used.jvmMs() / operations,
        used.postgresMs() / operations,
        used.othersMs() / 1000 / seconds);
  }

  // ------------------------------------------------------------------ making the day

  private void prepare(int bookings) throws IOException {
    LocalDate day = LocalDate.now(BEIJING).plusDays(1);
    platform.ask("PUT", "/Organization/" + run, organization(run));
    int doctors = 0;
    while (places.size() < bookings) {
      // A hospital's doctors come in departments, as in life; capacity by turns.
      int capacity = doctors % 2 == 0 ? 8 : 1;
      String doctor = run + "-" + doctors++;
      String schedule = doctor(doctor, capacity, day);
      for (String slot : slots(schedule, day)) {
        for (int i = 0; i < capacity; i++) {
          places.add(slot);
        }
      }
    }
    Collections.shuffle(places, new Random(1));
    while (patients.size() < places.size()) {
      patients();
    }
    System.out.printf(
        Locale.ROOT,
        "%d doctors, %d places, %d residents%n",
        doctors,
        places.size(),
        patients.size());
  }

  private static String organization(String id) {
    return """
        {"resourceType":"Organization","id":"%s","active":true,"name":"Bench","type":[{"coding":[
          {"system":"http://terminology.hl7.org/CodeSystem/organization-type","code":"prov"}]}]}"""
        .formatted(id);
  }

  private String doctor(String id, int capacity, LocalDate day) throws IOException {
    platform.ask(
        "PUT",
        "/Practitioner/" + id,
        "{\"resourceType\":\"Practitioner\",\"id\":\"%s\",\"active\":true,\"name\":[{\"text\":\"王医生\"}]}"
            .formatted(id));
    platform.ask(
        "PUT",
        "/PractitionerRole/" + id,
        """
        {"resourceType":"PractitionerRole","id":"%s","active":true,
          "practitioner":{"reference":"Practitioner/%s"},"organization":{"reference":"Organization/%s"}}"""
            .formatted(id, id, run));
    JsonNode schedule =
        platform.ask(
            "POST",
            "/Schedule",
            """
            {"resourceType":"Schedule","active":true,
              "actor":[{"reference":"PractitionerRole/%s","display":"王医生"},{"reference":"Practitioner/%s"}],
              "planningHorizon":{"start":"%s","end":"%s"},
              "extension":[{"url":"https://helan.health/fhir/StructureDefinition/booking-rule","extension":[
                {"url":"session","extension":[{"url":"day","valueCode":"%s"},{"url":"from","valueTime":"08:00:00"},
                  {"url":"to","valueTime":"18:00:00"},{"url":"capacity","valuePositiveInt":%d}]},
                {"url":"release-at","valueTime":"00:00:00"},{"url":"referral-percent","valueUnsignedInt":0}]}]}"""
                .formatted(
                    id,
                    id,
                    day,
                    day,
                    day.getDayOfWeek().name().substring(0, 3).toLowerCase(Locale.ROOT),
                    capacity));
    String made = schedule.path("id").asString("");
    platform.ask("POST", "/Schedule/" + made + "/$release", null);
    return made;
  }

  private List<String> slots(String schedule, LocalDate day) throws IOException {
    List<String> slots = new ArrayList<>();
    platform
        .ask(
            "GET",
            "/Appointment/$find?schedule=%s&start=%s&end=%s&_count=%d"
                .formatted(schedule, day, day.plusDays(1), SLOTS_AT_ONCE),
            null)
        .path("entry")
        .forEach(one -> slots.add(one.path("resource").path("id").asString("")));
    if (slots.size() != SLOTS) {
      throw new IOException(slots.size() + " Slots in the place of " + SLOTS);
    }
    return slots;
  }

  private void patients() throws IOException {
    ObjectNode bundle = Running.JSON.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "transaction");
    ArrayNode entries = bundle.putArray("entry");
    for (int i = 0; i < PATIENTS_AT_ONCE; i++) {
      ObjectNode entry = entries.addObject();
      ObjectNode patient = entry.putObject("resource").put("resourceType", "Patient");
      patient
          .putArray("identifier")
          .addObject()
          .put("system", "urn:bench:" + run)
          .put("value", run + "-" + (patients.size() + i));
      entry.putObject("request").put("method", "POST").put("url", "Patient");
    }
    platform
        .ask("POST", "/", bundle.toString())
        .path("entry")
        .forEach(
            one -> {
              String location = one.path("response").path("location").asString("");
              String id = location.substring(location.indexOf("Patient/") + 8);
              patients.add(id.substring(0, id.indexOf('/')));
            });
  }

  // ------------------------------------------------------------------ booking

  private int book(HttpConnection connection, int number) throws IOException {
    int n = next.getAndIncrement();
    if (n >= places.size()) {
      return Driver.Request.NOTHING_LEFT;
    }
    String body =
        """
        {"resourceType":"Parameters","parameter":[
          {"name":"slot","valueReference":{"reference":"Slot/%s"}},
          {"name":"patient","valueReference":{"reference":"Patient/%s"}}]}"""
            .formatted(places.get(n), patients.get(n));
    return connection.send("POST", "/Appointment/$book", body.getBytes(StandardCharsets.UTF_8), "");
  }

  /** A booking is due every so often, whether or not those before are answered. */
  private void atRate(int rate, int seconds) throws IOException, InterruptedException {
    int count = Math.min(rate * seconds, places.size() - next.get());
    BlockingQueue<Long> due = new ArrayBlockingQueue<>(Math.max(1, count));
    long[] nanos = new long[count];
    var done = new AtomicInteger();
    var failed = new AtomicInteger();
    CpuMeter.Measurement cpu = platform.meter().start();
    long begin = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < connections * 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (var connection = new HttpConnection(platform.endpoint())) {
                      while (true) {
                        long at = due.take();
                        if (at < 0) {
                          return;
                        }
                        int status = book(connection, 0);
                        nanos[done.getAndIncrement()] = System.nanoTime() - at;
                        if (status != 200) {
                          failed.incrementAndGet();
                        }
                      }
                    } catch (IOException broken) {
                      failed.incrementAndGet();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (int i = 0; i < count; i++) {
      long at = begin + i * 1_000_000_000L / rate;
      long wait = at - System.nanoTime();
      if (wait > 0) {
        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
      }
      due.put(at);
    }
    // Room for the words of the end: all but those that are being booked have been taken.
    for (int i = 0; i < threads.size(); i++) {
      due.put(-1L);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double took = (System.nanoTime() - begin) / 1e9;
    CpuUse used = cpu.stop();
    var latencies = new Latencies(java.util.Arrays.copyOf(nanos, done.get()));
    System.out.printf(
        Locale.ROOT,
        "at %d a second: %.0f bookings/s, %d refused; p50 %.1f ms, p95 %.1f ms, p99 %.1f ms%n",
        rate,
        done.get() / took,
        failed.get(),
        latencies.percentileMs(0.5),
        latencies.percentileMs(0.95),
        latencies.percentileMs(0.99));
    System.out.println("  " + cpu(used, done.get(), took));
  }
}
