package health.helan.foundation.residents;

import health.helan.foundation.residents.golden.Golden;
import health.helan.foundation.residents.index.Index;
import health.helan.foundation.residents.index.Source;
import health.helan.foundation.residents.match.Matcher;
import health.helan.foundation.residents.match.Model;
import health.helan.foundation.residents.operations.ResidentOperations;
import health.helan.foundation.residents.review.Reviews;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resident index on one application instance: follows the change log, says who is one person,
 * lets people decide. Thread-safe.
 */
public final class Residents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

  /** Name of the consumer; stored. */
  public static final String CONSUMER = "residents";

  private static final String PATIENT = "Patient";

  /**
   * Limits.
   *
   * @param mostPerKey records that one key may find
   * @param changesAtOnce changes of the log taken in one transaction
   * @param pageOfWalk Patients of one transaction when all are walked through
   */
  public record Settings(int mostPerKey, int changesAtOnce, int pageOfWalk) {
    public static final Settings DEFAULT = new Settings(64, 2_000, 1_000);
  }

  private final DataSource database;
  private final RecordStore store;
  private final Settings settings;
  private final Clock clock;
  private final Index index;
  private final Walk walk;
  private final Notices notices;
  private final Reviews reviews;
  private final Golden golden;

  /** With the model, the limits and the rules that come with the platform. */
  public Residents(DataSource database, RecordStore store, ContentCodec codec, Clock clock)
      throws SQLException {
    this(database, store, codec, Model.shipped(), Settings.DEFAULT, Golden.shipped(), clock);
  }

  /**
   * Opens, and begins to follow the change log.
   *
   * @param store opened with {@link health.helan.foundation.residents.index.IndexLinks}
   * @param codec seals what is compared, as contents are sealed
   * @param golden how golden records are made
   */
  public Residents(
      DataSource database,
      RecordStore store,
      ContentCodec codec,
      Model model,
      Settings settings,
      Golden golden,
      Clock clock)
      throws SQLException {
    this.database = database;
    this.store = store;
    this.settings = settings;
    this.clock = clock;
    index = index(database, store, codec, model, settings, clock);
    reviews = new Reviews(database, index, clock);
    this.golden = golden;
    walk = new Walk(database, this, store.instance(), clock);
    store.changes().register(new Consumer());
    store.changes().register(new SourceMerges(this));
    walk.start();
    notices = new Notices(database, this, clock);
    notices.start();
  }

  private static Index index(
      DataSource database,
      RecordStore store,
      ContentCodec codec,
      Model model,
      Settings settings,
      Clock clock) {
    return new Index(
        database,
        new Matcher(model),
        model.version(),
        codec,
        store.parameters().digests(),
        settings.mostPerKey(),
        (transaction, patients, at) -> store.persons().changed(transaction, patients, at),
        clock);
  }

  /**
   * Erases what the index keeps about a Patient, also where it is switched off.
   *
   * @param subject keyed digest of {@code Patient/id}
   */
  public static void erase(
      DataSource database, RecordStore store, ContentCodec codec, long subject) {
    index(database, store, codec, Model.shipped(), Settings.DEFAULT, Clock.systemUTC())
        .erase(subject);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      SourceMerges.erase(connection, subject);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Gives up the place in the change log of an earlier start, where the index is switched off: the
   * log could not be pruned past it. Switched on again, it walks through all Patients.
   */
  public static void leave(DataSource database) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      int left;
      try (var statement =
          connection.prepareStatement(
              "delete from consumer_offset where home between ? and ? and consumer in (?, ?)")) {
        statement.setInt(1, 0);
        statement.setInt(2, Ids.HOMES - 1);
        statement.setString(3, CONSUMER);
        statement.setString(4, SourceMerges.NAME);
        left = statement.executeUpdate();
      }
      if (left > 0) {
        Walk.ask(connection, "switched-off", Instant.now());
        LOG.info("The resident index is off; it gave up its place in the change log");
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** Its operations, for the API. */
  public List<FhirOperation> operations() {
    return ResidentOperations.all(this);
  }

  public Index index() {
    return index;
  }

  public Reviews reviews() {
    return reviews;
  }

  public Golden golden() {
    return golden;
  }

  public RecordStore store() {
    return store;
  }

  public DataSource database() {
    return database;
  }

  public Clock clock() {
    return clock;
  }

  public Walk walk() {
    return walk;
  }

  Settings settings() {
    return settings;
  }

  // ------------------------------------------------------------------ behind the change log

  private final class Consumer implements ChangeConsumer {
    @Override
    public String name() {
      return CONSUMER;
    }

    @Override
    public void beginsAfter(Connection transaction, long pruned) throws SQLException {
      Walk.ask(transaction, "begins-late", clock.instant());
    }

    @Override
    public int changesPerTransaction() {
      return settings.changesAtOnce();
    }

    @Override
    public int homesPerTransaction() {
      return 256;
    }

    @Override
    public boolean takesTogether() {
      return true;
    }

    /** Patients that were read before their turn, by id. */
    private final Map<String, Source> readAhead = new ConcurrentHashMap<>();

    @Override
    public boolean readsAhead() {
      return true;
    }

    @Override
    public void ahead(Connection connection, List<Change> changes) throws SQLException {
      if (readAhead.size() > 2 * settings.changesAtOnce()) {
        readAhead.clear(); // Of changes that another instance has taken.
      }
      var all = new TreeMap<Integer, Collection<String>>();
      for (Change change : changes) {
        if (change.type().equals(PATIENT)) {
          all.computeIfAbsent(change.home(), _ -> new LinkedHashSet<>()).add(change.id());
        }
      }
      for (PlatformRows.Owned row : store.rows().currentOf(connection, PATIENT, all)) {
        Source source = index.read(source(row));
        readAhead.put(source.id(), source);
      }
    }

    /** Those that stand as they were read ahead, now that nobody else changes the index. */
    private Map<String, Source> takeAhead(
        Connection transaction, Map<Integer, Collection<String>> all) throws SQLException {
      if (readAhead.isEmpty()) {
        return Map.of();
      }
      var standing = store.rows().standingOf(transaction, PATIENT, all);
      var there = new HashMap<String, Source>();
      for (Collection<String> ids : all.values()) {
        for (String id : ids) {
          Source source = readAhead.remove(id);
          PlatformRows.Standing now = standing.get(id);
          if (source != null
              && now != null
              && source.version() == now.version()
              && source.owner().equals(now.owner())) {
            there.put(id, source);
          }
        }
      }
      Metrics.counter("helan.residents.ahead").increment(there.size());
      return there;
    }

    @Override
    public void take(Connection transaction, List<Change> changes) throws SQLException {
      takeTogether(transaction, List.of(changes));
    }

    @Override
    public void takeTogether(Connection transaction, List<List<Change>> homes) throws SQLException {
      var byHome = new TreeMap<Integer, Map<String, Change>>();
      for (List<Change> changes : homes) {
        for (Change change : changes) {
          if (change.type().equals(PATIENT)) {
            byHome
                .computeIfAbsent(change.home(), _ -> new LinkedHashMap<>())
                .put(change.id(), change);
          }
        }
      }
      if (byHome.isEmpty()) {
        return;
      }
      var all = new LinkedHashMap<Integer, Collection<String>>();
      byHome.forEach((home, changes) -> all.put(home, changes.keySet()));
      var there = new HashMap<>(takeAhead(transaction, all));
      var unread = new LinkedHashMap<Integer, Collection<String>>();
      byHome.forEach(
          (home, changes) -> {
            var some = changes.keySet().stream().filter(id -> !there.containsKey(id)).toList();
            if (!some.isEmpty()) {
              unread.put(home, some);
            }
          });
      store.rows().currentOf(transaction, PATIENT, unread).parallelStream()
          .map(Residents::source)
          .forEachOrdered(source -> there.put(source.id(), source));
      var sources = new ArrayList<Source>();
      byHome.forEach(
          (home, changes) ->
              changes.forEach(
                  (id, change) -> {
                    Source source = there.get(id);
                    sources.add(
                        source == null
                            ? new Source(home, id, change.version(), change.updated(), "", null)
                            : source);
                  }));
      index.take(transaction, sources, false);
    }
  }

  static Source source(PlatformRows.Owned row) {
    byte[] content = row.version().content();
    return new Source(
        row.home(),
        row.version().id(),
        row.version().version(),
        row.version().updated(),
        row.owner(),
        content == null ? null : Json.MAPPER.readTree(content));
  }

  /** Takes Patients in at once that the index may not have come to yet. */
  public void hurry(Set<String> patients) {
    index.inTransaction(
        transaction -> {
          var ids = new LinkedHashMap<Integer, Collection<String>>();
          for (String patient : patients) {
            Integer home = store.rows().home(transaction, PATIENT, patient);
            if (home != null) {
              ids.computeIfAbsent(home, _ -> new LinkedHashSet<>()).add(patient);
            }
          }
          Index.holdGate(transaction); // Before reading: an older version must not come last.
          index.take(
              transaction,
              store.rows().currentOf(transaction, PATIENT, ids).stream()
                  .map(Residents::source)
                  .toList(),
              false);
          return true;
        });
  }

  /**
   * Where a Patient lies.
   *
   * @throws Refusal NOT_FOUND for an id that nobody has
   */
  public int home(String patient) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      Integer home = store.rows().home(connection, PATIENT, patient);
      if (home == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", PATIENT, patient);
      }
      return home;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  @Override
  public void close() {
    notices.close();
    walk.close();
    store.changes().unregister(CONSUMER);
    store.changes().unregister(SourceMerges.NAME);
  }
}
