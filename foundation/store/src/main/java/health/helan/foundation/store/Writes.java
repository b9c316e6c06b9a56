package health.helan.foundation.store;

import health.helan.foundation.store.index.IndexEntry;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
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
  static final short CLAIM_ID = 1;
  static final short CLAIM_CONDITION = 2;

  private static final String BINARY = "Binary";

  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);

  private final StoreParts parts;
  private final Caller caller;
  private final List<Entry> entries;
  private final Map<String, String> byFullUrl = new HashMap<>();
  private final Map<String, String> byCondition = new HashMap<>();
  private final List<Claim> claims = new ArrayList<>();
  private final Set<Keyed> touched = new HashSet<>();
  private final @Nullable String requestKey;

  /** Who held a condition's claim at an earlier attempt, by the claim's mac. */
  private final Map<ByteBuffer, Keyed> holders;

  private Instant updated = Instant.EPOCH;

  /**
   * One home for all that belongs to nobody: a bundle then takes one lane for them, not hundreds.
   */
  private final int homeOfTheRest;

  /** Someone else took a claim in the meantime: plan again, now seeing what they wrote. */
  private static final class Raced extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Raced() {
      super(null, null, false, false);
    }
  }

  private record Claim(IndexKey.Lookup lookup, short kind, Entry entry) {}

  private record Current(int version, String owner, byte[] json) {}

  private enum Plan {
    CREATE,
    UPDATE,
    PATCH,
    DELETE,
    /** A conditional create that found its resource. */
    EXISTING,
    /** A delete that found nothing. */
    NOTHING
  }

  /** An interaction on its way. */
  private static final class Entry {
    final Interaction interaction;
    final int number;
    Plan plan = Plan.CREATE;
    String id = "";
    int home;
    int version;
    boolean isNew;
    @Nullable ObjectNode tree;
    @Nullable Row row;
    @Nullable Current current;
    @Nullable Entry same;
    @Nullable Outcome outcome;
    @Nullable Short level;

    Entry(Interaction interaction, int number) {
      this.interaction = interaction;
      this.number = number;
    }

    String type() {
      return interaction.type();
    }

    Keyed keyed() {
      return new Keyed(type(), id, home);
    }
  }

  Writes(
      StoreParts parts,
      Caller caller,
      List<Interaction> interactions,
      @Nullable String requestKey,
      Map<ByteBuffer, Keyed> holders) {
    this.parts = parts;
    this.holders = holders;
    this.caller = caller;
    this.requestKey = requestKey;
    homeOfTheRest = parts.homes().any();
    entries = new ArrayList<>(interactions.size());
    for (Interaction interaction : interactions) {
      entries.add(new Entry(interaction, entries.size()));
    }
  }

  /** Carries the interactions out; outcomes in their order. */
  static List<Outcome> run(
      StoreParts parts,
      Caller caller,
      List<Interaction> interactions,
      Set<String> conditionalReferences,
      @Nullable String requestKey) {
    var holders = new HashMap<ByteBuffer, Keyed>();
    for (int attempt = 1; ; attempt++) {
      try {
        return new Writes(parts, caller, interactions, requestKey, holders)
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

  private static void pause(int attempt) {
    try {
      Thread.sleep(java.util.concurrent.ThreadLocalRandom.current().nextLong(5L << attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.stopping");
    }
  }

  private List<Outcome> run(Set<String> conditionalReferences) throws SQLException {
    for (Entry entry : entries) {
      if (!parts.policy().mayWrite(caller, entry.type())) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", entry.type());
      }
    }
    updated = parts.instances().begin();
    try (Connection connection = parts.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      // Tells other instances that this one may still commit (Instances); no round trip when set.
      connection.setClientInfo("ApplicationName", parts.instances().connectionName());
      if (requestKey != null) {
        List<Outcome> before = Answers.find(connection, parts, requestKey);
        if (before != null) {
          return before;
        }
      }
      plan(connection, conditionalReferences);
      boolean locks = false;
      for (Entry entry : entries) {
        switch (entry.plan) {
          case CREATE -> encode(connection, entry, entry.version);
          case UPDATE, PATCH, DELETE -> locks = true;
          case EXISTING, NOTHING -> {
            // Nothing to write.
          }
        }
      }
      if (entries.size() == 1 && claims.isEmpty() && !locks && requestKey == null) {
        Row row = entries.getFirst().row;
        if (row != null && directoryKeys(row.type(), entries.getFirst().tree).isEmpty()) {
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
      for (Claim claim : claims) {
        if (claim.kind == CLAIM_ID) {
          parts.homes().remember(claim.entry.type() + "/" + claim.entry.id, claim.entry.home);
        }
      }
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
    for (Entry entry : entries) {
      Row row = entry.row;
      if (row != null) {
        homes.add(row.home());
        outcomes.add(
            new Outcome(
                entry.isNew ? 201 : 200, row.type(), row.id(), row.version(), updated, row.json()));
      } else if (entry.outcome != null) {
        homes.add(entry.home);
        outcomes.add(entry.outcome);
      } else {
        Entry same = Objects.requireNonNull(entry.same);
        Row other = Objects.requireNonNull(same.row);
        outcomes.add(
            new Outcome(200, other.type(), other.id(), other.version(), updated, other.json()));
      }
    }
    parts.committed().accept(homes);
    return outcomes;
  }

  // ------------------------------------------------------------------ planning

  private void plan(Connection connection, Set<String> conditionalReferences) throws SQLException {
    var conditions = new LinkedHashMap<String, Condition>();
    for (String reference : conditionalReferences) {
      int question = reference.indexOf('?');
      if (question > 0) {
        conditions.putIfAbsent(
            reference,
            new Condition(reference.substring(0, question), reference.substring(question + 1)));
      }
    }
    for (Entry entry : entries) {
      String criteria = criteria(entry.interaction);
      if (criteria != null) {
        conditions.putIfAbsent(
            entry.type() + "?" + criteria, new Condition(entry.type(), criteria));
      }
    }
    parts.conditions().resolve(connection, caller, conditions.values());
    for (String reference : conditionalReferences) {
      Condition condition = conditions.get(reference);
      if (condition != null) {
        byCondition.put(reference, only(condition, reference, null).reference());
      }
    }

    var firstOfCondition = new HashMap<String, Entry>();
    for (Entry entry : entries) {
      switch (entry.interaction) {
        case Interaction.Create create ->
            planCreate(connection, entry, create, conditions, firstOfCondition);
        case Interaction.Update update -> planUpdate(connection, entry, update, conditions);
        case Interaction.Patch patch -> planPatch(connection, entry, patch, conditions);
        case Interaction.Delete delete -> planDelete(connection, entry, delete, conditions);
      }
    }
    // Homes of new resources: residents first, since others follow them.
    var homeByReference = new HashMap<String, Integer>();
    for (Entry entry : entries) {
      if (entry.plan == Plan.CREATE && entry.type().equals("Patient")) {
        ObjectNode tree = tree(entry);
        settle(entry, parts.homes().ofPatient(entry.id.isEmpty() ? null : entry.id, tree));
      }
      noteFullUrl(entry, homeByReference);
    }
    for (Entry entry : entries) {
      if (entry.plan == Plan.CREATE && !entry.type().equals("Patient")) {
        settle(entry, homeOfNew(connection, entry, homeByReference));
        noteFullUrl(entry, homeByReference);
      }
    }
    for (Entry entry : entries) {
      if (entry.plan != Plan.EXISTING
          && entry.plan != Plan.NOTHING
          && !touched.add(entry.keyed())) {
        throw new Refusal(
            Refusal.Kind.INVALID, "store.touched-twice", entry.type() + "/" + entry.id);
      }
    }
  }

  private static @Nullable String criteria(Interaction interaction) {
    return switch (interaction) {
      case Interaction.Create create -> create.ifNoneExist();
      case Interaction.Update update -> update.criteria();
      case Interaction.Patch patch -> patch.criteria();
      case Interaction.Delete delete -> delete.criteria();
    };
  }

  private static Keyed only(Condition condition, String shown, @Nullable Entry entry) {
    List<Keyed> found = condition.found();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new Refusal(
        found.isEmpty() ? Refusal.Kind.UNPROCESSABLE : Refusal.Kind.MULTIPLE_MATCHES,
        entry == null ? null : "Bundle.entry[" + entry.number + "]",
        found.isEmpty() ? "store.reference-matches-none" : "store.condition-matches-several",
        // Criteria may hold an identity number: only the type is said.
        new Object[] {shown.substring(0, Math.max(0, shown.indexOf('?')))});
  }

  private void planCreate(
      Connection connection,
      Entry entry,
      Interaction.Create create,
      Map<String, Condition> conditions,
      Map<String, Entry> firstOfCondition)
      throws SQLException {
    entry.plan = Plan.CREATE;
    entry.isNew = true;
    entry.version = 1;
    if (create.ifNoneExist() == null) {
      return;
    }
    String key = create.type() + "?" + create.ifNoneExist();
    Condition condition = Objects.requireNonNull(conditions.get(key));
    switch (condition.found().size()) {
      case 0 -> {
        Entry first = firstOfCondition.putIfAbsent(key, entry);
        if (first != null) {
          entry.plan = Plan.EXISTING;
          entry.same = first;
          return;
        }
        claims.add(
            new Claim(
                parts.indexKey().lookup("condition|" + caller.institution() + "|" + key),
                CLAIM_CONDITION,
                entry));
      }
      case 1 -> existing(connection, entry, condition.found().getFirst());
      default ->
          throw new Refusal(
              Refusal.Kind.MULTIPLE_MATCHES,
              place(entry),
              "store.condition-matches-several",
              new Object[] {create.type()});
    }
  }

  private void existing(Connection connection, Entry entry, Keyed found) throws SQLException {
    entry.plan = Plan.EXISTING;
    entry.id = found.id();
    entry.home = found.home();
    ResourceVersion now = parts.reads().read(connection, caller, found.type(), found.id());
    entry.outcome =
        new Outcome(200, now.type(), now.id(), now.version(), now.updated(), now.content());
  }

  private void planUpdate(
      Connection connection,
      Entry entry,
      Interaction.Update update,
      Map<String, Condition> conditions)
      throws SQLException {
    entry.plan = Plan.UPDATE;
    String id = update.id();
    if (update.criteria() != null) {
      String bodyId = tree(entry).path("id").asString("");
      List<Keyed> found =
          Objects.requireNonNull(conditions.get(update.type() + "?" + update.criteria())).found();
      if (found.size() > 1) {
        throw new Refusal(
            Refusal.Kind.MULTIPLE_MATCHES,
            place(entry),
            "store.condition-matches-several",
            new Object[] {update.type()});
      }
      if (found.size() == 1) {
        if (!bodyId.isEmpty() && !bodyId.equals(found.getFirst().id())) {
          throw new Refusal(
              Refusal.Kind.INVALID, place(entry), "store.id-differs", new Object[] {bodyId});
        }
        id = found.getFirst().id();
      } else if (bodyId.isEmpty()) {
        entry.plan = Plan.CREATE;
        entry.isNew = true;
        entry.version = 1;
        claims.add(
            new Claim(
                parts
                    .indexKey()
                    .lookup(
                        "condition|"
                            + caller.institution()
                            + "|"
                            + update.type()
                            + "?"
                            + update.criteria()),
                CLAIM_CONDITION,
                entry));
        return;
      } else {
        id = bodyId;
      }
    }
    entry.id = Objects.requireNonNull(id);
    Integer home = parts.homes().of(connection, entry.type(), entry.id);
    if (home == null) {
      // Nobody has this id yet: the claim decides between two who want it.
      if (update.ifMatch() != null) {
        throw precondition(entry);
      }
      entry.plan = Plan.CREATE;
      entry.isNew = true;
      entry.version = 1;
    } else {
      entry.home = home;
    }
  }

  private void planPatch(
      Connection connection,
      Entry entry,
      Interaction.Patch patch,
      Map<String, Condition> conditions)
      throws SQLException {
    entry.plan = Plan.PATCH;
    if (patch.criteria() != null) {
      List<Keyed> found =
          Objects.requireNonNull(conditions.get(patch.type() + "?" + patch.criteria())).found();
      if (found.size() != 1) {
        throw new Refusal(
            found.isEmpty() ? Refusal.Kind.NOT_FOUND : Refusal.Kind.MULTIPLE_MATCHES,
            place(entry),
            found.isEmpty() ? "store.condition-matches-none" : "store.condition-matches-several",
            new Object[] {patch.type()});
      }
      entry.id = found.getFirst().id();
      entry.home = found.getFirst().home();
      return;
    }
    entry.id = Objects.requireNonNull(patch.id());
    Integer home = parts.homes().of(connection, entry.type(), entry.id);
    if (home == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", entry.type(), entry.id);
    }
    entry.home = home;
  }

  private void planDelete(
      Connection connection,
      Entry entry,
      Interaction.Delete delete,
      Map<String, Condition> conditions)
      throws SQLException {
    entry.plan = Plan.DELETE;
    if (delete.criteria() != null) {
      List<Keyed> found =
          Objects.requireNonNull(conditions.get(delete.type() + "?" + delete.criteria())).found();
      if (found.size() > 1) {
        throw new Refusal(
            Refusal.Kind.MULTIPLE_MATCHES,
            place(entry),
            "store.condition-matches-several",
            new Object[] {delete.type()});
      }
      if (found.isEmpty()) {
        nothing(entry);
        return;
      }
      entry.id = found.getFirst().id();
      entry.home = found.getFirst().home();
      return;
    }
    entry.id = Objects.requireNonNull(delete.id());
    Integer home = parts.homes().of(connection, entry.type(), entry.id);
    if (home == null) {
      nothing(entry);
    } else {
      entry.home = home;
    }
  }

  private void nothing(Entry entry) {
    entry.plan = Plan.NOTHING;
    entry.outcome = new Outcome(204, entry.type(), entry.id, 0, updated, null);
  }

  private String place(Entry entry) {
    return entries.size() == 1 ? entry.type() : "Bundle.entry[" + entry.number + "]";
  }

  private ObjectNode tree(Entry entry) {
    ObjectNode tree = entry.tree;
    if (tree == null) {
      tree =
          switch (entry.interaction) {
            case Interaction.Create create -> create.resource().read();
            case Interaction.Update update -> update.resource().read();
            default -> throw new IllegalStateException("no body");
          };
      entry.tree = tree;
    }
    return tree;
  }

  /** Gives a new resource its home and, unless the client chose it, its id. */
  private void settle(Entry entry, int home) {
    if (!entry.id.isEmpty() && Ids.isAssigned(entry.id)) {
      entry.home = Ids.home(entry.id);
      return;
    }
    entry.home = home;
    if (entry.id.isEmpty()) {
      entry.id = Ids.next(home);
    } else {
      claims.add(new Claim(parts.homes().claim(entry.type() + "/" + entry.id), CLAIM_ID, entry));
    }
  }

  private int homeOfNew(Connection connection, Entry entry, Map<String, Integer> homeByReference)
      throws SQLException {
    String hint =
        switch (entry.interaction) {
          case Interaction.Create create -> create.hint();
          case Interaction.Update update -> update.hint();
          default -> null;
        };
    if (hint == null && entries.size() == 1) {
      hint = Homes.hint(entry.type(), tree(entry));
    }
    if (hint == null) {
      return homeOfTheRest;
    }
    Integer known = homeByReference.get(hint);
    if (known != null) {
      return known;
    }
    String reference = byCondition.getOrDefault(hint, hint);
    int slash = reference.indexOf('/');
    if (slash <= 0 || reference.indexOf(':') >= 0) {
      return homeOfTheRest;
    }
    String type = reference.substring(0, slash);
    int end = reference.indexOf('/', slash + 1);
    String id = end < 0 ? reference.substring(slash + 1) : reference.substring(slash + 1, end);
    Integer home = parts.homes().of(connection, type, id);
    int now = home == null ? parts.homes().ofUnknown(type + "/" + id) : home;
    homeByReference.put(hint, now);
    return now;
  }

  private void noteFullUrl(Entry entry, Map<String, Integer> homeByReference) {
    String fullUrl =
        switch (entry.interaction) {
          case Interaction.Create create -> create.fullUrl();
          case Interaction.Update update -> update.fullUrl();
          default -> null;
        };
    Entry target = entry.same == null ? entry : entry.same;
    if (target.id.isEmpty()) {
      return;
    }
    String reference = entry.type() + "/" + target.id;
    homeByReference.put(reference, target.home);
    if (fullUrl == null || fullUrl.isEmpty()) {
      return;
    }
    String before = byFullUrl.putIfAbsent(fullUrl, reference);
    if (before != null && !before.equals(reference)) {
      throw new Refusal(
          Refusal.Kind.INVALID, place(entry), "store.full-url-twice", new Object[] {fullUrl});
    }
    homeByReference.put(fullUrl, target.home);
    if (fullUrl.startsWith("http")) {
      // A relative reference beside an absolute fullUrl means that entry (FHIR R4, Bundle
      // 2.36.4.1).
      String[] segments = fullUrl.split("/");
      if (segments.length > 2 && segments[segments.length - 2].equals(entry.type())) {
        byFullUrl.putIfAbsent(entry.type() + "/" + segments[segments.length - 1], reference);
      }
    }
  }

  // ------------------------------------------------------------------ encoding

  private void encode(Connection connection, Entry entry, int version) {
    ObjectNode tree = tree(entry);
    References.rewrite(
        tree,
        byFullUrl,
        reference -> byCondition.computeIfAbsent(reference, r -> resolve(connection, r)));
    entry.row = row(connection, entry, tree, version, method(entry));
  }

  private String resolve(Connection connection, String reference) {
    int question = reference.indexOf('?');
    var condition =
        new Condition(reference.substring(0, question), reference.substring(question + 1));
    try {
      parts.conditions().resolve(connection, caller, List.of(condition));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return only(condition, reference, null).reference();
  }

  private ResourceVersion.Method method(Entry entry) {
    return switch (entry.interaction) {
      case Interaction.Create _ -> ResourceVersion.Method.POST;
      case Interaction.Update _ -> ResourceVersion.Method.PUT;
      case Interaction.Patch _ -> ResourceVersion.Method.PATCH;
      case Interaction.Delete _ -> ResourceVersion.Method.DELETE;
    };
  }

  private Row row(
      Connection connection,
      Entry entry,
      ObjectNode tree,
      int version,
      ResourceVersion.Method method) {
    String type = entry.type();
    if (!type.equals(tree.path("resourceType").asString(""))) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          place(entry),
          "store.type-differs",
          new Object[] {tree.path("resourceType").asString(""), type});
    }
    parts.check().check(tree, place(entry));
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
              : strayFromClientId(connection, entry, patientId);
    }
    entry.tree = directoryType(type) ? stored : null;
    return new Row(
        type,
        entry.id,
        entry.home,
        version,
        updated,
        method,
        Levels.of(type, stored),
        stray,
        caller.institution().isEmpty() ? Owners.of(type, entry.id, stored) : caller.institution(),
        parts.indexKey().digests().reference(type, entry.id),
        index,
        parts.codec().encode(json),
        json);
  }

  private boolean strayFromClientId(Connection connection, Entry entry, String patientId) {
    for (Entry other : entries) {
      if (other.type().equals("Patient") && other.id.equals(patientId)) {
        return other.home != entry.home;
      }
    }
    try {
      Integer home = parts.homes().of(connection, "Patient", patientId);
      return (home == null ? parts.homes().ofUnknown("Patient/" + patientId) : home) != entry.home;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
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
    takeClaims(connection);
    var locking = new TreeMap<Keyed, Entry>();
    for (Entry entry : entries) {
      if (entry.plan == Plan.UPDATE || entry.plan == Plan.PATCH || entry.plan == Plan.DELETE) {
        locking.put(entry.keyed(), entry);
      }
    }
    for (Entry entry : locking.values()) {
      lock(connection, entry);
    }
    // FHIR's order of work: deletions, creates, updates; a row is touched once, so only the log
    // shows it.
    var logged = new ArrayList<Logged>(entries.size());
    var directory = new CopyBuffer(WriteSql.DIRECTORY_COLUMNS);
    for (Entry entry : entries) {
      if (entry.plan == Plan.DELETE) {
        delete(connection, entry, logged);
      }
    }
    insert(connection, logged, directory);
    for (Entry entry : entries) {
      if (entry.plan == Plan.UPDATE || entry.plan == Plan.PATCH) {
        change(connection, entry, logged, directory);
      }
    }
    if (directory.rows() > 0) {
      directory.send(connection, WriteSql.DIRECTORY);
    }
    List<Outcome> answer = null;
    if (requestKey != null) {
      answer = new ArrayList<>();
      for (Entry entry : entries) {
        answer.add(shortOutcome(entry));
      }
      if (!Answers.keep(connection, parts, requestKey, updated, answer)) {
        throw new Raced(); // The same request, sent twice at once: the other one answers both.
      }
    }
    log(connection, logged);
  }

  private Outcome shortOutcome(Entry entry) {
    Row row = entry.row != null ? entry.row : entry.same == null ? null : entry.same.row;
    if (row != null) {
      int status = entry.row != null && entry.isNew ? 201 : 200;
      return new Outcome(status, row.type(), row.id(), row.version(), row.updated(), null);
    }
    Outcome outcome = Objects.requireNonNull(entry.outcome);
    return new Outcome(
        outcome.status(), outcome.type(), outcome.id(), outcome.version(), outcome.updated(), null);
  }

  private void takeClaims(Connection connection) throws SQLException {
    if (claims.isEmpty()) {
      return;
    }
    // In key order: two bundles with the same claims wait for, and do not lock out, each other.
    claims.sort(java.util.Comparator.comparingLong(claim -> claim.lookup.key()));
    Set<ByteBuffer> inserted = insertClaims(connection);
    boolean raced = false;
    for (Claim claim : claims) {
      if (!inserted.contains(ByteBuffer.wrap(claim.lookup.mac())) && !takeOver(connection, claim)) {
        raced = true;
      }
    }
    if (raced) {
      throw new Raced();
    }
  }

  /**
   * One statement for all, which says which were free: a driver that rewrites batches does not.
   *
   * @return macs of the claims that were free and are now ours
   */
  private Set<ByteBuffer> insertClaims(Connection connection) throws SQLException {
    int n = claims.size();
    var keys = new Long[n];
    var macs = new byte[n][];
    var kinds = new Short[n];
    var homes = new Integer[n];
    var types = new String[n];
    var ids = new String[n];
    for (int i = 0; i < n; i++) {
      Claim claim = claims.get(i);
      keys[i] = claim.lookup.key();
      macs[i] = claim.lookup.mac();
      kinds[i] = claim.kind;
      homes[i] = claim.entry.home;
      types[i] = claim.entry.type();
      ids[i] = claim.entry.id;
    }
    var inserted = new HashSet<ByteBuffer>();
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.INSERT_CLAIMS)) {
      statement.setShort(1, IndexKey.ID);
      statement.setArray(2, connection.createArrayOf("bigint", keys));
      statement.setArray(3, connection.createArrayOf("bytea", macs));
      statement.setArray(4, connection.createArrayOf("smallint", kinds));
      statement.setArray(5, connection.createArrayOf("integer", homes));
      statement.setArray(6, connection.createArrayOf("text", types));
      statement.setArray(7, connection.createArrayOf("text", ids));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          inserted.add(ByteBuffer.wrap(rows.getBytes(1)));
        }
      }
    }
    return inserted;
  }

  /**
   * Takes a condition's claim from a resource that no longer meets the condition. Safe, since the
   * holder was noted before the condition was resolved (again, and to nothing): had another writer
   * met the condition since then, the claim would now be that one's.
   */
  private boolean takeOver(Connection connection, Claim claim) throws SQLException {
    if (claim.kind != CLAIM_CONDITION) {
      return false;
    }
    ByteBuffer mac = ByteBuffer.wrap(claim.lookup.mac());
    Keyed holder = holders.get(mac);
    if (holder != null) {
      try (PreparedStatement statement = connection.prepareStatement(WriteSql.TAKE_OVER_CLAIM)) {
        statement.setInt(1, claim.entry.home);
        statement.setString(2, claim.entry.id);
        statement.setLong(3, claim.lookup.key());
        statement.setBytes(4, claim.lookup.mac());
        statement.setInt(5, holder.home());
        statement.setString(6, holder.id());
        if (statement.executeUpdate() == 1) {
          return true;
        }
      }
    }
    holders.remove(mac);
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.CLAIM_HOLDER)) {
      statement.setLong(1, claim.lookup.key());
      statement.setBytes(2, claim.lookup.mac());
      try (var rows = statement.executeQuery()) {
        if (rows.next()) {
          holders.put(mac, new Keyed(rows.getString(1), rows.getString(2), rows.getInt(3)));
        }
      }
    }
    return false;
  }

  private void lock(Connection connection, Entry entry) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(WriteSql.of(entry.type()).lock)) {
      bindKey(statement, 1, entry);
      try (var rows = statement.executeQuery()) {
        if (rows.next()) {
          byte[] json = parts.codec().decode(rows.getShort(5), rows.getShort(6), rows.getBytes(7));
          entry.current = new Current(rows.getInt(3), rows.getString(4), json);
        }
      }
    }
    Integer ifMatch =
        switch (entry.interaction) {
          case Interaction.Update update -> update.ifMatch();
          case Interaction.Patch patch -> patch.ifMatch();
          case Interaction.Delete delete -> delete.ifMatch();
          case Interaction.Create _ -> null;
        };
    Current current = entry.current;
    if (ifMatch != null && (current == null || current.version != ifMatch)) {
      throw precondition(entry);
    }
    if (current != null) {
      if (entry.interaction instanceof Interaction.Update update && update.ifNoneMatch()) {
        throw precondition(entry);
      }
      entry.version = current.version + 1;
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
      case DELETE -> nothing(entry);
      default -> {
        // The id was used before, and is used again: its versions go on.
        entry.plan = Plan.CREATE;
        entry.isNew = true;
        encode(connection, entry, entry.version);
      }
    }
  }

  private Refusal precondition(Entry entry) {
    return new Refusal(
        Refusal.Kind.PRECONDITION, place(entry), "store.version-differs", new Object[] {});
  }

  private int lastDeleted(Connection connection, Entry entry) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.LAST_DELETED)) {
      statement.setInt(1, entry.home);
      statement.setString(2, entry.type());
      statement.setString(3, entry.id);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getInt(1) : 0;
      }
    }
  }

  private static void bindKey(PreparedStatement statement, int first, Entry entry)
      throws SQLException {
    statement.setInt(first, entry.home);
    statement.setString(first + 1, entry.id);
    if (Tables.isShared(entry.type())) {
      statement.setString(first + 2, entry.type());
    }
  }

  private void delete(Connection connection, Entry entry, List<Logged> logged) throws SQLException {
    Current current = Objects.requireNonNull(entry.current);
    moveToHistory(connection, entry);
    try (PreparedStatement statement =
        connection.prepareStatement(WriteSql.of(entry.type()).delete)) {
      bindKey(statement, 1, entry);
      statement.executeUpdate();
    }
    ObjectNode old = (ObjectNode) Json.MAPPER.readTree(current.json);
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
        .text(current.owner)
        .nothing();
    history.send(connection, WriteSql.HISTORY);
    forget(connection, entry, old, Set.of());
    try (PreparedStatement statement = connection.prepareStatement(WriteSql.DELETE_CLAIMS)) {
      statement.setInt(1, entry.home);
      statement.setString(2, entry.type());
      statement.setString(3, entry.id);
      statement.setShort(4, CLAIM_ID); // The id stays taken: its history stays readable.
      statement.executeUpdate();
    }
    logged.add(
        new Logged(
            entry.home,
            index.patient(),
            entry.version,
            ResourceVersion.Method.DELETE,
            entry.type(),
            entry.id));
    entry.outcome = new Outcome(204, entry.type(), entry.id, entry.version, updated, null);
  }

  private void moveToHistory(Connection connection, Entry entry) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(WriteSql.of(entry.type()).moveToHistory)) {
      statement.setString(1, entry.type());
      bindKey(statement, 2, entry);
      statement.executeUpdate();
    }
  }

  private void insert(Connection connection, List<Logged> logged, CopyBuffer directory)
      throws SQLException {
    var byTable = new LinkedHashMap<String, CopyBuffer>();
    for (Entry entry : entries) {
      Row row = entry.row;
      if (entry.plan != Plan.CREATE || row == null) {
        continue;
      }
      WriteSql.ForTable sql = WriteSql.of(row.type());
      row.copyTo(
          byTable.computeIfAbsent(row.type(), _ -> new CopyBuffer(sql.copyColumns)),
          Tables.isShared(row.type()));
      note(row, entry.tree, directory, Set.of());
      entry.tree = null;
      logged.add(
          new Logged(
              row.home(),
              row.index().patient(),
              row.version(),
              row.method(),
              row.type(),
              row.id()));
    }
    for (Map.Entry<String, CopyBuffer> table : byTable.entrySet()) {
      table.getValue().send(connection, WriteSql.of(table.getKey()).copyTarget);
    }
  }

  private void change(Connection connection, Entry entry, List<Logged> logged, CopyBuffer directory)
      throws SQLException {
    Current current = Objects.requireNonNull(entry.current);
    ObjectNode old = (ObjectNode) Json.MAPPER.readTree(current.json);
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
    Set<String> before = directoryKeys(entry.type(), old);
    ObjectNode now = entry.tree;
    forget(connection, entry, old, directoryKeys(entry.type(), now));
    note(row, now, directory, before);
    entry.tree = null;
    logged.add(
        new Logged(
            row.home(), row.index().patient(), row.version(), row.method(), row.type(), row.id()));
  }

  // ------------------------------------------------------------------ directory

  private static boolean directoryType(String type) {
    return Conditions.DIRECTORY_TYPES.contains(type) || type.equals(BINARY);
  }

  /**
   * {@code system|value} of each identifier, for the types that are looked up by identifier; for a
   * Binary the object that holds its bytes.
   */
  private static Set<String> directoryKeys(String type, @Nullable ObjectNode resource) {
    if (resource == null || !directoryType(type)) {
      return Set.of();
    }
    if (type.equals(BINARY)) {
      Stored stored = StoredData.of(resource);
      return stored == null ? Set.of() : Set.of(Conditions.OBJECT + stored.key());
    }
    var keys = new HashSet<String>();
    for (JsonNode identifier : resource.path("identifier")) {
      String value = identifier.path("value").asString("");
      if (!value.isEmpty()) {
        keys.add(identifier.path("system").asString("") + "|" + value);
      }
    }
    return keys;
  }

  private void note(Row row, @Nullable ObjectNode tree, CopyBuffer directory, Set<String> before) {
    for (String key : directoryKeys(row.type(), tree)) {
      if (before.contains(key)) {
        continue;
      }
      IndexKey.Lookup lookup = parts.conditions().directoryLookup(row.type(), key);
      directory
          .row()
          .int8(lookup.key())
          .int4(row.home())
          .int2(IndexKey.ID)
          .text(row.type())
          .text(row.id())
          .raw(lookup.mac());
    }
  }

  private void forget(Connection connection, Entry entry, ObjectNode old, Set<String> kept)
      throws SQLException {
    if (entry.type().equals(BINARY)) {
      return; // The superseded version still speaks of its object.
    }
    for (String key : directoryKeys(entry.type(), old)) {
      if (kept.contains(key)) {
        continue;
      }
      try (PreparedStatement statement = connection.prepareStatement(WriteSql.DELETE_DIRECTORY)) {
        statement.setLong(1, parts.conditions().directoryLookup(entry.type(), key).key());
        statement.setInt(2, entry.home);
        statement.setString(3, entry.type());
        statement.setString(4, entry.id);
        statement.executeUpdate();
      }
    }
  }

  // ------------------------------------------------------------------ change log

  private record Logged(
      int home,
      @Nullable Long patient,
      int version,
      ResourceVersion.Method method,
      String type,
      String id) {}

  private void log(Connection connection, List<Logged> logged) throws SQLException {
    if (logged.isEmpty()) {
      return;
    }
    var perHome = new TreeMap<Integer, List<Logged>>();
    for (Logged change : logged) {
      perHome.computeIfAbsent(change.home, _ -> new ArrayList<>()).add(change);
    }
    try (PreparedStatement lane = connection.prepareStatement(WriteSql.TAKE_LANE)) {
      for (Map.Entry<Integer, List<Logged>> home : perHome.entrySet()) {
        lane.setInt(1, home.getValue().size());
        lane.setInt(2, home.getKey());
        lane.addBatch();
      }
      lane.executeBatch();
    }
    var copy = new CopyBuffer(WriteSql.LOG_COLUMNS);
    try (PreparedStatement taken = connection.prepareStatement(WriteSql.READ_LANES)) {
      taken.setArray(1, connection.createArrayOf("integer", perHome.keySet().toArray()));
      try (var rows = taken.executeQuery()) {
        while (rows.next()) {
          List<Logged> changes = Objects.requireNonNull(perHome.get(rows.getInt(1)));
          long seq = rows.getLong(2) - changes.size();
          for (Logged change : changes) {
            copy.row()
                .int4(change.home)
                .int8(++seq)
                .int8(change.patient)
                .timestamp(updated)
                .int4(change.version)
                .int2(change.method.code())
                .text(change.type)
                .text(change.id);
          }
        }
      }
    }
    copy.send(connection, WriteSql.LOG);
  }
}
