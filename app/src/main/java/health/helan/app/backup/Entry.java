package health.helan.app.backup;

import java.util.List;

/**
 * What an entry of a backup holds.
 *
 * @param kind see {@link Kind}
 * @param name of a table (with its schema where that is not the usual one), a sequence, a file of
 *     the data folder, or an object
 * @param rule how the table is kept; empty for others
 * @param columns of the table, in the order of its rows
 * @param values what else belongs to the kind
 */
record Entry(Kind kind, String name, String rule, List<String> columns, List<Long> values) {
  enum Kind {
    /** All rows of a table: they take the place of what is there. */
    TABLE,
    /** Rows that were written since the last backup; how they go in, the rule says. */
    ROWS,
    /** Where each lane of the change log stood at the last backup; only in increments. */
    LANES,
    /** Last number of a sequence. */
    SEQUENCE,
    /** A file of the data folder. */
    FILE,
    /** A large content. */
    OBJECT,
    /** Keys of large contents that are no more, a piece each. */
    OBJECTS_GONE
  }

  /**
   * @param pieces rows of a table, bytes of a file
   * @param sum of the rows ({@link RowSum}) or bytes (SHA-256)
   */
  record End(long pieces, String sum) {}

  static Entry table(Kind kind, Table table, TableRule rule, List<Long> values) {
    return new Entry(kind, table.name(), rule.text(), table.columns(), values);
  }

  static Entry of(Kind kind, String name) {
    return new Entry(kind, name, "", List.of(), List.of());
  }
}
