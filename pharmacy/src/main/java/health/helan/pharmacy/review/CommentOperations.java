package health.helan.pharmacy.review;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.store.Outcome;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Operations of the comment on prescriptions; {@code docs/guide/prescription-review.md} tells of
 * their parameters. Each reads parameters and answers; the service decides.
 */
public final class CommentOperations {
  /** What the policy calls reading. */
  static final String READ = "prescription-comments";

  /** What the policy calls drawing and steps; which, the steps say. */
  static final String STEP = "prescription-comment";

  private final Comments comments;

  private CommentOperations(Comments comments) {
    this.comments = comments;
  }

  public static List<FhirOperation> all(Comments comments) {
    var these = new CommentOperations(comments);
    List<FhirOperation> all = new ArrayList<>();
    all.add(
        ReviewOperations.operation(
            "draw-prescriptions", FhirOperation.Level.SYSTEM, Set.of(), true, STEP, these::draw));
    all.add(
        ReviewOperations.operation(
            "prescription-comments",
            FhirOperation.Level.SYSTEM,
            Set.of(),
            false,
            READ,
            these::list));
    for (CommentStep step : CommentStep.values()) {
      all.add(
          ReviewOperations.operation(
              "comment-" + step.word(),
              FhirOperation.Level.INSTANCE,
              Set.of("Task"),
              true,
              STEP,
              call -> these.step(call, step)));
    }
    return all;
  }

  /** {@code POST $draw-prescriptions}: {@code month} (2026-10), {@code count}. */
  private Answer draw(FhirOperation.Call call) {
    YearMonth month = new Given(call).month("month");
    if (month == null) {
      throw Given.missing("month");
    }
    String count = ReviewOperations.need(call, "count");
    if (!count.matches("\\d{1,4}")) {
      throw ReviewOperations.wrong("count");
    }
    ObjectNode answer = ReviewOperations.parameters();
    ReviewOperations.put(
        ReviewOperations.part(answer, "result"),
        "drawn",
        comments.draw(call.caller(), month, Integer.parseInt(count)));
    return ReviewOperations.answer(answer);
  }

  /** {@code POST Task/[id]/$comment-[step]}: {@code code} (repeats), {@code reason}. */
  private Answer step(FhirOperation.Call call, CommentStep step) {
    List<String> codes = new ArrayList<>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (parameter.path("name").asString("").equals("code")) {
          codes.add(
              parameter.path("valueCode").asString(parameter.path("valueString").asString("")));
        }
      }
    }
    Outcome outcome =
        comments.take(
            call.caller(),
            Objects.requireNonNull(call.id()),
            step,
            new Comments.Said(codes, ReviewOperations.text(call, "reason")));
    return new Answer(200, outcome.content(), null, outcome.version(), outcome.updated());
  }

  /** {@code GET $prescription-comments}: {@code side} (doctor, pharmacist). */
  private Answer list(FhirOperation.Call call) {
    String side = ReviewOperations.need(call, "side");
    if (!side.equals("doctor") && !side.equals("pharmacist")) {
      throw ReviewOperations.wrong("side");
    }
    ObjectNode answer = ReviewOperations.parameters();
    Comments.Listed listed = comments.list(call.caller(), side.equals("doctor"));
    PrescriptionOperations.more(answer, listed.isMore());
    for (Comments.Member member : listed.comments()) {
      ArrayNode parts = ReviewOperations.part(answer, "comment");
      CommentStep.State state = member.state();
      ReviewOperations.put(parts, "task", "Task/" + member.task().path("id").asString(""));
      ReviewOperations.put(
          parts, "review", member.task().path("focus").path("reference").asString(""));
      ReviewOperations.put(
          parts, "number", member.task().path("groupIdentifier").path("value").asString(""));
      ReviewOperations.put(parts, "authored", member.task().path("authoredOn").asString(""));
      ReviewOperations.put(parts, "state", state == null ? "" : state.word());
      for (JsonNode coding : member.task().path("statusReason").path("coding")) {
        ReviewOperations.put(parts, "code", coding.path("code").asString(""));
      }
      for (JsonNode note : member.task().path("note")) {
        ReviewOperations.put(parts, "note", note.path("text").asString(""));
      }
      ReviewOperations.put(parts, "side", member.party().name().toLowerCase(Locale.ROOT));
      for (CommentStep step : CommentStep.values()) {
        if (state != null && step.isOpen(member.party(), state)) {
          ReviewOperations.put(parts, "open", step.word());
        }
      }
    }
    return ReviewOperations.answer(answer);
  }
}
