package health.helan.oversight.supervision;

import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.trust.account.Posts;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.supervision.CaseStep.Party;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cases of supervision: what an institution was hit by, warned of, answered, and what came of it.
 * Each is a Task; the authority's systems and the institution's see it, and may subscribe to it.
 */
public final class Cases {
  private static final Logger LOG = LoggerFactory.getLogger(Cases.class);

  /** {@code PractitionerRole.code} of who answers for an institution; ours. */
  static final String POST = "https://helan.health/fhir/CodeSystem/post";

  static final String ADMINISTRATION = "administration";

  /** 质控: answers for an institution without being its administration; of {@link Posts#SYSTEM}. */
  public static final String QUALITY = "quality-officer";

  private static final int MOST_HITS = 50;
  private static final int MOST_LATE = 100;
  private static final String BY_CLOCK = "platform";

  private final RecordStore store;
  private final Sql sql;
  private final Posts posts;
  private final String authority;
  private final Clock clock;

  /**
   * @param authority id of the Organization that supervises; its systems see all cases. Empty for
   *     none
   */
  public Cases(RecordStore store, DataSource database, String authority, Clock clock) {
    this.store = store;
    this.sql = new Sql(database);
    this.posts = new Posts(store, database, clock);
    this.authority = authority;
    this.clock = clock;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  String authority() {
    return authority;
  }

  /** A case, and how the caller stands to it. */
  record Member(String id, int version, CaseTask task, Party party) {
    /** What the caller may do next. */
    Set<CaseStep> steps() {
      Set<CaseStep> open = new TreeSet<>();
      for (CaseStep step : CaseStep.values()) {
        if (step.takenBy().contains(party) && step.from().contains(task.state())) {
          open.add(step);
        }
      }
      return open;
    }
  }

  // ------------------------------------------------------------------ who

  /**
   * The institution that a caller may ask about: its own, for all but regulators.
   *
   * @param wanted empty for any
   * @return empty for all
   * @throws Refusal FORBIDDEN for staff that is not the administration, or for another institution
   */
  String scope(Caller caller, String wanted) {
    if (caller.role() == Role.REGULATOR || caller.isRoot()) {
      return wanted;
    }
    boolean isOfAuthority =
        caller.role() == Role.SYSTEM
            && !authority.isEmpty()
            && authority.equals(caller.institution());
    if (isOfAuthority) {
      return wanted;
    }
    if (!answersFor(caller) || !wanted.isEmpty() && !wanted.equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "supervision.administration");
    }
    return caller.institution();
  }

