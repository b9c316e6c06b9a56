package health.helan.app.backup;

import health.helan.app.backup.Entry.Kind;
import health.helan.app.start.Console;
import health.helan.foundation.store.objects.NoSuchObject;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Range;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes one backup: the database in one snapshot, then the files of the data folder and the large
 * contents, which never change and are there before a record speaks of them. The file gets its name
 * when it is whole and on the disk.
 */
final class Backup {
  static final String SUFFIX = ".helan-backup";

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  /**
   * What came of it.
   *
   * @param whyFull reason for a full backup that was not asked for; null for none
   */
  record Done(
      Path file,
      Head head,
      long rows,
      long objects,
      long bytes,
      long fileBytes,
      Duration took,
      @Nullable Why whyFull) {}

  /** Why no increment could be taken. */
  enum Why {
    NONE_BEFORE("这里还没有备份", "there is none here yet"),
    OTHER_BUCKET("大内容的存放处已更换", "large contents lie elsewhere now"),
    OTHER_DATABASE("数据库已更换或被恢复过", "the database is another one, or was restored"),
    NEW_TABLES("数据库表结构已升级", "the tables have changed with a new version"),
    LOG_GAP("变更日志不完整", "the change log does not reach back to it"),
    REWRITTEN(
        "记录曾被整体重写（重建索引或更换密钥）", "rows were rewritten in place (indexed anew, or keys changed)"),
    FILE_GONE("上一次的备份文件不在了", "the file of the last one is gone");

    final String chinese;
    final String english;

    Why(String chinese, String english) {
      this.chinese = chinese;
      this.english = english;
    }
  }

  /**
   * @param bucket where large contents lie; null for the data folder
   * @param objects the large contents, as they are stored
   * @param indexKey the index key where the environment has it and the folder does not; null else
   * @param program version of the platform
   */
  record Plan(
      Path target,
      Path data,
      boolean full,
      boolean checksums,
      BackupCipher cipher,
      @Nullable String bucket,
      ObjectStore objects,
      @Nullable String indexKey,
      String program) {}

  private final Plan plan;
  private final BackupKeys keys;
  private final Connection connection;
  private final Console console;
  private final Map<String, TableRule> rules;
  private final Map<String, String> sums = new TreeMap<>();
  private final Map<String, String> left = new TreeMap<>();
  private final Map<String, String> files = new TreeMap<>();
  private final Map<String, Map<String, Long>> series = new TreeMap<>();
  private final Map<String, Map<String, Long>> floors = new TreeMap<>();
  private long rows;
  private long objectsWritten;

  Backup(
      Plan plan,
      BackupKeys keys,
      Map<String, TableRule> rules,
      Connection connection,
      Console console) {
    this.plan = plan;
    this.rules = rules;
    this.keys = keys;
    this.connection = connection;
    this.console = console;
  }

  Done run() throws SQLException, IOException {
    Instant begun = Instant.now();
    Path stateFolder = plan.data.resolve(ChainState.FOLDER);
    Durable.folder(stateFolder);
    connection.setAutoCommit(false);
    CopyRows.run(connection, "set transaction isolation level repeatable read");
    CopyRows.run(connection, "set local statement_timeout = 0");
    CopyRows.run(connection, "set local idle_in_transaction_session_timeout = 0");
    Map<String, Table> tables = Table.all(connection);
    Map<String, String> migrations = migrations(connection);
    List<Long> lanes = Lanes.read(connection);
    String database = database();
    String marks = marks(tables.keySet(), migrations);
    List<String> heads = Lanes.heads(connection, lanes);
    ChainState before = ChainState.read(stateFolder);
    Why why = plan.full ? null : whyFull(before, lanes, database, marks);
    boolean full = plan.full || why != null;
    String floor =
        Objects.requireNonNull(
            CopyRows.text(
                connection,
                "select coalesce(min(floor), clock_timestamp() - interval '1 minute')::text from instance"));
    String id = UUID.randomUUID().toString();
    BackupKeys.Locked locked = keys.newKey(plan.cipher);
    ChainState base = full ? null : Objects.requireNonNull(before);
    Head head =
        new Head(
            Head.FORMAT,
            id,
            base == null ? id : base.chain(),
            base == null ? 0 : base.number() + 1,
            base == null ? null : base.last(),
            begun.truncatedTo(ChronoUnit.MILLIS).toString(),
            plan.program,
            migrations,
            plan.cipher.label,
            locked.locks());
    Path file = plan.target.resolve(name(begun, head));
    Path draft = plan.target.resolve(file.getFileName() + ".partial");
    long bytes;
    long objects;
    try {
      try (FileChannel channel = Durable.create(draft)) {
        OutputStream out = Durable.stream(channel);
        Head.Written written = head.write();
        out.write(written.bytes());
        try (ArchiveWriter archive =
            new ArchiveWriter(new SealedOutput(out, plan.cipher, locked.key(), written.digest()))) {
          database(archive, tables, base);
          // Nothing more is asked of the snapshot; it keeps PostgreSQL from tidying up.
          connection.rollback();
          files(archive);
          objects = objects(archive, stateFolder, base == null);
          archive.manifest(new Manifest(lanes, sums, floors, left, files, objects, plan.bucket));
          bytes = archive.bytes();
        }
        channel.force(true);
      }
      Durable.rename(draft, file);
    } finally {
      Files.deleteIfExists(draft);
    }
    Durable.rename(stateFolder.resolve("objects.now"), stateFolder.resolve(ChainState.OBJECTS));
    new ChainState(
            head.chain(),
            id,
            head.number(),
            database,
            lanes,
            heads,
            marks,
            floor,
            series,
            plan.bucket)
        .write(stateFolder);
    return new Done(
        file,
        head,
        rows,
        objectsWritten,
        bytes,
        Files.size(file),
        Duration.between(begun, Instant.now()),
        why);
  }

