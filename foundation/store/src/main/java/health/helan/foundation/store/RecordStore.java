package health.helan.foundation.store;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.changes.ChangeLog;
import health.helan.foundation.store.changes.Pruning;
import health.helan.foundation.store.changes.TableStatistics;
import health.helan.foundation.store.index.FhirPathEngine;
import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The record store: every fact of the platform as a FHIR R4 resource, versioned, searchable, and
 * logged. Thread-safe; one per application instance.
 */
public final class RecordStore implements AutoCloseable {
  private final StoreParts parts;
  private final Histories histories;
  private final Searching searching;
  private final ParameterRegistry parameters;
  private final List<Consumer<Set<Integer>>> listeners;
  private final ChangeLog changes;
  private final Reindex reindex;
  private final Pruning pruning;
  private final TableStatistics statistics;
  private final Gathering gathering;

  private RecordStore(
      StoreParts parts,
      Searching searching,
      ParameterRegistry parameters,
      List<Consumer<Set<Integer>>> listeners,
      ChangeLog changes,
      Reindex reindex,
      Pruning pruning,
      TableStatistics statistics) {
    this.reindex = reindex;
    this.pruning = pruning;
    this.statistics = statistics;
    gathering = new Gathering(shares -> Writes.together(parts, shares));
    this.parts = parts;
    this.changes = changes;
    this.searching = searching;
    this.parameters = parameters;
    this.histories = new Histories(parts);
    this.listeners = listeners;
  }

  /**
   * Brings the database to this version and opens it.
   *
   * @throws StoreUnusable with a sentence for the operator: wrong index key, database too old or
   *     not durable, or newer than this program
   */
  public static RecordStore open(DataSource dataSource, StoreConfig config) {
    return open(dataSource, config, ChangeLog.Settings.DEFAULT);
  }

  /** As {@link #open(DataSource, StoreConfig)}, with other times for consumers of the log. */
  public static RecordStore open(
      DataSource dataSource, StoreConfig config, ChangeLog.Settings changeSettings) {
    return open(dataSource, null, null, config, changeSettings, Retention.DEFAULT);
  }

  /** Without connections of their own for searches in one record. */
  public static RecordStore open(
      DataSource dataSource,
      @Nullable DataSource forSearches,
      StoreConfig config,
      ChangeLog.Settings changeSettings,
      Retention retention) {
    return open(dataSource, forSearches, null, config, changeSettings, retention);
  }

  /**
   * As {@link #open(DataSource, StoreConfig)}, with connections of their own for searches.
   *
   * @param forSearches connections to the same database that plan every statement for its values
   *     ({@code plan_cache_mode=force_custom_plan}), which searches need and reads and writes by
   *     key only pay for; null for none
   * @param forRecords connections to the same database that plan a statement once and use indexes
   *     only ({@code plan_cache_mode=force_generic_plan}, {@code enable_seqscan=off}), for searches
   *     in one patient's record; null for none
   * @param retention how long to keep what is kept for a while
   */
  public static RecordStore open(
      DataSource dataSource,
      @Nullable DataSource forSearches,
      @Nullable DataSource forRecords,
      StoreConfig config,
      ChangeLog.Settings changeSettings,
      Retention retention) {
    return open(
        dataSource,
        forSearches,
        forRecords,
        config,
        changeSettings,
        retention,
        Flyway.configure().dataSource(dataSource).load(),
        false);
  }

  /**
   * Opens a store of data that is made from other data, in a schema of its own of the same
   * database: same tables, same search, nothing shared with the store in the usual schema, whose
   * tables its connections do not see. Makes the schema if it is not there.
   *
   * @param dataSource connections whose search path is {@code schema} and nothing else
   * @throws StoreUnusable as {@link #open(DataSource, StoreConfig)}
   */
  public static RecordStore openDerived(
      DataSource dataSource,
      StoreConfig config,
      ChangeLog.Settings changeSettings,
      Retention retention,
      String schema) {
    return open(
        dataSource,
        null,
        null,
        config,
        changeSettings,
        retention,
        Flyway.configure()
            .dataSource(dataSource)
            .schemas(schema)
            .target(StoreGuard.LAST_MIGRATION)
            .load(),
        true);
  }

