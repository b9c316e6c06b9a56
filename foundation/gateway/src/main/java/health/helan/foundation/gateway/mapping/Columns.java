package health.helan.foundation.gateway.mapping;

import java.text.Normalizer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a table that a mapping reads, by the names that its paths use.
 *
 * @param columns from such a name to what senders call it
 * @param sheet name of the sheet, or its number from 1; null for the first
 * @param header number of the row with the columns' names, from 1; 0: the first that has them
 * @param delimiter between the cells of a line; null: found out
 */
public record Columns(
    Map<String, Column> columns,
    @Nullable String sheet,
    int header,
    @Nullable Character delimiter) {
  public static final Columns NONE = new Columns(Map.of(), null, 0, null);

  /**
   * A column.
   *
   * @param names as senders write them, the best first
   * @param isRequired true: a file without it is refused as a whole
   * @param isPatient true: rows with the same value are about one patient and keep their order
   */
  public record Column(List<String> names, boolean isRequired, boolean isPatient) {
    public Column {
      names = List.copyOf(names);
    }
  }

  public Columns {
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns)); // In their order.
  }

  /** The column that stands for the patient; null when none does. */
  public @Nullable String patient() {
    for (Map.Entry<String, Column> each : columns.entrySet()) {
      if (each.getValue().isPatient()) {
        return each.getKey();
      }
    }
    return null;
  }

  /** Names are the same in wide and narrow letters, with and without blanks, in any case. */
  public static String plain(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFKC)
        .replaceAll("[\\s*\uFEFF]+", "")
        .toLowerCase(Locale.ROOT);
  }
}
