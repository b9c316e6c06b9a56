package health.helan.foundation.terminology.load;

import health.helan.foundation.terminology.engine.ShippedTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The concepts of a file, as {@code $import-concepts} takes them.
 *
 * @param rows code, Chinese, English, code above, {@code inactive} or empty, names and values of
 *     properties
 * @param skipped lines without a code, and codes that came before (the first one counts)
 */
public record CodeTable(TableMapping mapping, List<List<String>> rows, List<String> skipped) {

  /** A file that cannot be read by this mapping, and why, in both languages. */
  public static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;
    private final String chinese;

    Unreadable(String chinese, String english) {
      super(english);
      this.chinese = chinese;
    }

    public String chinese() {
      return chinese;
    }
  }

  /** Reads a file. */
  public static CodeTable read(Path file, TableMapping mapping) throws IOException {
    var reading = new Reading(mapping);
    TableFile.read(file, reading::row);
    return reading.done();
  }

  /** One pass over a file. */
  private static final class Reading {
    private final TableMapping mapping;
    private TableMapping.@org.jspecify.annotations.Nullable Columns columns;
    private final Map<String, List<String>> byCode = new LinkedHashMap<>();
    private final List<String> skipped = new ArrayList<>();
    private final StringBuilder seen = new StringBuilder();

    Reading(TableMapping mapping) {
      this.mapping = mapping;
    }

    void row(int number, List<String> cells) {
      TableMapping.Columns known = columns;
      if (known == null) {
        // Titles and remarks may stand above the header.
        columns = mapping.columns(cells);
        if (columns == null && seen.length() < 300) {
          seen.append(cells).append(' ');
        }
        return;
      }
      String code = known.cell(cells, known.code()).strip();
      String chinese = known.cell(cells, known.zh()).strip();
      String english = known.cell(cells, known.en()).strip();
      if (code.isEmpty() || chinese.isEmpty() && english.isEmpty()) {
        if (cells.stream().anyMatch(cell -> !cell.isBlank())) {
          skipped.add("第 %d 行缺少编码或名称 / line %d lacks a code or a name".formatted(number, number));
        }
        return;
      }
      List<String> row = new ArrayList<>();
      row.add(code);
      row.add(chinese);
      row.add(english);
      row.add(known.cell(cells, known.parent()).strip());
      row.add(
          mapping.inactive().contains(known.cell(cells, known.status()).strip()) ? "inactive" : "");
      known
          .properties()
          .forEach(
              (name, column) -> {
                String value = known.cell(cells, column).strip();
                if (!value.isEmpty()) {
                  row.add(name);
                  row.add(value);
                }
              });
      if (byCode.putIfAbsent(code, row) != null) {
        skipped.add(
            "第 %d 行的编码 %s 重复 / line %d repeats the code %s".formatted(number, code, number, code));
      }
    }

    CodeTable done() throws Unreadable {
      if (columns == null) {
        throw new Unreadable(
            "没有找到表头（应有列 %s）。文件开头是：%s".formatted(mapping.codeNames(), seen),
            "No header line was found (a column %s is expected). The file begins with: %s"
                .formatted(mapping.codeNames(), seen));
      }
      if (mapping.isByPrefix()) {
        abovePrefixes();
      }
      return new CodeTable(mapping, List.copyOf(byCode.values()), skipped);
    }

    /** Codes say themselves what they lie below: A00.1 below A00. Chapters are put above. */
    private void abovePrefixes() {
      List<List<String>> chapters =
          mapping.under().isEmpty() ? List.of() : ShippedTable.ranges(mapping.under());
      for (List<String> row : byCode.values()) {
        String code = row.getFirst();
        for (int end = code.length() - 1; end >= mapping.shortest(); end--) {
          String shorter = code.substring(0, end).replaceAll("[.x]+$", "");
          if (!shorter.equals(code) && byCode.containsKey(shorter)) {
            row.set(3, shorter);
            break;
          }
        }
        if (row.get(3).isEmpty()) {
          row.set(3, smallest(chapters, code));
        }
      }
      for (List<String> chapter : chapters) {
        byCode.putIfAbsent(
            chapter.getFirst(),
            new ArrayList<>(
                List.of(chapter.get(0), chapter.get(1), chapter.get(2), chapter.get(3), "")));
      }
    }

    /** The narrowest range ({@code A00-A09}) that a code lies in; empty for none. */
    private static String smallest(List<List<String>> chapters, String code) {
      String best = "";
      String bestFirst = "";
      String bestLast = "";
      for (List<String> chapter : chapters) {
        String range = chapter.getFirst();
        int dash = range.indexOf('-');
        String first = dash < 0 ? range : range.substring(0, dash);
        String last = dash < 0 ? range : range.substring(dash + 1);
        String head = code.length() > first.length() ? code.substring(0, first.length()) : code;
        boolean within =
            head.compareTo(first) >= 0 && head.compareTo(last) <= 0 && !range.equals(code);
        int narrower = first.compareTo(bestFirst);
        if (within && (narrower > 0 || narrower == 0 && last.compareTo(bestLast) < 0)) {
          best = range;
          bestFirst = first;
          bestLast = last;
        }
      }
      return best;
    }
  }
}