  /**
   * Opens a store beside the records, in a schema of its own of the same database, with the tables
   * of all rooms: what works on the records works on it, and neither sees the other. Makes the
   * schema if it is not there.
   *
   * @param dataSource connections whose search path is {@code schema} and nothing else
   * @throws StoreUnusable as {@link #open(DataSource, StoreConfig)}
   */
  public static RecordStore openBeside(
      DataSource dataSource,
      StoreConfig config,
      ChangeLog.Settings changeSettings,
      Retention retention,
      String schema) {
    return open(
        dataSource,
        null,
        null,
        config,
        changeSettings,
        retention,
        Flyway.configure().dataSource(dataSource).schemas(schema).load(),
        false);
  }

  /**
   * @param isDerived it has the store's first tables only: nothing follows links
   */
  private static RecordStore open(
      DataSource dataSource,
      @Nullable DataSource forSearches,
      @Nullable DataSource forRecords,
      StoreConfig config,
      ChangeLog.Settings changeSettings,
      Retention retention,
      Flyway migrations,
      boolean isDerived) {
    try {
      StoreGuard.check(dataSource);
      StoreGuard.migrate(migrations);
      var key = new IndexKey(config.indexKey());
      StoreGuard.checkKey(dataSource, key);
      var listeners = new CopyOnWriteArrayList<Consumer<Set<Integer>>>();
      var homes = new Homes(key);
      ContentCodec codec = config.codec();
      codec.open(dataSource);
      var policy = config.policy();
      var registry = new ParameterRegistry(R4.get(), key.digests(), new FhirPathEngine());
      policy.bind(registry);
      var indexer = new Indexer(registry);
      var instances = new Instances(dataSource, config.instance(), config.version());
      Searching searching =
          new EngineSearching(
              new SearchEngine(
                  forSearches == null ? dataSource : forSearches,
                  forRecords,
                  forSearches != null,
                  registry,
                  config.valueSets(),
                  policy,
                  homes::of,
                  codec,
                  instances::watermark,
                  !isDerived,
                  Clock.systemUTC()));
      var parts =
          new StoreParts(
              dataSource,
              policy,
              instances,
              homes,
              new Conditions(key, policy, searching),
              key,
              indexer::index,
              config.validate() ? ResourceCheck.R4 : ResourceCheck.NONE,
              codec,
              new Reads(dataSource, homes, policy, codec),
              new PersonGraph(registry, homes, codec, config.links(), !isDerived),
              config.follower(),
              touched -> listeners.forEach(listener -> listener.accept(touched)));
      var changes =
          new ChangeLog(dataSource, config.instance(), changeSettings, Metrics.globalRegistry);
      listeners.add(changes::hint);
      var reindex = new Reindex(parts, registry, changes);
      var pruning = new Pruning(dataSource, changes, retention, Metrics.globalRegistry);
      var statistics = new TableStatistics(dataSource, changes);
      var store =
          new RecordStore(
              parts, searching, registry, listeners, changes, reindex, pruning, statistics);
      try {
        store.persons().makeOnce();
        reindex.start(changes);
        changes.register(new Statistics());
        pruning.start();
        statistics.start();
      } catch (SQLException | RuntimeException e) {
        store.close();
        throw e;
      }
      return store;
    } catch (SQLException e) {
      throw new StoreUnusable(
          "数据库返回错误 " + e.getSQLState() + "。",
          "The database answered with error " + e.getSQLState() + ".",
          e);
    }
  }

  /** Current version of a resource. */
  public ResourceVersion read(Caller caller, String type, String id) {
    return noted(parts.reads().read(caller, type, id));
  }

  /** One version of a resource. */
  public ResourceVersion readVersion(Caller caller, String type, String id, int version) {
    needsVersions();
    return noted(parts.reads().readVersion(caller, type, id, version));
  }

