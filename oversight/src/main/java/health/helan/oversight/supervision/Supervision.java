package health.helan.oversight.supervision;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.supervision.rules.Act;
import health.helan.oversight.supervision.rules.Kind;
import health.helan.oversight.supervision.rules.Rule;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Judges acts of care on line behind the change log, and those that nobody goes on with by the
 * clock. Acts and hits are written in the transaction that keeps how far the log was taken: each
 * hit once, and none is lost, whatever is killed when.
 */
public final class Supervision implements ChangeConsumer {
  private static final String NAME = "supervision";

  /** What is older is told of, and no news: a load of old records hits nobody. */
  static final Duration NEWS = Duration.ofDays(30);

  /** How long it matters where a doctor was. */
  private static final Duration PRESENCE = Duration.ofDays(2);

  private static final Set<String> TYPES =
      Set.of("Encounter", "MedicationRequest", "MedicationDispense", "ChargeItem", "Task");

  private static final int MOST_DUE = 200;

  /**
   * What it stands on.
   *
   * @param fresh how old rules may be
   */
  public record Parts(
      RecordStore store,
      DataSource database,
      Licences licences,
      SecondFactors factors,
      Practice practice,
      Prices prices,
      Duration fresh,
      Clock clock) {}

  final RecordStore store;
  final Sql sql;
  final Clock clock;
  final RuleBook rules;
  final FactReader reader;

