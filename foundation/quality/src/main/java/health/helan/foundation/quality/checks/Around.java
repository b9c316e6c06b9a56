package health.helan.foundation.quality.checks;

import health.helan.foundation.fhirpath.EvaluationContext;
import health.helan.foundation.fhirpath.Node;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Levels;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What stands around the records of one batch. Read for the whole batch when the first of them
 * asks, so that a batch costs a few statements. For one thread, and as long as its connection.
 */
public final class Around {
  private final PlatformRows rows;
  private final Connection connection;
  private final List<Subject> batch;
  private final Codes codes;
  private final Profiles profiles;
  private final KnownReferences known;
  private final Clock clock;
  private final Map<String, EvaluationContext> contexts = new HashMap<>();
  private final Map<String, @Nullable ObjectNode> read = new HashMap<>();
  private final Map<String, Set<String>> missing = new HashMap<>();
  private final Map<String, Set<String>> repeats = new HashMap<>();
  private final Map<String, Map<String, List<PlatformRows.Place>>> sharing = new HashMap<>();

  /**
   * @param batch records that are asked about together; of one home
   * @param clock its zone is the zone of dates without one
   */
  public Around(
      PlatformRows rows,
      Connection connection,
      List<Subject> batch,
      Codes codes,
      Profiles profiles,
      KnownReferences known,
      Clock clock) {
    this.rows = rows;
    this.connection = connection;
    this.batch = batch;
    this.codes = codes;
    this.profiles = profiles;
    this.known = known;
    this.clock = clock;
  }

  /**
   * Other records are looked at with the eyes of the institution whose record is judged, so that no
   * finding tells it of a record that it could not read. What belongs to none came from the root.
   */
  private static Caller eyes(String owner) {
    return owner.isEmpty()
        ? Caller.platform("quality")
        : new Caller("quality", Caller.Role.SYSTEM, owner, Set.of(), "");
  }

  /** For expressions about a record. */
  EvaluationContext context(Subject subject) {
    return contexts.computeIfAbsent(subject.owner(), this::contextOf);
  }

  private EvaluationContext contextOf(String owner) {
    return EvaluationContext.builder()
        .clock(clock)
        .stepBudget(100_000)
        .resolver((reference, from) -> read(owner, reference))
        .terminology(
            new EvaluationContext.Terminology() {
              @Override
              public @Nullable Boolean memberOf(Node coded, String valueSet) {
                return codes.isIn(coded, valueSet);
              }

              @Override
              public @Nullable Boolean subsumes(Node general, Node special) {
                return null;
              }
            })
        .build();
  }

  Codes codes() {
    return codes;
  }

  Profiles profiles() {
    return profiles;
  }

  /**
   * Whether it may be told of a reference that nothing is there. An id that this platform made is
   * known to whoever was given it and guessed by nobody; what is of an open type is hidden from
   * nobody.
   */
  static boolean tellsOfNothingHidden(String reference) {
    int slash = reference.indexOf('/');
    return Ids.isAssigned(reference.substring(slash + 1))
        || Levels.isOpen(reference.substring(0, slash));
  }

  /**
   * Whether something lies behind {@code Type/id}: at all, where the platform made the id; else
   * that the record's institution sees.
   */
  boolean exists(Subject referring, String reference) {
    return !missing.computeIfAbsent(referring.owner(), this::missing).contains(reference);
  }

  private Set<String> missing(String owner) {
    var gone = new HashSet<String>();
    for (Subject subject : batch) {
      if (subject.owner().equals(owner)) {
        gone.addAll(LocalReferences.in(subject.tree()).values());
        known.add(subject.reference());
      }
    }
    gone.removeIf(known::contains);
    var chosen = new HashSet<String>();
    for (String reference : gone) {
      if (!Ids.isAssigned(reference.substring(reference.indexOf('/') + 1))) {
        chosen.add(reference);
      }
    }
    gone.removeAll(chosen);
    try {
      if (!gone.isEmpty()) {
        Set<String> there = rows.existing(connection, eyes(""), gone);
        there.forEach(known::add);
        gone.removeAll(there);
      }
      if (!chosen.isEmpty()) {
        Set<String> seen = rows.existing(connection, eyes(owner), chosen);
        for (String reference : chosen) {
          if (!seen.contains(reference)) {
            gone.add(reference);
          } else if (tellsOfNothingHidden(reference)) {
            known.add(reference);
          }
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return gone;
  }

  /** Whether an earlier record of the resident says the same. */
  boolean isRepeat(Subject subject) {
    return repeats
        .computeIfAbsent(
            subject.type(),
            type -> {
              try {
                return rows.repeats(
                    connection,
                    subject.home(),
                    type,
                    batch.stream()
                        .filter(one -> one.type().equals(type))
                        .map(Subject::id)
                        .toList());
              } catch (SQLException e) {
                throw SqlErrors.refusal(e);
              }
            })
        .contains(subject.id());
  }

  /** Who else bears an identifier {@code system|value}; empty where nobody does. */
  List<PlatformRows.Place> sharing(Subject subject, String identifier) {
    return sharing
        .computeIfAbsent(
            subject.type(),
            type -> {
              var all = new HashSet<String>();
              for (Subject one : batch) {
                if (one.type().equals(type)) {
                  all.addAll(UniqueIdentifiers.of(one.tree()).keySet());
                }
              }
              try {
                return all.isEmpty() ? Map.of() : rows.sharing(connection, type, all);
              } catch (SQLException e) {
                throw SqlErrors.refusal(e);
              }
            })
        .getOrDefault(identifier, List.of());
  }

  /** The resource behind {@code Type/id}, as an institution sees it; null for none. */
  private @Nullable JsonNode read(String owner, String reference) {
    String key = owner + "|" + reference;
    if (read.containsKey(key)) {
      return read.get(key);
    }
    ObjectNode found = null;
    for (Subject one : batch) {
      if (one.owner().equals(owner) && one.reference().equals(reference)) {
        found = one.tree();
      }
    }
    String[] parts = LocalReferences.parts(reference);
    if (found == null && parts != null) {
      try {
        found = rows.read(connection, eyes(owner), parts[0], parts[1]);
      } catch (SQLException e) {
        throw SqlErrors.refusal(e);
      }
    }
    read.put(key, found);
    return found;
  }

  /**
   * References that were seen to lead somewhere, of those that hide nothing. What is deleted later
   * is noticed when the referring record changes, or is looked at again.
   */
  public static final class KnownReferences {
    private static final int KEPT = 50_000;

    private final Map<String, Boolean> kept =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > KEPT;
          }
        };

    synchronized void add(String reference) {
      if (tellsOfNothingHidden(reference)) {
        kept.put(reference, true);
      }
    }

    synchronized boolean contains(String reference) {
      return kept.get(reference) != null;
    }

    /** The resource is no longer there. */
    public synchronized void forget(String reference) {
      kept.remove(reference);
    }
  }
}