  static String name(Instant begun, Head head) {
    return NAME.format(begun)
        + "-"
        + head.chain().substring(0, 8)
        + (head.isFull() ? "-full" : "-%04d".formatted(head.number()))
        + SUFFIX;
  }

  // ------------------------------------------------------------------ what is there

  private @Nullable Why whyFull(
      @Nullable ChainState before, List<Long> lanes, String database, String marks)
      throws SQLException, IOException {
    if (before == null) {
      return Why.NONE_BEFORE;
    }
    if (Chain.find(plan.target, before.last()) == null) {
      return Why.FILE_GONE;
    }
    if (!Objects.equals(before.bucket(), plan.bucket)) {
      return Why.OTHER_BUCKET;
    }
    if (!before.database().equals(database) || before.lanes().size() != lanes.size()) {
      return Why.OTHER_DATABASE;
    }
    long changes = 0;
    for (int home = 0; home < lanes.size(); home++) {
      long more = lanes.get(home) - before.lanes().get(home);
      if (more < 0) {
        return Why.OTHER_DATABASE;
      }
      changes += more;
    }
    if (!Lanes.sameHistory(before.heads(), Lanes.heads(connection, before.lanes()))) {
      return Why.OTHER_DATABASE;
    }
    if (!before.marks().equals(marks)) {
      return before
              .marks()
              .substring(0, before.marks().indexOf('|'))
              .equals(marks.substring(0, marks.indexOf('|')))
          ? Why.REWRITTEN
          : Why.NEW_TABLES;
    }
    return Lanes.count(connection, before.lanes()) == changes ? null : Why.LOG_GAP;
  }

  /** Versions of the tables and their checksums; a version is named once it went in whole. */
  static Map<String, String> migrations(Connection connection) throws SQLException {
    Map<String, String> versions = new TreeMap<>();
    try (var statement = connection.createStatement();
        var found =
            statement.executeQuery(
                "select version, checksum::text from flyway_schema_history"
                    + " where success and version is not null")) {
      while (found.next()) {
        versions.put(found.getString(1), String.valueOf(found.getString(2)));
      }
    }
    return versions;
  }

  private String database() throws SQLException {
    return Objects.requireNonNull(
        CopyRows.text(
            connection,
            """
            select (select system_identifier from pg_control_system()) || '/'
              || (select oid from pg_database where datname = current_database()) || '/'
              || left(pg_walfile_name(pg_current_wal_lsn()), 8)"""));
  }

  private String marks(Set<String> tables, Map<String, String> migrations) throws SQLException {
    StringBuilder marks = new StringBuilder(digest(migrations.toString())).append('|');
    for (Map.Entry<String, String> mark : TableRule.marks().entrySet()) {
      if (tables.contains(mark.getKey())) {
        String state = String.valueOf(CopyRows.text(connection, mark.getValue()));
        marks.append(digest(mark.getKey() + state)).append('|');
      }
    }
    return marks.toString();
  }

