package health.helan.foundation.gateway.table;

import com.fasterxml.aalto.stax.InputFactoryImpl;
import health.helan.foundation.gateway.hl7v2.Charsets;
import health.helan.foundation.gateway.mapping.Columns;
import health.helan.foundation.store.Refusal;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ExcelReaderException;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.ReadingOptions;
import org.dhatim.fastexcel.reader.Row;
import org.jspecify.annotations.Nullable;

/** The lines of a CSV file or the rows of a sheet, one after the other. */
final class Sheet {
  /** Cells of a line. */
  private static final int MAX_COLUMNS = 1_000;

  /** What an Excel file may unpack to: it is a ZIP, and may be a bomb. */
  private static final long MAX_UNPACKED = 512L << 20;

  /** What its table of texts may: that one lies in memory as a whole. */
  private static final long MAX_TEXTS = 96L << 20;

  /** Digits that Excel keeps of a number; further ones have become zeros. */
  private static final int EXACT_DIGITS = 15;

  /** Digits behind the point that a double can have, and some more. */
  private static final int MOST_SCALE = 400;

  private Sheet() {}

  /**
   * A line.
   *
   * @param number as the file counts, from 1
   * @param odd what is wrong with a cell, by its number from 0: key of a sentence
   */
  record Line(int number, List<String> cells, Map<Integer, String> odd) {}