  public Supervision(Parts parts) {
    store = parts.store();
    sql = new Sql(parts.database());
    clock = parts.clock();
    rules = new RuleBook(parts.database(), parts.fresh(), parts.clock());
    reader = new FactReader(parts);
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** What was done before there was supervision is no news. */
  @Override
  public Start start() {
    return Start.NOW;
  }

  @Override
  public int changesPerTransaction() {
    return 500;
  }

  @Override
  public boolean takesTogether() {
    return true;
  }

  @Override
  public void take(Connection transaction, List<Change> changes) throws SQLException {
    takeTogether(transaction, List.of(changes));
  }

  /** As they are now: what a resource went through, it still says itself. */
  @Override
  public void takeTogether(Connection transaction, List<List<Change>> homes) throws SQLException {
    // Visits first: what belongs to one is known by its row.
    Map<String, Map<Integer, Collection<String>>> types = new TreeMap<>();
    for (List<Change> changes : homes) {
      for (Change change : changes) {
        if (TYPES.contains(change.type()) && !change.isDeletion()) {
          types
              .computeIfAbsent(change.type(), _ -> new TreeMap<>())
              .computeIfAbsent(change.home(), _ -> new LinkedHashSet<>())
              .add(change.id());
        }
      }
    }
    Map<Integer, Collection<String>> visits = types.remove("Encounter");
    if (visits != null) {
      judge(transaction, "Encounter", visits);
    }
    // Most Tasks are something else, and need not be read to know it.
    Map<Integer, Collection<String>> tasks = types.remove("Task");
    if (tasks != null) {
      judge(transaction, "Task", ComplaintTable.among(transaction, tasks));
    }
    for (var type : types.entrySet()) {
      judge(transaction, type.getKey(), type.getValue());
    }
  }

  private void judge(Connection transaction, String type, Map<Integer, Collection<String>> ids)
      throws SQLException {
    for (PlatformRows.Owned row : store.rows().currentOf(transaction, type, ids)) {
      judge(transaction, row);
    }
  }

  private void judge(Connection transaction, PlatformRows.Owned row) throws SQLException {
    Instant now = now();
    Seen seen = seen(transaction, row, now);
    if (seen == null || seen.at() != null && seen.at().isBefore(now.minus(NEWS))) {
      return;
    }
    if (seen.act() == Act.IN_PERSON) {
      presence(transaction, seen, now);
      return;
    }
    judge(transaction, seen, now);
    Instant at = seen.at();
    if (seen.act() == Act.VISIT && at != null && !seen.institution().isEmpty()) {
      again(transaction, seen, at, now);
    }
  }

  private void judge(Connection transaction, Seen seen, Instant now) throws SQLException {
    reader.complete(transaction, seen, now);
    boolean isLate = false;
    List<RuleBook.InForce> inForce = rules.on(transaction, seen.act(), day(seen, now));
    for (RuleBook.InForce one : inForce) {
      Rule.Hit hit = one.rule().judge(seen.facts());
      if (hit != null) {
        SupervisionTable.add(transaction, seen, hit, one.onTrial(), false, now);
        isLate |= one.rule().kind() == Kind.OVERDUE && !one.onTrial();
      }
    }
    SupervisionTable.keep(transaction, seen, isLate ? null : due(seen, inForce), now);
  }

  private @Nullable Seen seen(Connection transaction, PlatformRows.Owned row, Instant now)
      throws SQLException {
    byte[] content = row.version().content();
    return content == null
        ? null
        : reader.seen(
            transaction,
            (ObjectNode) Json.MAPPER.readTree(content),
            row.home(),
            row.version().version(),
            row.owner(),
            now);
  }

  static java.time.LocalDate day(Seen seen, Instant now) {
    return (seen.at() == null ? now : seen.at()).atZone(Resources.BEIJING).toLocalDate();
  }

  /** When somebody who waits will have waited too long, or what a visit names has to be there. */
  private static @Nullable Instant due(Seen seen, List<RuleBook.InForce> rules) {
    Instant at = seen.at();
    if (seen.act() == Act.VISIT
        && at != null
        && seen.facts().path("repeat").asBoolean(false)
        && !seen.facts().has("proven")) {
      return at.plus(EarlierCare.LATER);
    }
    Instant waits = seen.waits();
    if (waits == null) {
      return null;
    }
    Instant due = null;
    for (RuleBook.InForce one : rules) {
      if (one.rule().kind() == Kind.OVERDUE && !one.onTrial()) {
        due = waits.plus(Duration.ofMinutes(one.rule().with().path("most").asInt(0) + 1L));
      }
    }
    return due;
  }

  /** A doctor was somewhere: visits on line at that time are looked at again. */
  private void presence(Connection transaction, Seen seen, Instant now) throws SQLException {
    Instant at = seen.at();
    if (at == null || at.isBefore(now.minus(PRESENCE))) {
      return;
    }
    SupervisionTable.keep(transaction, seen, null, now);
    Map<Integer, Collection<String>> visits = new TreeMap<>();
    for (SupervisionTable.Busy busy :
        SupervisionTable.elsewhere(transaction, seen.practitioner(), seen.institution(), at)) {
      if (busy.act() == Act.VISIT) {
        visits.computeIfAbsent(busy.home(), _ -> new LinkedHashSet<>()).add(busy.id());
      }
    }
    judgeAlone(transaction, visits, now);
  }

  /** A visit at the same time elsewhere was judged before this one was known. */
  private void again(Connection transaction, Seen seen, Instant at, Instant now)
      throws SQLException {
    Map<Integer, Collection<String>> visits = new TreeMap<>();
    for (SupervisionTable.Busy busy :
        SupervisionTable.elsewhere(transaction, seen.practitioner(), seen.institution(), at)) {
      if (FactReader.meets(busy, seen, at)) {
        visits.computeIfAbsent(busy.home(), _ -> new LinkedHashSet<>()).add(busy.id());
      }
    }
    judgeAlone(transaction, visits, now);
  }

  /** Judges visits on line, and looks at no other for their sake. */
  private void judgeAlone(
      Connection transaction, Map<Integer, Collection<String>> visits, Instant now)
      throws SQLException {
    for (PlatformRows.Owned row : store.rows().currentOf(transaction, "Encounter", visits)) {
      Seen seen = seen(transaction, row, now);
      if (seen != null
          && seen.act() == Act.VISIT
          && (seen.at() == null || !seen.at().isBefore(now.minus(NEWS)))) {
        judge(transaction, seen, now);
      }
    }
  }

  /**
   * Looks at those that are due though nothing was written.
   *
   * @return how many
   */
  public int tend() {
    return sql.together(
        connection -> {
          List<SupervisionTable.Place> due = SupervisionTable.due(connection, now(), MOST_DUE);
          for (SupervisionTable.Place place : due) {
            SupervisionTable.done(connection, place);
            judge(connection, Seen.type(place.act()), Map.of(place.home(), Set.of(place.id())));
          }
          SupervisionTable.forget(connection, now().minus(PRESENCE.multipliedBy(2)));
          return due.size();
        });
  }
}
