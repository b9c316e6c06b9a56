package health.helan.foundation.store;

import health.helan.foundation.store.WriteEntry.Plan;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the access policy says to the writes of one transaction. What a caller may not see is
 * answered as if nothing had ever been there (docs/adr/0037).
 */
final class WriteGuard {
  private final StoreParts parts;
  private final Caller caller;
  private final AccessPolicy policy;
  private final boolean isUnlimited;

  WriteGuard(StoreParts parts, Caller caller) {
    this.parts = parts;
    this.caller = caller;
    policy = parts.policy();
    isUnlimited = policy.isUnlimited(caller);
  }

  /** Another's kept answer is not for this caller, even under the same key. */
  @Nullable String requestKey(@Nullable String given) {
    return given == null || isUnlimited
        ? given
        : caller.institution() + "|" + caller.subject() + "|" + given;
  }

  /** Whose conditional creates exclude each other. */
  String source() {
    return caller.role() == Caller.Role.RESIDENT ? "/" + caller.subject() : caller.institution();
  }

  /**
   * @throws Refusal FORBIDDEN
   */
  void mayWrite(WriteEntry entry) {
    may(
        switch (entry.interaction) {
          case Interaction.Create _ -> AccessPolicy.Action.CREATE;
          case Interaction.Update _, Interaction.Patch _ -> AccessPolicy.Action.UPDATE;
          case Interaction.Delete _ -> AccessPolicy.Action.DELETE;
        },
        entry.type());
  }

  /** For an update that turns out to create. */
  void mayCreate(WriteEntry entry) {
    may(AccessPolicy.Action.CREATE, entry.type());
  }

  private void may(AccessPolicy.Action action, String type) {
    if (!policy.may(caller, action, type)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", type);
    }
  }

  /** For a create under an id that the client chose. */
  void mayChooseId(WriteEntry entry) {
    if (!policy.mayChooseIds(caller)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", entry.type(), entry.id);
    }
    mayCreate(entry);
  }

  /**
   * Looks whether the caller sees what was locked; what it does not see, it finds not there.
   *
   * @return false when there is nothing to do
   * @throws Refusal as for an id that nobody has, or when the row is seen only masked
   */
  boolean maySee(Connection connection, WriteEntry entry, WritePlan plan, Instant at)
      throws SQLException {
    if (isUnlimited) {
      return true;
    }
    String type = entry.type();
    if (entry.current != null) {
      Boolean inFull = parts.reads().sees(connection, caller, type, entry.home, entry.id);
      if (inFull != null) {
        if (!inFull) {
          throw new Refusal(
              Refusal.Kind.FORBIDDEN, plan.place(entry), "store.seen-masked", new Object[] {type});
        }
        return true;
      }
      entry.current = null;
    } else {
      String owner = parts.reads().seesDeletion(connection, caller, type, entry.home, entry.id);
      if (owner != null) {
        if (entry.plan == Plan.UPDATE && entry.ifMatch() == null) {
          if (!owner.equals(caller.institution()) || !policy.mayChooseIds(caller)) {
            throw new Refusal(Refusal.Kind.GONE, "store.gone", type, entry.id);
          }
          mayCreate(entry);
        }
        return true;
      }
      if (entry.plan == Plan.UPDATE
          && entry.ifMatch() == null
          && policy.mayChooseIds(caller)
          && parts.reads().isUnused(connection, type, entry.home, entry.id)) {
        // It only looks like one of ours: another platform made it.
        mayCreate(entry);
        return true;
      }
    }
    switch (entry.plan) {
      case UPDATE -> {
        if (entry.ifMatch() != null) {
          throw plan.precondition(entry);
        }
        throw policy.mayChooseIds(caller)
            ? new Refusal(
                Refusal.Kind.CONFLICT, plan.place(entry), "store.id-taken", new Object[] {})
            : new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", type, entry.id);
      }
      case PATCH -> throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", type, entry.id);
      default -> entry.planNothing(at);
    }
    return false;
  }

  /** Institution that owns the version to be written. */
  String owner(WriteEntry entry, ObjectNode after) {
    WriteEntry.Current current = entry.current;
    if (isUnlimited && !(current != null && entry.interaction instanceof Interaction.Patch)) {
      // A patch loads nothing: steps that the platform takes leave the owner as it is.
      return caller.institution().isEmpty()
          ? Owners.of(entry.type(), entry.id, after)
          : caller.institution();
    }
    return current == null ? caller.institution() : current.owner();
  }

  /**
   * Last look at what is about to be written; notes it if grants could follow from it.
   *
   * @param after null for a deletion
   */
  void check(WriteEntry entry, @Nullable ObjectNode after, Instant at) {
    WriteEntry.Current current = entry.current;
    String owner = current == null ? null : current.owner();
    var write = new AccessPolicy.Write(entry.type(), entry.id, entry.before, owner, after);
    policy.guard(
        write,
        entry.interaction instanceof Interaction.Create create
            && create.resource() instanceof Interaction.Ours);
    if (!isUnlimited) {
      policy.check(caller, write);
    }
    var written = new GrantRules.Written(entry.type(), entry.id, entry.before, owner, after);
    entry.written = policy.grants().concerns(caller, written, at) ? written : null;
    if (entry.type().equals("Patient")) {
      entry.linked =
          PersonGraph.ends(
              entry.id, entry.before, after, entry.before == null && entry.version > 1);
    }
    if (parts.follower().concerns(entry.type())) {
      var followed =
          new WriteFollower.Followed(
              entry.type(), entry.id, entry.home, entry.version, entry.before, after);
      parts.follower().check(caller, followed);
      entry.followed = followed;
    }
  }

  /** Writes the grants that follow, and what else does. */
  void follow(Connection transaction, List<WriteEntry> entries, Instant at) throws SQLException {
    followLinks(parts, transaction, entries, at);
    List<GrantRules.Written> written = written(entries);
    if (!written.isEmpty()) {
      parts.grants(transaction, caller, written, at);
    }
    List<WriteFollower.Followed> followed = followed(entries);
    if (!followed.isEmpty()) {
      parts.follower().follow(transaction, caller, followed, at);
    }
  }

  /** Links first: what else is in the same transaction follows them. */
  static void followLinks(
      StoreParts parts, Connection transaction, List<WriteEntry> entries, Instant at)
      throws SQLException {
    var linked = new TreeSet<String>();
    entries.forEach(entry -> linked.addAll(entry.linked));
    if (!linked.isEmpty()) {
      parts.linked(transaction, linked, at);
    }
  }

  /** What grants could follow from. */
  static List<GrantRules.Written> written(List<WriteEntry> entries) {
    return entries.stream().map(entry -> entry.written).filter(Objects::nonNull).toList();
  }

  /** What is derived from in the same transaction. */
  static List<WriteFollower.Followed> followed(List<WriteEntry> entries) {
    return entries.stream().map(entry -> entry.followed).filter(Objects::nonNull).toList();
  }
}
