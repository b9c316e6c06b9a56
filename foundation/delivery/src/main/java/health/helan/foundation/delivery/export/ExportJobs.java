package health.helan.foundation.delivery.export;

import health.helan.foundation.delivery.kept.KeptCaller;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.objects.ObjectKey;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The tables of the jobs. Every change of a job that somebody works on names its epoch. */
final class ExportJobs {
  /**
   * How far a job is: a step of its plan, and within it a filter, a patient and a page.
   *
   * @param cursor null at the beginning
   */
  record At(int step, int filter, int patient, @Nullable String cursor) {
    static final At START = new At(0, 0, 0, null);

    String text() {
      var tree = Json.MAPPER.createObjectNode();
      tree.put("step", step).put("filter", filter).put("patient", patient);
      if (cursor != null) {
        tree.put("cursor", cursor);
      }
      return tree.toString();
    }

    static At parse(String text) {
      JsonNode tree = Json.MAPPER.readTree(text);
      return new At(
          tree.path("step").asInt(),
          tree.path("filter").asInt(),
          tree.path("patient").asInt(),
          tree.has("cursor") ? tree.path("cursor").asString() : null);
    }
  }

  /** A row. */
  record Job(
      String id,
      Caller caller,
      ExportRequest request,
      String state,
      At at,
      long exported,
      long epoch,
      int attempts,
      String fault,
      Instant made,
      @Nullable Instant finished) {
    boolean isOpen() {
      return state.equals("accepted") || state.equals("running");
    }
  }

  /**
   * A file.
   *
   * @param bytes unpacked
   * @param patients digests, ascending
   */
  record File(
      int number,
      String kind,
      String type,
      long count,
      long bytes,
      ObjectKey object,
      long[] patients) {}

  private static final String COLUMNS =
      "id, caller, spec, state, at, exported, epoch, attempts, fault, made, finished";

  private final DataSource dataSource;

