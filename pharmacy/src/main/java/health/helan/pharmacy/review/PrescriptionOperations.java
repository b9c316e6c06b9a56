package health.helan.pharmacy.review;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.store.Outcome;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Operations of prescriptions under review; {@code docs/guide/prescription-review.md} tells of
 * their parameters. Each reads parameters and answers; the service decides.
 */
public final class PrescriptionOperations {
  /** What the policy calls reading. */
  static final String READ = "prescriptions";

  /** What the policy calls steps; which, the steps say. */
  static final String STEP = "prescription-step";

  private final Prescriptions prescriptions;

  private PrescriptionOperations(Prescriptions prescriptions) {
    this.prescriptions = prescriptions;
  }

  public static List<FhirOperation> all(Prescriptions prescriptions) {
    var these = new PrescriptionOperations(prescriptions);
    List<FhirOperation> all = new ArrayList<>();
    all.add(
        ReviewOperations.operation(
            "submit-prescription",
            FhirOperation.Level.TYPE,
            Set.of("MedicationRequest"),
            true,
            STEP,
            these::submit));
    for (PrescriptionStep step : PrescriptionStep.values()) {
      all.add(
          these.onTask("prescription-" + step.word(), true, STEP, call -> these.step(call, step)));
    }
    all.add(these.onTask("prescription", false, READ, these::read));
    all.add(
        ReviewOperations.operation(
            "prescriptions", FhirOperation.Level.SYSTEM, Set.of(), false, READ, these::list));
    return all;
  }

  private FhirOperation onTask(
      String name, boolean changes, String policy, Function<FhirOperation.Call, Answer> work) {
    return ReviewOperations.operation(
        name, FhirOperation.Level.INSTANCE, Set.of("Task"), changes, policy, work);
  }

  private static Answer answer(int status, Outcome outcome) {
    return new Answer(
        status,
        outcome.content(),
        status == 201 ? outcome.type() + "/" + outcome.id() : null,
        outcome.version(),
        outcome.updated());
  }

