package health.helan.foundation.gateway.table;

import health.helan.foundation.gateway.mapping.Columns;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The rows of a file of CSV or Excel, for those who read one without a feed. */
public final class Rows {
  private Rows() {}

  /**
   * A row.
   *
   * @param number as the file counts, from 1
   */
  public record Row(int number, List<String> cells) {}

  /**
   * All rows.
   *
   * @param most rows; more are refused
   * @throws Refusal for what is no table, and one that is too long
   */
  public static List<Row> of(byte[] file, int most) {
    if (file.length == 0) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.empty");
    }
    Sheet.refuseOthers(file);
    var rows = new ArrayList<Row>();
    for (Iterator<Sheet.Line> lines = Sheet.rows(file, null, Columns.NONE); lines.hasNext(); ) {
      Sheet.Line line = lines.next();
      if (rows.size() >= most) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-too-long", most);
      }
      rows.add(new Row(line.number(), line.cells()));
    }
    return rows;
  }
}
