package health.helan.oversight.supervision;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.supervision.rules.Act;
import health.helan.oversight.supervision.rules.Kind;
import health.helan.oversight.supervision.rules.Rule;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Supervision in line: keeps the row of each visit on line in the transaction that writes it,
 * refuses what a blocking rule is sure of before it is committed, and lets cases, complaints and
 * ratings be written by their operations alone. Loads by the operator token are not held up: they
 * are judged behind.
 */
public final class SupervisionGuard implements WriteFollower {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisionGuard.class);
  private static final Set<String> TYPES =
      Set.of("Encounter", "MedicationRequest", "Composition", "Task", "QuestionnaireResponse");

  private final DataSource database;
  private final RuleBook rules;
  private final Licences licences;
  private final Clock clock;

  /**
   * @param fresh how old rules may be
   */
  public SupervisionGuard(DataSource database, Licences licences, Duration fresh, Clock clock) {
    this.database = database;
    this.rules = new RuleBook(database, fresh, clock);
    this.licences = licences;
    this.clock = clock;
  }

  @Override
  public boolean concerns(String type) {
    return TYPES.contains(type);
  }

  @Override
  public void check(Caller caller, Followed written) {
    if (!caller.isRoot() && (isBySteps(written.before()) || isBySteps(written.after()))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "supervision.by-steps");
    }
  }

  private static boolean isBySteps(@Nullable ObjectNode resource) {
    return CaseTask.is(resource) || ComplaintTask.is(resource) || Rating.is(resource);
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at) {
    throw new IllegalStateException("who writes is known");
  }

  @Override
  public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    // Visits and their records first: a transaction may bring them with the prescription.
    for (Followed one : written) {
      ObjectNode after = one.after();
      if (after != null && one.type().equals("Encounter") && Resources.isOnline(after)) {
        visit(transaction, caller, one, after, at);
      }
    }
    for (Followed one : written) {
      String encounter =
          one.after() != null && one.type().equals("Composition")
              ? Resources.encounterOf(one.after())
              : "";
      if (!encounter.isEmpty()) {
        SupervisionTable.note(
            transaction, SupervisionTable.home(encounter, one.home()), encounter, at);
      }
    }
    for (Followed one : written) {
      ObjectNode after = one.after();
      if (after == null) {
        if (one.type().equals("Task") && ComplaintTask.is(one.before())) {
          ComplaintTable.remove(transaction, one.home(), one.id());
        } else if (Rating.is(one.before())) {
          RatingTable.remove(transaction, one.home(), one.id());
        }
        continue;
      }
      switch (one.type()) {
        case "MedicationRequest" -> prescription(transaction, caller, one, after, at);
        case "QuestionnaireResponse" -> {
          if (Rating.is(after)) {
            RatingTable.follow(
                transaction, one.home(), one.id(), one.version(), Rating.of(after), at);
          }
        }
        case "Task" -> {
          if (CaseTask.is(after)) {
            CaseTask task = CaseTask.of(after);
            SupervisionTable.followCase(
                transaction,
                one.home(),
                one.id(),
                one.version(),
                task.state(),
                task.institution(),
                task.deadline(),
                at);
          } else if (ComplaintTask.is(after)) {
            ComplaintTable.follow(
                transaction, one.home(), one.id(), one.version(), ComplaintTask.of(after), at);
          }
        }
        default -> {
          // Done above.
        }
      }
    }
  }

  private void visit(
      Connection transaction, Caller caller, Followed one, ObjectNode after, Instant at)
      throws SQLException {
    Seen seen =
        identified(Resources.visit(after, one.home(), one.version(), at), one)
            .of(caller.institution());
    SupervisionTable.keep(transaction, seen, null, at);
    String before = one.before() == null ? "" : Resources.text(one.before(), "status");
    if (seen.at() != null && !before.equals(Resources.text(after, "status"))) {
      judge(transaction, caller, seen, institution(transaction, seen), at);
    }
  }

  private void prescription(
      Connection transaction, Caller caller, Followed one, ObjectNode after, Instant at)
      throws SQLException {
    Seen read = Resources.prescription(after, one.home(), one.version(), at, false);
    SupervisionTable.Visit visit =
        read == null ? null : FactReader.visit(transaction, read.encounter(), one.home());
    if (read == null || visit == null) {
      return;
    }
    Seen seen = identified(read, one).of(caller.institution());
    if (!Resources.text(after, "status").equals("draft")) {
      seen.facts().put("noted", visit.noted() != null);
    }
    judge(
        transaction,
        caller,
        seen,
        seen.institution().isEmpty() ? visit.institution() : seen.institution(),
        at);
  }

  /** The id is not in the tree of a resource that is being made. */
  private static Seen identified(Seen seen, Followed one) {
    return new Seen(
        seen.act(),
        seen.home(),
        one.id(),
        seen.version(),
        seen.act() == Act.VISIT ? one.id() : seen.encounter(),
        seen.practitioner(),
        seen.institution(),
        seen.at(),
        seen.until(),
        seen.noted(),
        seen.waits(),
        seen.facts());
  }

  private static String institution(Connection transaction, Seen seen) throws SQLException {
    SupervisionTable.Visit row = SupervisionTable.visit(transaction, seen.home(), seen.id());
    return row == null ? seen.institution() : row.institution();
  }

  private void judge(
      Connection transaction, Caller caller, Seen seen, String institution, Instant now)
      throws SQLException {
    Instant at = seen.at();
    if (!isHeldUp(caller) || at == null || at.isBefore(now.minus(Supervision.NEWS))) {
      return;
    }
    LocalDate day = Supervision.day(seen, now);
    for (RuleBook.InForce one : rules.on(transaction, seen.act(), day)) {
      Rule rule = one.rule();
      if (one.onTrial() || !rule.blocks()) {
        continue;
      }
      if ((rule.kind() == Kind.LICENCE || rule.kind() == Kind.PRESCRIBER_LICENCE)
          && !seen.practitioner().isEmpty()
          && !seen.facts().has("licensed")) {
        seen.facts()
            .put("licensed", licences.holds(transaction, seen.practitioner(), institution, at));
      }
      Rule.Hit hit = rule.judge(seen.facts());
      if (hit != null) {
        stop(seen.of(institution), hit);
        throw new Refusal(
            Refusal.Kind.BUSINESS_RULE,
            Seen.type(seen.act()),
            "supervision.blocked",
            new Object[] {rule.rule(), rule.title().zh(), rule.title().en()});
      }
    }
  }

  /** Everybody but the operator token's loads and the platform's own consumers. */
  private static boolean isHeldUp(Caller caller) {
    return !caller.isRoot() || caller.role() == Caller.Role.SYSTEM && !caller.request().isEmpty();
  }

  /**
   * Keeps that something was refused. Beside the transaction, which leaves nothing; if it cannot be
   * kept, the refusal stands in the audit all the same.
   */
  private void stop(Seen seen, Rule.Hit hit) {
    Seen copy =
        new Seen(
            seen.act(),
            seen.home(),
            seen.id(),
            0,
            seen.encounter(),
            seen.practitioner(),
            seen.institution(),
            seen.at(),
            seen.until(),
            null,
            null,
            (ObjectNode) Json.MAPPER.readTree(seen.facts().toString()));
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    var unused =
        Thread.ofVirtual()
            .name("supervision-stopped")
            .start(
                () -> {
                  try {
                    new Sql(database)
                        .on(
                            connection ->
                                SupervisionTable.add(connection, copy, hit, false, true, now));
                  } catch (Sql.DatabaseFailed e) {
                    LOG.warn("A stopped act could not be kept");
                  }
                });
  }
}