  ExportJobs(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private <T> T with(Work<T> work) {
    try (Connection connection = dataSource.getConnection()) {
      return work.on(connection);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static PreparedStatement bind(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(
          i + 1,
          values[i] instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : values[i]);
    }
    return statement;
  }

  private int update(String sql, @Nullable Object... values) {
    return with(
        connection -> {
          try (var statement = bind(connection.prepareStatement(sql), values)) {
            return statement.executeUpdate();
          }
        });
  }

  void add(String id, Caller caller, ExportRequest request, Instant now) {
    update(
        "insert into export_job (id, subject, caller, spec, state, at, exported, holder, epoch,"
            + " until, attempts, fault, made) values (?, ?, ?, ?, 'accepted', ?, 0, '', 0, ?, 0,"
            + " '', ?)",
        id,
        caller.subject(),
        KeptCaller.text(caller),
        request.text(),
        At.START.text(),
        now,
        now);
  }

  /** Unfinished jobs of a subject. */
  int open(String subject) {
    return with(
        connection -> {
          try (var statement =
                  bind(
                      connection.prepareStatement(
                          "select count(*) from export_job where subject = ?"
                              + " and state in ('accepted', 'running')"),
                      subject);
              var rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
          }
        });
  }

  @Nullable Job find(String id) {
    List<Job> found = jobs("select " + COLUMNS + " from export_job where id = ?", id);
    return found.isEmpty() ? null : found.getFirst();
  }

  private List<Job> jobs(String sql, Object... values) {
    return with(
        connection -> {
          List<Job> jobs = new ArrayList<>();
          try (var statement = bind(connection.prepareStatement(sql), values);
              var rows = statement.executeQuery()) {
            while (rows.next()) {
              OffsetDateTime finished = rows.getObject(11, OffsetDateTime.class);
              jobs.add(
                  new Job(
                      rows.getString(1),
                      KeptCaller.parse(rows.getString(2), "export-" + rows.getString(1)),
                      ExportRequest.parse(rows.getString(3)),
                      rows.getString(4),
                      At.parse(rows.getString(5)),
                      rows.getLong(6),
                      rows.getLong(7),
                      rows.getInt(8),
                      rows.getString(9),
                      rows.getObject(10, OffsetDateTime.class).toInstant(),
                      finished == null ? null : finished.toInstant()));
            }
          }
          return jobs;
        });
  }

  /** Takes a job that nobody works on; null for none. */
  @Nullable Job take(String holder, Instant now, Duration lease) {
    for (Job job :
        jobs(
            "select "
                + COLUMNS
                + " from export_job where state in ('accepted', 'running') and until <= ?"
                + " order by made limit 10",
            now)) {
      int taken =
          update(
              "update export_job set holder = ?, epoch = ?, until = ?, state = 'running'"
                  + " where id = ? and epoch = ? and state in ('accepted', 'running')"
                  + " and until <= ?",
              holder,
              job.epoch() + 1,
              now.plus(lease),
              job.id(),
              job.epoch(),
              now);
      if (taken == 1) {
        return find(job.id());
      }
    }
    return null;
  }

  /** False when the job is another's by now, or is cancelled. */
  boolean renew(String id, long epoch, Instant until) {
    return update(
            "update export_job set until = ? where id = ? and epoch = ? and state = 'running'",
            until,
            id,
            epoch)
        == 1;
  }

  /** Lets others go on, after a fault or at the end of this instance. */
  void leave(String id, long epoch, int attempts, Instant until) {
    update(
        "update export_job set until = ?, attempts = ? where id = ? and epoch = ?"
            + " and state = 'running'",
        until,
        attempts,
        id,
        epoch);
  }

  /**
   * Commits files and how far the job is, together.
   *
   * @param files their numbers are given here
   * @return false when the job is another's by now, or is cancelled: nothing is kept
   */
  boolean advance(Job job, At at, List<File> files) {
    return with(
        connection -> {
          connection.setAutoCommit(false);
          try {
            long added =
                files.stream()
                    .filter(file -> file.kind().equals("output"))
                    .mapToLong(File::count)
                    .sum();
            try (var move =
                bind(
                    connection.prepareStatement(
                        "update export_job set at = ?, exported = exported + ?, attempts = 0"
                            + " where id = ? and epoch = ? and state = 'running'"),
                    at.text(),
                    added,
                    job.id(),
                    job.epoch())) {
              if (move.executeUpdate() == 0) {
                connection.rollback();
                return false;
              }
            }
            // The job's row is locked: nobody else numbers its files.
            int number = 0;
            try (var last =
                    bind(
                        connection.prepareStatement(
                            "select coalesce(max(number), 0) from export_file where job = ?"),
                        job.id());
                var rows = last.executeQuery()) {
              rows.next();
              number = rows.getInt(1);
            }
            for (File file : files) {
              number++;
              try (var insert =
                  bind(
                      connection.prepareStatement(
                          "insert into export_file (job, number, kind, type, count, bytes, object,"
                              + " patients) values (?, ?, ?, ?, ?, ?, ?, ?)"),
                      job.id(),
                      number,
                      file.kind(),
                      file.type(),
                      file.count(),
                      file.bytes(),
                      file.object().value(),
                      packed(file.patients()))) {
                insert.executeUpdate();
              }
            }
            connection.commit();
            return true;
          } catch (SQLException e) {
            connection.rollback();
            throw e;
          } finally {
            connection.setAutoCommit(true);
          }
        });
  }

  boolean finish(Job job, String state, String fault, Instant now) {
    return update(
            "update export_job set state = ?, fault = ?, finished = ? where id = ? and epoch = ?"
                + " and state = 'running'",
            state,
            fault,
            now,
            job.id(),
            job.epoch())
        == 1;
  }

  /** From now on nobody works on it, and nobody sees it. */
  void cancel(String id, Instant now) {
    update(
        "update export_job set state = 'cancelled', finished = ?, epoch = epoch + 1 where id = ?",
        now,
        id);
  }

  List<File> files(String job) {
    return with(
        connection -> {
          List<File> files = new ArrayList<>();
          try (var statement =
                  bind(
                      connection.prepareStatement(
                          "select number, kind, type, count, bytes, object from export_file"
                              + " where job = ? order by number"),
                      job);
              var rows = statement.executeQuery()) {
            while (rows.next()) {
              files.add(file(rows, new long[0]));
            }
          }
          return files;
        });
  }

  @Nullable File file(String job, int number) {
    List<File> found =
        with(
            connection -> {
              List<File> files = new ArrayList<>();
              try (var statement =
                      bind(
                          connection.prepareStatement(
                              "select number, kind, type, count, bytes, object, patients"
                                  + " from export_file where job = ? and number = ?"),
                          job,
                          number);
                  var rows = statement.executeQuery()) {
                while (rows.next()) {
                  files.add(file(rows, unpacked(Objects.requireNonNull(rows.getBytes(7)))));
                }
              }
              return files;
            });
    return found.isEmpty() ? null : found.getFirst();
  }

  private static File file(ResultSet rows, long[] patients) throws SQLException {
    return new File(
        rows.getInt(1),
        rows.getString(2),
        rows.getString(3),
        rows.getLong(4),
        rows.getLong(5),
        new ObjectKey(rows.getString(6)),
        patients);
  }

  /** Jobs whose files are to be erased: cancelled, or finished before. */
  List<String> over(Instant finishedBefore) {
    return with(
        connection -> {
          List<String> ids = new ArrayList<>();
          try (var statement =
                  bind(
                      connection.prepareStatement(
                          "select id from export_job where state = 'cancelled'"
                              + " or state in ('completed', 'failed') and finished <= ? limit 100"),
                      finishedBefore);
              var rows = statement.executeQuery()) {
            while (rows.next()) {
              ids.add(rows.getString(1));
            }
          }
          return ids;
        });
  }

  /** After the contents of its files. */
  void remove(String id) {
    update("delete from export_file where job = ?", id);
    update("delete from export_job where id = ?", id);
  }

  Set<ObjectKey> referenced(Set<ObjectKey> objects) {
    return with(
        connection -> {
          Set<ObjectKey> known = new HashSet<>();
          try (var statement =
              connection.prepareStatement("select object from export_file where object = any(?)")) {
            statement.setArray(
                1,
                connection.createArrayOf("text", objects.stream().map(ObjectKey::value).toArray()));
            try (var rows = statement.executeQuery()) {
              while (rows.next()) {
                known.add(new ObjectKey(rows.getString(1)));
              }
            }
          }
          return known;
        });
  }

  private static byte[] packed(long[] digests) {
    ByteBuffer bytes = ByteBuffer.allocate(digests.length * Long.BYTES);
    bytes.asLongBuffer().put(digests);
    return bytes.array();
  }

  private static long[] unpacked(byte[] bytes) {
    long[] digests = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(digests);
    return digests;
  }
}
