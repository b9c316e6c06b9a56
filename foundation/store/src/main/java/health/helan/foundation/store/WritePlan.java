package health.helan.foundation.store;

import health.helan.foundation.store.WriteEntry.Plan;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decides, before the database transaction begins, what each interaction of one will do: whom its
 * condition means, which id and home it gets, which references mean which entry.
 */
final class WritePlan {
  private final StoreParts parts;
  private final Caller caller;
  private final List<WriteEntry> entries;
  private final Claims claims;
  private final Map<String, Condition> conditions = new LinkedHashMap<>();
  private final Map<String, String> byFullUrl = new HashMap<>();
  private final Map<String, String> byCondition = new HashMap<>();
  private final Map<String, Integer> homeByReference = new HashMap<>();

  /**
   * One home for all that belongs to nobody: a bundle then takes one lane for them, not hundreds.
   */
  private final int homeOfTheRest;

  WritePlan(StoreParts parts, Caller caller, List<WriteEntry> entries, Claims claims) {
    this.parts = parts;
    this.caller = caller;
    this.entries = entries;
    this.claims = claims;
    homeOfTheRest = parts.homes().any();
  }

  /**
   * @param updated time of the transaction
   */
  void make(Connection connection, Set<String> conditionalReferences, Instant updated)
      throws SQLException {
    resolve(connection, conditionalReferences);
    var firstOfCondition = new HashMap<String, WriteEntry>();
    for (WriteEntry entry : entries) {
      switch (entry.interaction) {
        case Interaction.Create create -> create(connection, entry, create, firstOfCondition);
        case Interaction.Update update -> update(connection, entry, update);
        case Interaction.Patch patch -> patch(connection, entry, patch);
        case Interaction.Delete delete -> delete(connection, entry, delete, updated);
      }
    }
    // Homes of new resources: residents first, since others follow them.
    for (WriteEntry entry : entries) {
      if (entry.plan == Plan.CREATE && entry.type().equals("Patient")) {
        ObjectNode tree = entry.tree();
        settle(entry, parts.homes().ofPatient(entry.id.isEmpty() ? null : entry.id, tree));
      }
      noteFullUrl(entry);
    }
    for (WriteEntry entry : entries) {
      if (entry.plan == Plan.CREATE && !entry.type().equals("Patient")) {
        settle(entry, homeOfNew(connection, entry));
        noteFullUrl(entry);
      }
    }
    var touched = new HashSet<Keyed>();
    for (WriteEntry entry : entries) {
      if (entry.plan != Plan.EXISTING
          && entry.plan != Plan.NOTHING
          && !touched.add(entry.keyed())) {
        throw new Refusal(
            Refusal.Kind.INVALID, "store.touched-twice", entry.type() + "/" + entry.id);
      }
    }
  }

  // ------------------------------------------------------------------ conditions

  private void resolve(Connection connection, Set<String> conditionalReferences)
      throws SQLException {
    for (String reference : conditionalReferences) {
      int question = reference.indexOf('?');
      if (question > 0) {
        conditions.putIfAbsent(
            reference,
            new Condition(reference.substring(0, question), reference.substring(question + 1)));
      }
    }
    for (WriteEntry entry : entries) {
      String criteria = entry.criteria();
      if (criteria != null) {
        conditions.putIfAbsent(
            entry.type() + "?" + criteria, new Condition(entry.type(), criteria));
      }
    }
    parts.conditions().resolve(connection, caller, conditions.values());
    for (String reference : conditionalReferences) {
      Condition condition = conditions.get(reference);
      if (condition != null) {
        byCondition.put(reference, only(condition, reference).reference());
      }
    }
  }

  /** The resource that a conditional reference means. */
  private static Keyed only(Condition condition, String shown) {
    List<Keyed> found = condition.found();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new Refusal(
        found.isEmpty() ? Refusal.Kind.UNPROCESSABLE : Refusal.Kind.MULTIPLE_MATCHES,
        found.isEmpty() ? "store.reference-matches-none" : "store.condition-matches-several",
        // Criteria may hold an identity number: only the type is said.
        shown.substring(0, Math.max(0, shown.indexOf('?'))));
  }

  /**
   * The resource that meets an entry's criteria; null when none does.
   *
   * @throws Refusal MULTIPLE_MATCHES
   */
  private @Nullable Keyed match(WriteEntry entry) {
    String key = conditionKey(entry);
    List<Keyed> found = Objects.requireNonNull(conditions.get(key)).found();
    if (found.size() > 1) {
      throw new Refusal(
          Refusal.Kind.MULTIPLE_MATCHES,
          place(entry),
          "store.condition-matches-several",
          new Object[] {entry.type()});
    }
    return found.isEmpty() ? null : found.getFirst();
  }

  private static String conditionKey(WriteEntry entry) {
    return entry.type() + "?" + entry.criteria();
  }

  /** Two who want to create by the same criteria meet at the claim. */
  private void claimCondition(WriteEntry entry) {
    claims.add(
        parts.indexKey().lookup("condition|" + entry.guard.source() + "|" + conditionKey(entry)),
        Claims.CONDITION,
        entry);
  }

  // ------------------------------------------------------------------ interactions

