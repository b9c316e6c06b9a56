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
import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The queue of pairs for people, for those who keep the index, and for registration clerks as far
 * as both Patients are of their institution ({@link Clerks}); and the state of the index.
 */
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
    String own = Clerks.institution(call, residents);
    String after = in.text("after", "");
    String assignee = in.text("assignee", "");
    List<Review> page =
        own.isEmpty()
            ? residents.reviews().list(after, state.equals("all"), assignee, count)
            : residents.reviews().listOf(own, after, state.equals("all"), assignee, count);
    List<Review> reviews = own.isEmpty() ? page : owned(own, page);
    Set<String> ids = new LinkedHashSet<>();
    reviews.forEach(
        review -> {
          ids.add(review.patient());
          ids.add(review.other());
        });
    Map<String, ObjectNode> patients = Eyes.patients(call, residents, ids);
    Out out = new Out();
    out.all()
        .number(
            "waiting",
            own.isEmpty() ? residents.reviews().waiting() : residents.reviews().waitingOf(own));
    for (Review review : reviews) {
      tell(out.all().parts("review"), review, patients, own.isEmpty());
    }
    if (page.size() == count) {
      out.all().text("after", page.getLast().id());
    }
    return out.answer();
  }

  /** Those of which both Patients are still the institution's. */
  private List<Review> owned(String institution, List<Review> reviews) {
    Set<String> ids = new LinkedHashSet<>();
    reviews.forEach(review -> ids.addAll(List.of(review.patient(), review.other())));
    Set<String> own = new HashSet<>();
    for (PlatformRows.Owned row : Eyes.rows(residents, ids)) {
      if (row.owner().equals(institution)) {
        own.add(row.version().id());
      }
    }
    return reviews.stream()
        .filter(review -> own.contains(review.patient()) && own.contains(review.other()))
        .toList();
  }

  /**
   * A pair as the caller may know it.
   *
   * @throws Refusal NOT_FOUND, the same for a pair of others and for none
   */
  private Review found(String own, String id) {
    Review review = residents.reviews().find(id);
    if (!own.isEmpty() && owned(own, List.of(review)).isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "residents.no-review", id);
    }
    return review;
  }

  /**
   * @param whole false for clerks: why a pair waits, and what others noted of it, may come from
   *     records that are not theirs, and its weight from what is masked
   */
  private static void tell(
      Out.Parts parts, Review review, Map<String, ObjectNode> patients, boolean whole) {
    parts
        .put("id", "valueId", null)
        .text("review", review.id())
        .code("state", review.state())
        .code("reason", whole ? review.reason() : "")
        .put("opened", "valueInstant", review.opened().toString())
        .text("assignee", review.assignee())
        .text("note", whole ? review.note() : "");
    if (whole) {
      parts.decimal("weight", review.weight());
    }
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
    String own = Clerks.institution(call, residents);
    return one(call, found(own, in.need("review")), own);
  }

  /**
   * @param own institution of a clerk; empty for those who keep the whole index
   */
  private Answer one(Call call, Review review, String own) {
    boolean whole = own.isEmpty();
    Out out = new Out();
    Out.Parts parts = out.all().parts("review");
    Map<String, ObjectNode> patients =
        Eyes.patients(call, residents, List.of(review.patient(), review.other()));
    tell(parts, review, patients, whole);
    Comparison comparison =
        whole
            ? residents.index().compare(review.patient(), review.other())
            : seen(review, patients);
    if (comparison != null) {
      Evidence.tell(parts, comparison);
    }
    numbers(
        parts,
        Eyes.rows(
            residents,
            Stream.of(review.patient(), review.other())
                .filter(id -> whole || patients.containsKey(id) && !Eyes.isMasked(patients.get(id)))
                .toList()));
    Index.Ruled ruled = residents.index().ruling(review.patient(), review.other());
    if (ruled != null) {
      Out.Parts ruling = parts.parts("ruling");
      ruling
          .code("says", ruled.isSame() ? "same" : "not-same")
          .code("kind", ruled.kind())
          .put("at", "valueInstant", ruled.at().toString());
      if (whole || ruled.institution().equals(own)) {
        ruling.text("by", ruled.by()).text("note", ruled.note());
      }
    }
    for (String id : List.of(review.patient(), review.other())) {
      Index.Person person = residents.index().person(residents.home(id), id);
      if (person != null) {
        Collection<String> members =
            whole ? person.members() : Eyes.patients(call, residents, person.members()).keySet();
        String name = members.contains(person.id()) ? person.id() : id;
        Out.Parts told = parts.parts("person").put("id", "valueId", name);
        members.forEach(member -> told.reference("member", "Patient/" + member));
      }
    }
    return out.answer();
  }

  /**
   * The comparison of two records as a clerk sees them. Who writes Patients could else try out what
   * a mask hides, by a record of its own and the evidence that it brings about.
   */
  private @Nullable Comparison seen(Review review, Map<String, ObjectNode> patients) {
    ObjectNode one = patients.get(review.patient());
    ObjectNode other = patients.get(review.other());
    return one == null || other == null
        ? null
        : residents.index().compare(Traits.of(shown(one)), Traits.of(shown(other)));
  }

  /** Without numbers whose middle is hidden: what is left of two may agree by chance. */
  private static ObjectNode shown(ObjectNode patient) {
    if (!Eyes.isMasked(patient)) {
      return patient;
    }
    ObjectNode shown = patient.deepCopy();
    shown.remove(List.of("identifier", "telecom"));
    return shown;
  }

  /**
   * Which of the numbers are national numbers in force by form and check character: who is shown
   * them masked could not tell.
   */
  private static void numbers(Out.Parts parts, List<PlatformRows.Owned> rows) {
    for (PlatformRows.Owned row : rows) {
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
    String own = Clerks.institution(call, residents);
    boolean whole = own.isEmpty();
    String id = in.text("review");
    Review review = id == null ? null : found(own, id);
    String decision = in.need("decision");
    switch (decision) {
      case "same", "not-same" -> {
        String[] pair = pair(in, review);
        check(own, pair);
        residents
            .index()
            .say(
                call.caller(),
                pair[0],
                pair[1],
                decision.equals("same") ? Index.Saying.CONFIRM : Index.Saying.REFUSE,
                whole,
                false,
                in.note(true));
      }
      case "reopen" -> {
        String[] pair = pair(in, review);
        check(own, pair);
        Index.Ruled ruled = whole ? null : residents.index().ruling(pair[0], pair[1]);
        if (ruled != null && !ruled.institution().equals(own)) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "residents.not-yours-to-reopen");
        }
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
      return one(call, residents.reviews().find(review.id()), own);
    }
    Out out = new Out();
    out.all().code("status", "completed");
    return out.answer();
  }

  /** A clerk decides about Patients of its institution alone; others are answered as nobody's. */
  private void check(String own, String[] pair) {
    if (own.isEmpty()) {
      return;
    }
    Set<String> theirs = new HashSet<>();
    for (PlatformRows.Owned row : Eyes.rows(residents, List.of(pair))) {
      if (row.owner().equals(own)) {
        theirs.add(row.version().id());
      }
    }
    for (String patient : pair) {
      if (!theirs.contains(patient)) {
        throw MatchOperation.notFound(patient);
      }
    }
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
