package health.helan.oversight.clearing;

import health.helan.foundation.store.Refusal;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file of a statement line by line, as its layout says; plain or gzip, which it tells by
 * its first bytes. What is wrong is refused with the number of the line and the reason; the value
 * is never repeated.
 */
final class StatementReader {
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /** What a file may unpack to: gzip may be a bomb. */
  private static final long MOST_BYTES = 4L << 30;

  private static final int MOST_LINES = 5_000_000;
  private static final int LONGEST = 64;
  private static final BigDecimal MOST_FEN = new BigDecimal("1000000000000");

  /** A line may be of the day before or after: days are cut at different times. */
  private static final Duration SLACK = Duration.ofDays(1);

  private final Layout layout;
  private final Instant from;
  private final Instant before;
  private final Consumer<Entry> into;
  private final int key;
  private final int reference;
  private final int time;
  private final int flow;
  private final int amount;
  private final int institution;
  private int lines;
  private long in;
  private long out;

  /**
   * What a file held.
   *
   * @param lines lines of movements
   * @param in fen that came
   * @param out fen that went back, above zero
   */
  record Sums(int lines, long in, long out) {}

  private StatementReader(Layout layout, LocalDate day, Consumer<Entry> into) {
    this.layout = layout;
    this.into = into;
    from = day.atStartOfDay(BEIJING).toInstant().minus(SLACK);
    before = day.plusDays(1).atStartOfDay(BEIJING).toInstant().plus(SLACK);
    key = layout.place(Layout.Holds.KEY);
    reference = layout.place(Layout.Holds.REFERENCE);
    time = layout.place(Layout.Holds.TIME);
    flow = layout.place(Layout.Holds.FLOW);
    amount = layout.place(Layout.Holds.AMOUNT);
    institution = layout.place(Layout.Holds.INSTITUTION);
  }

  /**
   * @param into takes each line as it comes; what it throws passes
   * @throws Refusal for the first fault
   */
  static Sums read(Layout layout, LocalDate day, InputStream file, Consumer<Entry> into)
      throws IOException {
    return new StatementReader(layout, day, into).read(file);
  }

  private Sums read(InputStream file) throws IOException {
    var decoder =
        layout
            .charset()
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var format =
        CSVFormat.DEFAULT
            .builder()
            .setDelimiter(layout.delimiter())
            .setIgnoreEmptyLines(true)
            .get();
    CSVParser parser =
        CSVParser.parse(new InputStreamReader(new Limited(unpacked(file)), decoder), format);
    Iterator<CSVRecord> records = parser.iterator();
    Layout.Summary summary = layout.summary();
    @Nullable CSVRecord sums = null;
    long sumsAt = 0;
    int skipped = 0;
    if (summary != null && summary.isFirst()) {
      sums = next(parser, records);
      sumsAt = line(parser);
      if (sums == null || !isSummary(summary, sums)) {
        throw fault("clearing.line-summary-missing", sumsAt);
      }
    }
    if (layout.hasNames()) {
      checkNames(next(parser, records), line(parser));
    }
    for (CSVRecord record = next(parser, records); record != null; record = next(parser, records)) {
      long number = line(parser);
      if (summary != null && !summary.isFirst() && isSummary(summary, record)) {
        if (sums != null) {
          throw fault("clearing.line-after-summary", number);
        }
        sums = record;
        sumsAt = number;
        continue;
      }
      if (sums != null && summary != null && !summary.isFirst()) {
        throw fault("clearing.line-after-summary", number);
      }
      if (!take(record, number)) {
        skipped++;
      }
    }
    if (summary != null) {
      if (sums == null) {
        throw fault("clearing.line-summary-missing", line(parser));
      }
      check(summary, sums, sumsAt, skipped);
    }
    return new Sums(lines, in, out);
  }

