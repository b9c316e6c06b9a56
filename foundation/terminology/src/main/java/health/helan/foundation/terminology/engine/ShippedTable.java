package health.helan.foundation.terminology.engine;

import java.util.ArrayList;
import java.util.List;

/** Rows of a shipped table, for what is built upon it. */
public final class ShippedTable {
  private ShippedTable() {}

  /**
   * Chapters and blocks of a classification: code, Chinese, English, code above.
   *
   * @param url of a shipped code system
   */
  public static List<List<String>> ranges(String url) {
    NationalTables.Entry entry = NationalTables.get().find("CodeSystem", url);
    List<List<String>> ranges = new ArrayList<>();
    if (entry != null) {
      for (String[] row : entry.rows()) {
        if (row[0].indexOf('-') > 0 || row[0].length() == 2) {
          ranges.add(
              List.of(row[0], row[1], row.length > 2 ? row[2] : "", row.length > 3 ? row[3] : ""));
        }
      }
    }
    return ranges;
  }
}