  /**
   * The version that a caller would sign: the current one, seen in full.
   *
   * @throws Refusal NOT_FOUND for what the caller does not see, FORBIDDEN for what it sees masked
   *     or may not sign
   */
  public ResourceVersion readToSign(Caller caller, String type, String id) {
    AccessPolicy policy = parts.policy();
    if (!policy.maySign(caller, type)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-sign", type);
    }
    ResourceVersion version = readInFull(caller, type, id);
    try (Connection connection = parts.dataSource().getConnection()) {
      Integer home = parts.homes().of(connection, type, id);
      String owner = home == null ? null : parts.reads().owner(connection, type, home, id);
      if (owner == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", type, id);
      }
      policy.checkSigning(caller, type, owner, version.patient());
      return version;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * The current version, and never a masked view of it.
   *
   * @throws Refusal NOT_FOUND for what the caller does not see, FORBIDDEN for what it sees masked
   */
  public ResourceVersion readInFull(Caller caller, String type, String id) {
    ResourceVersion version = read(caller, type, id);
    // A mask says so in the body; no body that says so is ever stored.
    if (Masked.isMasked((ObjectNode) Json.MAPPER.readTree(version.content()))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.seen-masked-to-sign", type);
    }
    return version;
  }

  public HistoryRequest.Page history(Caller caller, HistoryRequest request) {
    needsVersions();
    HistoryRequest.Page page = histories.page(caller, request);
    page.versions().forEach(AccessTrail::note);
    return page;
  }

  private void needsVersions() {
    if (!parts.policy().showsVersions()) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "store.no-versions");
    }
  }

  public SearchResult search(Caller caller, SearchRequest request) {
    return noted(searching.search(caller, request));
  }

  private static ResourceVersion noted(ResourceVersion version) {
    AccessTrail.note(version);
    return version;
  }

  private static SearchResult noted(SearchResult result) {
    for (SearchResult.Entry entry : result.entries()) {
      AccessTrail.note(entry.resource());
    }
    return result;
  }

  /** {@link SearchEngine#everything}: a patient's record page by page. */
  public SearchResult everything(
      Caller caller, String patient, List<SearchRequest.Parameter> parameters) {
    return noted(searching.everything(caller, patient, parameters));
  }

  /** {@link SearchEngine#lastn}: the latest observations of each code. */
  public SearchResult lastn(Caller caller, List<SearchRequest.Parameter> parameters, int max) {
    return noted(searching.lastn(caller, parameters, max));
  }

  /**
   * A time at or below which nothing can still commit, on any application instance: whoever must be
   * sure that a change is known to every write waits until it is past that change.
   */
  public Instant watermark() {
    return parts.instances().watermark();
  }

  /** The search parameters of every type, R4's and custom ones. */
  public ParameterRegistry parameters() {
    return parameters;
  }

  /** A version cut down to {@code _summary} or {@code _elements}; null for each not asked for. */
  public ResourceVersion cut(
      ResourceVersion version, @Nullable String summary, @Nullable String elements) {
    return searching.cut(version, summary, elements);
  }

  /** Carries out one write. */
  public Outcome write(Caller caller, Interaction interaction) {
    return Writes.run(parts, caller, List.of(interaction), Set.of(), null, null).getFirst();
  }

  /**
   * Carries out several writes, all or nothing.
   *
   * @param conditionalReferences conditional references ({@code Type?criteria}) that the bodies
   *     hold, as far as they are known beforehand: resolved together
   * @param requestKey key under which a repeat of the same request gets the same outcomes (then
   *     without contents); null for none
   * @return outcomes in the order of the interactions
   */
  public List<Outcome> transact(
      Caller caller,
      List<Interaction> interactions,
      Set<String> conditionalReferences,
      @Nullable String requestKey) {
    return Writes.run(parts, caller, interactions, conditionalReferences, requestKey, null);
  }