  private static String digest(String text) {
    return HexFormat.of()
        .formatHex(ArchiveWriter.sha256().digest(text.getBytes(StandardCharsets.UTF_8)), 0, 16);
  }

  // ------------------------------------------------------------------ the database

  private void database(ArchiveWriter archive, Map<String, Table> tables, @Nullable ChainState base)
      throws SQLException, IOException {
    if (base != null) {
      archive.begin(new Entry(Kind.LANES, "lanes", "", List.of(), base.lanes()));
      archive.end(0, HexFormat.of().formatHex(ArchiveWriter.sha256().digest()));
      Lanes.findTouched(connection, base.lanes());
    }
    // The log goes first: what follows it is found through it.
    List<Table> order = new ArrayList<>(tables.values());
    order.sort(
        java.util.Comparator.comparing((Table table) -> rule(table).kind() != TableRule.Kind.LOG));
    int done = 0;
    for (Table table : order) {
      TableRule rule = rule(table);
      switch (rule.kind()) {
        case SERIES -> {
          Series now = Series.read(connection, table, rule);
          series.put(table.name(), now.lasts());
          floors.put(table.name(), now.floors());
        }
        case LOG ->
            floors.put(table.name(), Series.read(connection, table, rule.asSeries()).floors());
        case WHOLE, NONE, ROWS, VERSIONS, WITH, SINCE -> {
          // Kept without numbers.
        }
      }
      if (rule.kind() == TableRule.Kind.NONE) {
        left.put(table.name(), String.join(" ", rule.words()));
      } else if (base == null
          || rule.kind() == TableRule.Kind.WHOLE
          // Which of its old rows have gone cannot be told by a time.
          || (plan.checksums && rule.kind() == TableRule.Kind.SINCE)) {
        whole(archive, table, rule);
      } else {
        newRows(archive, table, rule, base);
        if (plan.checksums) {
          sums.put(table.name(), CopyRows.sum(connection, table).toString());
        }
      }
      done++;
      console.progress(
          "备份数据表 / tables", done, order.size(), "%,d MB".formatted(archive.bytes() >> 20));
    }
    sequences(archive);
  }

  private TableRule rule(Table table) {
    return TableRule.of(rules, table.name());
  }

  private void whole(ArchiveWriter archive, Table table, TableRule rule)
      throws SQLException, IOException {
    archive.begin(Entry.table(Kind.TABLE, table, rule, List.of()));
    RowSum sum = rows(archive, "select " + table.columnList() + " from " + table.sql());
    archive.end(sum.rows(), sum.toString());
    sums.put(table.name(), sum.toString());
  }

  private void newRows(ArchiveWriter archive, Table table, TableRule rule, ChainState base)
      throws SQLException, IOException {
    archive.begin(Entry.table(Kind.ROWS, table, rule, List.of()));
    String columns = table.columnsOfR();
    String from = " from " + table.sql() + " r ";
    String touched = " join " + Lanes.TOUCHED + " t on t.home = r.home and t.id = r.id";
    String query =
        switch (rule.kind()) {
          case LOG ->
              "select "
                  + columns
                  + from
                  + "join unnest('{"
                  + String.join(",", base.lanes().stream().map(String::valueOf).toList())
                  + "}'::bigint[]) with ordinality n (after, ordinal)"
                  + " on r.home = n.ordinal - 1 and r.seq > n.after";
          case ROWS ->
              "select "
                  + columns
                  + from
                  + touched
                  + (rule.words().isEmpty()
                      ? " and t.type = r.type"
                      : " and t.type = '" + rule.words().getFirst() + "'");
          case VERSIONS ->
              "select "
                  + columns
                  + from
                  + touched
                  + " and t.type = r.type and r.version >= t.version - 1";
          case WITH -> "select " + columns + from + touched + " and t.type = r.type";
          case SINCE ->
              "select "
                  + columns
                  + from
                  + "where r."
                  + Table.quoted(rule.words().getFirst())
                  + " >= '"
                  + base.floor()
                  + "'::timestamptz";
          case SERIES ->
              Series.newRows(table, rule, base.series().getOrDefault(table.name(), Map.of()));
          case WHOLE, NONE -> throw new IllegalStateException(rule.text());
        };
    RowSum sum = rows(archive, query);
    archive.end(sum.rows(), sum.toString());
  }

