package health.helan.oversight.supervision;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Names;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.time.YearMonth;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The operations of ratings; what they take and answer stands in docs/guide/supervision.md. */
final class RatingOperations {
  private static final int BEST = 5;
  private static final int LONGEST = 300;

  private final RecordStore store;
  private final Ratings ratings;

  private RatingOperations(RecordStore store, Ratings ratings) {
    this.store = store;
    this.ratings = ratings;
  }

  static List<FhirOperation> all(RecordStore store, Ratings ratings) {
    var these = new RatingOperations(store, ratings);
    return List.of(
        system("rate", true, "rate", these::rate),
        system("ratings", false, "ratings", these::list),
        system("rating-figures", false, "supervision", these::figures));
  }

  private static FhirOperation system(
      String name, boolean changes, String right, Function<Call, Answer> work) {
    return NamedOperation.of("supervision", name, Level.SYSTEM, "", changes, right, work);
  }

  /**
   * {@code POST $rate}: {@code about}, {@code overall}, an answer by each question's id, {@code
   * words}.
   */
  private Answer rate(Call call) {
    Given given = new Given(call);
    String about = given.need("about");
    Rating.Thing thing = Rating.Thing.of(about);
    if (thing == null) {
      throw new Refusal(Refusal.Kind.VALUE, "rating.about");
    }
    Set<String> known = new HashSet<>(Set.of("about", RatingForm.OVERALL, RatingForm.WORDS));
    Map<String, Boolean> answers = new TreeMap<>();
    for (RatingForm.Question question : thing.form().questions()) {
      known.add(question.id());
      if (given.text(question.id()) != null) {
        answers.put(question.id(), given.flag(question.id()));
      }
    }
    given.only(known);
    given.need(RatingForm.OVERALL);
    String words = given.text(RatingForm.WORDS);
    if (words != null && words.length() > LONGEST) {
      throw Given.wrong(RatingForm.WORDS);
    }
    var said = new Rating.Said(given.number(RatingForm.OVERALL, 0, BEST), answers, words);
    Ratings.Own own = ratings.rate(call.caller(), about, said);
    ObjectNode answer = Words.parameters();
    told(Words.of(answer), own, new Names(store, "supervision"));
    String id = own.row().id();
    return new Answer(200, Words.answer(answer).body(), "QuestionnaireResponse/" + id, 0, null);
  }

  /**
   * {@code GET $ratings}: of a resident by {@code patient}; with {@code about}, of one thing, with
   * the questions and until when it may be rated.
   */
  private Answer list(Call call) {
    Given given = new Given(call);
    given.only(Set.of("patient", "about"));
    if (call.caller().role() != Role.RESIDENT) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "rating.residents");
    }
    String about = Objects.requireNonNullElse(given.text("about"), "");
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(store, "supervision");
    String patient;
    if (about.isEmpty()) {
      patient = given.patient();
    } else {
      Ratings.About one = ratings.about(call.caller(), about);
      patient = one.patient().substring("Patient/".length());
      open(call, words.group("open"), one, names);
    }
    for (Ratings.Own own : ratings.own(call.caller(), patient, about)) {
      told(words.group("rating"), own, names);
    }
    return Words.answer(answer);
  }

  private void open(Call call, Words words, Ratings.About about, Names names) {
    var until = about.until();
    words.code("kind", about.thing().kind());
    names.put(words, "institution", "Organization", about.institution());
    words.time("ended", about.ended()).time("until", until);
    words.flag("may", until != null && !ratings.now().isAfter(until));
    for (RatingForm.Question question : about.thing().form().questions()) {
      words
          .group("question")
          .code("id", question.id())
          .text("text", question.text().in(call.language()));
    }
  }

  private static void told(Words words, Ratings.Own own, Names names) {
    Rating.@Nullable Thing thing = Rating.Thing.of(own.row().about());
    words.reference("rating", "QuestionnaireResponse/" + own.row().id(), null);
    words.reference("about", own.row().about(), null);
    words.code("kind", thing == null ? null : thing.kind());
    names.put(words, "institution", "Organization", own.row().institution());
    words.time("at", own.row().at()).time("until", own.until());
    Rating.Said said = own.rating().said();
    words.number(RatingForm.OVERALL, said.overall());
    said.answers().forEach((id, yes) -> words.group("answer").code("id", id).flag("yes", yes));
    words.text(RatingForm.WORDS, said.words());
  }

  /** {@code GET $rating-figures}: of a {@code month}, by {@code institution}. */
  private Answer figures(Call call) {
    Given given = new Given(call);
    given.only(Set.of("month", "institution"));
    YearMonth month = SupervisionOperations.month(given, ratings.now());
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Names names = new Names(store, "supervision");
    for (RatingTable.Figure figure :
        ratings.figures(
            call.caller(),
            Objects.requireNonNullElse(given.id("institution", "Organization"), ""),
            SupervisionOperations.start(month.atDay(1)),
            SupervisionOperations.start(month.plusMonths(1).atDay(1)))) {
      Words part = words.group("figure");
      names.put(part, "institution", "Organization", figure.institution());
      part.code("care", figure.online() ? "online" : "in-person");
      part.number("count", Math.toIntExact(figure.count()));
      part.decimal("mean", hundredths(figure.sum(), figure.count()));
      part.decimal("low", hundredths(figure.low(), figure.count()));
    }
    return Words.answer(answer);
  }

  /** To two places. */
  private static double hundredths(long part, long of) {
    return Math.round(part * 100.0 / of) / 100.0;
  }
}
