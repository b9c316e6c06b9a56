package health.helan.foundation.residents.operations;

import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.index.Index.Candidate;
import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.residents.match.Verdict;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import io.micrometer.core.instrument.Metrics;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Patient/$match} (FHIR R4, patient-operation-match.html): {@code resource} a Patient
 * or a part of one, {@code onlyCertainMatches}, {@code count}. Answers a searchset of the Patients
 * that may be this person, the likeliest first, with {@code search.score} (the probability) and the
 * extension {@code match-grade}.
 *
 * <p>Only what the caller sees takes part. One that it sees masked is found and graded by its whole
 * number only: else guessing would show what the mask hides.
 */
final class MatchOperation implements FhirOperation {
  private static final int COUNT = 10;
  private static final int MOST = 50;

  /** Of those that the caller sees; a full answer has room for fewer. */
  private static final int MOST_LOOKED_AT = 200;

  /** Candidates looked up together. */
  private static final int AT_ONCE = 100;

  private static final String GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade";

  private final Residents residents;
  private final int most;
  private final int atOnce;

  MatchOperation(Residents residents) {
    this(residents, MOST_LOOKED_AT, AT_ONCE);
  }

  /**
   * @param most candidates that the caller sees
   * @param atOnce candidates looked up together
   */
  MatchOperation(Residents residents, int most, int atOnce) {
    this.residents = residents;
    this.most = most;
    this.atOnce = atOnce;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "match",
        Set.of(Level.TYPE),
        Set.of("Patient"),
        true, // POST only: what it is asked with are personal data
        "http://hl7.org/fhir/OperationDefinition/Patient-match");
  }

  @Override
  public Answer execute(Call call) {
    long begun = System.nanoTime();
    call.store().checkMayOperate(call.caller(), "match");
    call.store().checkMayRead(call.caller(), "Patient");
    ObjectNode asked = call.resource("resource");
    if (asked == null) {
      throw In.missing("resource");
    }
    if (!asked.path("resourceType").asString("").equals("Patient")) {
      throw In.wrong("resource");
    }
    boolean isParameters = asked != call.body();
    boolean onlyCertain = isParameters && new In(call).flag("onlyCertainMatches");
    int count = isParameters ? new In(call).number("count", COUNT, MOST) : COUNT;
    Traits traits = Traits.of(asked);
    var seen = new HashMap<String, ObjectNode>();
    var found = new ArrayList<Candidate>();
    look(
        call,
        residents.index().match(traits, ""),
        seen,
        (one, patient) -> !Eyes.isMasked(patient) && found.add(one));
    if (!traits.numbers().isEmpty()) {
      look(
          call,
          residents.index().match(Traits.of(identifiersOf(asked)), ""),
          seen,
          (one, patient) -> Eyes.isMasked(patient) && isOfOneNumber(traits, one) && found.add(one));
    }
    found.sort(Comparator.comparingDouble((Candidate one) -> one.comparison().weight()).reversed());
    if (onlyCertain) {
      found.removeIf(one -> one.comparison().verdict() != Verdict.SAME);
      var persons = new HashSet<String>();
      found.forEach(one -> persons.add(one.person()));
      if (persons.size() > 1) {
        found.clear(); // The definition: of several that are certain, none is.
      }
    }
    Answer answer = answer(call, found.subList(0, Math.min(count, found.size())), seen);
    Metrics.timer("helan.residents.match").record(Duration.ofNanos(System.nanoTime() - begun));
    return answer;
  }

  /**
   * Goes through the candidates, the likeliest first, until enough of those that the caller sees
   * were taken: what it does not see takes up no place.
   *
   * @param seen what was looked up, by id
   * @param taken whether one that is seen takes part
   */
  private void look(
      Call call,
      List<Candidate> candidates,
      Map<String, ObjectNode> seen,
      BiPredicate<Candidate, ObjectNode> taken) {
    List<Candidate> likely =
        candidates.stream().filter(one -> one.comparison().verdict() != Verdict.DIFFERENT).toList();
    int count = 0;
    for (int from = 0; from < likely.size() && count < most; from += atOnce) {
      List<Candidate> some = likely.subList(from, Math.min(likely.size(), from + atOnce));
      var ids = new LinkedHashSet<String>();
      some.stream().map(Candidate::id).filter(id -> !seen.containsKey(id)).forEach(ids::add);
      seen.putAll(Eyes.patients(call, residents, ids));
      for (Candidate one : some) {
        ObjectNode patient = seen.get(one.id());
        if (patient != null && count < most && taken.test(one, patient)) {
          count++;
        }
      }
    }
  }

  /** The Patient as one knows it of whom nothing but numbers is told. */
  private static ObjectNode identifiersOf(ObjectNode asked) {
    ObjectNode numbers = Json.MAPPER.createObjectNode().put("resourceType", "Patient");
    numbers.set("identifier", asked.path("identifier"));
    return numbers;
  }

  private static boolean isOfOneNumber(Traits asked, Candidate candidate) {
    return asked.numbers().stream().anyMatch(candidate.traits().numbers()::contains);
  }

  private static Answer answer(Call call, List<Candidate> found, Map<String, ObjectNode> seen) {
    ObjectNode bundle =
        Json.MAPPER
            .createObjectNode()
            .put("resourceType", "Bundle")
            .put("id", UUID.randomUUID().toString())
            .put("type", "searchset")
            .put("total", found.size());
    ArrayNode entries = Json.MAPPER.createArrayNode();
    for (Candidate one : found) {
      ObjectNode entry = entries.addObject();
      entry.put("fullUrl", call.base() + "/Patient/" + one.id());
      entry.set("resource", seen.get(one.id()));
      ObjectNode search = entry.putObject("search");
      search.putArray("extension").addObject().put("url", GRADE).put("valueCode", grade(one));
      search.put("mode", "match");
      search.put(
          "score",
          BigDecimal.valueOf(one.comparison().probability()).setScale(4, RoundingMode.HALF_UP));
    }
    if (!entries.isEmpty()) {
      bundle.set("entry", entries);
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(bundle));
  }

  /** FHIR R4, valueset-match-grade.html. */
  private static String grade(Candidate one) {
    if (one.comparison().verdict() == Verdict.SAME) {
      return "certain";
    }
    return one.comparison().probability() >= 0.5 ? "probable" : "possible";
  }

  /** The refusal of who is not there, for those who must not learn more. */
  static Refusal notFound(String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", id);
  }
}
