package health.helan.foundation.delivery.bulkimport;

import health.helan.foundation.delivery.kept.KeptCaller;
import health.helan.foundation.delivery.kept.Statements;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The three tables. What a worker changes names its epoch. */
final class ImportJobs {
  /** A file that is to be fetched. */
  record Input(String type, String url) {}

  /**
   * A job.
   *
   * @param file which of the inputs it is at
   * @param line lines of it that are done
   */
  record Job(
      String id,
      Caller caller,
      List<Input> inputs,
      Locale language,
      String state,
      int file,
      long line,
      long epoch,
      int failures,
      String fault,
      Instant made,
      @Nullable Instant finished) {
    boolean isOpen() {
      return state.equals("accepted") || state.equals("running");
    }

    Job at(int file, long line) {
      return new Job(
          id, caller, inputs, language, state, file, line, epoch, 0, fault, made, finished);
    }

    /** Asked for by the same, with what they may today. */
    Job as(Caller today) {
      return new Job(
          id, today, inputs, language, state, file, line, epoch, failures, fault, made, finished);
    }
  }

  /** What became of a file. */
  record Counts(int file, long stored, long refused, String fault) {}

  /** A line that was refused. */
  record Refused(long line, String outcome) {}

  /** Lines of a file that are kept with their reason. */
  static final int MOST_ERRORS = 1000;

  private static final String JOB =
      "id, caller, content, codec, key_id, state, file, line, epoch, failures, fault, made,"
          + " finished";

  private final Statements sql;
  private final ContentCodec codec;

  ImportJobs(DataSource dataSource, ContentCodec codec) {
    this.sql = new Statements(dataSource);
    this.codec = codec;
  }

  private static ContentCodec.Place place(String id) {
    return new ContentCodec.Place("import-job", id, 1);
  }

  private Job job(ResultSet rows) throws SQLException {
    String id = rows.getString("id");
    JsonNode spec =
        Json.MAPPER.readTree(
            codec.decode(
                place(id),
                rows.getShort("codec"),
                rows.getShort("key_id"),
                Objects.requireNonNull(rows.getBytes("content"))));
    List<Input> inputs = new ArrayList<>();
    for (JsonNode one : spec.path("inputs")) {
      inputs.add(new Input(one.path("type").asString(), one.path("url").asString()));
    }
    return new Job(
        id,
        KeptCaller.parse(rows.getString("caller"), "import-" + id),
        inputs,
        Locale.forLanguageTag(spec.path("language").asString("zh")),
        rows.getString("state"),
        rows.getInt("file"),
        rows.getLong("line"),
        rows.getLong("epoch"),
        rows.getInt("failures"),
        rows.getString("fault"),
        Objects.requireNonNull(Statements.instant(rows, "made")),
        Statements.instant(rows, "finished"));
  }

  void add(String id, Caller caller, List<Input> inputs, Locale language, Instant now) {
    ObjectNode spec = Json.MAPPER.createObjectNode();
    spec.put("language", language.toLanguageTag());
    var list = spec.putArray("inputs");
    inputs.forEach(one -> list.addObject().put("type", one.type()).put("url", one.url()));
    ContentCodec.Encoded sealed = codec.encode(place(id), Json.MAPPER.writeValueAsBytes(spec));
    sql.update(
        "insert into import_job (id, home, version, subject, caller, content, codec, key_id, state,"
            + " file, line, holder, epoch, until, due, failures, fault, made) values (?, 0, 1, ?,"
            + " ?, ?, ?, ?, 'accepted', 0, 0, '', 0, ?, ?, 0, '', ?)",
        id,
        caller.subject(),
        KeptCaller.text(caller),
        sealed.content(),
        sealed.codec(),
        sealed.keyId(),
        now,
        now,
        now);
  }

  int open(String subject) {
    return sql.list(
            rows -> rows.getInt(1),
            "select count(*) from import_job where subject = ? and state in ('accepted',"
                + " 'running')",
            subject)
        .getFirst();
  }

  @Nullable Job find(String id) {
    List<Job> found = sql.list(this::job, "select " + JOB + " from import_job where id = ?", id);
    return found.isEmpty() ? null : found.getFirst();
  }

