package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.Walk;
import health.helan.foundation.residents.index.Index;
import health.helan.foundation.residents.match.Comparison;
import health.helan.foundation.residents.match.NationalNumber;
import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.residents.review.Review;
import health.helan.foundation.residents.review.Reviews;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The queue of pairs for people, and the state of the index; for those who keep it. */
final class ReviewOperations {
  private final Residents residents;

  ReviewOperations(Residents residents) {
    this.residents = residents;
  }

  /**
   * {@code GET $link-reviews}: what waits longest first; {@code count, after}, {@code state} (open;
   * {@code all} with what was put off), {@code assignee}.
   */
  Answer list(Call call, In in) {
    int count = in.number("count", 20, 200);
    String state = in.text("state", "open");
    if (!state.equals("open") && !state.equals("all")) {
      throw In.wrong("state");
    }
    List<Review> reviews =
        residents
            .reviews()
            .list(in.text("after", ""), state.equals("all"), in.text("assignee", ""), count);
    Set<String> ids = new LinkedHashSet<>();
    reviews.forEach(
        review -> {
          ids.add(review.patient());
          ids.add(review.other());
        });
    Map<String, ObjectNode> patients = Eyes.patients(call, residents, ids);
    Out out = new Out();
    out.all().number("waiting", residents.reviews().waiting());
    for (Review review : reviews) {
      tell(out.all().parts("review"), review, patients);
    }
    if (reviews.size() == count) {
      out.all().text("after", reviews.getLast().id());
    }
    return out.answer();
  }

  private static void tell(Out.Parts parts, Review review, Map<String, ObjectNode> patients) {
    parts
        .put("id", "valueId", null)
        .text("review", review.id())
        .code("state", review.state())
        .code("reason", review.reason())
        .decimal("weight", review.weight())
        .put("opened", "valueInstant", review.opened().toString())
        .text("assignee", review.assignee())
        .text("note", review.note());
    if (review.state().equals("postponed")) {
      parts.put("until", "valueInstant", review.until().toString());
    }
    side(parts, "patient", review.patient(), patients);
    side(parts, "other", review.other(), patients);
  }

  private static void side(
      Out.Parts parts, String name, String id, Map<String, ObjectNode> patients) {
    ObjectNode patient = patients.get(id);
    if (patient == null) {
      parts.reference(name, "Patient/" + id);
    } else {
      parts.resource(name, patient);
    }
  }

  /**
   * {@code GET $link-review}: {@code review}, both Patients, the evidence now, which of their
   * numbers are valid, and the ruling.
   */
  Answer one(Call call, In in) {
    return one(call, residents.reviews().find(in.need("review")));
  }

  private Answer one(Call call, Review review) {
    Out out = new Out();
    Out.Parts parts = out.all().parts("review");
    tell(parts, review, Eyes.patients(call, residents, List.of(review.patient(), review.other())));
    Comparison comparison = residents.index().compare(review.patient(), review.other());
    if (comparison != null) {
      Evidence.tell(parts, comparison);
    }
    numbers(parts, review);
    Index.Ruled ruled = residents.index().ruling(review.patient(), review.other());
    if (ruled != null) {
      parts
          .parts("ruling")
          .code("says", ruled.isSame() ? "same" : "not-same")
          .code("kind", ruled.kind())
          .put("at", "valueInstant", ruled.at().toString())
          .text("by", ruled.by())
          .text("note", ruled.note());
    }
    for (String id : List.of(review.patient(), review.other())) {
      Index.Person person = residents.index().person(residents.home(id), id);
      if (person != null) {
        Out.Parts members = parts.parts("person").put("id", "valueId", person.id());
        person.members().forEach(member -> members.reference("member", "Patient/" + member));
      }
    }
    return out.answer();
  }