  /**
   * {@code POST MedicationRequest/$submit-prescription}: {@code request} (references, as often as
   * there are drugs), {@code reviewer} (Organization; the doctor's own institution for none).
   * Answers 201 with the Task; 200 with the same where this has been submitted already.
   */
  private Answer submit(FhirOperation.Call call) {
    List<String> ids = new ArrayList<>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (parameter.path("name").asString("").equals("request")) {
          String reference =
              parameter
                  .path("valueReference")
                  .path("reference")
                  .asString(parameter.path("valueString").asString(""));
          ids.add(id(reference, "MedicationRequest/", "request"));
        }
      }
    }
    String reviewer = new Given(call).text("reviewer");
    Outcome submitted =
        prescriptions.submit(
            call.caller(),
            ids,
            reviewer == null
                ? call.caller().institution()
                : id(reviewer, "Organization/", "reviewer"));
    return answer(submitted.status(), submitted);
  }

  private static String id(String reference, String prefix, String parameter) {
    String id = reference.startsWith(prefix) ? reference.substring(prefix.length()) : reference;
    if (!id.matches("[A-Za-z0-9.-]{1,64}")) {
      throw ReviewOperations.wrong(parameter);
    }
    return id;
  }

  /** {@code POST Task/[id]/$prescription-[step]}: {@code reason}, {@code code}. */
  private Answer step(FhirOperation.Call call, PrescriptionStep step) {
    return answer(
        200,
        prescriptions.take(
            call.caller(),
            Objects.requireNonNull(call.id()),
            step,
            new Prescriptions.Said(
                ReviewOperations.text(call, "reason"), ReviewOperations.text(call, "code")),
            call.ifMatch()));
  }

  /**
   * {@code GET Task/[id]/$prescription}: the drugs, what was found, and the steps that are open.
   */
  private Answer read(FhirOperation.Call call) {
    Prescriptions.Member member =
        prescriptions.member(call.caller(), Objects.requireNonNull(call.id()));
    ObjectNode answer = ReviewOperations.parameters();
    put(ReviewOperations.part(answer, "prescription"), member);
    for (String[] one : ReviewTask.requestsOf(member.task())) {
      answer
          .withArray("parameter")
          .addObject()
          .put("name", "request")
          .set("resource", prescriptions.part(call.caller(), "MedicationRequest", one[0]));
    }
    for (JsonNode output : member.task().path("output")) {
      String issue = FactReader.id(output.path("valueReference"), "DetectedIssue");
      if (!issue.isEmpty()) {
        answer
            .withArray("parameter")
            .addObject()
            .put("name", "finding")
            .set("resource", prescriptions.part(call.caller(), "DetectedIssue", issue));
      }
    }
    return ReviewOperations.answer(answer);
  }

  private static void putBoth(ArrayNode parts, JsonNode task, @Nullable PrescriptionState state) {
    ReviewOperations.put(parts, "task", "Task/" + task.path("id").asString(""));
    ReviewOperations.put(parts, "number", task.path("groupIdentifier").path("value").asString(""));
    ReviewOperations.put(parts, "state", state == null ? "" : state.word());
    ReviewOperations.put(parts, "authored", task.path("authoredOn").asString(""));
    ReviewOperations.put(parts, "changed", task.path("lastModified").asString(""));
    ReviewOperations.put(parts, "encounter", task.path("encounter").path("reference").asString(""));
    for (JsonNode input : task.path("input")) {
      ReviewOperations.put(
          parts, "drug", input.path("valueReference").path("display").asString(""));
    }
  }

  private void put(ArrayNode parts, Prescriptions.Member member) {
    JsonNode task = member.task();
    PrescriptionState state = member.state();
    putBoth(parts, task, state);
    ReviewOperations.put(parts, "patient", "Patient/" + member.patient());
    ReviewOperations.put(parts, "deadline", ReviewTask.deadlineOf(task));
    ReviewOperations.put(parts, "queued", ReviewTask.queuedAt(task));
    ReviewOperations.put(parts, "late", prescriptions.isLate(member));
    ReviewOperations.put(parts, "over", prescriptions.isOver(task));
    ReviewOperations.put(parts, "doctor", "Practitioner/" + ReviewTask.doctorOf(task));
    ReviewOperations.put(parts, "owner", task.path("owner").path("reference").asString(""));
    ReviewOperations.put(parts, "drugs", ReviewTask.requestsOf(task).size());
    ReviewOperations.put(parts, "reason", task.path("statusReason").path("text").asString(""));
    ReviewOperations.put(
        parts, "code", task.path("statusReason").path("coding").path(0).path("code").asString(""));
    ReviewOperations.put(parts, "forbidden", PrescriptionGuard.isForbidden(task));
    ReviewOperations.put(parts, "side", member.party().name().toLowerCase(Locale.ROOT));
    for (PrescriptionStep step : PrescriptionStep.values()) {
      if (prescriptions.isOpen(member, step)) {
        ReviewOperations.put(parts, "open", step.word());
      }
    }
  }

  /**
   * {@code GET $prescriptions}: {@code side} (doctor, pharmacist, resident), {@code state} (words
   * parted by commas; those that are not done for none). The longest waiting first, of pharmacists
   * the late ones before them; what is {@code over} behind, what is done last, the newest first. Of
   * a resident: {@code patient} in the place of {@code state}; the last first. A {@code list} with
   * {@code more} where there are more.
   */
  private Answer list(FhirOperation.Call call) {
    String side = ReviewOperations.need(call, "side");
    ObjectNode answer = ReviewOperations.parameters();
    if (side.equals("resident")) {
      return ofResident(call, answer);
    }
    if (!side.equals("doctor") && !side.equals("pharmacist")) {
      throw ReviewOperations.wrong("side");
    }
    PrescriptionLists.Listed<Prescriptions.Member> listed =
        prescriptions
            .lists()
            .list(
                call.caller(), side.equals("doctor"), states(ReviewOperations.text(call, "state")));
    for (Prescriptions.Member member : listed.all()) {
      put(ReviewOperations.part(answer, "prescription"), member);
    }
    more(answer, listed.isMore());
    return ReviewOperations.answer(answer);
  }

  /** What a resident sees: where each stands, and its drugs; not what the two sides say. */
  private Answer ofResident(FhirOperation.Call call, ObjectNode answer) {
    String patient = new Given(call).patient();
    PrescriptionLists.Listed<ObjectNode> listed =
        prescriptions.lists().ofResident(call.caller(), patient);
    for (ObjectNode task : listed.all()) {
      ArrayNode parts = ReviewOperations.part(answer, "prescription");
      putBoth(parts, task, ReviewTask.state(task));
      for (String[] one : ReviewTask.requestsOf(task)) {
        parts
            .addObject()
            .put("name", "request")
            .putObject("valueReference")
            .put("reference", "MedicationRequest/" + one[0]);
      }
    }
    more(answer, listed.isMore());
    return ReviewOperations.answer(answer);
  }

  /** Says that there are more than the answer lists; nothing where it lists all. */
  static void more(ObjectNode answer, boolean isMore) {
    if (isMore) {
      ReviewOperations.put(ReviewOperations.part(answer, "list"), "more", true);
    }
  }

  private static Set<PrescriptionState> states(@Nullable String words) {
    var states = EnumSet.noneOf(PrescriptionState.class);
    if (words == null) {
      for (PrescriptionState each : PrescriptionState.values()) {
        if (!each.isFinal()) {
          states.add(each);
        }
      }
      return states;
    }
    for (String word : words.split(",")) {
      PrescriptionState state = PrescriptionState.of(word.strip());
      if (state == null) {
        throw ReviewOperations.wrong("state");
      }
      states.add(state);
    }
    return states;
  }
}
