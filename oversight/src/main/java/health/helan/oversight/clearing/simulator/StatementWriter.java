package health.helan.oversight.clearing.simulator;

import health.helan.oversight.clearing.Entry;
import health.helan.oversight.clearing.Flow;
import health.helan.oversight.clearing.Layout;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Writes lines as a layout says, as the counterpart would. */
public final class StatementWriter {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final long WRONG_FEN = 10;

  private final Layout layout;

  public StatementWriter(Layout layout) {
    this.layout = layout;
  }

  /**
   * Lines of a day as a counterpart with these faults tells them.
   *
   * @param before lines of the day before, of which it tells late what it told late
   */
  public static List<Entry> planted(List<Entry> before, List<Entry> lines, List<Plant> plants) {
    List<Entry> told = new ArrayList<>();
    for (Entry entry : before) {
      if (has(entry, Plant.Kind.LATE, plants)) {
        told.add(entry);
      }
    }
    for (Entry entry : lines) {
      if (has(entry, Plant.Kind.LATE, plants) || has(entry, Plant.Kind.LOST, plants)) {
        continue;
      }
      boolean isWrong = has(entry, Plant.Kind.AMOUNT, plants) && entry.flow() == Flow.PAYMENT;
      told.add(isWrong ? with(entry, entry.key(), entry.fen() + WRONG_FEN) : entry);
      if (has(entry, Plant.Kind.TWICE, plants)) {
        told.add(entry);
      }
      if (has(entry, Plant.Kind.STRANGE, plants)) {
        told.add(with(entry, "strange-" + entry.key(), entry.fen()));
      }
    }
    return told;
  }

  private static Entry with(Entry entry, String key, long fen) {
    return new Entry(entry.flow(), key, entry.reference(), entry.institution(), fen, entry.at());
  }

  /** The same line has the same fault whenever it is asked. */
  private static boolean has(Entry entry, Plant.Kind kind, List<Plant> plants) {
    for (Plant plant : plants) {
      if (plant.kind() == kind
          && plant.every() > 0
          && new Random(plant.seed() * 31 + entry.key().hashCode()).nextInt(plant.every()) == 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * @param out is closed
   */
  public void write(List<Entry> lines, OutputStream out, boolean isGzip) throws IOException {
    try (Writer writer =
        new OutputStreamWriter(isGzip ? new GZIPOutputStream(out) : out, layout.charset())) {
      Layout.Summary summary = layout.summary();
      if (summary != null && summary.isFirst()) {
        line(writer, summary(summary, lines));
      }
      if (layout.hasNames()) {
        line(writer, layout.columns().stream().map(Layout.Column::name).toList());
      }
      for (Entry entry : lines) {
        line(writer, layout.columns().stream().map(column -> cell(column, entry)).toList());
      }
      if (summary != null && !summary.isFirst()) {
        line(writer, summary(summary, lines));
      }
    }
  }

  private void line(Writer writer, List<String> cells) throws IOException {
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      if (i > 0) {
        writer.append(layout.delimiter());
      }
      boolean isQuoted = cell.indexOf(layout.delimiter()) >= 0 || cell.indexOf('"') >= 0;
      writer.append(isQuoted ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
    }
    writer.append("\r\n");
  }

  private String cell(Layout.Column column, Entry entry) {
    return switch (column.holds()) {
      case NOTHING -> "";
      case KEY -> entry.key();
      case REFERENCE -> entry.reference();
      case TIME -> layout.time().format(entry.at().atZone(BEIJING).toLocalDateTime());
      case FLOW ->
          (entry.flow() == Flow.REFUND ? layout.refunds() : layout.payments()).iterator().next();
      case AMOUNT -> amount(layout.isSigned() ? entry.fen() : Math.abs(entry.fen()));
      case INSTITUTION -> entry.institution();
    };
  }

  private String amount(long fen) {
    return layout.isFen() ? String.valueOf(fen) : BigDecimal.valueOf(fen, 2).toPlainString();
  }

  private List<String> summary(Layout.Summary summary, List<Entry> lines) {
    long in = lines.stream().mapToLong(Entry::fen).filter(fen -> fen > 0).sum();
    long out = -lines.stream().mapToLong(Entry::fen).filter(fen -> fen < 0).sum();
    int last =
        Math.max(
            Math.max(summary.count(), summary.payments()),
            Math.max(summary.refunds(), summary.net()));
    List<String> cells = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      cells.add(
          i == summary.count()
              ? String.valueOf(lines.size())
              : i == summary.payments()
                  ? amount(in)
                  : i == summary.refunds()
                      ? amount(out)
                      : i == summary.net() ? amount(in - out) : "");
    }
    cells.set(0, Objects.requireNonNull(summary.mark()));
    return cells;
  }
}
