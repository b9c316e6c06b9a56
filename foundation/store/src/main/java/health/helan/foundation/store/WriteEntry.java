package health.helan.foundation.store;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** An interaction on its way through one transaction of the store ({@link Writes}). */
final class WriteEntry {
  /** What is to be done, once its condition is resolved. */
  enum Plan {
    CREATE,
    UPDATE,
    PATCH,
    DELETE,
    /** A conditional create that found its resource. */
    EXISTING,
    /** A delete that found nothing. */
    NOTHING
  }

  /** The version that is locked, to be superseded. */
  record Current(int version, String owner, byte[] json) {}

  final Interaction interaction;

  /** Its place in the bundle, from 0. */
  final int number;

  /** What the policy says to who writes it. */
  final WriteGuard guard;

  Plan plan = Plan.CREATE;
  String id = "";
  int home;
  int version;
  boolean isNew;
  @Nullable ObjectNode tree;
  @Nullable Row row;
  @Nullable Current current;

  /** The entry whose conditional create this one repeats. */
  @Nullable WriteEntry same;

  @Nullable Outcome outcome;

  /** The version before, as a tree; kept for what the policy makes of the write. */
  @Nullable ObjectNode before;

  /** What grants may follow from; null for none. */
  GrantRules.@Nullable Written written;

  /** Patients on the ends of links that it changes. */
  Set<String> linked = Set.of();

  /** What is derived from it in the same transaction; null for nothing. */
  WriteFollower.@Nullable Followed followed;

  WriteEntry(Interaction interaction, int number, WriteGuard guard) {
    this.interaction = interaction;
    this.number = number;
    this.guard = guard;
  }

  String type() {
    return interaction.type();
  }

  Keyed keyed() {
    return new Keyed(type(), id, home);
  }

  /** True when there is a current version to be locked first. */
  boolean supersedes() {
    return plan == Plan.UPDATE || plan == Plan.PATCH || plan == Plan.DELETE;
  }

  void planCreate() {
    plan = Plan.CREATE;
    isNew = true;
    version = 1;
  }

  void planNothing(java.time.Instant at) {
    plan = Plan.NOTHING;
    outcome = new Outcome(204, type(), id, 0, at, null);
  }

  /** The resource that is sent, parsed once. */
  ObjectNode tree() {
    ObjectNode now = tree;
    if (now == null) {
      now =
          switch (interaction) {
            case Interaction.Create create -> create.resource().read();
            case Interaction.Update update -> update.resource().read();
            default -> throw new IllegalStateException("no body");
          };
      tree = now;
    }
    return now;
  }

  /** Search criteria without {@code ?}; null for none. */
  @Nullable String criteria() {
    return switch (interaction) {
      case Interaction.Create create -> create.ifNoneExist();
      case Interaction.Update update -> update.criteria();
      case Interaction.Patch patch -> patch.criteria();
      case Interaction.Delete delete -> delete.criteria();
    };
  }

  @Nullable Integer ifMatch() {
    return switch (interaction) {
      case Interaction.Update update -> update.ifMatch();
      case Interaction.Patch patch -> patch.ifMatch();
      case Interaction.Delete delete -> delete.ifMatch();
      case Interaction.Create _ -> null;
    };
  }

  @Nullable String fullUrl() {
    return switch (interaction) {
      case Interaction.Create create -> create.fullUrl();
      case Interaction.Update update -> update.fullUrl();
      default -> null;
    };
  }

  /** Reference of the patient it belongs to, if known before it is read. */
  @Nullable String hint() {
    return switch (interaction) {
      case Interaction.Create create -> create.hint();
      case Interaction.Update update -> update.hint();
      default -> null;
    };
  }

  ResourceVersion.Method method() {
    return switch (interaction) {
      case Interaction.Create _ -> ResourceVersion.Method.POST;
      case Interaction.Update _ -> ResourceVersion.Method.PUT;
      case Interaction.Patch _ -> ResourceVersion.Method.PATCH;
      case Interaction.Delete _ -> ResourceVersion.Method.DELETE;
    };
  }
}
