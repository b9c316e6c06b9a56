package health.helan.foundation.gateway.table;

import health.helan.foundation.gateway.hl7v2.Charsets;
import health.helan.foundation.gateway.mapping.Columns;
import health.helan.foundation.store.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
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

  private static void refuseBombs(byte[] bytes) {
    long unpacked = 0;
    var buffer = new byte[64 * 1024];
    try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        unpacked = count(zip, buffer, unpacked);
      }
    } catch (IOException e) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.table-no-excel");
    }
  }

  private static long count(InputStream in, byte[] buffer, long before) throws IOException {
    long unpacked = before;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      unpacked += n;
      if (unpacked > MAX_UNPACKED) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-unpacked", MAX_UNPACKED >> 20);
      }
    }
    return unpacked;
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