  @Nullable Job take(String holder, Instant now, Duration lease) {
    for (Job job :
        sql.list(
            this::job,
            "select "
                + JOB
                + " from import_job where state in ('accepted', 'running') and until <= ? and due"
                + " <= ? order by due limit 10",
            now,
            now)) {
      int taken =
          sql.update(
              "update import_job set state = 'running', holder = ?, epoch = epoch + 1, until = ?"
                  + " where id = ? and epoch = ? and state in ('accepted', 'running')",
              holder,
              now.plus(lease),
              job.id(),
              job.epoch());
      Job mine = taken == 1 ? find(job.id()) : null;
      if (mine != null && mine.epoch() == job.epoch() + 1) {
        return mine;
      }
    }
    return null;
  }

  /** Keeps the job while it is only read; false as for {@link #advance}. */
  boolean renew(Job job, Instant until) {
    return sql.update(
            "update import_job set until = ? where id = ? and epoch = ? and state = 'running'",
            until,
            job.id(),
            job.epoch())
        == 1;
  }

  /** What was done, with where to go on; false when the job is another's by now, or cancelled. */
  boolean advance(
      Job job,
      int file,
      long line,
      int at,
      long stored,
      List<Refused> refused,
      String fault,
      Instant until) {
    return sql.together(
        connection -> {
          int mine =
              Statements.update(
                  connection,
                  "update import_job set file = ?, line = ?, failures = 0, fault = '', until = ?"
                      + " where id = ? and epoch = ? and state = 'running'",
                  file,
                  line,
                  until,
                  job.id(),
                  job.epoch());
          if (mine == 0) {
            return false;
          }
          Statements.update(
              connection,
              "insert into import_file (job, file, stored, refused, fault) values (?, ?, ?, ?, ?)"
                  + " on conflict (job, file) do update set stored = import_file.stored +"
                  + " excluded.stored, refused = import_file.refused + excluded.refused, fault ="
                  + " excluded.fault",
              job.id(),
              at,
              stored,
              (long) refused.size(),
              fault);
          int kept =
              Statements.list(
                      connection,
                      rows -> rows.getInt(1),
                      "select count(*) from import_error where job = ? and file = ?",
                      job.id(),
                      at)
                  .getFirst();
          for (Refused one :
              refused.subList(0, Math.clamp(MOST_ERRORS - kept, 0, refused.size()))) {
            Statements.update(
                connection,
                "insert into import_error (job, file, line, outcome) values (?, ?, ?, ?) on"
                    + " conflict do nothing",
                job.id(),
                at,
                one.line(),
                one.outcome());
          }
          return true;
        });
  }

  /** Put off after a failure. */
  void putOff(Job job, String fault, Instant now, Instant due) {
    sql.update(
        "update import_job set failures = failures + 1, fault = ?, due = ?, until = ? where id = ?"
            + " and epoch = ?",
        fault,
        due,
        now,
        job.id(),
        job.epoch());
  }

  void leave(Job job, Instant now) {
    sql.update(
        "update import_job set until = ? where id = ? and epoch = ?", now, job.id(), job.epoch());
  }

  boolean finish(Job job, String state, String fault, Instant now) {
    return sql.update(
            "update import_job set state = ?, fault = ?, finished = ?, until = ? where id = ? and"
                + " epoch = ? and state = 'running'",
            state,
            fault,
            now,
            now,
            job.id(),
            job.epoch())
        == 1;
  }

  void cancel(String id, Instant now) {
    sql.update(
        "update import_job set state = 'cancelled', finished = ?, epoch = epoch + 1 where id = ?",
        now,
        id);
  }

  List<Counts> counts(String job) {
    return sql.list(
        rows ->
            new Counts(
                rows.getInt("file"),
                rows.getLong("stored"),
                rows.getLong("refused"),
                rows.getString("fault")),
        "select file, stored, refused, fault from import_file where job = ? order by file",
        job);
  }

  List<String> errors(String job, int file) {
    return sql.list(
        rows -> rows.getString(1),
        "select outcome from import_error where job = ? and file = ? order by line",
        job,
        file);
  }

  int prune(Instant before) {
    return sql.together(
        connection -> {
          for (String table : List.of("import_error", "import_file")) {
            Statements.update(
                connection,
                "delete from "
                    + table
                    + " where job in (select id from import_job where finished < ?)",
                before);
          }
          return Statements.update(connection, "delete from import_job where finished < ?", before);
        });
  }
}