  /** Refuses who is neither a regulator nor a system of the authority. */
  void mustSupervise(Caller caller) {
    if (caller.role() != Role.REGULATOR
        && !caller.isRoot()
        && (authority.isEmpty() || !authority.equals(caller.institution()))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "supervision.authority");
    }
  }

  private boolean answersFor(Caller caller) {
    return switch (caller.role()) {
      case SYSTEM -> !caller.institution().isEmpty();
      case PRACTITIONER -> isAdministration(caller) || posts.holds(caller, Posts.SYSTEM, QUALITY);
      default -> false;
    };
  }

  /** Whether a practitioner holds a post in the administration of the institution it acts for. */
  boolean isAdministration(Caller caller) {
    return posts.holds(caller, POST, ADMINISTRATION);
  }

  /**
   * A case that the caller may see.
   *
   * @throws Refusal NOT_FOUND for any other
   */
  Member find(Caller caller, String id) {
    String scope = scope(caller, "");
    ResourceVersion version = store.read(caller.asPlatform(), "Task", id);
    ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(version.content());
    CaseTask task = CaseTask.of(tree);
    if (!CaseTask.is(tree) || !scope.isEmpty() && !scope.equals(task.institution())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Task", id);
    }
    return new Member(
        id, version.version(), task, scope.isEmpty() ? Party.REGULATOR : Party.INSTITUTION);
  }

  List<SupervisionTable.Row> hits(String id) {
    return SupervisionTable.hitsOfCase(sql, id);
  }

  List<SupervisionTable.Case> list(
      Caller caller, String state, String institution, PageEnd after, int most) {
    return SupervisionTable.cases(sql, state, scope(caller, institution), after, most);
  }

  // ------------------------------------------------------------------ steps

  /**
   * Warns an institution of what was hit.
   *
   * @param keys {@code rule|Type/id} of hits of one institution that are in no case
   * @return id of the Task
   */
  String warn(Caller caller, List<String> keys, String institution, String words, Duration time) {
    CaseState state = CaseStep.WARN.take(party(caller), CaseState.NONE);
    List<SupervisionTable.Row> hits = new ArrayList<>();
    for (String key : new LinkedHashSet<>(keys)) {
      hits.add(hit(key, institution));
    }
    if (hits.isEmpty() || hits.size() > MOST_HITS) {
      throw new Refusal(Refusal.Kind.VALUE, "supervision.how-many-hits", MOST_HITS);
    }
    String concerned = hits.getFirst().institution();
    for (SupervisionTable.Row hit : hits) {
      if (!hit.institution().equals(concerned) || concerned.isEmpty()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "supervision.one-institution");
      }
      if (!hit.caseId().isEmpty()) {
        throw new Refusal(Refusal.Kind.CONFLICT, "supervision.in-a-case", hit.rule());
      }
    }
    Instant now = now();
    CaseTask task = CaseTask.made(concerned, now);
    task.deadline(now.plus(time));
    task.state(state, now);
    hits.forEach(task::hit);
    task.say(CaseStep.WARN, caller.subject(), words, now);
    String urn = "urn:uuid:" + UUID.randomUUID();
    return store
        .transact(
            caller.asPlatformOf(authority.isEmpty() ? caller.institution() : authority),
            List.of(
                new Interaction.Create("Task", Interaction.Body.of(task.task), null, urn, null),
                provenance(caller, urn, CaseStep.WARN, words, now)),
            (transaction, ids, _) -> {
              for (SupervisionTable.Row hit : hits) {
                if (!SupervisionTable.intoCase(transaction, hit, ids.getFirst())) {
                  throw new Refusal(Refusal.Kind.CONFLICT, "supervision.in-a-case", hit.rule());
                }
              }
            })
        .getFirst()
        .id();
  }

  private static Party party(Caller caller) {
    return caller.role() == Role.REGULATOR || caller.isRoot() ? Party.REGULATOR : Party.INSTITUTION;
  }

  private SupervisionTable.Row hit(String key, String institution) {
    int bar = key.indexOf('|');
    String rule = bar < 0 ? "" : key.substring(0, bar);
    String what = key.substring(bar + 1);
    String id = what.substring(what.indexOf('/') + 1);
    Integer home =
        Ids.isAssigned(id)
            ? Integer.valueOf(Ids.home(id))
            : SupervisionTable.homeOf(sql, rule, what, institution);
    SupervisionTable.Row found = home == null ? null : SupervisionTable.find(sql, home, rule, what);
    if (found == null) {
      // A resource with an id of its own may lie elsewhere than its id says.
      Integer there = SupervisionTable.homeOf(sql, rule, what, institution);
      found = there == null ? null : SupervisionTable.find(sql, there, rule, what);
    }
    if (found == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "supervision.no-hit", rule);
    }
    return found;
  }

  /**
   * The institution answers.
   *
   * @param evidence references to what shows it; the caller must see them, and their versions are
   *     kept
   */
  void rectify(Caller caller, String id, String words, List<String> evidence) {
    Member member = find(caller, id);
    List<String> versions = new ArrayList<>();
    for (String reference : evidence) {
      if (!reference.matches("[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64}")) {
        throw new Refusal(Refusal.Kind.VALUE, "supervision.evidence");
      }
      String[] parts = reference.split("/");
      ResourceVersion version = store.read(caller, parts[0], parts[1]);
      versions.add(reference + "/_history/" + version.version());
    }
    take(
        caller,
        member,
        CaseStep.RECTIFY,
        words,
        task -> versions.forEach(one -> task.evidence("output", one)));
  }

  /**
   * A step of the regulator.
   *
   * @param time until the next answer, of {@link CaseStep#SEND_BACK}
   */
  void step(Caller caller, String id, CaseStep step, String words, Duration time) {
    Member member = find(caller, id);
    if (step == CaseStep.PENALISE) {
      String escalated = member.task.lastBy(CaseStep.ESCALATE);
      String other = escalated.equals(BY_CLOCK) ? member.task.lastBy(CaseStep.WARN) : escalated;
      if (other.equals(caller.subject())) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "supervision.four-eyes");
      }
    }
    Instant now = now();
    take(
        caller,
        member,
        step,
        words,
        task -> {
          if (step == CaseStep.SEND_BACK) {
            task.deadline(now.plus(time));
          }
        });
  }

  private void take(
      Caller caller, Member member, CaseStep step, String words, Consumer<CaseTask> more) {
    take(caller, member.party, member.id, step, caller.subject(), words, more);
  }

  private void take(
      Caller caller,
      Party party,
      String id,
      CaseStep step,
      String by,
      String words,
      Consumer<CaseTask> more) {
    Instant now = now();
    List<SupervisionTable.Row> hits = step == CaseStep.WITHDRAW ? hits(id) : List.of();
    var unused =
        store.transact(
            caller.asPlatform(),
            List.of(
                new Interaction.Patch(
                    "Task",
                    id,
                    null,
                    tree -> {
                      CaseTask task = CaseTask.of(tree); // Under the row's lock.
                      task.state(step.take(party, task.state()), now);
                      task.say(step, by, words, now);
                      more.accept(task);
                      return tree;
                    },
                    null),
                provenance(caller, "Task/" + id, step, words, now)),
            (transaction, _, _) -> SupervisionTable.clear(transaction, hits));
  }

  private static Interaction provenance(
      Caller caller, String target, CaseStep step, @Nullable String words, Instant now) {
    ObjectNode provenance =
        ProvenanceJson.of(caller, List.of(target), CaseStep.SYSTEM, step.word(), words, now);
    return new Interaction.Create("Provenance", Interaction.Body.of(provenance), null, null, null);
  }

  /**
   * Escalates what was not answered in time. Several instances may: each case goes up once.
   *
   * @return how many
   */
  public int tend() {
    int escalated = 0;
    for (SupervisionTable.Case late : SupervisionTable.late(sql, now(), MOST_LATE)) {
      try {
        Instant now = now();
        take(
            Caller.platform("supervision"),
            Party.PLATFORM,
            late.id(),
            CaseStep.ESCALATE,
            BY_CLOCK,
            "逾期未整改，自动升级 / not answered in time",
            task -> {
              Instant deadline =
                  Resources.time(
                      Resources.text(task.task.path("restriction").path("period"), "end"));
              if (Objects.requireNonNull(deadline).isAfter(now)) {
                throw new Refusal(Refusal.Kind.CONFLICT, "supervision.not-late");
              }
            });
        escalated++;
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        LOG.debug("A case went on by itself"); // Somebody was quicker.
      }
    }
    return escalated;
  }
}
