package health.helan.foundation.residents;

import health.helan.foundation.residents.index.Index;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
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
 * each such Patient, theirs to read and to subscribe to, that is active as long as the person has
 * any other Patient and names none of the others: whom it lies open to may not know of them. Told
 * at least once, a moment later; the last word is the present. docs/adr/0079.
 */
final class Notices implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
  private static final Caller PLATFORM = Caller.platform("residents");
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final String JOB = "notices";
  private static final int AT_ONCE = 200;

  private static final String MAKE =
      "insert into resident_walk (job, stage, why, model, at_home, after_id, looked, changed,"
          + " holder, epoch, until, asked, finished) values (?, 'done', '', '', -1, '', 0, 0, '', 0,"
          + " ?, ?, null) on conflict (job) do nothing";
  private static final String HOLD =
      "update resident_walk set holder = ?, until = ? where job = ? and (holder = ? or until < ?)";
  private static final String NEXT =
      "select key, at, home, id from resident_notice order by at, key limit ?";
  private static final String DONE =
      "delete from resident_notice n using unnest(?::bigint[], ?::timestamptz[]) d (key, at) where"
          + " n.key = d.key and n.at = d.at";

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
        List<Notice> notices = next();
        if (!notices.isEmpty() && hold()) {
          tell(notices);
          pause = notices.size() == AT_ONCE ? 1 : pause;
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

  private void tell(List<Notice> notices) throws SQLException {
    Map<String, String> owners = owners(notices);
    var writes = new ArrayList<Interaction>();
    for (Notice notice : notices) {
      String owner = owners.getOrDefault(notice.id, "");
      if (owner.isEmpty()) {
        continue; // There is nobody to tell.
      }
      Index.Person person = residents.index().person(notice.home, notice.id);
      if (person != null) {
        writes.add(write(notice, person, owner));
      }
    }
    try {
      write(writes);
    } catch (Refusal one) {
      if (one.kind() == Refusal.Kind.TRANSIENT) {
        throw one;
      }
      each(writes); // One that is refused must not keep the others waiting for ever.
    }
    forget(notices);
  }

  private void write(List<Interaction> writes) {
    if (!writes.isEmpty()) {
      residents.store().transact(PLATFORM, writes, Set.of(), null);
    }
  }

  private void each(List<Interaction> writes) {
    for (Interaction write : writes) {
      try {
        write(List.of(write));
      } catch (Refusal refused) {
        if (refused.kind() == Refusal.Kind.TRANSIENT) {
          throw refused;
        }
        LOG.error("A notice of the resident index is refused: {}", refused.messageKey());
      }
    }
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
  private Map<String, String> owners(List<Notice> notices) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      var byHome = new LinkedHashMap<Integer, Collection<String>>();
      for (Notice notice : notices) {
        byHome.computeIfAbsent(notice.home, _ -> new ArrayList<>()).add(notice.id);
      }
      var owners = new HashMap<String, String>();
      residents
          .store()
          .rows()
          .standingOf(connection, "Patient", byHome)
          .forEach((id, patient) -> owners.put(id, patient.owner()));
      return owners;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Interaction write(Notice notice, Index.Person person, String owner) {
    ObjectNode told =
        Json.MAPPER
            .createObjectNode()
            .put("resourceType", "Person")
            .put("id", "resident-%016x".formatted(notice.record));
    told.put("active", person.members().size() > 1);
    told.putObject("managingOrganization").put("reference", "Organization/" + owner);
    told.putArray("link").addObject().putObject("target").put("reference", "Patient/" + notice.id);
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
      done.setObject(1, notices.stream().mapToLong(Notice::record).toArray());
      done.setArray(
          2, connection.createArrayOf("timestamptz", notices.stream().map(Notice::at).toArray()));
      done.executeUpdate();
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
