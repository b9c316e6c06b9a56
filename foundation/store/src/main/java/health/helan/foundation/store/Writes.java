package health.helan.foundation.store;

import health.helan.foundation.store.index.IndexEntry;
import health.helan.foundation.store.sql.CopyBuffer;
import health.helan.foundation.store.sql.Tables;
import health.helan.foundation.store.sql.WriteSql;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One transaction of the store: a single interaction or a whole bundle, all or nothing.
 *
 * <p>The order of work keeps locks short: conditions are resolved and creates encoded before the
 * database transaction begins; then claims, locks on what is updated (in key order, so that two
 * bundles cannot lock each other out), rows by COPY, and last the lane counters of the change log.
 */
final class Writes {
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);

  private final StoreParts parts;
  private final List<WriteEntry> entries;
  private final Claims claims;
  private final List<Part> requests;

  /** That of the first request, mostly the only one. */
  private final WriteGuard guard;

  private final WritePlan plan;
  private final @Nullable String requestKey;
  private final @Nullable Beside beside;
  private Instant updated = Instant.EPOCH;

  /** Someone else took a claim in the meantime: plan again, now seeing what they wrote. */
  private static final class Raced extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Raced() {
      super(null, null, false, false);
    }
  }

  /** One request's part of the transaction; mostly there is one. */
  private static final class Part {
    final Caller caller;
    final List<Interaction> interactions;
    final @Nullable Object act;
    final List<WriteEntry> entries = new ArrayList<>();
    @Nullable RuntimeException refusal;

    Part(Caller caller, List<Interaction> interactions, @Nullable Object act) {
      this.caller = caller;
      this.interactions = interactions;
      this.act = act;
    }
  }

  private Writes(
      StoreParts parts,
      List<Part> requests,
      @Nullable String requestKey,
      @Nullable Beside beside,
      Map<ByteBuffer, Keyed> holders) {
    this.parts = parts;
    this.beside = beside;
    this.requests = requests;
    entries = new ArrayList<>();
    guard = new WriteGuard(parts, requests.getFirst().caller);
    for (Part part : requests) {
      WriteGuard guard = entries.isEmpty() ? this.guard : new WriteGuard(parts, part.caller);
      for (Interaction interaction : part.interactions) {
        var entry = new WriteEntry(interaction, entries.size(), guard);
        part.entries.add(entry);
        entries.add(entry);
      }
    }
    this.requestKey = guard.requestKey(requestKey);
    claims = new Claims(holders);
    plan = new WritePlan(parts, requests.getFirst().caller, entries, claims);
  }

  /**
   * Carries the interactions out; outcomes in their order.
   *
   * @param beside what else is written with them; null for nothing
   */
  static List<Outcome> run(
      StoreParts parts,
      Caller caller,
      List<Interaction> interactions,
      Set<String> conditionalReferences,
      @Nullable String requestKey,
      @Nullable Beside beside) {
    return run(
        parts,
        () -> List.of(new Part(caller, interactions, null)),
        conditionalReferences,
        requestKey,
        beside);
  }

  /** As {@link RecordStore#transact(List, Beside)}. */
  static List<Outcome> run(StoreParts parts, List<Share> shares, Beside beside) {
    return run(
        parts,
        () ->
            shares.stream()
                .map(share -> new Part(share.caller(), share.interactions(), share.act()))
                .toList(),
        Set.of(),
        null,
        beside);
  }

  private static List<Outcome> run(
      StoreParts parts,
      Supplier<List<Part>> requests,
      Set<String> conditionalReferences,
      @Nullable String requestKey,
      @Nullable Beside beside) {
    var holders = new HashMap<ByteBuffer, Keyed>();
    for (int attempt = 1; ; attempt++) {
      try {
        return new Writes(parts, requests.get(), requestKey, beside, holders)
            .run(conditionalReferences);
      } catch (Raced e) {
        if (attempt == 10) {
          throw new Refusal(Refusal.Kind.CONFLICT, "store.contended");
        }
      } catch (SQLException e) {
        if (!SqlErrors.isTransient(e) || attempt == 5) {
          throw SqlErrors.refusal(e);
        }
      }
      pause(attempt);
    }
  }

  /**
   * Writes what several requests want, in one transaction.
   *
   * @return for each its outcomes, or why it alone was refused
   * @throws RuntimeException when nothing is written
   */
  static List<Gathering.Result> together(StoreParts parts, List<Share> shares) {
    var requests = new ArrayList<Part>(shares.size());
    for (Share share : shares) {
      requests.add(new Part(share.caller(), share.interactions(), share.act()));
    }
    try {
      return new Writes(parts, requests, null, null, new HashMap<>()).runTogether();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private List<Gathering.Result> runTogether() throws SQLException {
    run(Set.of());
    var results = new ArrayList<Gathering.Result>(requests.size());
    for (Part part : requests) {
      if (part.refusal != null) {
        results.add(new Gathering.Result(null, part.refusal, List.of()));
        continue;
      }
      var outcomes = new ArrayList<Outcome>();
      var patients = new ArrayList<@Nullable Long>();
      for (WriteEntry entry : part.entries) {
        Row row = Objects.requireNonNull(entry.row);
        outcomes.add(outcome(entry, row));
        patients.add(row.index().patient());
      }
      results.add(new Gathering.Result(outcomes, null, patients));
    }
    return results;
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(java.util.concurrent.ThreadLocalRandom.current().nextLong(5L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.stopping");
    }
  }

  private List<Outcome> run(Set<String> conditionalReferences) throws SQLException {
    entries.forEach(entry -> entry.guard.mayWrite(entry));
    updated = parts.instances().begin();
    try (Connection connection = parts.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      parts.instances().announce(connection); // No round trip but on a new connection.
      if (requestKey != null) {
        List<Outcome> before = Answers.find(connection, parts, requestKey);
        if (before != null) {
          return before;
        }
      }
      plan.make(connection, conditionalReferences, updated);
      boolean locks = false;
      for (WriteEntry entry : entries) {
        switch (entry.plan) {
          case CREATE -> encode(connection, entry, entry.version);
          case UPDATE, PATCH, DELETE -> locks = true;
          case EXISTING, NOTHING -> {
            // Nothing to write.
          }
        }
      }
      if (entries.size() == 1
          && claims.isEmpty()
          && !locks
          && requestKey == null
          && beside == null) {
        Row row = entries.getFirst().row;
        if (row != null
            && entries.getFirst().written == null
            && entries.getFirst().followed == null
            && entries.getFirst().linked.isEmpty()
            && DirectoryRows.keys(row.type(), entries.getFirst().tree).isEmpty()) {
          parts.instances().check(updated);
          createAlone(connection, row);
          return outcomes();
        }
      }
      connection.setAutoCommit(false);
      try {
        write(connection);
        parts.instances().check(updated);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
      claims.rememberIds(parts.homes());
      return outcomes();
    } finally {
      parts.instances().end(updated);
    }
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private List<Outcome> outcomes() {
    var homes = new HashSet<Integer>();
    var outcomes = new ArrayList<Outcome>(entries.size());
    for (WriteEntry entry : entries) {
      Row row = entry.row;
      if (row != null) {
        homes.add(row.home());
        if (requests.size() == 1 || beside != null) { // Else each notes its own, on its own thread.
          AccessTrail.noteChange(row.index().patient());
        }
        outcomes.add(outcome(entry, row));
      } else if (entry.outcome != null) {
        homes.add(entry.home);
        outcomes.add(entry.outcome);
      } else {
        WriteEntry same = Objects.requireNonNull(entry.same);
        Row other = Objects.requireNonNull(same.row);
        outcomes.add(
            new Outcome(200, other.type(), other.id(), other.version(), updated, other.json()));
      }
    }
    parts.committed().accept(homes);
    return outcomes;
  }

  private Outcome outcome(WriteEntry entry, Row row) {
    return new Outcome(
        entry.isNew ? 201 : 200, row.type(), row.id(), row.version(), updated, row.json());
  }

  // ------------------------------------------------------------------ encoding

  private void encode(Connection connection, WriteEntry entry, int version) {
    ObjectNode tree = entry.tree();
    plan.rewriteReferences(connection, tree);
    entry.row = row(connection, entry, tree, version, entry.method());
  }

  private Row row(
      Connection connection,
      WriteEntry entry,
      ObjectNode tree,
      int version,
      ResourceVersion.Method method) {
    String type = entry.type();
    if (!type.equals(tree.path("resourceType").asString(""))) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          plan.place(entry),
          "store.type-differs",
          new Object[] {tree.path("resourceType").asString(""), type});
    }
    parts.check().check(tree, plan.place(entry));
    Masked.refuse(tree, plan.place(entry));
    ObjectNode stored = tree.objectNode();
    stored.put("resourceType", type);
    stored.put("id", entry.id);
    JsonNode given = tree.get("meta");
    ObjectNode meta = given instanceof ObjectNode object ? object : tree.objectNode();
    ObjectNode newMeta = tree.objectNode();
    newMeta.put("versionId", Integer.toString(version));
    newMeta.put("lastUpdated", INSTANT.format(updated));
    for (Map.Entry<String, JsonNode> property : meta.properties()) {
      if (!property.getKey().equals("versionId") && !property.getKey().equals("lastUpdated")) {
        newMeta.set(property.getKey(), property.getValue());
      }
    }
    stored.set("meta", newMeta);
    for (Map.Entry<String, JsonNode> property : tree.properties()) {
      switch (property.getKey()) {
        case "resourceType", "id", "meta" -> {
          // Stand already at the head.
        }
        default -> stored.set(property.getKey(), property.getValue());
      }
    }
    byte[] json = Json.MAPPER.writeValueAsBytes(stored);
    IndexEntry index = parts.indexing().index(type, stored, entry.id);
    boolean stray = false;
    String patientId = index.patientId();
    if (patientId != null && !type.equals("Patient")) {
      stray =
          Ids.isAssigned(patientId)
              ? Ids.home(patientId) != entry.home
              : plan.homeOfPatient(connection, patientId) != entry.home;
    }
    String owner = entry.guard.owner(entry, stored);
    entry.guard.check(entry, stored, updated);
    entry.tree = DirectoryRows.holds(type) ? stored : null;
    return new Row(
        type,
        entry.id,
        entry.home,
        version,
        updated,
        method,
        Levels.of(type, stored),
        stray,
        owner,
        parts.indexKey().digests().reference(type, entry.id),
        index,
        parts.codec().encode(new ContentCodec.Place(type, entry.id, version), json),
        json);
  }

  // ------------------------------------------------------------------ writing

  private void createAlone(Connection connection, Row row) throws SQLException {
    WriteSql.ForTable sql = WriteSql.of(row.type());
    try (PreparedStatement statement = connection.prepareStatement(sql.create)) {
      int i = 1;
      if (Tables.isShared(row.type())) {
        statement.setString(i++, row.type());
      }
      statement.setLong(i++, row.self());
      statement.setObject(i++, row.index().patient(), java.sql.Types.BIGINT);
      statement.setObject(i++, row.updated().atOffset(ZoneOffset.UTC));
      i = setMicros(statement, i, row.index().dateLo());
      i = setMicros(statement, i, row.index().dateHi());
      statement.setInt(i++, row.home());
      statement.setInt(i++, row.version());
      statement.setShort(i++, row.level());
      statement.setShort(i++, row.encoded().codec());
      statement.setShort(i++, row.encoded().keyId());
      statement.setShort(i++, row.method().code());
      statement.setBoolean(i++, row.stray());
      statement.setString(i++, row.id());
      statement.setString(i++, row.owner());
      statement.setObject(i++, row.index().tokens());
      statement.setString(i++, utf8(row.index().vals()));
      statement.setBytes(i++, row.encoded().content());
      statement.setInt(i++, row.home()); // lane
      statement.setInt(i++, row.home());
      statement.setObject(i++, row.index().patient(), java.sql.Types.BIGINT);
      statement.setObject(i++, row.updated().atOffset(ZoneOffset.UTC));
      statement.setInt(i++, row.version());
      statement.setShort(i++, row.method().code());
      statement.setString(i++, row.type());
      statement.setString(i, row.id());
      statement.executeUpdate();
    }
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }

  static int setMicros(PreparedStatement statement, int i, @Nullable Long micros)
      throws SQLException {
    if (micros == null) {
      statement.setNull(i, java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
    } else {
      statement.setObject(
          i,
          Instant.ofEpochSecond(
                  Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000)
              .atOffset(ZoneOffset.UTC));
    }
    return i + 1;
  }

  private void write(Connection connection) throws SQLException {
    if (!claims.take(connection)) {
      throw new Raced();
    }
    var locking = new TreeMap<Keyed, WriteEntry>();
    for (WriteEntry entry : entries) {
      if (entry.supersedes()) {
        locking.put(entry.keyed(), entry);
      }
    }
    for (WriteEntry entry : locking.values()) {
      lock(connection, entry);
    }
    if (requests.size() > 1) {
      admit(connection);
    }
    // FHIR's order of work: deletions, creates, updates; a row is touched once, so only the log
    // shows it.
    var logged = new LogRows();
    var directory = new DirectoryRows(parts.conditions());
    for (WriteEntry entry : entries) {
      if (entry.plan == WriteEntry.Plan.DELETE) {
        delete(connection, entry, logged, directory);
      }
    }
    insert(connection, logged, directory);
    for (WriteEntry entry : entries) {
      if (entry.plan == WriteEntry.Plan.UPDATE || entry.plan == WriteEntry.Plan.PATCH) {
        change(connection, entry, logged, directory);
      }
    }
    directory.send(connection);
    follow(connection);
    if (beside != null) {
      beside.write(connection, entries.stream().map(entry -> entry.id).toList(), updated);
    }
    List<Outcome> answer = null;
    if (requestKey != null) {
      answer = new ArrayList<>();
      for (WriteEntry entry : entries) {
        answer.add(shortOutcome(entry));
      }
      if (!Answers.keep(connection, parts, requestKey, updated, answer)) {
        throw new Raced(); // The same request, sent twice at once: the other one answers both.
      }
    }
    logged.write(connection, updated);
  }

  /** Asks who of several may write; who may not has no rows. */
  private void admit(Connection connection) throws SQLException {
    List<@Nullable RuntimeException> refused =
        parts.follower().admit(connection, followed(requests), updated);
    for (int i = 0; i < requests.size(); i++) {
      Part part = requests.get(i);
      part.refusal = refused.get(i);
      if (part.refusal != null) {
        if (beside != null) {
          throw part.refusal;
        }
        part.entries.forEach(entry -> entry.plan = WriteEntry.Plan.NOTHING);
      }
    }
  }

  private static List<WriteFollower.Written> followed(List<Part> some) {
    return some.stream()
        .map(
            part ->
                new WriteFollower.Written(part.caller, part.act, WriteGuard.followed(part.entries)))
        .toList();
  }

  private void follow(Connection connection) throws SQLException {
    if (requests.size() == 1) {
      guard.follow(connection, entries, updated);
      return;
    }
    List<Part> admitted = requests.stream().filter(part -> part.refusal == null).toList();
    WriteGuard.followLinks(
        parts,
        connection,
        admitted.stream().flatMap(part -> part.entries.stream()).toList(),
        updated);
    List<GrantRules.Shared> written =
        admitted.stream()
            .map(part -> new GrantRules.Shared(part.caller, WriteGuard.written(part.entries)))
            .filter(share -> !share.written().isEmpty())
            .toList();
    if (!written.isEmpty()) {
      parts.grants(connection, written, updated);
    }
    List<WriteFollower.Written> followed =
        followed(admitted).stream().filter(share -> !share.written().isEmpty()).toList();
    if (!followed.isEmpty()) {
      parts.follower().followTogether(connection, followed, updated);
    }
  }

  private Outcome shortOutcome(WriteEntry entry) {
    Row row = entry.row != null ? entry.row : entry.same == null ? null : entry.same.row;
    if (row != null) {
      int status = entry.row != null && entry.isNew ? 201 : 200;
      return new Outcome(status, row.type(), row.id(), row.version(), row.updated(), null);
    }
    Outcome outcome = Objects.requireNonNull(entry.outcome);
    return new Outcome(
        outcome.status(), outcome.type(), outcome.id(), outcome.version(), outcome.updated(), null);
  }

  private void lock(Connection connection, WriteEntry entry) throws SQLException {
    Long patient = null;
    try (PreparedStatement statement =
        connection.prepareStatement(WriteSql.of(entry.type()).lock)) {
      bindKey(statement, 1, entry);
      try (var rows = statement.executeQuery()) {
        if (rows.next()) {
          byte[] json =
              parts
                  .codec()
                  .decode(
                      new ContentCodec.Place(entry.type(), entry.id, rows.getInt(3)),
                      rows.getShort(5),
                      rows.getShort(6),
                      rows.getBytes(7));
          entry.current = new WriteEntry.Current(rows.getInt(3), rows.getString(4), json);
          patient = rows.getObject(8, Long.class);
        }
      }
    }
    if (!entry.guard.maySee(connection, entry, plan, updated)) {
      return;
    }
    // Where the change takes it from this patient to another, both are touched. Not noted before it
    // is known that the caller may see it: its own trail must not tell it whose a hidden row is.
    AccessTrail.noteSubject(patient);
    Integer ifMatch = entry.ifMatch();
    WriteEntry.Current current = entry.current;
    if (ifMatch != null && (current == null || current.version() != ifMatch)) {
      throw plan.precondition(entry);
    }
    if (current != null) {
      if (entry.interaction instanceof Interaction.Update update && update.ifNoneMatch()) {
        throw plan.precondition(entry);
      }
      entry.version = current.version() + 1;
      return;
    }
    int last = lastDeleted(connection, entry);
    entry.version = last + 1;
    switch (entry.plan) {
      case PATCH ->
          throw new Refusal(
              last > 0 ? Refusal.Kind.GONE : Refusal.Kind.NOT_FOUND,
              last > 0 ? "store.gone" : "store.not-found",
              entry.type(),
              entry.id);
      case DELETE -> entry.planNothing(updated);
      default -> {
        // The id was used before, and is used again: its versions go on.
        entry.plan = WriteEntry.Plan.CREATE;
        entry.isNew = true;
        encode(connection, entry, entry.version);
      }
    }
  }

  private int lastDeleted(Connection connection, WriteEntry entry) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.LAST_DELETED)) {
      statement.setInt(1, entry.home);
      statement.setString(2, entry.type());
      statement.setString(3, entry.id);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getInt(1) : 0;
      }
    }
  }

  private static void bindKey(PreparedStatement statement, int first, WriteEntry entry)
      throws SQLException {
    statement.setInt(first, entry.home);
    statement.setString(first + 1, entry.id);
    if (Tables.isShared(entry.type())) {
      statement.setString(first + 2, entry.type());
    }
  }

  private void delete(
      Connection connection, WriteEntry entry, LogRows logged, DirectoryRows directory)
      throws SQLException {
    WriteEntry.Current current = Objects.requireNonNull(entry.current);
    ObjectNode old = (ObjectNode) Json.MAPPER.readTree(current.json());
    entry.before = old;
    entry.guard.check(entry, null, updated);
    moveToHistory(connection, entry);
    try (PreparedStatement statement =
        connection.prepareStatement(WriteSql.of(entry.type()).delete)) {
      bindKey(statement, 1, entry);
      statement.executeUpdate();
    }
    IndexEntry index = parts.indexing().index(entry.type(), old, entry.id);
    var history = new CopyBuffer(WriteSql.HISTORY_COLUMNS);
    history
        .row()
        .int8(index.patient())
        .timestamp(updated)
        .int4(entry.home)
        .int4(entry.version)
        .int2(Levels.of(entry.type(), old))
        .int2(0)
        .int2(0)
        .int2(ResourceVersion.Method.DELETE.code())
        .bool(false)
        .text(entry.type())
        .text(entry.id)
        .text(current.owner())
        .nothing();
    history.send(connection, WriteSql.HISTORY);
    directory.forget(connection, entry, old, Set.of());
    Claims.release(connection, entry);
    AccessTrail.noteChange(index.patient());
    logged.addDeletion(entry, index.patient());
    entry.outcome = new Outcome(204, entry.type(), entry.id, entry.version, updated, null);
  }

  private void moveToHistory(Connection connection, WriteEntry entry) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(WriteSql.of(entry.type()).moveToHistory)) {
      statement.setString(1, entry.type());
      bindKey(statement, 2, entry);
      statement.executeUpdate();
    }
  }

  private void insert(Connection connection, LogRows logged, DirectoryRows directory)
      throws SQLException {
    var byTable = new LinkedHashMap<String, CopyBuffer>();
    for (WriteEntry entry : entries) {
      Row row = entry.row;
      if (entry.plan != WriteEntry.Plan.CREATE || row == null) {
        continue;
      }
      WriteSql.ForTable sql = WriteSql.of(row.type());
      row.copyTo(
          byTable.computeIfAbsent(row.type(), _ -> new CopyBuffer(sql.copyColumns)),
          Tables.isShared(row.type()));
      directory.note(row, entry.tree, Set.of());
      entry.tree = null;
      logged.add(row);
    }
    for (Map.Entry<String, CopyBuffer> table : byTable.entrySet()) {
      table.getValue().send(connection, WriteSql.of(table.getKey()).copyTarget);
    }
  }

  private void change(
      Connection connection, WriteEntry entry, LogRows logged, DirectoryRows directory)
      throws SQLException {
    WriteEntry.Current current = Objects.requireNonNull(entry.current);
    ObjectNode old = (ObjectNode) Json.MAPPER.readTree(current.json());
    entry.before = old;
    if (entry.interaction instanceof Interaction.Patch patch) {
      ObjectNode patched = patch.patch().apply(old.deepCopy());
      if (!entry.type().equals(patched.path("resourceType").asString(""))
          || !entry.id.equals(patched.path("id").asString(""))) {
        throw new Refusal(Refusal.Kind.UNPROCESSABLE, "store.patch-changes-identity");
      }
      entry.tree = patched;
    }
    encode(connection, entry, entry.version);
    Row row = Objects.requireNonNull(entry.row);
    moveToHistory(connection, entry);
    try (PreparedStatement statement =
        connection.prepareStatement(WriteSql.of(entry.type()).update)) {
      int i = 1;
      statement.setObject(i++, row.index().patient(), java.sql.Types.BIGINT);
      statement.setObject(i++, row.updated().atOffset(ZoneOffset.UTC));
      i = setMicros(statement, i, row.index().dateLo());
      i = setMicros(statement, i, row.index().dateHi());
      statement.setInt(i++, row.version());
      statement.setShort(i++, row.level());
      statement.setShort(i++, row.encoded().codec());
      statement.setShort(i++, row.encoded().keyId());
      statement.setShort(i++, row.method().code());
      statement.setBoolean(i++, row.stray());
      statement.setString(i++, row.owner());
      statement.setObject(i++, row.index().tokens());
      statement.setString(i++, utf8(row.index().vals()));
      statement.setBytes(i++, row.encoded().content());
      bindKey(statement, i, entry);
      if (statement.executeUpdate() != 1) {
        throw new IllegalStateException("a locked row is gone");
      }
    }
    Set<String> before = DirectoryRows.keys(entry.type(), old);
    ObjectNode now = entry.tree;
    directory.forget(connection, entry, old, DirectoryRows.keys(entry.type(), now));
    directory.note(row, now, before);
    entry.tree = null;
    logged.add(row);
  }
}