  private void create(
      Connection connection,
      WriteEntry entry,
      Interaction.Create create,
      Map<String, WriteEntry> firstOfCondition)
      throws SQLException {
    entry.planCreate();
    if (create.ifNoneExist() == null) {
      return;
    }
    if (create.onlyNew()) {
      boolean isThere =
          !Objects.requireNonNull(conditions.get(conditionKey(entry))).found().isEmpty();
      if (isThere || firstOfCondition.putIfAbsent(conditionKey(entry), entry) != null) {
        throw new Refusal(
            Refusal.Kind.DUPLICATE,
            place(entry),
            "store.identifier-taken",
            new Object[] {entry.type()});
      }
      claimCondition(entry);
      return;
    }
    Keyed found = match(entry);
    if (found != null) {
      existing(connection, entry, found);
      return;
    }
    WriteEntry first = firstOfCondition.putIfAbsent(conditionKey(entry), entry);
    if (first != null) {
      entry.plan = Plan.EXISTING;
      entry.same = first;
      return;
    }
    claimCondition(entry);
  }

  private void existing(Connection connection, WriteEntry entry, Keyed found) throws SQLException {
    entry.plan = Plan.EXISTING;
    entry.id = found.id();
    entry.home = found.home();
    ResourceVersion now = parts.reads().read(connection, caller, found.type(), found.id());
    AccessTrail.note(now);
    entry.outcome =
        new Outcome(200, now.type(), now.id(), now.version(), now.updated(), now.content());
  }

  private void update(Connection connection, WriteEntry entry, Interaction.Update update)
      throws SQLException {
    entry.plan = Plan.UPDATE;
    String id = update.id();
    if (update.criteria() != null) {
      String bodyId = entry.tree().path("id").asString("");
      Keyed found = match(entry);
      if (found != null) {
        if (!bodyId.isEmpty() && !bodyId.equals(found.id())) {
          throw new Refusal(
              Refusal.Kind.INVALID, place(entry), "store.id-differs", new Object[] {bodyId});
        }
        id = found.id();
      } else if (bodyId.isEmpty()) {
        entry.guard.mayCreate(entry);
        entry.planCreate();
        claimCondition(entry);
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
      entry.guard.mayChooseId(entry);
      entry.planCreate();
    } else {
      entry.home = home;
    }
  }

  private void patch(Connection connection, WriteEntry entry, Interaction.Patch patch)
      throws SQLException {
    entry.plan = Plan.PATCH;
    if (patch.criteria() != null) {
      Keyed found = match(entry);
      if (found == null) {
        throw new Refusal(
            Refusal.Kind.NOT_FOUND,
            place(entry),
            "store.condition-matches-none",
            new Object[] {patch.type()});
      }
      entry.id = found.id();
      entry.home = found.home();
      return;
    }
    entry.id = Objects.requireNonNull(patch.id());
    Integer home = parts.homes().of(connection, entry.type(), entry.id);
    if (home == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", entry.type(), entry.id);
    }
    entry.home = home;
  }

  private void delete(
      Connection connection, WriteEntry entry, Interaction.Delete delete, Instant updated)
      throws SQLException {
    entry.plan = Plan.DELETE;
    if (delete.criteria() != null) {
      Keyed found = match(entry);
      if (found == null) {
        entry.planNothing(updated);
        return;
      }
      entry.id = found.id();
      entry.home = found.home();
      return;
    }
    entry.id = Objects.requireNonNull(delete.id());
    Integer home = parts.homes().of(connection, entry.type(), entry.id);
    if (home == null) {
      entry.planNothing(updated);
    } else {
      entry.home = home;
    }
  }

  /** Where in the request an entry stands, for refusals. */
  String place(WriteEntry entry) {
    return entries.size() == 1 ? entry.type() : "Bundle.entry[" + entry.number + "]";
  }

  Refusal precondition(WriteEntry entry) {
    return new Refusal(
        Refusal.Kind.PRECONDITION, place(entry), "store.version-differs", new Object[] {});
  }

  // ------------------------------------------------------------------ homes and ids

  /** Gives a new resource its home and, unless the client chose it, its id. */
  private void settle(WriteEntry entry, int home) {
    if (!entry.id.isEmpty() && Ids.isAssigned(entry.id)) {
      entry.home = Ids.home(entry.id);
      return;
    }
    entry.home = home;
    if (entry.id.isEmpty()) {
      entry.id = Ids.next(home);
    } else {
      claims.add(parts.homes().claim(entry.type() + "/" + entry.id), Claims.ID, entry);
    }
  }

  private int homeOfNew(Connection connection, WriteEntry entry) throws SQLException {
    String hint = entry.hint();
    if (hint == null && entries.size() == 1) {
      hint = Homes.hint(entry.type(), entry.tree());
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

  private void noteFullUrl(WriteEntry entry) {
    WriteEntry target = entry.same == null ? entry : entry.same;
    if (target.id.isEmpty()) {
      return;
    }
    String reference = entry.type() + "/" + target.id;
    homeByReference.put(reference, target.home);
    String fullUrl = entry.fullUrl();
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

  /** Home of a Patient whose id a client chose: of this request's own, else as it is known. */
  int homeOfPatient(Connection connection, String id) {
    Integer own = homeByReference.get("Patient/" + id);
    if (own != null) {
      return own;
    }
    try {
      Integer home = parts.homes().of(connection, "Patient", id);
      return home == null ? parts.homes().ofUnknown("Patient/" + id) : home;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ references

  /** Lets a resource's references to entries and conditions name what they mean. */
  void rewriteReferences(Connection connection, ObjectNode tree) {
    References.rewrite(
        tree,
        byFullUrl,
        reference -> byCondition.computeIfAbsent(reference, r -> resolve(connection, r)));
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
    return only(condition, reference).reference();
  }
}
