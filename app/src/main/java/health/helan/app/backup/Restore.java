package health.helan.app.backup;

import health.helan.app.start.Console;
import health.helan.app.start.StartRefused;
import health.helan.foundation.store.objects.ObjectKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.jspecify.annotations.Nullable;

/**
 * Plays a chain of backups into an empty database and an empty folder. The database's part is one
 * transaction, which ends with a comparison of checksums; until it commits, nothing is there.
 */
final class Restore {
  /** Indexes that can be made after the rows, which is much faster. */
  private static final String INDEXES =
      """
      select c.oid::regclass::text, pg_get_indexdef(c.oid)
      from pg_index i join pg_class c on c.oid = i.indexrelid
      join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
      where n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and t.relkind = 'r'
        and not exists (select from pg_constraint k where k.conindid = c.oid)""";

  /** Rows come table by table, which foreign keys would not have. */
  private static final String FOREIGN_KEYS =
      """
      select k.conrelid::regclass::text, quote_ident(k.conname), pg_get_constraintdef(k.oid)
      from pg_constraint k join pg_namespace n on n.oid = k.connamespace
      where k.contype = 'f' and k.conparentid = 0
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'""";

  private final Chain chain;
  private final BackupKeys keys;
  private final Console console;
  private final Map<String, TableRule> rules;
  private final RestoredObjects objects;

  /** In the order in which the checksums were made. */
  private final Map<String, List<String>> columns = new TreeMap<>();

  /** For {@link #verify} alone. */
  Restore(Chain chain, BackupKeys keys, Map<String, TableRule> rules, Console console) {
    this(chain, keys, rules, new RestoredObjects(null, null), console);
  }

  Restore(
      Chain chain,
      BackupKeys keys,
      Map<String, TableRule> rules,
      RestoredObjects objects,
      Console console) {
    this.chain = chain;
    this.rules = rules;
    this.objects = objects;
    this.keys = keys;
    this.console = console;
  }

  /**
   * Reads every byte of the chain, so that nothing is begun with a damaged one.
   *
   * @return the last manifest
   */
  Manifest verify() throws IOException {
    Manifest last = null;
    int done = 0;
    for (Chain.Link link : chain.links()) {
      try (ArchiveReader archive = Chain.open(link.file(), keys)) {
        while (archive.next() != null) {
          archive.skip();
        }
        last = archive.manifest();
      }
      done++;
      console.progress(
          "检查备份 / checking", done, chain.links().size(), link.file().getFileName().toString());
    }
    return Objects.requireNonNull(last);
  }

  /**
   * Refuses what this program does not know: tables that a newer one made.
   *
   * @throws StartRefused naming the version to take
   */
  void requireKnown(DataSource database) {
    Map<String, String> known = new TreeMap<>();
    for (var migration : Flyway.configure().dataSource(database).load().info().all()) {
      if (migration.getVersion() != null) {
        known.put(migration.getVersion().getVersion(), String.valueOf(migration.getChecksum()));
      }
    }
    for (Map.Entry<String, String> made : chain.last().head().migrations().entrySet()) {
      if (!made.getValue().equals(known.get(made.getKey()))) {
        throw Head.newer(chain.last().file());
      }
    }
  }

  /** Tables as they were when the last backup was taken; the next start brings them further. */
  void makeTables(DataSource database) {
    MigrationVersion last =
        chain.last().head().migrations().keySet().stream()
            .map(MigrationVersion::fromVersion)
            .max(MigrationVersion::compareTo)
            .orElseThrow();
    try {
      Flyway.configure().dataSource(database).target(last).load().migrate();
    } catch (FlywayException failed) {
      throw new StartRefused(
          "无法在数据库中建表：" + failed.getMessage(),
          "The tables cannot be made in the database: " + failed.getMessage(),
          failed);
    }
  }

