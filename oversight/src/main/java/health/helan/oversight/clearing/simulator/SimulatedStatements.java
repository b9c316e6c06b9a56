package health.helan.oversight.clearing.simulator;

import health.helan.oversight.clearing.Counterpart;
import health.helan.oversight.clearing.Entry;
import health.helan.oversight.clearing.Flow;
import health.helan.oversight.clearing.Layout;
import health.helan.oversight.clearing.StatementSource;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.payment.simulator.SimulatedChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The statement of the day of a simulated channel: what it remembers of what it took and gave back,
 * with the faults that were planted.
 */
public final class SimulatedStatements implements StatementSource {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private final SimulatedChannel channel;
  private final Supplier<Layout> layout;
  private final List<Plant> plants;

  /**
   * @param layout asked each time: it may be changed
   */
  public SimulatedStatements(
      SimulatedChannel channel, Supplier<Layout> layout, List<Plant> plants) {
    this.channel = channel;
    this.layout = layout;
    this.plants = List.copyOf(plants);
  }

  @Override
  public Counterpart counterpart() {
    return new Counterpart(AccountKind.CHANNEL, channel.code());
  }

  @Override
  public InputStream open(LocalDate day) throws IOException {
    var file = new ByteArrayOutputStream();
    new StatementWriter(layout.get())
        .write(StatementWriter.planted(lines(day.minusDays(1)), lines(day), plants), file, false);
    return new ByteArrayInputStream(file.toByteArray());
  }

  private List<Entry> lines(LocalDate day) {
    List<Entry> lines = new ArrayList<>();
    for (SimulatedChannel.Taken one :
        channel.taken(
            day.atStartOfDay(BEIJING).toInstant(),
            day.plusDays(1).atStartOfDay(BEIJING).toInstant())) {
      lines.add(
          new Entry(
              one.isRefund() ? Flow.REFUND : Flow.PAYMENT,
              one.key(),
              one.of(),
              "",
              one.isRefund() ? -one.fen() : one.fen(),
              one.at()));
    }
    return lines;
  }
}