  private RowSum rows(ArchiveWriter archive, String query) throws SQLException, IOException {
    RowSum sum = new RowSum();
    CopyRows.out(
        connection,
        query,
        row -> {
          sum.add(row);
          archive.piece(row, 0, row.length);
        });
    rows += sum.rows();
    return sum;
  }

  private void sequences(ArchiveWriter archive) throws SQLException, IOException {
    List<Entry> found = new ArrayList<>();
    try (var statement = connection.createStatement();
        var sequences =
            statement.executeQuery(
                """
                select case when schemaname = current_schema() then sequencename
                       else schemaname || '.' || sequencename end, last_value
                from pg_sequences where last_value is not null order by 1""")) {
      while (sequences.next()) {
        found.add(
            new Entry(
                Kind.SEQUENCE,
                sequences.getString(1),
                "",
                List.of(),
                List.of(sequences.getLong(2))));
      }
    }
    for (Entry sequence : found) {
      archive.begin(sequence);
      archive.end(0, HexFormat.of().formatHex(ArchiveWriter.sha256().digest()));
    }
  }

  // ------------------------------------------------------------------ files

  private void files(ArchiveWriter archive) throws IOException {
    for (String name : DataFiles.of(plan.data)) {
      try (InputStream in = Files.newInputStream(plan.data.resolve(name))) {
        files.put(name, archive.file(Entry.of(Kind.FILE, name), in).sum());
      }
    }
    if (plan.indexKey != null && !files.containsKey(DataFiles.INDEX_KEY)) {
      byte[] text = (plan.indexKey + "\n").getBytes(StandardCharsets.US_ASCII);
      files.put(
          DataFiles.INDEX_KEY,
          archive
              .file(Entry.of(Kind.FILE, DataFiles.INDEX_KEY), new ByteArrayInputStream(text))
              .sum());
    }
  }

  /**
   * Writes the large contents that are new, and names those that are gone. Both lists are sorted
   * and read side by side, so that memory does not grow with them.
   *
   * @return how many there are now
   */
  private long objects(ArchiveWriter archive, Path stateFolder, boolean full) throws IOException {
    Path list = stateFolder.resolve(ChainState.OBJECTS);
    Path now = stateFolder.resolve("objects.now");
    Path gone = stateFolder.resolve("objects.gone");
    long[] count = {0};
    try (BufferedReader before =
            full || Files.notExists(list)
                ? new BufferedReader(java.io.Reader.nullReader())
                : Files.newBufferedReader(list);
        FileChannel channel = Durable.create(now);
        Writer nowList =
            new BufferedWriter(
                new java.io.OutputStreamWriter(
                    Durable.stream(channel), StandardCharsets.US_ASCII));
        Writer goneList = Files.newBufferedWriter(gone)) {
      String[] next = {before.readLine()};
      plan.objects.list(
          null,
          object -> {
            String key = object.value();
            while (next[0] != null && next[0].compareTo(key) < 0) {
              goneList.write(next[0] + "\n");
              next[0] = before.readLine();
            }
            if (key.equals(next[0])) {
              next[0] = before.readLine();
            } else if (!object(archive, object)) {
              return; // Erased while we looked.
            }
            nowList.write(key + "\n");
            count[0]++;
          });
      for (String rest = next[0]; rest != null; rest = before.readLine()) {
        goneList.write(rest + "\n");
      }
      nowList.flush();
      channel.force(true);
    }
    archive.begin(Entry.of(Kind.OBJECTS_GONE, "objects"));
    RowSum sum = new RowSum();
    try (BufferedReader keys = Files.newBufferedReader(gone)) {
      for (String key = keys.readLine(); key != null; key = keys.readLine()) {
        byte[] piece = key.getBytes(StandardCharsets.US_ASCII);
        sum.add(piece);
        archive.piece(piece, 0, piece.length);
      }
    }
    archive.end(sum.rows(), sum.toString());
    Files.delete(gone);
    return count[0];
  }

  private boolean object(ArchiveWriter archive, ObjectKey key) throws IOException {
    try (InputStream in = plan.objects.open(key, Range.ALL)) {
      archive.file(Entry.of(Kind.OBJECT, key.value()), in);
      objectsWritten++;
      return true;
    } catch (NoSuchObject erased) {
      return false;
    }
  }
}
