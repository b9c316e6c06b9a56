package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.KnowledgeBook;
import health.helan.pharmacy.review.rules.Facts;
import health.helan.pharmacy.review.rules.Rule;
import health.helan.pharmacy.review.rules.Screening;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A rule asked of prescriptions that were written already, before it says anything to anybody. The
 * counts are of the whole region; examples are shown only where the caller may read them, and a
 * count so small that it could point at one person is told as "fewer than five".
 */
final class DryRun {
  /** Smaller counts than this say nothing of a rule, and may say something of a person. */
  static final int FEW = 5;

  private static final int PAGE = 200;
  private static final int MOST_EXAMPLES = 10;

  private final RecordStore store;
  private final FactReader reader;
  private final KnowledgeBook knowledge;

  DryRun(RecordStore store, FactReader reader, KnowledgeBook knowledge) {
    this.store = store;
    this.reader = reader;
    this.knowledge = knowledge;
  }

  /**
   * What a dry run found.
   *
   * @param prescriptions that were judged
   * @param fired of these; prescriptions, not findings
   * @param unknown that have a drug which the knowledge base does not know
   * @param examples references to a drug of a prescription where it fired, which the caller may
   *     read
   */
  record Found(int prescriptions, int fired, int unknown, List<String> examples) {}

  /**
   * Runs.
   *
   * @param since first day of the prescriptions
   * @param most drugs that are read, the newest first
   */
  Found run(Caller caller, Rule rule, LocalDate since, int most) {
    Caller platform = caller.asPlatform();
    Knowledge base = knowledge.inForce();
    int judged = 0;
    int fired = 0;
    int unknown = 0;
    List<String> examples = new ArrayList<>();
    for (List<ObjectNode> requests : prescriptions(platform, since, most).values()) {
      LocalDate day = FactReader.day(requests.getFirst().path("authoredOn"));
      Facts facts;
      try {
        String patient = Review.patient(requests);
        facts =
            reader.read(
                platform, new FactReader.Asked(patient, requests, day == null ? since : day), base);
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        continue; // Of a resident who was erased, or of none.
      }
      judged++;
      unknown += facts.items().stream().anyMatch(item -> item.known() == null) ? 1 : 0;
      if (Screening.fires(rule, facts, base)) {
        fired++;
        String id = requests.getFirst().path("id").asString("");
        if (examples.size() < MOST_EXAMPLES && sees(caller, id)) {
          examples.add("MedicationRequest/" + id);
        }
      }
    }
    return new Found(judged, fired, unknown, List.copyOf(examples));
  }

  private boolean sees(Caller caller, String id) {
    try {
      return !store.read(caller, "MedicationRequest", id).isDeleted();
    } catch (Refusal e) {
      return false;
    }
  }

  /** Requests by prescription: one number, else one visit, else by themselves. */
  private Map<String, List<ObjectNode>> prescriptions(Caller platform, LocalDate since, int most) {
    Map<String, List<ObjectNode>> groups = new LinkedHashMap<>();
    String cursor = null;
    int read = 0;
    do {
      SearchResult page = page(platform, since, cursor);
      for (SearchResult.Entry entry : page.entries()) {
        ObjectNode request = FactReader.content(entry.resource());
        groups.computeIfAbsent(group(request), _ -> new ArrayList<>()).add(request);
        read++;
      }
      cursor = page.next();
    } while (cursor != null && read < most);
    return groups;
  }

  private static String group(ObjectNode request) {
    String number = request.path("groupIdentifier").path("value").asString("");
    if (!number.isEmpty()) {
      return request.path("groupIdentifier").path("system").asString("") + "|" + number;
    }
    String encounter = request.path("encounter").path("reference").asString("");
    return encounter.isEmpty()
        ? "MedicationRequest/" + request.path("id").asString("")
        : encounter + "|" + request.path("subject").path("reference").asString("");
  }

  private SearchResult page(Caller platform, LocalDate since, @Nullable String cursor) {
    List<SearchRequest.Parameter> parameters =
        new ArrayList<>(
            List.of(
                new SearchRequest.Parameter("authoredon", "ge" + since),
                new SearchRequest.Parameter("status", "active,completed"),
                new SearchRequest.Parameter("_sort", "-authoredon"),
                new SearchRequest.Parameter("_count", Integer.toString(PAGE))));
    if (cursor != null) {
      parameters.add(new SearchRequest.Parameter(SearchEngine.CURSOR, cursor));
    }
    return store.search(
        platform,
        new SearchRequest("MedicationRequest", null, null, List.copyOf(parameters), false));
  }
}