  /**
   * Brings everything in and commits.
   *
   * @param data folder for the files; their index key too
   * @return tables whose checksums were compared
   */
  int bringIn(Connection connection, Path data) throws SQLException, IOException {
    connection.setAutoCommit(false);
    CopyRows.run(connection, "set local statement_timeout = 0");
    CopyRows.run(connection, "set local lock_timeout = 0");
    CopyRows.run(connection, "set local idle_in_transaction_session_timeout = 0");
    CopyRows.run(connection, "set local synchronous_commit = on");
    Map<String, Table> tables = Table.all(connection);
    List<String> writtenOnce = writtenOnce(connection, tables);
    for (String table : writtenOnce) {
      CopyRows.run(connection, "grant delete on " + table + " to current_user");
    }
    for (Table table : tables.values()) {
      if (TableRule.of(rules, table.name()).kind() != TableRule.Kind.NONE) {
        // Some migrations write first rows; what counts is what the backup holds.
        CopyRows.run(connection, "delete from " + table.sql());
      }
    }
    List<String> foreignKeys = dropForeignKeys(connection);
    List<String> indexes = dropIndexes(connection);
    Manifest manifest = null;
    int done = 0;
    for (Chain.Link link : chain.links()) {
      try (ArchiveReader archive = Chain.open(link.file(), keys)) {
        List<Long> after = List.of();
        for (Entry entry = archive.next(); entry != null; entry = archive.next()) {
          switch (entry.kind()) {
            case TABLE -> table(connection, archive, table(tables, entry, link), entry);
            case ROWS -> {
              Table table = table(tables, entry, link);
              rows(connection, archive, table, entry);
              if (TableRule.parse(entry.rule()).kind() == TableRule.Kind.LOG) {
                Lanes.findTouched(connection, after);
              }
            }
            case LANES -> {
              after = entry.values();
              archive.skip();
            }
            case SEQUENCE -> {
              try (var set = connection.prepareStatement("select setval(?::regclass, ?)")) {
                set.setString(1, Table.sql(entry.name()));
                set.setLong(2, entry.values().getFirst());
                set.execute();
              }
              archive.skip();
            }
            case FILE -> write(archive, inside(data, entry.name(), link));
            case OBJECT -> objects.bringBack(key(entry.name(), link), archive);
            case OBJECTS_GONE -> {
              for (byte[] key = archive.piece(); key != null; key = archive.piece()) {
                objects.takeAway(key(new String(key, StandardCharsets.US_ASCII), link));
              }
            }
          }
        }
        manifest = archive.manifest();
        trim(connection, tables, manifest);
      }
      done++;
      console.progress(
          "恢复 / restoring", done, chain.links().size(), link.file().getFileName().toString());
    }
    Manifest last = Objects.requireNonNull(manifest);
    removeOtherFiles(data, last.files().keySet());
    int compared = compare(connection, tables, last);
    console.say("正在建立索引…… / Making the indexes ...");
    for (String index : indexes) {
      CopyRows.run(connection, index);
    }
    for (String foreignKey : foreignKeys) {
      CopyRows.run(connection, foreignKey);
    }
    for (String table : writtenOnce) {
      CopyRows.run(connection, "revoke delete on " + table + " from current_user");
    }
    connection.commit();
    objects.finish();
    connection.setAutoCommit(true);
    CopyRows.run(connection, "analyze");
    return compared;
  }

  private Table table(Map<String, Table> tables, Entry entry, Chain.Link link) throws IOException {
    Table table = tables.get(entry.name());
    if (table == null) {
      throw new Damaged(link.file(), "this program makes no table " + entry.name());
    }
    if (!Set.copyOf(table.columns()).equals(Set.copyOf(entry.columns()))) {
      throw new Damaged(link.file(), "table " + entry.name() + " has other columns here");
    }
    columns.put(entry.name(), entry.columns());
    return table;
  }

  /**
   * Tables of which the platform deletes nothing; here a later backup's rows replace an earlier
   * one's.
   */
  private static List<String> writtenOnce(Connection connection, Map<String, Table> tables)
      throws SQLException {
    List<String> found = new ArrayList<>();
    try (var may =
        connection.prepareStatement("select has_table_privilege(?::regclass, 'delete')")) {
      for (Table table : tables.values()) {
        may.setString(1, table.sql());
        try (var answer = may.executeQuery()) {
          answer.next();
          if (!answer.getBoolean(1)) {
            found.add(table.sql());
          }
        }
      }
    }
    return found;
  }

