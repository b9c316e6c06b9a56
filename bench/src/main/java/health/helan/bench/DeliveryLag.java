package health.helan.bench;

import com.sun.net.httpserver.HttpServer;
import health.helan.bench.client.HttpConnection;
import health.helan.bench.measure.Latencies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long after a write was answered its notification arrives, at several rates of writes: a
 * platform that runs already, with {@code HELAN_LINK_NETWORKS=127.0.0.0/8}, and a receiver of
 * rest-hooks in this process, which answers at once.
 *
 * <pre>
 * DeliveryLag DATA_FOLDER URL [writes at each rate] [writes per second]...
 * </pre>
 */
public final class DeliveryLag {
  private static final Pattern NUMBER = Pattern.compile("\"lag-(\\d+)\"");
  private static final Pattern ID = Pattern.compile("\"id\":\"([A-Za-z0-9.-]+)\"");
  private static final int CONNECTIONS = 4;
  private static final long LONGEST_WAIT_NANOS = 300_000_000_000L;

  private final HttpConnection.Endpoint endpoint;
  private final AtomicLongArray answered;
  private final AtomicLongArray told;
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();

  private DeliveryLag(HttpConnection.Endpoint endpoint, int most) {
    this.endpoint = endpoint;
    this.answered = new AtomicLongArray(most);
    this.told = new AtomicLongArray(most);
  }

  public static void main(String[] words) throws IOException, InterruptedException {
    var endpoint =
        HttpConnection.Endpoint.of(
            URI.create(words[1] + "fhir"),
            Files.readString(Path.of(words[0]).resolve("operator-token")).strip());
    int writes = words.length > 2 ? Integer.parseInt(words[2]) : 1000;
    int[] rates = {20, 100, 200};
    if (words.length > 3) {
      rates = new int[words.length - 3];
      for (int i = 0; i < rates.length; i++) {
        rates[i] = Integer.parseInt(words[i + 3]);
      }
    }
    // The first round warms up, at the first rate.
    var lag = new DeliveryLag(endpoint, writes * (rates.length + 1));
    lag.run(writes, rates);
  }

  private void run(int writes, int[] rates) throws IOException, InterruptedException {
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 50);
    receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    receiver.createContext(
        "/",
        exchange -> {
          long now = System.nanoTime();
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
          Matcher matcher = NUMBER.matcher(body);
          if (matcher.find()) {
            boolean first = told.compareAndSet(Integer.parseInt(matcher.group(1)), 0, now);
            (first ? arrived : repeated).incrementAndGet();
          }
        });
    receiver.start();
    String subscription = "";
    try (var connection = new HttpConnection(endpoint)) {
      subscription = subscribe(connection, receiver.getAddress().getPort());
      round(0, writes, rates[0]);
      for (int i = 0; i < rates.length; i++) {
        int from = (i + 1) * writes;
        double seconds = round(from, writes, rates[i]);
        report(from, writes, rates[i], seconds);
      }
      connection.send("DELETE", "/Subscription/" + subscription, null, "");
    } finally {
      receiver.stop(0);
    }
  }

  private static String subscribe(HttpConnection connection, int port) throws IOException {
    String body =
        """
        {"resourceType":"Subscription","status":"requested","reason":"lag","criteria":"Observation?code=lag",
         "channel":{"type":"rest-hook","endpoint":"http://127.0.0.1:%d/hook","payload":"application/fhir+json"}}"""
            .formatted(port);
    int status =
        connection.send("POST", "/Subscription", body.getBytes(StandardCharsets.UTF_8), "");
    String answer = connection.excerpt(1 << 16);
    Matcher matcher = ID.matcher(answer);
    if (status != 201 || !matcher.find()) {
      throw new IOException("The subscription is answered with " + status + ": " + answer);
    }
    return matcher.group(1);
  }

  /**
   * Writes at a rate over some connections and waits until all have arrived.
   *
   * @return seconds that the writes took
   */
  private double round(int from, int writes, int rate) throws IOException, InterruptedException {
    var next = new AtomicInteger();
    var failed = new AtomicInteger();
    int before = arrived.get();
    long begin = System.nanoTime();
    var threads = new Thread[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++) {
      threads[i] = Thread.ofPlatform().start(() -> write(from, writes, rate, begin, next, failed));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (failed.get() > 0) {
      throw new IOException(failed.get() + " writes failed");
    }
    long end = System.nanoTime() + LONGEST_WAIT_NANOS;
    while (arrived.get() - before < writes) {
      if (System.nanoTime() > end) {
        throw new IOException("Only " + (arrived.get() - before) + " arrived");
      }
      Thread.sleep(10);
    }
    return seconds;
  }

  private void write(
      int from, int writes, int rate, long begin, AtomicInteger next, AtomicInteger failed) {
    try (var connection = new HttpConnection(endpoint)) {
      for (int i = next.getAndIncrement(); i < writes; i = next.getAndIncrement()) {
        long due = begin + (long) (i * 1e9 / rate);
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        String body =
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"identifier\":[{\"value\":\"lag-"
                + (from + i)
                + "\"}],\"code\":{\"coding\":[{\"code\":\"lag\"}]},\"subject\":{\"reference\":\"Patient/lag-"
                + i % 50
                + "\"}}";
        int status =
            connection.send("POST", "/Observation", body.getBytes(StandardCharsets.UTF_8), "");
        answered.set(from + i, System.nanoTime());
        if (status != 201) {
          failed.incrementAndGet();
        }
      }
    } catch (IOException e) {
      failed.incrementAndGet();
    }
  }

  private void report(int from, int writes, int rate, double seconds) {
    long[] nanos = new long[writes];
    long last = 0;
    for (int i = 0; i < writes; i++) {
      // A notification may overtake the answer to its write.
      nanos[i] = Math.max(0, told.get(from + i) - answered.get(from + i));
      last = Math.max(last, nanos[i]);
    }
    var latencies = new Latencies(nanos);
    System.out.println(
        String.format(
            Locale.ROOT,
            "%d writes wanted at %d/s, written at %.0f/s: lag p50 %.0f ms, p95 %.0f ms, longest %.0f ms; repeated so far %d",
            writes,
            rate,
            writes / seconds,
            latencies.percentileMs(0.5),
            latencies.percentileMs(0.95),
            last / 1e6,
            repeated.get()));
  }
}
