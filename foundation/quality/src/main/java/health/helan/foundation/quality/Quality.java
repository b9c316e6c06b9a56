package health.helan.foundation.quality;

import health.helan.foundation.quality.checks.Subject;
import health.helan.foundation.quality.checks.Verdict;
import health.helan.foundation.quality.findings.Finding;
import health.helan.foundation.quality.findings.FindingStep;
import health.helan.foundation.quality.findings.Findings;
import health.helan.foundation.quality.findings.Findings.Judged;
import health.helan.foundation.quality.operations.QualityOperations;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.quality.rules.RuleBook;
import health.helan.foundation.quality.runs.Runs;
import health.helan.foundation.quality.score.Sums;
import health.helan.foundation.quality.score.Tally;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.search.ValueSets;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Data quality on one application instance: judges what is written behind the change log, keeps the
 * sums, looks again at what depends on other records, tells senders. Thread-safe.
 */
public final class Quality implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Quality.class);

  /** Name of the consumer; stored. */
  public static final String CONSUMER = "quality";

  private static final Caller PLATFORM = Caller.platform("quality");
  private static final int RECHECKED_AT_ONCE = 500;

  /** After each finding that is looked at again. */
  private static final long RECHECK_PAUSE_NANOS = 5_000_000;

  /**
   * Times and limits.
   *
   * @param rules how old the known rules may be
   * @param fold how often what was counted is added up
   * @param recheck how often findings that depend on other records are looked at
   * @param recheckAge how long ago they were looked at, then
   * @param notices how often senders are told of new findings
   * @param busyCommits commits of this instance in a second, from which on it counts as busy: then
   *     a twentieth of a core is used, else half of one
   * @param busyLoad share of the machine's processors in use, from which on it counts as busy
   */
  public record Settings(
      Duration rules,
      Duration fold,
      Duration recheck,
      Duration recheckAge,
      Duration notices,
      int busyCommits,
      double busyLoad) {
    public static final Settings DEFAULT =
        new Settings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofMinutes(10),
            Duration.ofHours(6),
            Duration.ofHours(1),
            5,
            0.6);
  }

  private final DataSource database;
  private final RecordStore store;
  private final Settings settings;
  private final Clock clock;
  private final RuleBook book;
  private final Findings findings;
  private final Sums sums;
  private final Judge judge;
  private final Pace pace;
  private final Runs runs;
  private final Notices notices;
  private final Thread upkeep;
  private volatile boolean closed;

  /**
   * Opens, and begins to follow the change log.
   *
   * @param valueSets what rules ask of terminology
   * @param clock its zone is the region's: days begin and end there, and dates without a zone lie
   *     there
   */
  public Quality(
      DataSource database, RecordStore store, ValueSets valueSets, Settings settings, Clock clock)
      throws SQLException {
    this.database = database;
    this.store = store;
    this.settings = settings;
    this.clock = clock;
    book = new RuleBook(database, settings.rules(), clock);
    findings = new Findings(database, clock);
    sums = new Sums(database, clock, store.instance());
    judge = new Judge(store, valueSets, clock);
    pace = new Pace(settings.busyCommits(), settings.busyLoad());
    store.onCommit(homes -> pace.committed());
    runs = new Runs(database, this, store.instance(), clock);
    notices = new Notices(database, store, sums, clock);
    store.changes().register(new Consumer());
    upkeep = Thread.ofPlatform().daemon().name("helan-quality").start(this::keepUp);
  }

  /**
   * Gives up the place in the change log of an earlier start, where quality is switched off: the
   * log could not be pruned past it. Switched on again, it begins with what is written then; a run
   * looks at the rest.
   */
  public static void leave(DataSource database) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "delete from consumer_offset where home between ? and ? and consumer = ?")) {
      statement.setInt(1, 0);
      statement.setInt(2, Ids.HOMES - 1);
      statement.setString(3, CONSUMER);
      if (statement.executeUpdate() > 0) {
        LOG.info("Data quality is off; it gave up its place in the change log");
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Its operations, for the API. */
  public List<FhirOperation> operations() {
    return QualityOperations.all(this);
  }

  public RuleBook rules() {
    return book;
  }

  public Findings findings() {
    return findings;
  }

  public Sums sums() {
    return sums;
  }

  public Runs runs() {
    return runs;
  }

  public Clock clock() {
    return clock;
  }

  public RecordStore store() {
    return store;
  }

  /** An empty tally of the region's days. */
  public Tally tally() {
    return new Tally(clock.getZone());
  }

  /** Nanoseconds to rest after work, so that those who wait for an answer come first. */
  public long restNanos(long workedNanos) {
    return pace.restNanos(workedNanos);
  }

  // ------------------------------------------------------------------ behind the change log

  private final class Consumer implements ChangeConsumer {
    @Override
    public String name() {
      return CONSUMER;
    }

    /** What was counted once is not counted again. */
    @Override
    public Start start() {
      return sums.isEmpty() ? Start.BEGINNING : Start.NOW;
    }

    @Override
    public int changesPerTransaction() {
      return 250;
    }

    @Override
    public int homesPerTransaction() {
      return 2;
    }

    @Override
    public long restNanos(long workedNanos) {
      return pace.restNanos(workedNanos);
    }

    @Override
    public void take(Connection transaction, List<Change> changes) throws SQLException {
      RuleBook.InForce rules = book.inForce();
      int home = changes.getFirst().home();
      var last = new LinkedHashMap<String, Change>();
      for (Change change : changes) {
        if (rules.datasets().contains(change.type()) || change.isDeletion()) {
          last.put(change.reference(), change);
        }
      }
      var gone = new ArrayList<Change>();
      var byType = new TreeMap<String, List<String>>();
      for (Change change : last.values()) {
        if (change.isDeletion()) {
          gone.add(change);
        } else {
          byType.computeIfAbsent(change.type(), _ -> new ArrayList<>()).add(change.id());
        }
      }
      var subjects = new ArrayList<Subject>();
      for (Map.Entry<String, List<String>> type : byType.entrySet()) {
        for (PlatformRows.Owned row :
            store.rows().current(transaction, home, type.getKey(), type.getValue())) {
          Change change = last.get(type.getKey() + "/" + row.version().id());
          // A newer version has a change of its own, which comes; then it is judged, and once.
          if (change != null && change.version() == row.version().version()) {
            subjects.add(Subject.of(row));
          }
        }
      }
      Tally tally = tally();
      if (!gone.isEmpty()) {
        gone.forEach(change -> judge.forget(change.reference()));
        findings.forget(
            transaction,
            home,
            gone.stream().map(Change::type).toList(),
            gone.stream().map(Change::id).toList(),
            rules.byId(),
            tally);
      }
      if (!subjects.isEmpty()) {
        List<Judged> judged =
            judge.judge(transaction, subjects, subject -> rules.of(subject.type()));
        count(tally, subjects, judged, null);
        findings.record(transaction, home, subjects, judged, tally, null);
      }
      tally.save(transaction, home);
    }
  }

  /**
   * @param at day that it counts for; null for when the record was written
   */
  private static void count(
      Tally tally, Collection<Subject> subjects, List<Judged> judged, @Nullable Instant at) {
    for (Subject subject : subjects) {
      tally.record(subject.owner(), subject.type(), at == null ? subject.updated() : at);
    }
    for (Judged one : judged) {
      if (one.verdict().counts()) {
        Subject subject = one.subject();
        tally.check(
            subject.owner(), one.rule(), at == null ? subject.updated() : at, one.verdict());
      }
    }
  }

  // ------------------------------------------------------------------ on demand

  /** What looking at some records again did. */
  public record Looked(int records, int opened, int closed) {}

  /**
   * Judges records again, within a transaction: brings their findings up to date and counts them.
   *
   * @param rows in the order of homes
   * @param rule the only one asked; null for all
   * @param counts of the run
   * @return and the records that got findings, by home
   */
  public Looked lookAgain(
      Connection transaction,
      List<PlatformRows.Owned> rows,
      @Nullable String rule,
      Tally counts,
      Map<Integer, Set<Subject>> made)
      throws SQLException {
    RuleBook.InForce rules = book.inForce();
    var byHome = new TreeMap<Integer, List<Subject>>();
    for (PlatformRows.Owned row : rows) {
      byHome.computeIfAbsent(row.home(), _ -> new ArrayList<>()).add(Subject.of(row));
    }
    Instant now = clock.instant();
    int opened = 0;
    int closedNow = 0;
    for (Map.Entry<Integer, List<Subject>> home : byHome.entrySet()) {
      List<Subject> subjects = home.getValue();
      List<Judged> judged =
          judge.judge(
              transaction,
              subjects,
              subject ->
                  rules.of(subject.type()).stream()
                      .filter(one -> rule == null || one.rule().equals(rule))
                      .toList());
      count(counts, subjects, judged, now);
      Tally tally = tally();
      Findings.Recorded recorded =
          findings.record(transaction, home.getKey(), subjects, judged, tally, now);
      tally.save(transaction, home.getKey());
      opened += recorded.opened();
      closedNow += recorded.closed();
      if (!recorded.made().isEmpty()) {
        made.put(home.getKey(), recorded.made());
      }
    }
    return new Looked(rows.size(), opened, closedNow);
  }

  /**
   * Looks once more at records that got findings: what was written after they were read was perhaps
   * judged before the finding was there, and nobody would look at it again.
   */
  public void lookTwice(Map<Integer, Set<Subject>> made) {
    made.forEach(
        (home, subjects) -> {
          var byType = new TreeMap<String, List<Subject>>();
          subjects.forEach(
              subject ->
                  byType.computeIfAbsent(subject.type(), _ -> new ArrayList<>()).add(subject));
          byType.forEach(
              (type, some) -> {
                var read = new HashMap<String, Integer>();
                some.forEach(subject -> read.put(subject.id(), subject.version()));
                inTransaction(
                    transaction -> {
                      List<PlatformRows.Owned> there =
                          store.rows().current(transaction, home, type, read.keySet());
                      var gone = new ArrayList<>(read.keySet());
                      there.forEach(row -> gone.remove(row.version().id()));
                      forget(transaction, home, type, gone);
                      return lookAgain(
                          transaction,
                          there.stream()
                              .filter(
                                  row ->
                                      row.version().version()
                                          != Objects.requireNonNull(read.get(row.version().id())))
                              .toList(),
                          null,
                          tally(),
                          new HashMap<>());
                    });
              });
        });
  }

  private void forget(Connection transaction, int home, String type, List<String> gone)
      throws SQLException {
    if (!gone.isEmpty()) {
      Tally tally = tally();
      findings.forget(
          transaction,
          home,
          gone.stream().map(_ -> type).toList(),
          gone,
          book.inForce().byId(),
          tally);
      tally.save(transaction, home);
    }
  }

  /**
   * Looks again at findings that depend on other records.
   *
   * @param age of those that were not looked at for so long
   * @return how many were looked at
   */
  public int recheck(Duration age) {
    List<String> elsewhere =
        book.inForce().byId().values().stream()
            .filter(rule -> rule.check().looksElsewhere())
            .map(Rule::rule)
            .toList();
    int looked = 0;
    List<Findings.Open> stale;
    do {
      stale = findings.stale(elsewhere, clock.instant().minus(age), RECHECKED_AT_ONCE);
      for (Findings.Open open : stale) {
        recheck(open);
        // Behind whoever works: thousands may be due at once, as after a night without it.
        LockSupport.parkNanos(RECHECK_PAUSE_NANOS);
        if (closed) {
          break;
        }
      }
      looked += stale.size();
    } while (stale.size() == RECHECKED_AT_ONCE && !closed);
    return looked;
  }

  private void recheck(Findings.Open open) {
    inTransaction(
        transaction -> {
          List<PlatformRows.Owned> there =
              store.rows().current(transaction, open.home(), open.type(), List.of(open.id()));
          if (there.isEmpty()) {
            forget(transaction, open.home(), open.type(), List.of(open.id()));
          }
          return lookAgain(transaction, there, open.rule(), tally(), new HashMap<>());
        });
  }

  /**
   * Takes a step of a finding for a caller. What is said to be mended is looked at at once.
   *
   * @param owner institution whose findings the caller may touch; null for all
   */
  public Finding step(
      Caller caller,
      String id,
      FindingStep step,
      @Nullable String owner,
      String assignee,
      String note) {
    Finding finding =
        findings.step(caller, id, step, owner, assignee, note, book.inForce().byId(), this::tally);
    if (step != FindingStep.FIX) {
      return finding;
    }
    recheck(new Findings.Open(finding.home(), finding.type(), finding.id(), finding.rule()));
    Finding now = findings.find(id);
    return now == null ? finding : now;
  }

  /** Takes a rule out of force; its findings go. */
  public void retire(String rule, String by) {
    book.retire(rule, by);
    Thread.ofVirtual().name("quality-retired").start(this::forgetRetired);
  }

  private void forgetRetired() {
    try {
      Set<String> there = book.inForce().byId().keySet();
      for (String rule : sums.rulesWithOpen()) {
        if (!there.contains(rule)) {
          findings.forgetRule(rule, this::tally);
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("Findings of retired rules stay for now: {}", e.getClass().getName());
    }
  }

  // ------------------------------------------------------------------ trying

  /**
   * What the rules in force have to say against a resource that is stored nowhere, those that look
   * at nothing else.
   *
   * @param owner institution that would send it
   */
  public List<Judged> check(ObjectNode resource, String owner) {
    return inTransaction(transaction -> check(transaction, resource, owner));
  }

  /** The same of several, with one connection for all. */
  public List<List<Judged>> check(List<ObjectNode> resources, String owner) {
    return inTransaction(
        transaction ->
            resources.stream().map(resource -> check(transaction, resource, owner)).toList());
  }

  private List<Judged> check(Connection transaction, ObjectNode resource, String owner) {
    String type = resource.path("resourceType").asString("");
    ObjectNode tree = resource.deepCopy();
    Instant now = clock.instant();
    ObjectNode meta = tree.withObject("meta");
    meta.put("versionId", "1").put("lastUpdated", now.toString());
    var subject = new Subject(0, type, "new", 1, now, owner, tree);
    List<Rule> rules =
        book.inForce().of(type).stream().filter(rule -> !rule.check().looksElsewhere()).toList();
    return judge.judge(transaction, List.of(subject), _ -> rules).stream()
        .filter(judged -> judged.verdict().fails())
        .toList();
  }

  /**
   * The same as issues of an OperationOutcome, as {@code $quality-check} tells them.
   *
   * @param issues to which they are added
   */
  public void check(ObjectNode resource, String owner, Locale language, ArrayNode issues) {
    QualityOperations.tell(check(resource, owner), language, issues);
  }

  /**
   * What a rule would find.
   *
   * @param failures of the sample, at most as many as asked for
   */
  public record Trial(
      int records, int passes, int fails, int notAsked, int cannotTell, List<Judged> failures) {}

  /** Asks a rule about the records of its data set that were written last. Nothing is kept. */
  public Trial attempt(Rule rule, int sample, int examples) {
    SearchResult newest =
        store.search(
            PLATFORM,
            new SearchRequest(
                rule.dataset(),
                null,
                null,
                List.of(
                    new SearchRequest.Parameter("_sort", "-_lastUpdated"),
                    new SearchRequest.Parameter("_count", Integer.toString(sample))),
                false));
    int[] counts = new int[Verdict.Kind.values().length];
    int[] records = new int[1];
    var failures = new ArrayList<Judged>();
    inTransaction(
        transaction -> {
          var byHome = new TreeMap<Integer, List<String>>();
          for (SearchResult.Entry entry : newest.entries()) {
            Integer home = store.rows().home(transaction, rule.dataset(), entry.resource().id());
            if (home != null) {
              byHome.computeIfAbsent(home, _ -> new ArrayList<>()).add(entry.resource().id());
            }
          }
          for (Map.Entry<Integer, List<String>> home : byHome.entrySet()) {
            List<Subject> subjects =
                store
                    .rows()
                    .current(transaction, home.getKey(), rule.dataset(), home.getValue())
                    .stream()
                    .map(Subject::of)
                    .toList();
            records[0] += subjects.size();
            for (Judged one : judge.judge(transaction, subjects, subject -> List.of(rule))) {
              counts[one.verdict().kind().ordinal()]++;
              if (one.verdict().fails() && failures.size() < examples) {
                failures.add(one);
              }
            }
          }
          return true;
        });
    return new Trial(
        records[0],
        counts[Verdict.Kind.PASSES.ordinal()],
        counts[Verdict.Kind.FAILS.ordinal()],
        counts[Verdict.Kind.NOT_ASKED.ordinal()],
        counts[Verdict.Kind.CANNOT_TELL.ordinal()],
        failures);
  }

  // ------------------------------------------------------------------ what is done now and then

  private void keepUp() {
    while (!closed) {
      try {
        once("sums", settings.fold(), sums::fold);
        once("recheck", settings.recheck(), () -> recheck(settings.recheckAge()));
        once("retired", settings.recheck(), this::forgetRetired);
        once("notices", settings.notices(), notices::tell);
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.warn("Upkeep of data quality waits: {}", reason(e));
        }
      }
      LockSupport.parkNanos(this, settings.fold().toNanos());
    }
  }

  private static String reason(RuntimeException e) {
    return e instanceof Refusal refusal ? refusal.messageKey() : e.getClass().getName();
  }

  private void once(String job, Duration every, Runnable work) {
    if (!closed && sums.take(job, every, Duration.ofMinutes(5))) {
      long begun = System.nanoTime();
      try {
        work.run();
      } catch (RuntimeException e) {
        // One that fails is no reason for the others to wait; its hold runs out, and it is tried
        // again.
        if (!closed) {
          LOG.warn("Upkeep of data quality: {} waits: {}", job, e.getClass().getName());
        }
        return;
      }
      sums.done(job);
      Metrics.timer("helan.quality.upkeep", "job", job)
          .record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }
  }

  /** Tells senders of today's findings now. */
  public int tellSenders() {
    return notices.tell();
  }

  /** Work in a transaction. */
  public interface Work<T> {
    T in(Connection transaction) throws SQLException;
  }

  /** Does some work in a transaction. */
  public <T> T inTransaction(Work<T> work) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T done = work.in(connection);
        connection.commit();
        return done;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    runs.close();
    store.changes().unregister(CONSUMER);
    LockSupport.unpark(upkeep);
    try {
      upkeep.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
