package health.helan.foundation.terminology.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.ReadingOptions;
import org.dhatim.fastexcel.reader.Row;

/** Lines of a CSV or text file, or rows of the first sheet of an Excel file. */
final class TableFile {
  private TableFile() {}

  /** Told each line. */
  interface Lines {
    /**
     * @param number from 1
     */
    void row(int number, List<String> cells);
  }

  static void read(Path file, Lines lines) throws IOException {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".xlsx")) {
      readExcel(file, lines);
    } else {
      readText(file, lines);
    }
  }

  private static void readExcel(Path file, Lines lines) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        var workbook = new ReadableWorkbook(in, new ReadingOptions(false, true));
        Stream<Row> rows = workbook.getFirstSheet().openStream()) {
      Iterator<Row> all = rows.iterator();
      while (all.hasNext()) {
        Row row = all.next();
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.getCellCount(); i++) {
          Cell cell = row.getCell(i);
          String text = cell == null ? null : cell.getText();
          cells.add(text == null ? "" : text);
        }
        lines.row(row.getRowNum(), cells);
      }
    } catch (IOException | RuntimeException e) {
      // The reader throws what it meets in a broken file.
      throw new CodeTable.Unreadable(
          "不是可读的 Excel（.xlsx）文件。", "This is no Excel file (.xlsx) that can be read.");
    }
  }

  private static void readText(Path file, Lines lines) throws IOException {
    Charset charset = charset(file);
    char separator = separator(file, charset);
    CSVFormat format =
        CSVFormat.DEFAULT.builder().setDelimiter(separator).setIgnoreEmptyLines(true).get();
    try (Reader reader = new InputStreamReader(Files.newInputStream(file), charset);
        CSVParser parser = CSVParser.builder().setReader(reader).setFormat(format).get()) {
      for (CSVRecord line : parser) {
        List<String> cells = new ArrayList<>();
        line.forEach(cells::add);
        lines.row((int) Math.min(parser.getCurrentLineNumber(), Integer.MAX_VALUE), cells);
      }
    } catch (java.io.UncheckedIOException e) {
      throw new CodeTable.Unreadable("文件中有引号不成对。", "A quotation mark is not closed.");
    }
  }

  /** UTF-8 where it is, else GB18030, which older official files come in. */
  private static Charset charset(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(1 << 20);
    }
    if (head.length > 1
        && (head[0] == (byte) 0xff && head[1] == (byte) 0xfe
            || head[0] == (byte) 0xfe && head[1] == (byte) 0xff)) {
      return StandardCharsets.UTF_16;
    }
    int end = head.length;
    // A character may be cut at the end of what was read.
    for (int cut = 0; cut < 4 && end > 0; cut++, end--) {
      try {
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(head, 0, end));
        return StandardCharsets.UTF_8;
      } catch (CharacterCodingException e) {
        if (head.length < 1 << 20) {
          break;
        }
      }
    }
    return Charset.forName("GB18030");
  }

  private static char separator(Path file, Charset charset) throws IOException {
    String head;
    try (InputStream in = Files.newInputStream(file)) {
      head = new String(in.readNBytes(4096), charset);
    }
    char best = ',';
    long most = head.chars().filter(c -> c == ',').count();
    for (char one : new char[] {'\t', ';', '|'}) {
      long count = head.chars().filter(c -> c == one).count();
      if (count > most) {
        best = one;
        most = count;
      }
    }
    return best;
  }
}
