package health.helan.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a made-up {@code /proc}. */
class CpuMeterTests {
  private static final int POSTMASTER = 50;
  private static final int SERVER = 70;

  @TempDir Path proc = Path.of("");

  private void machine(long user, long idle, long steal) throws IOException {
    Files.writeString(
        proc.resolve("stat"),
        "cpu  %d 0 0 %d 0 0 0 %d 0 0\ncpu0 1 2 3\n".formatted(user, idle, steal));
  }

  private void process(long id, long parent, String name, long user, long reaped)
      throws IOException {
    Path folder = Files.createDirectories(proc.resolve(Long.toString(id)));
    Files.writeString(
        folder.resolve("stat"),
        "%d (%s) S %d 1 1 0 -1 0 0 0 0 0 %d 0 %d 0 20 0 1 0\n"
            .formatted(id, name, parent, user, reaped));
  }

  @Test
  void countsAProcessWithItsDescendants() throws IOException {
    machine(1000, 0, 0);
    process(POSTMASTER, 1, "postgres", 10, 5);
    process(51, POSTMASTER, "postgres", 20, 0);
    process(52, 51, "a (b) c", 3, 0);
    process(SERVER, 1, "java", 100, 0);
    var meter = new CpuMeter(proc, SERVER, POSTMASTER);
    assertThat(meter.read().postgresMs()).isEqualTo(380);
    assertThat(meter.read().jvmMs()).isEqualTo(1000);
  }

  @Test
  void aChildThatEndsMovesItsTimeToItsParent() throws IOException {
    machine(1000, 0, 0);
    process(POSTMASTER, 1, "postgres", 10, 0);
    process(51, POSTMASTER, "postgres", 20, 0);
    var meter = new CpuMeter(proc, CpuMeter.NOBODY, POSTMASTER);
    CpuMeter.Measurement measurement = meter.start();
    Files.delete(proc.resolve("51/stat"));
    Files.delete(proc.resolve("51"));
    process(POSTMASTER, 1, "postgres", 10, 24);
    assertThat(measurement.stop().postgresMs()).isEqualTo(40);
  }

  @Test
  void whatNobodyKnownUsedIsTheOthers() throws IOException {
    machine(1000, 500, 0);
    process(SERVER, 1, "java", 100, 0);
    process(POSTMASTER, 1, "postgres", 0, 0);
    process(ProcessHandle.current().pid(), 1, "client", 0, 0);
    CpuMeter.Measurement measurement = new CpuMeter(proc, SERVER, POSTMASTER).start();
    machine(1200, 900, 30);
    process(SERVER, 1, "java", 150, 0);
    process(ProcessHandle.current().pid(), 1, "client", 8, 0);
    assertThat(measurement.stop()).isEqualTo(new CpuUse(500, 0, 80, 1720));
  }

  @Test
  void aProcessElsewhereHasNoFigures() throws IOException {
    machine(1, 1, 0);
    var meter = new CpuMeter(proc, CpuMeter.NOBODY, CpuMeter.NOBODY);
    assertThat(meter.read().jvmMs()).isNaN();
    assertThat(meter.memory("VmHWM")).isNaN();
  }

  @Test
  void readsTheMostMemoryEverHeld() throws IOException {
    Path folder = Files.createDirectories(proc.resolve(Integer.toString(SERVER)));
    Files.writeString(
        folder.resolve("status"), "Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t 1024 kB\n");
    var meter = new CpuMeter(proc, SERVER, CpuMeter.NOBODY);
    assertThat(meter.memory("VmHWM")).isEqualTo(2048 * 1024);
  }
}
