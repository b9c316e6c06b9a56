package health.helan.bench.measure;

/**
 * CPU time between two moments, in milliseconds; NaN where the machine does not tell ({@code /proc}
 * is absent, or the process runs elsewhere).
 *
 * @param jvmMs the server's process with its descendants
 * @param postgresMs all PostgreSQL processes of the cluster
 * @param clientMs this process
 * @param othersMs everything else, the hypervisor's steal included
 */
public record CpuUse(double jvmMs, double postgresMs, double clientMs, double othersMs) {}
