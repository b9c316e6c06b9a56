package health.helan.bench.measure;

import health.helan.bench.client.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Sends requests over several connections at once and measures them. */
public final class Driver {
  private final HttpConnection.Endpoint endpoint;
  private final CpuMeter meter;

  public Driver(HttpConnection.Endpoint endpoint, CpuMeter meter) {
    this.endpoint = endpoint;
    this.meter = meter;
  }

  /** Sends one request. Only {@link #send} is timed. */
  @FunctionalInterface
  public interface Request {
    /** What {@link #send} answers where there is nothing left to send. */
    int NOTHING_LEFT = -1;

    /**
     * @param number counts over all connections, from 0
     * @return status code, or {@link #NOTHING_LEFT}
     */
    int send(HttpConnection connection, int number) throws IOException;

    /** How many operations a good answer was; looked at after the clock has stopped. */
    default int operations(HttpConnection connection, int number) {
      return 1;
    }

    /** How many entries a good answer had. */
    default int entries(HttpConnection connection) {
      return 0;
    }
  }

  /** Sends until the time is over; every started request is waited for. */
  public Figure during(Duration time, int connections, Request request) throws IOException {
    return drive(connections, Integer.MAX_VALUE, time, request);
  }

  /** Sends requests 0 to {@code count - 1}, or fewer if the time is over before. */
  public Figure each(int count, int connections, Duration atMost, Request request)
      throws IOException {
    return drive(connections, count, atMost, request);
  }

  private Figure drive(int connections, int count, Duration time, Request request)
      throws IOException {
    var next = new AtomicInteger();
    var failure = new AtomicReference<String>("");
    var fault = new AtomicReference<@Nullable Throwable>();
    List<Lane> lanes = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    CpuMeter.Measurement cpu = meter.start();
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    for (int i = 0; i < connections; i++) {
      var lane = new Lane();
      lanes.add(lane);
      threads.add(
          Thread.ofPlatform()
              .name("client-" + i)
              .uncaughtExceptionHandler((_, thrown) -> fault.set(thrown))
              .start(() -> lane.run(endpoint, request, next, count, end, failure)));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while measuring", e);
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    CpuUse used = cpu.stop();
    Throwable thrown = fault.get();
    if (thrown != null) {
      throw new IllegalStateException("The client failed.", thrown);
    }
    long operations = lanes.stream().mapToLong(lane -> lane.operations).sum();
    long failed = lanes.stream().mapToLong(lane -> lane.failed).sum();
    long entries = lanes.stream().mapToLong(lane -> lane.entries).sum();
    long[] nanos = lanes.stream().flatMapToLong(Lane::nanos).toArray();
    long good = nanos.length - failed;
    return new Figure(
        operations,
        failed,
        seconds,
        new Latencies(nanos),
        used,
        good == 0 ? 0 : (double) entries / good,
        Objects.requireNonNullElse(failure.get(), ""));
  }

  /** What one connection did. */
  private static final class Lane {
    private long[] nanos = new long[1024];
    private int count;
    private long operations;
    private long failed;
    private long entries;

    void run(
        HttpConnection.Endpoint endpoint,
        Request request,
        AtomicInteger next,
        int limit,
        long end,
        AtomicReference<String> failure) {
      try (var connection = new HttpConnection(endpoint)) {
        while (System.nanoTime() < end) {
          int number = next.getAndIncrement();
          if (number >= limit || number < 0) {
            return;
          }
          long start = System.nanoTime();
          int status;
          String why;
          try {
            status = request.send(connection, number);
            why = "";
          } catch (IOException broken) {
            status = 0;
            why = broken.toString();
          }
          if (status == Request.NOTHING_LEFT) {
            return;
          }
          add(System.nanoTime() - start);
          if (status >= 200 && status < 300) {
            operations += request.operations(connection, number);
            entries += request.entries(connection);
          } else {
            failed++;
            failure.compareAndSet("", status == 0 ? why : status + " " + connection.excerpt(200));
          }
        }
      }
    }

    private void add(long duration) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, count * 2);
      }
      nanos[count++] = duration;
    }

    java.util.stream.LongStream nanos() {
      return Arrays.stream(nanos, 0, count);
    }
  }
}
