package health.helan.foundation.residents;

import health.helan.foundation.residents.index.Index;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells institutions that the person of one of their Patients has changed: a {@code Person} for
 * each such Patient, theirs to read and to subscribe to, that links their own Patients of that
 * person and is active as long as it has any other. Told at least once, a moment later; the last
 * word is the present. docs/adr/0079.
 */
final class Notices implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
  private static final Caller PLATFORM = Caller.platform("residents");
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final String JOB = "notices";
  private static final int AT_ONCE = 100;

  private static final String MAKE =
      "insert into resident_walk (job, stage, why, model, at_home, after_id, looked, changed,"
          + " holder, epoch, until, asked, finished) values (?, 'done', '', '', -1, '', 0, 0, '', 0,"
          + " ?, ?, null) on conflict (job) do nothing";
  private static final String HOLD =
      "update resident_walk set holder = ?, until = ? where job = ? and (holder = ? or until < ?)";
  private static final String NEXT = "select key, at, home, id from resident_notice limit ?";
  private static final String DONE = "delete from resident_notice where key = ? and at = ?";

  private record Notice(long record, OffsetDateTime at, int home, String id) {}

  private final DataSource database;
  private final Residents residents;
  private final Clock clock;
  private final Thread worker =
      Thread.ofPlatform().daemon().name("helan-residents-notices").unstarted(this::work);
  private volatile boolean closed;

  Notices(DataSource database, Residents residents, Clock clock) {
    this.database = database;
    this.residents = residents;
    this.clock = clock;
  }

  void start() throws SQLException {
    try (Connection connection = database.getConnection();
        var make = connection.prepareStatement(MAKE)) {
      OffsetDateTime now = Instant.EPOCH.atOffset(ZoneOffset.UTC);
      make.setString(1, JOB);
      make.setObject(2, now);
      make.setObject(3, now);
      make.executeUpdate();
    }
    worker.start();
  }

  private void work() {
    while (!closed) {
      long pause = 1_000_000_000L;
      try {
        if (hold() && tell() == AT_ONCE) {
          pause = 1;
        }
      } catch (RuntimeException | SQLException e) {
        if (!closed) {
          LOG.warn("Notices of the resident index wait: {}", e.getClass().getName());
          pause = 5_000_000_000L;
        }
      }
      LockSupport.parkNanos(this, pause);
    }
  }

  /** One instance at a time: two would tell everything twice. */
  private boolean hold() throws SQLException {
    OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
    String holder = residents.store().instance();
    try (Connection connection = database.getConnection();
        var hold = connection.prepareStatement(HOLD)) {
      hold.setString(1, holder);
      hold.setObject(2, now.plus(LEASE));
      hold.setString(3, JOB);
      hold.setString(4, holder);
      hold.setObject(5, now);
      return hold.executeUpdate() == 1;
    }
  }

  private int tell() throws SQLException {
    List<Notice> notices = next();
    if (notices.isEmpty()) {
      return 0;
    }
    var persons = new HashMap<String, Index.Person>();
    Set<String> members = new LinkedHashSet<>();
    for (Notice notice : notices) {
      Index.Person person = residents.index().person(notice.home, notice.id);
      if (person != null) {
        persons.put(notice.id, person);
        members.addAll(person.members());
      }
    }
    Map<String, String> owners = owners(members);
    var writes = new ArrayList<Interaction>();
    for (Notice notice : notices) {
      Index.Person person = persons.get(notice.id);
      String owner = owners.getOrDefault(notice.id, "");
      if (person != null && !owner.isEmpty()) {
        writes.add(write(notice, person, owner, owners));
      }
    }
    if (!writes.isEmpty()) {
      residents.store().transact(PLATFORM, writes, Set.of(), null);
    }
    forget(notices);
    return notices.size();
  }

  private List<Notice> next() throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.prepareStatement(NEXT)) {
      statement.setInt(1, AT_ONCE);
      try (var rows = statement.executeQuery()) {
        var notices = new ArrayList<Notice>();
        while (rows.next()) {
          notices.add(
              new Notice(
                  rows.getLong(1),
                  rows.getObject(2, OffsetDateTime.class),
                  rows.getInt(3),
                  rows.getString(4)));
        }
        return notices;
      }
    }
  }

  /** Institutions by Patient; of those that are there. */
  private Map<String, String> owners(Set<String> patients) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      var byHome = new LinkedHashMap<Integer, Collection<String>>();
      for (String patient : patients) {
        Integer home = residents.store().rows().home(connection, "Patient", patient);
        if (home != null) {
          byHome.computeIfAbsent(home, _ -> new ArrayList<>()).add(patient);
        }
      }
      var owners = new HashMap<String, String>();
      for (PlatformRows.Owned row :
          residents.store().rows().currentOf(connection, "Patient", byHome)) {
        owners.put(row.version().id(), row.owner());
      }
      return owners;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Interaction write(
      Notice notice, Index.Person person, String owner, Map<String, String> owners) {
    ObjectNode told =
        Json.MAPPER
            .createObjectNode()
            .put("resourceType", "Person")
            .put("id", "resident-%016x".formatted(notice.record));
    told.put("active", person.members().size() > 1);
    told.putObject("managingOrganization").put("reference", "Organization/" + owner);
    var links = told.putArray("link");
    links.addObject().putObject("target").put("reference", "Patient/" + notice.id);
    for (String member : person.members()) {
      if (!member.equals(notice.id) && owner.equals(owners.get(member))) {
        links.addObject().putObject("target").put("reference", "Patient/" + member);
      }
    }
    return new Interaction.Update(
        "Person",
        told.path("id").asString(""),
        null,
        Interaction.Body.of(told),
        null,
        false,
        null,
        null);
  }

  /** Those that were not told of anew meanwhile. */
  private void forget(List<Notice> notices) throws SQLException {
    try (Connection connection = database.getConnection();
        var done = connection.prepareStatement(DONE)) {
      for (Notice notice : notices) {
        done.setLong(1, notice.record);
        done.setObject(2, notice.at);
        done.addBatch();
      }
      done.executeBatch();
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(worker);
    try {
      worker.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
