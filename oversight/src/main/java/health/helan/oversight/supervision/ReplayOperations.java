package health.helan.oversight.supervision;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.oversight.Replays;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Encounter/[id]/$replay} and {@code $replay-evidence}: an encounter from end to end, on the
 * page or as a file that {@code helan verify} checks. For regulators whom an open case lets into
 * the record, and for the administration of the institution whose encounter it is.
 */
public final class ReplayOperations {
  private static final String RIGHT = "replay";
  private static final int SHORTEST = 5;
  private static final int LONGEST = 200;

  private final Replays replays;
  private final Cases cases;
  private final DataSource database;

  private ReplayOperations(Replays replays, Cases cases, DataSource database) {
    this.replays = replays;
    this.cases = cases;
    this.database = database;
  }

  /**
   * @param cases know who is the administration
   */
  public static List<FhirOperation> all(Replays replays, Cases cases, DataSource database) {
    var these = new ReplayOperations(replays, cases, database);
    return List.of(
        NamedOperation.of(
            "supervision", "replay", Level.INSTANCE, "Encounter", false, RIGHT, these::shown),
        NamedOperation.of(
            "supervision",
            "replay-evidence",
            Level.INSTANCE,
            "Encounter",
            false,
            RIGHT,
            these::file));
  }

  private Replays.Replay replay(Call call) {
    Caller caller = call.caller();
    Given given = new Given(call);
    given.only(Set.of("case"));
    String note = given.need("case", SHORTEST, LONGEST);
    if (caller.role() == Caller.Role.PRACTITIONER && !cases.isAdministration(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "supervision.replay-administration");
    }
    String id = Objects.requireNonNull(call.id());
    if (caller.role() == Caller.Role.PRACTITIONER && !isOwn(call, id)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Encounter", id);
    }
    return replays.of(caller, id, note);
  }

  /** A record that treatment opens is not the administration's to replay, unless it is its own. */
  private boolean isOwn(Call call, String id) {
    return new Sql(database)
        .on(connection -> call.store().rows().owner(connection, "Encounter", id))
        .equals(call.caller().institution());
  }

  private Answer file(Call call) {
    Replays.Replay replay = replay(call);
    return Answer.file(
        replays.file(replay, call.caller().subject()),
        "application/x-ndjson",
        "evidence-" + Objects.requireNonNull(call.id()) + ".ndjson");
  }

  /**
   * An {@code event} for each line: {@code type}, {@code at}, what there is to say in few words,
   * {@code proof} and whether it {@code holds}; {@code line} is the line as the file has it.
   * Events, {@code seal}s and {@code manifest} in this order are that file: who checks what is
   * shown needs no second look, which would find more.
   */
  private Answer shown(Call call) {
    Replays.Replay replay = replay(call);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (ObjectNode line : replay.lines()) {
      String type = Resources.text(line, "type");
      if (type.equals("seal")) {
        words.group("seal").text("line", line.toString());
        continue;
      }
      Words event = words.group("event").code("type", type);
      event.time("at", Instant.parse(Resources.text(line, "at")));
      switch (type) {
        case "request" -> request(event, line);
        case "signature" -> {
          event.text(
              "what", Resources.text(line.path("provenance").path("target").path(0), "reference"));
          event.text("who", Resources.text(line, "signer"));
          event.code("proof", Resources.text(line, "verdict"));
          event.flag("holds", Resources.text(line, "verdict").equals("valid"));
        }
        case "grant" -> {
          event.text("what", Resources.text(line, "cause"));
          event.text("who", Resources.text(line, "grantee"));
          event.code("act", Resources.text(line, "act"));
        }
        default -> {
          event.text("what", Resources.text(line, "what")).text("who", Resources.text(line, "who"));
          String step = Resources.text(line, "step");
          event.code("act", step.isEmpty() ? Resources.text(line, "act") : step);
          event.code("status", Resources.text(line, "status"));
          event.text("about", line.path("targets").path(0).asString(""));
          event.text("proof", Resources.text(line, "digest"));
        }
      }
      event.text("line", line.toString());
    }
    words.text("manifest", replays.manifest(replay, call.caller().subject()).toString());
    return Words.answer(answer);
  }

  private static void request(Words event, ObjectNode line) {
    JsonNode row = line.path("row");
    String type = Resources.text(row, "type");
    String id = Resources.text(row, "id");
    event.text("what", id.isEmpty() ? type : type + "/" + id);
    event.code("act", Resources.text(row, "interaction"));
    event.text("operation", Resources.text(row, "operation"));
    String practitioner = Resources.text(row, "practitioner");
    event.text(
        "who",
        practitioner.isEmpty() ? Resources.text(row, "account") : "Practitioner/" + practitioner);
    event.code("role", Resources.text(row, "role"));
    event.reference(
        "institution",
        Resources.text(row, "institution").isEmpty()
            ? null
            : "Organization/" + Resources.text(row, "institution"),
        null);
    event.number("status", row.path("status").asInt(0));
    event.text(
        "place", "chain " + Resources.text(row, "chain") + ", row " + Resources.text(row, "seq"));
    long seal = line.path("seal").asLong(0);
    event.text("proof", seal == 0 ? null : "seal " + seal);
    event.flag("holds", seal > 0 && line.path("whole").asBoolean(false));
  }
}
