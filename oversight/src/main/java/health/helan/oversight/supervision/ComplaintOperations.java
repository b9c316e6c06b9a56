package health.helan.oversight.supervision;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Names;
import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.RecordStore;
import health.helan.oversight.supervision.CaseStep.Party;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The operations of complaints; what they take and answer stands in docs/guide/supervision.md. */
final class ComplaintOperations {
  private static final String READ = "complaints";
  private static final String WRITE = "complaint-step";
  private static final int MOST = 200;
  private static final int MOST_HOURS = 24 * 90;
  private static final int SHORTEST = 4;
  private static final int LONGEST = 1000;

  private final RecordStore store;
  private final Complaints complaints;

  private ComplaintOperations(RecordStore store, Complaints complaints) {
    this.store = store;
    this.complaints = complaints;
  }

  static List<FhirOperation> all(RecordStore store, Complaints complaints) {
    var these = new ComplaintOperations(store, complaints);
    return List.of(
        at("complain", Level.SYSTEM, true, WRITE, these::complain),
        at("complaints", Level.SYSTEM, false, READ, these::list),
        at("complaint", Level.INSTANCE, false, READ, these::show),
        at("complaint-step", Level.INSTANCE, true, WRITE, these::step));
  }

  private static FhirOperation at(
      String name, Level level, boolean changes, String right, Function<Call, Answer> work) {
    String type = level == Level.INSTANCE ? "Task" : "";
    return NamedOperation.of("supervision", name, level, type, changes, right, work);
  }

  /** {@code POST $complain}: {@code about}, {@code words}. */
  private Answer complain(Call call) {
    Given given = new Given(call);
    given.only(Set.of("about", "words"));
    String id =
        complaints.complain(
            call.caller(), given.need("about"), given.need("words", SHORTEST, LONGEST));
    return new Answer(201, shown(call, id).body(), "Task/" + id, 0, null);
  }

  /**
   * {@code GET $complaints}: of a resident by {@code patient}; otherwise {@code state, institution,
   * before, after} ({@code next} of the page before).
   */
  private Answer list(Call call) {
    Given given = new Given(call);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(store, "supervision");
    if (call.caller().role() == Role.RESIDENT) {
      given.only(Set.of("patient"));
      for (Complaints.Member member : complaints.own(call.caller(), given.patient())) {
        told(words.group("complaint"), member, names);
      }
      return Words.answer(answer);
    }
    given.only(Set.of("state", "institution", "before", "after", "_count"));
    String state = Objects.requireNonNullElse(given.text("state"), "");
    if (!state.isEmpty() && ComplaintState.of(state) == ComplaintState.NONE) {
      throw Given.wrong("state");
    }
    int count = given.number("_count", 50, MOST);
    List<ComplaintTable.Row> found =
        complaints.list(
            call.caller(),
            state,
            Objects.requireNonNullElse(given.id("institution", "Organization"), ""),
            PageEnd.of(given),
            count + 1);
    for (ComplaintTable.Row one : found.subList(0, Math.min(count, found.size()))) {
      Words part = words.group("complaint");
      part.reference("task", "Task/" + one.id(), null);
      head(part, one.state(), one.about(), one.institution(), names);
      part.time("opened", one.opened()).time("changed", one.changed());
      waits(part, one.state(), one.due());
    }
    if (found.size() > count) {
      words.text("next", found.get(count - 1).end().next());
    }
    return Words.answer(answer);
  }

  private static void head(
      Words words, ComplaintState state, String about, String institution, Names names) {
    words.code("state", state.code());
    Complaints.About kind = Complaints.About.of(about);
    words.code("kind", kind == null ? null : kind.kind());
    names.put(words, "institution", "Organization", institution);
  }

  private static void waits(Words words, ComplaintState state, @Nullable Instant due) {
    words.time("deadline", state == ComplaintState.OPEN ? due : null);
    words.time("closes", state == ComplaintState.ANSWERED ? due : null);
  }

  private Answer show(Call call) {
    new Given(call).only(Set.of());
    return shown(call, Objects.requireNonNull(call.id()));
  }

  private Answer shown(Call call, String id) {
    Complaints.Member member = complaints.find(call.caller(), id);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(store, "supervision");
    told(words, member, names);
    ComplaintTask task = member.task();
    if (member.party() == Party.INSTITUTION) {
      names.put(words, "patient", "Patient", task.patient());
    }
    for (ComplaintTask.Said said : task.said()) {
      words
          .group("note")
          .code("step", said.step())
          .code("by", said.by())
          .time("at", said.at())
          .text("words", member.mayRead() ? said.words() : null);
    }
    return Words.answer(answer);
  }

  private static void told(Words words, Complaints.Member member, Names names) {
    ComplaintTask task = member.task();
    words.reference("task", "Task/" + member.id(), null);
    head(words, task.state(), task.about(), task.institution(), names);
    words.reference("about", task.about(), null);
    words.time("opened", Resources.time(Resources.text(task.task, "authoredOn")));
    words.time("changed", Resources.time(Resources.text(task.task, "lastModified")));
    waits(words, task.state(), task.due());
    member.steps().forEach(step -> words.code("step", step.word()));
  }

  /** {@code POST Task/[id]/$complaint-step}: {@code step}, {@code words}, {@code hours}. */
  private Answer step(Call call) {
    Given given = new Given(call);
    given.only(Set.of("step", "words", "hours"));
    ComplaintStep step = ComplaintStep.of(given.need("step"));
    if (step == null || step == ComplaintStep.COMPLAIN) {
      throw Given.wrong("step");
    }
    String id = Objects.requireNonNull(call.id());
    complaints.step(
        call.caller(),
        id,
        step,
        given.need("words", SHORTEST, LONGEST),
        Duration.ofHours(
            given.number(
                "hours",
                Math.toIntExact(ShippedRules.complaintTimes().answer().toHours()),
                MOST_HOURS)));
    return shown(call, id);
  }
}