  private static InputStream unpacked(InputStream file) throws IOException {
    var start = new BufferedInputStream(file, 1 << 16);
    start.mark(2);
    boolean isGzip = start.read() == 0x1F && start.read() == 0x8B;
    start.reset();
    if (!isGzip) {
      return start;
    }
    try {
      return new GZIPInputStream(start, 1 << 16);
    } catch (ZipException | EOFException e) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.gzip-broken");
    }
  }

  /** Null at the end. */
  private static @Nullable CSVRecord next(CSVParser parser, Iterator<CSVRecord> records) {
    try {
      return records.hasNext() ? records.next() : null;
    } catch (UncheckedIOException e) {
      switch (java.util.Objects.requireNonNull(e.getCause())) {
        case CharacterCodingException _ -> throw fault("clearing.line-charset", line(parser));
        case ZipException _, EOFException _ ->
            throw new Refusal(Refusal.Kind.INVALID, "rest.gzip-broken");
        default -> throw fault("clearing.line-broken", line(parser));
      }
    }
  }

  /** The line that the last record ended on. */
  private static long line(CSVParser parser) {
    return Math.max(1, parser.getCurrentLineNumber());
  }

  private static Refusal fault(String key, long line) {
    return new Refusal(Refusal.Kind.STRUCTURE, key, line);
  }

  private static Refusal fault(String key, long line, Object more) {
    return new Refusal(Refusal.Kind.STRUCTURE, key, line, more);
  }

  private static String cell(CSVRecord record, int place) {
    if (place < 0 || place >= record.size()) {
      return "";
    }
    String text = record.get(place).strip();
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1).strip();
    }
    // Some export numbers so that a spreadsheet leaves them alone.
    return text.startsWith("`") || text.startsWith("'") ? text.substring(1).strip() : text;
  }

  private static boolean isSummary(Layout.Summary summary, CSVRecord record) {
    return cell(record, 0).startsWith(summary.mark());
  }

  private void checkNames(@Nullable CSVRecord names, long line) {
    for (int i = 0; i < layout.columns().size(); i++) {
      String name = layout.columns().get(i).name();
      String found = names == null ? "" : cell(names, i);
      if (!name.equals(found)) {
        throw fault("clearing.line-names", line, i + 1);
      }
    }
  }

  /** False for a line of what did not move. */
  private boolean take(CSVRecord record, long line) {
    if (record.size() < layout.columns().size()) {
      throw fault("clearing.line-columns", line, layout.columns().size());
    }
    String word = cell(record, flow);
    if (flow >= 0 && layout.skipped().contains(word)) {
      return false;
    }
    boolean isRefund = flow >= 0 && layout.refunds().contains(word);
    if (flow >= 0 && !isRefund && !layout.payments().contains(word)) {
      throw fault("clearing.line-flow", line);
    }
    long fen = fen(cell(record, amount), line, "clearing.line-amount");
    if (layout.isSigned()) {
      if (flow >= 0 && fen > 0 == isRefund) {
        throw fault("clearing.line-sign", line);
      }
      isRefund = fen < 0;
    } else if (fen < 0) {
      throw fault("clearing.line-sign", line);
    } else if (isRefund) {
      fen = -fen;
    }
    if (fen == 0) {
      throw fault("clearing.line-amount", line);
    }
    if (++lines > MOST_LINES) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "clearing.too-many-lines", MOST_LINES);
    }
    if (fen > 0) {
      in = Math.addExact(in, fen);
    } else {
      out = Math.addExact(out, -fen);
    }
    into.accept(
        new Entry(
            isRefund ? Flow.REFUND : Flow.PAYMENT,
            name(cell(record, key), line),
            name(cell(record, reference), line),
            institution(cell(record, institution), line),
            fen,
            time(cell(record, time), line)));
    return true;
  }

  private static String name(String text, long line) {
    if (text.length() > LONGEST || !text.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
      throw fault("clearing.line-key", line);
    }
    return text;
  }

  private static String institution(String text, long line) {
    if (!text.matches("[A-Za-z0-9.-]{0,64}")) {
      throw fault("clearing.line-institution", line);
    }
    return text;
  }

  private Instant time(String text, long line) {
    Instant at;
    try {
      at = LocalDateTime.parse(text, layout.time()).atZone(BEIJING).toInstant();
    } catch (DateTimeException e) {
      throw fault("clearing.line-time", line);
    }
    if (at.isBefore(from) || !at.isBefore(before)) {
      throw fault("clearing.line-day", line);
    }
    return at;
  }

  private long fen(String text, long line, String fault) {
    String plain = text.replace(",", "").replace("¥", "").replace("￥", "").strip();
    if (!plain.matches("[+-]?\\d{1,14}(\\.\\d{1,2}0{0,4})?")) {
      throw fault(fault, line);
    }
    BigDecimal number = new BigDecimal(plain);
    BigDecimal fen = layout.isFen() ? number : number.movePointRight(2);
    if (fen.abs().compareTo(MOST_FEN) > 0 || fen.stripTrailingZeros().scale() > 0) {
      throw fault(fault, line);
    }
    return fen.longValueExact();
  }

  private void check(Layout.Summary summary, CSVRecord sums, long line, int skipped) {
    String count = cell(sums, summary.count()).replaceAll("\\D", "");
    if (!count.matches("\\d{1,9}") || Integer.parseInt(count) != lines + skipped) {
      throw fault("clearing.line-count", line, lines + skipped);
    }
    check(sums, summary.payments(), in, line);
    check(sums, summary.refunds(), out, line);
    check(sums, summary.net(), in - out, line);
  }

  private void check(CSVRecord sums, int place, long fen, long line) {
    if (place < 0) {
      return;
    }
    long said = fen(cell(sums, place).replaceAll("[^0-9.,+-]", ""), line, "clearing.line-sum");
    // What went back is written with or without a sign.
    if (said != fen && -said != fen) {
      throw fault("clearing.line-sum", line, BigDecimal.valueOf(fen, 2).toPlainString());
    }
  }

  /** Stops where a file unpacks to too much. */
  private static final class Limited extends FilterInputStream {
    private long bytes;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      count(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count(Math.max(0, read));
      return read;
    }

    private void count(int more) {
      bytes += more;
      if (bytes > MOST_BYTES) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "clearing.too-many-lines", MOST_LINES);
      }
    }
  }
}
