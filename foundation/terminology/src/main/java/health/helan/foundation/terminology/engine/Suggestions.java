package health.helan.foundation.terminology.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Concepts with texts like a given one. */
public final class Suggestions {
  private Suggestions() {}

  /** A concept and how like it is: 0 to 1. */
  public record Suggestion(String system, Concept concept, double score) {}

  /**
   * The likeliest first; of equal ones the one with the shorter text.
   *
   * @param text of the local code
   */
  public static List<Suggestion> of(Selection selection, String text, int most) {
    Set<String> wanted = SearchText.pairs(text);
    List<Suggestion> found = new ArrayList<>();
    for (Selection.Part part : selection.parts()) {
      Concepts concepts = part.concepts();
      if (concepts == null) {
        continue;
      }
      for (Concept concept : concepts.sharing(text)) {
        if (part.has(concept) && concept.isActive()) {
          double score = SearchText.likeness(wanted, SearchText.pairs(concept.display()));
          if (concept.extra() != null) {
            for (var designation : concept.extra().path("designation")) {
              score =
                  Math.max(
                      score,
                      SearchText.likeness(
                          wanted, SearchText.pairs(designation.path("value").asString(""))));
            }
          }
          if (score > 0) {
            found.add(new Suggestion(part.system(), concept, score));
          }
        }
      }
    }
    found.sort(
        Comparator.comparingDouble(Suggestion::score)
            .reversed()
            .thenComparing(s -> s.concept().display().length())
            .thenComparing(s -> s.concept().code()));
    return found.size() > most ? found.subList(0, most) : found;
  }
}