  /**
   * Which of the numbers are national numbers in force by form and check character: who is shown
   * them masked could not tell.
   */
  private void numbers(Out.Parts parts, Review review) {
    for (PlatformRows.Owned row : Eyes.rows(residents, List.of(review.patient(), review.other()))) {
      byte[] content = row.version().content();
      if (content == null) {
        continue;
      }
      ObjectNode patient = (ObjectNode) Json.MAPPER.readTree(content);
      JsonNode identifiers = patient.path("identifier");
      for (int i = 0; i < identifiers.size(); i++) {
        ObjectNode alone = patient.deepCopy();
        alone.putArray("identifier").add(identifiers.path(i));
        List<NationalNumber> valid = Traits.of(alone).numbers();
        Out.Parts number =
            parts
                .parts("number")
                .reference("of", "Patient/" + row.version().id())
                .number("index", i)
                .flag("valid", !valid.isEmpty());
        if (!valid.isEmpty()) {
          number.code(
              "kind", valid.getFirst().kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
      }
    }
  }

  /**
   * {@code POST $link-decide}: {@code review}, or {@code patient} and {@code other} (ids); {@code
   * decision}: same, not-same, reopen ({@code note} needed for each), postpone ({@code until}),
   * assign ({@code assignee}).
   */
  Answer decide(Call call, In in) {
    String id = in.text("review");
    Review review = id == null ? null : residents.reviews().find(id);
    String decision = in.need("decision");
    switch (decision) {
      case "same", "not-same" -> {
        String[] pair = pair(in, review);
        residents
            .index()
            .say(
                call.caller(),
                pair[0],
                pair[1],
                decision.equals("same") ? Index.Saying.CONFIRM : Index.Saying.REFUSE,
                true,
                false,
                in.note(true));
      }
      case "reopen" -> {
        String[] pair = pair(in, review);
        residents.index().withdraw(call.caller(), pair[0], pair[1], "review", in.note(true));
      }
      case "postpone" -> {
        Instant until;
        try {
          until = Instant.parse(in.need("until"));
        } catch (DateTimeException e) {
          throw In.wrong("until");
        }
        residents.reviews().change(needed(review).id(), until, null, in.note(false));
      }
      case "assign" ->
          residents.reviews().change(needed(review).id(), null, assignee(in), in.note(false));
      default -> throw In.wrong("decision");
    }
    if (review != null && residents.reviews().isThere(review.id())) {
      return one(call, residents.reviews().find(review.id()));
    }
    Out out = new Out();
    out.all().code("status", "completed");
    return out.answer();
  }

  private static String assignee(In in) {
    String assignee = in.text("assignee", "");
    if (assignee.length() > 100) {
      throw In.wrong("assignee");
    }
    return assignee;
  }

  private static Review needed(@Nullable Review review) {
    if (review == null) {
      throw In.missing("review");
    }
    return review;
  }

  private static String[] pair(In in, @Nullable Review review) {
    return review == null
        ? new String[] {local(in, "patient"), local(in, "other")}
        : new String[] {review.patient(), review.other()};
  }

  private static String local(In in, String name) {
    String id = in.need(name);
    String bare = id.startsWith("Patient/") ? id.substring("Patient/".length()) : id;
    if (!bare.matches("[A-Za-z0-9\\-.]{1,64}")) {
      throw In.wrong(name);
    }
    return bare;
  }

  /**
   * {@code GET $resident-index}: how many, by which model, how long what waits has waited, how many
   * changes of the log are not taken yet, and how far a walk is.
   */
  Answer state(Call call, In in) {
    Out out = new Out();
    Index.Counts counts = residents.index().counts();
    out.all()
        .text("model", residents.index().model())
        .number("records", counts.records())
        .number("linkedRecords", counts.linked())
        .number("persons", counts.records() - counts.linked() + counts.persons())
        .number("waiting", residents.reviews().waiting());
    Reviews.Ages ages = residents.reviews().ages();
    Out.Parts age =
        out.all()
            .parts("waitingFor")
            .number("day", ages.day())
            .number("week", ages.week())
            .number("month", ages.month());
    Instant oldest = ages.oldest();
    if (oldest != null) {
      age.put("oldest", "valueInstant", oldest.toString());
    }
    residents.store().changes().status().stream()
        .filter(consumer -> consumer.consumer().equals(Residents.CONSUMER))
        .forEach(consumer -> out.all().number("lag", consumer.lag()));
    Walk.Progress progress = residents.walk().progress();
    Out.Parts walk =
        out.all()
            .parts("walk")
            .code("stage", progress.stage())
            .code("why", progress.why())
            .number("looked", progress.looked())
            .put("asked", "valueInstant", progress.asked().toString());
    Instant finished = progress.finished();
    if (finished != null) {
      walk.put("finished", "valueInstant", finished.toString());
    }
    return out.answer();
  }

  /** {@code POST $rebuild-index}: goes through all Patients anew; what people decided stays. */
  Answer rebuild(Call call, In in) {
    residents.walk().ask();
    return state(call, in);
  }
}
