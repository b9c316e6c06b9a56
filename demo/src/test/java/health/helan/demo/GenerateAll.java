package health.helan.demo;

import java.lang.management.ManagementFactory;

/** Makes a whole region and throws it away; prints what it cost. Run by {@link MemoryTests}. */
public final class GenerateAll {
  private GenerateAll() {}

  /**
   * Makes the region.
   *
   * @param arguments how many residents
   */
  public static void main(String[] arguments) {
    int residents = Integer.parseInt(arguments[0]);
    Region region = Region.of(1, residents);
    long[] sums = new long[2];
    region
        .bundles()
        .forEach(
            bundle -> {
              sums[0] += bundle.resources();
              sums[1] += bundle.json().length;
            });
    double seconds = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    System.out.printf(
        "residents %d, resources %d, MB %d, CPU s %.1f, resources per CPU s %.0f%n",
        residents, sums[0], sums[1] >> 20, seconds, sums[0] / seconds);
  }
}
