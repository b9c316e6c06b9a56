/** Clocks and numbers: latencies, CPU time from {@code /proc}, medians. */
@NullMarked
package health.helan.bench.measure;

import org.jspecify.annotations.NullMarked;
