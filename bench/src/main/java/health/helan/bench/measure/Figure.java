package health.helan.bench.measure;

/**
 * What one phase of one run gave.
 *
 * @param operations that succeeded: resources for bundles, requests otherwise
 * @param failed requests that did not
 * @param seconds from the first request to the last answer
 * @param latency of single requests, of bundles for bundles
 * @param entriesPerAnswer mean count of entries in search answers; 0 where it was not counted
 * @param firstFailure what the first failed request was answered, or empty
 */
public record Figure(
    long operations,
    long failed,
    double seconds,
    Latencies latency,
    CpuUse cpu,
    double entriesPerAnswer,
    String firstFailure) {

  public double perSecond() {
    return sound() ? operations / seconds : Double.NaN;
  }

  public double p50Ms() {
    return sound() ? latency.percentileMs(0.5) : Double.NaN;
  }

  public double p95Ms() {
    return sound() ? latency.percentileMs(0.95) : Double.NaN;
  }

  /** CPU milliseconds of the server's JVM per operation. */
  public double jvmMsEach() {
    return sound() ? cpu.jvmMs() / operations : Double.NaN;
  }

  /** CPU milliseconds of PostgreSQL per operation. */
  public double postgresMsEach() {
    return sound() ? cpu.postgresMs() / operations : Double.NaN;
  }

  /** Cores taken by everything that is neither server, PostgreSQL nor client. */
  public double othersCores() {
    return cpu.othersMs() / 1000 / seconds;
  }

  /** False where more than one request in a hundred failed: errors can be fast. */
  public boolean sound() {
    return operations > 0 && failed * 100 <= latency.count();
  }
}