  /**
   * @throws Refusal for a kind of file that is not read
   */
  static void refuseOthers(byte[] bytes) {
    if (startsWith(bytes, 0xD0, 0xCF, 0x11, 0xE0)) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.table-old-excel");
    }
    if (startsWith(bytes, '%', 'P', 'D', 'F') || startsWith(bytes, 0x1F, 0x8B)) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.table-no-table");
    }
  }

  private static boolean startsWith(byte[] bytes, int... head) {
    if (bytes.length < head.length) {
      return false;
    }
    for (int i = 0; i < head.length; i++) {
      if (bytes[i] != (byte) head[i]) {
        return false;
      }
    }
    return true;
  }

  static Iterator<Line> rows(byte[] bytes, @Nullable Charset charset, Columns columns) {
    return startsWith(bytes, 'P', 'K', 3, 4)
        ? excel(bytes, columns.sheet())
        : text(bytes, charset, columns.delimiter());
  }

  // ------------------------------------------------------------------ CSV

  private static Iterator<Line> text(
      byte[] bytes, @Nullable Charset charset, @Nullable Character delimiter) {
    String text = Charsets.text(bytes, charset);
    if (text.indexOf('\0') >= 0) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.table-no-table");
    }
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setDelimiter(delimiter == null ? delimiter(text) : delimiter)
            .setIgnoreEmptyLines(false)
            .setTrailingData(true)
            .get();
    try {
      CSVParser parser = CSVParser.parse(new StringReader(text), format);
      Iterator<CSVRecord> records = parser.iterator();
      return new Iterator<>() {
        /** Up to where line ends were counted, for the line that a row begins on. */
        private int counted;

        private int line = 1;

        @Override
        public boolean hasNext() {
          try {
            return records.hasNext();
          } catch (UncheckedIOException e) {
            throw broken(parser.getCurrentLineNumber());
          }
        }

        @Override
        public Line next() {
          CSVRecord found;
          try {
            found = records.next();
          } catch (UncheckedIOException e) {
            throw broken(parser.getCurrentLineNumber());
          }
          if (found.size() > MAX_COLUMNS) {
            throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-too-wide", MAX_COLUMNS);
          }
          for (; counted < Math.min(found.getCharacterPosition(), text.length()); counted++) {
            if (text.charAt(counted) == '\n') {
              line++;
            }
          }
          return new Line(line, List.of(found.values()), Map.of());
        }
      };
    } catch (IOException e) {
      throw broken(1);
    }
  }

  private static Refusal broken(long line) {
    return new Refusal(Refusal.Kind.STRUCTURE, "gateway.table-broken", line);
  }

  /** What stands most often in the first lines, outside of quotation marks. */
  private static char delimiter(String text) {
    String head = text.substring(0, Math.min(text.length(), 8_192));
    char best = ',';
    long most = 0;
    for (char one : new char[] {',', '\t', ';', '|'}) {
      boolean quoted = false;
      long count = 0;
      for (int i = 0; i < head.length(); i++) {
        char c = head.charAt(i);
        quoted ^= c == '"';
        if (c == one && !quoted) {
          count++;
        }
      }
      if (count > most) {
        best = one;
        most = count;
      }
    }
    return best;
  }

  // ------------------------------------------------------------------ Excel

  private static Iterator<Line> excel(byte[] bytes, @Nullable String name) {
    refuseBombs(bytes);
    try {
      // Rows come as they are asked for; the workbook lies in memory, and there is no file to
      // close.
      var workbook =
          new ReadableWorkbook(new ByteArrayInputStream(bytes), new ReadingOptions(true, false));
      Iterator<Row> rows = sheet(workbook, name).openStream().iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          try {
            return rows.hasNext();
          } catch (ExcelReaderException e) {
            throw broken(0);
          }
        }

        @Override
        public Line next() {
          try {
            return line(rows.next());
          } catch (ExcelReaderException e) {
            throw broken(0);
          }
        }
      };
    } catch (IOException | ExcelReaderException e) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.table-no-excel");
    }
  }

  private static org.dhatim.fastexcel.reader.Sheet sheet(
      ReadableWorkbook workbook, @Nullable String name) {
    if (name == null) {
      return workbook.getFirstSheet();
    }
    Optional<org.dhatim.fastexcel.reader.Sheet> found = workbook.findSheet(name);
    if (found.isEmpty() && name.matches("[1-9]\\d{0,2}")) {
      found = workbook.getSheet(Integer.parseInt(name) - 1);
    }
    return found.orElseThrow(
        () -> new Refusal(Refusal.Kind.UNPROCESSABLE, "gateway.table-no-sheet", name));
  }

  /**
   * Looks through an Excel file before it is opened, by the same directory that it is opened by
   * (entries may be listed that stand nowhere else): what it unpacks to, and how far to the right
   * its cells lie, for whose sake a row would be filled up to there.
   */
  private static void refuseBombs(byte[] bytes) {
    try (var zip =
        ZipFile.builder().setSeekableByteChannel(new SeekableInMemoryByteChannel(bytes)).get()) {
      var unpacked = new Counting.Total();
      for (var entries = zip.getEntries(); entries.hasMoreElements(); ) {
        try (var in = new Counting(zip.getInputStream(entries.nextElement()), unpacked)) {
          look(in);
          in.transferTo(OutputStream.nullOutputStream());
        }
      }
    } catch (IOException e) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.table-no-excel");
    }
  }

  private static final XMLInputFactory XML = xml();

  private static XMLInputFactory xml() {
    // Of the kind that the workbook itself is read with: both have to see the same.
    var factory = new InputFactoryImpl();
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    return factory;
  }

  /** Looks at an entry that may be a sheet or the table of texts; at others in vain. */
  private static void look(Counting in) {
    boolean isTexts = false;
    try {
      XMLStreamReader reader = XML.createXMLStreamReader(in);
      try {
        while (reader.hasNext()) {
          if (reader.next() != XMLStreamConstants.START_ELEMENT) {
            if (isTexts && in.own() > MAX_TEXTS) {
              throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-unpacked", MAX_TEXTS >> 20);
            }
            continue;
          }
          switch (reader.getLocalName()) {
            case "sst" -> isTexts = true;
            case "c" -> refuseFarAway(reader.getAttributeValue(null, "r"));
            default -> {
              // Says nothing of places.
            }
          }
        }
      } finally {
        reader.close();
      }
    } catch (XMLStreamException e) {
      // No XML: no sheet, or one that cannot be read as one either.
      return;
    }
  }

  /** By the letters of a reference such as {@code AB12}. */
  private static void refuseFarAway(@Nullable String reference) {
    long column = 0;
    for (int i = 0; reference != null && i < reference.length(); i++) {
      char c = Character.toUpperCase(reference.charAt(i));
      if (c >= 'A' && c <= 'Z') {
        column = column * 26 + (c - 'A' + 1);
        if (column > MAX_COLUMNS) {
          throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-too-wide", MAX_COLUMNS);
        }
      }
    }
  }

  /** Counts what a file unpacks to, and stops where it is too much. */
  private static final class Counting extends FilterInputStream {
    /** Of all entries together. */
    static final class Total {
      private long bytes;
    }

    private final Total total;
    private long own;

    Counting(InputStream in, Total total) {
      super(in);
      this.total = total;
    }

    long own() {
      return own;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      count(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      count(Math.max(0, n));
      return n;
    }

    private void count(int n) {
      own += n;
      total.bytes += n;
      if (total.bytes > MAX_UNPACKED) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-unpacked", MAX_UNPACKED >> 20);
      }
    }
  }

  private static Line line(Row row) {
    if (row.getCellCount() > MAX_COLUMNS) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-too-wide", MAX_COLUMNS);
    }
    var cells = new ArrayList<String>();
    var odd = new HashMap<Integer, String>();
    for (int i = 0; i < row.getCellCount(); i++) {
      Cell cell = row.getCell(i);
      String text = "";
      if (cell != null) {
        if (cell.getType() == CellType.ERROR) {
          odd.put(i, "gateway.found-cell-error");
        } else if (isNumber(cell) && isDate(cell)) {
          text = date(cell);
        } else if (isNumber(cell)) {
          BigDecimal number = cell.asNumber();
          if (number != null && digits(number) > EXACT_DIGITS) {
            // A citizen's number kept as a number has lost its last digits: half a number is none.
            odd.put(i, "gateway.found-cell-cut");
          } else if (number != null) {
            text = number.stripTrailingZeros().toPlainString();
          }
        } else {
          text = cell.getText() == null ? "" : cell.getText();
        }
      }
      cells.add(text);
    }
    return new Line(row.getRowNum(), cells, odd);
  }

  private static boolean isNumber(Cell cell) {
    if (cell.getType() == CellType.NUMBER) {
      return true;
    }
    return cell.getType() == CellType.FORMULA && cell.getValue() instanceof BigDecimal;
  }

  /** Whole numbers with more digits than Excel keeps. */
  private static long digits(BigDecimal number) {
    BigDecimal plain = number.stripTrailingZeros();
    if (plain.scale() > MOST_SCALE) {
      return Long.MAX_VALUE; // No number of a spreadsheet's; written out it would fill the memory.
    }
    return plain.scale() > 0 ? 0 : plain.precision() - (long) plain.scale();
  }

  /** By the format of the cell: letters of day, month, year, hour outside of quotes and colours. */
  private static boolean isDate(Cell cell) {
    Integer id = cell.getDataFormatId();
    if (id != null && (id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 58)) {
      return true;
    }
    String format = cell.getDataFormatString();
    return format != null
        && format.replaceAll("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.", "").matches("(?is).*[dmyh年月日时].*")
        && !format.equalsIgnoreCase("General");
  }

  private static String date(Cell cell) {
    LocalDateTime time = cell.asDate();
    if (time == null) {
      return "";
    }
    return time.toLocalTime().equals(LocalTime.MIDNIGHT)
        ? time.toLocalDate().toString()
        : time.toLocalDate() + " " + time.toLocalTime().withNano(0);
  }
}