  private static List<String> dropIndexes(Connection connection) throws SQLException {
    Map<String, String> found = new LinkedHashMap<>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(INDEXES)) {
      while (rows.next()) {
        found.put(rows.getString(1), rows.getString(2));
      }
    }
    for (String index : found.keySet()) {
      CopyRows.run(connection, "drop index " + index);
    }
    return List.copyOf(found.values());
  }

  private static List<String> dropForeignKeys(Connection connection) throws SQLException {
    List<String> drops = new ArrayList<>();
    List<String> makes = new ArrayList<>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(FOREIGN_KEYS)) {
      while (rows.next()) {
        String head = "alter table " + rows.getString(1);
        drops.add(head + " drop constraint " + rows.getString(2));
        makes.add(head + " add constraint " + rows.getString(2) + " " + rows.getString(3));
      }
    }
    for (String drop : drops) {
      CopyRows.run(connection, drop);
    }
    return makes;
  }

  // ------------------------------------------------------------------ rows

  private static void table(Connection connection, ArchiveReader archive, Table table, Entry entry)
      throws SQLException, IOException {
    CopyRows.run(connection, "delete from " + table.sql());
    copy(connection, archive, table.sql(), entry);
  }

  private static void copy(Connection connection, ArchiveReader archive, String into, Entry entry)
      throws SQLException, IOException {
    try (var copy = new CopyRows.In(connection, into, Table.list(entry.columns()))) {
      for (byte[] row = archive.piece(); row != null; row = archive.piece()) {
        copy.row(row);
      }
      copy.end();
    }
  }

  /** New rows of a table: those that they replace go first. */
  private static void rows(Connection connection, ArchiveReader archive, Table table, Entry entry)
      throws SQLException, IOException {
    TableRule rule = TableRule.parse(entry.rule());
    String from = "delete from " + table.sql() + " r using " + Lanes.TOUCHED + " t";
    String key = " where t.home = r.home and t.id = r.id";
    switch (rule.kind()) {
      case ROWS -> {
        if (rule.words().isEmpty()) {
          CopyRows.run(connection, from + key + " and t.type = r.type");
        } else {
          CopyRows.run(connection, from + key + " and t.type = '" + rule.words().getFirst() + "'");
        }
        copy(connection, archive, table.sql(), entry);
      }
      case VERSIONS -> {
        CopyRows.run(
            connection, from + key + " and t.type = r.type and r.version >= t.version - 1");
        copy(connection, archive, table.sql(), entry);
      }
      case WITH -> {
        CopyRows.run(connection, from + key + " and t.type = r.type");
        // A key may also have passed from a row that the log does not name.
        staged(connection, archive, table, entry);
      }
      case SINCE -> staged(connection, archive, table, entry);
      case LOG, SERIES -> copy(connection, archive, table.sql(), entry);
      case WHOLE, NONE -> throw new IllegalStateException(rule.text());
    }
  }

  private static void staged(Connection connection, ArchiveReader archive, Table table, Entry entry)
      throws SQLException, IOException {
    CopyRows.run(connection, "drop table if exists backup_stage");
    CopyRows.run(
        connection,
        "create temporary table backup_stage (like " + table.sql() + ") on commit drop");
    copy(connection, archive, "backup_stage", entry);
    String key = Table.list(table.key());
    CopyRows.run(
        connection,
        "delete from %s where (%s) in (select %s from backup_stage)"
            .formatted(table.sql(), key, key));
    CopyRows.run(
        connection,
        "insert into %s (%s) select %s from backup_stage"
            .formatted(table.sql(), table.columnList(), table.columnList()));
  }

  private void trim(Connection connection, Map<String, Table> tables, Manifest manifest)
      throws SQLException {
    for (Map.Entry<String, Map<String, Long>> floors : manifest.floors().entrySet()) {
      Table table = tables.get(floors.getKey());
      TableRule rule = rules.get(floors.getKey());
      if (table != null && rule != null) {
        Series.trim(connection, table, rule.asSeries(), floors.getValue());
      }
    }
  }

  // ------------------------------------------------------------------ files

  private static Path inside(Path data, String name, Chain.Link link) throws IOException {
    Path file = data.resolve(name).normalize();
    if (!file.startsWith(data) || file.equals(data)) {
      throw new Damaged(link.file(), "a file's name leads out of the data folder");
    }
    return file;
  }

  private static ObjectKey key(String key, Chain.Link link) throws IOException {
    if (!ObjectKey.isKey(key)) {
      throw new Damaged(link.file(), "the key of a large content is none");
    }
    return new ObjectKey(key);
  }

  private static void write(ArchiveReader archive, Path file) throws IOException {
    Durable.folder(Objects.requireNonNull(file.getParent()));
    try (FileChannel channel = Durable.create(file);
        OutputStream out = Durable.stream(channel)) {
      for (byte[] piece = archive.piece(); piece != null; piece = archive.piece()) {
        out.write(piece);
      }
      channel.force(true);
    }
  }

  private static void removeOtherFiles(Path data, Set<String> names) throws IOException {
    for (String name : DataFiles.of(data)) {
      if (!names.contains(name)) {
        Files.delete(data.resolve(name));
      }
    }
  }

  // ------------------------------------------------------------------ comparison

  private int compare(Connection connection, Map<String, Table> tables, Manifest manifest)
      throws SQLException, IOException {
    int compared = 0;
    for (Map.Entry<String, String> sum : manifest.tables().entrySet()) {
      Table table = Objects.requireNonNull(tables.get(sum.getKey()));
      List<String> order = columns.getOrDefault(sum.getKey(), table.columns());
      String found =
          CopyRows.sum(connection, new Table(table.name(), order, table.key())).toString();
      if (!found.equals(sum.getValue())) {
        throw differs("表 " + sum.getKey(), "table " + sum.getKey(), sum.getValue(), found);
      }
      compared++;
    }
    String lanes = manifest.lanes().toString();
    String found = Lanes.read(connection).toString();
    if (!found.equals(lanes)) {
      throw differs("变更日志的编号", "the numbers of the change log", lanes, found);
    }
    long objectsFound = objects.count();
    if (manifest.objects() >= 0 && objectsFound != manifest.objects()) {
      throw differs(
          "大内容的数量",
          "the number of large contents",
          Long.toString(manifest.objects()),
          Long.toString(objectsFound));
    }
    return compared;
  }

  private static StartRefused differs(
      String chinese, String english, String expected, String found) {
    return new StartRefused(
        "恢复后核对不一致，已撤销：%s，应为 %s，实为 %s。".formatted(chinese, expected, found),
        "What was restored is not what was backed up, and was taken back: %s is %s and should be %s."
            .formatted(english, found, expected));
  }

  /** Takes away what {@link #makeTables} made in a database that was empty. */
  static void dropTables(Connection connection) throws SQLException {
    for (Table table : Table.all(connection).values()) {
      CopyRows.run(connection, "drop table if exists " + table.sql() + " cascade");
    }
  }

  /** Everything in a folder and the folder. */
  static void delete(@Nullable Path folder) throws IOException {
    if (folder == null || Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