  /**
   * Carries out several writes together with rows of a room's own tables, all or nothing.
   *
   * @return outcomes in the order of the interactions
   * @throws Refusal of the store or of {@code beside}
   */
  public List<Outcome> transact(Caller caller, List<Interaction> interactions, Beside beside) {
    return Writes.run(parts, caller, interactions, Set.of(), null, beside);
  }

  /**
   * The same for what belongs to several institutions: what each share creates is its own caller's,
   * and who of them is refused has all refused.
   *
   * @param shares at least one
   */
  public List<Outcome> transact(List<Share> shares, Beside beside) {
    return Writes.run(parts, shares, beside);
  }

  /**
   * Carries out creates that may go together with those of other requests in one transaction, when
   * others are under way; by themselves else. Either way all or nothing, and refused for what
   * stands against this one alone.
   *
   * @param alone writes the same by itself
   * @return outcomes in the order of the interactions
   */
  public List<Outcome> together(Share share, Supplier<List<Outcome>> alone) {
    return gathering.write(share, alone);
  }

  /** How many wait to be written together. */
  int waitingTogether() {
    return gathering.waiting();
  }

  /**
   * Refuses what {@link #write} would refuse because of who asks, before anything is sent to it.
   *
   * @throws Refusal FORBIDDEN
   */
  public void checkMayWrite(Caller caller, String type) {
    AccessPolicy policy = parts.policy();
    if (!policy.may(caller, AccessPolicy.Action.CREATE, type)
        && !policy.may(caller, AccessPolicy.Action.UPDATE, type)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", type);
    }
  }

  /**
   * Refuses an answer about resources of a type to those who may not read them at all.
   *
   * @throws Refusal FORBIDDEN
   */
  public void checkMayRead(Caller caller, String type) {
    if (!parts.policy().may(caller, AccessPolicy.Action.READ, type)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", type);
    }
  }

  /**
   * Those of some objects that a version of a Binary speaks of, for {@link ObjectStore#sweep}.
   *
   * @throws Refusal TRANSIENT if the database does not answer
   */
  public Set<ObjectKey> referenced(Set<ObjectKey> objects) {
    try (Connection connection = parts.dataSource().getConnection()) {
      return parts.conditions().referenced(connection, objects);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Refuses an operation about the store as a whole to callers who may not call it.
   *
   * @param operation its name without the dollar sign
   * @throws Refusal FORBIDDEN
   */
  public void checkMayOperate(Caller caller, String operation) {
    if (!parts.policy().mayOperate(caller, operation)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-operate", operation);
    }
  }

  /** Tells {@code listener} the homes of each committed transaction of this instance. */
  public void onCommit(Consumer<Set<Integer>> listener) {
    listeners.add(listener);
  }

  /** Taking residents' records out for good. */
  public Purges purges() {
    return new Purges(parts);
  }

  /** Indexing rows anew, and what stands behind custom search parameters. */
  public Reindex reindex() {
    return reindex;
  }

  /** Which Patients are one person. */
  public Persons persons() {
    return new Persons(parts, searching);
  }

  /** Current rows in batches, for the platform's own consumers of the change log. */
  public PlatformRows rows() {
    return new PlatformRows(parts);
  }

  /** Consumers and followers of what is committed. */
  public ChangeLog changes() {
    return changes;
  }

  /**
   * Number of current resources by type, sorted; types without any are left out. Follows the log by
   * a moment; exact when nothing is written.
   */
  public Map<String, Long> statistics() {
    try (Connection connection = parts.dataSource().getConnection()) {
      return Statistics.counts(connection);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Name of this start of the application instance, as in table {@code instance}. */
  public String instance() {
    return parts.instances().id();
  }

  /** True when the database answers. */
  public boolean isReady() {
    try (Connection connection = parts.dataSource().getConnection()) {
      return connection.isValid(2);
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public void close() {
    statistics.close();
    pruning.close();
    reindex.close();
    changes.close();
    parts.instances().close();
  }
}
