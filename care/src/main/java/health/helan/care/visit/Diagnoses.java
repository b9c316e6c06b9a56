package health.helan.care.visit;

import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Expander;
import health.helan.foundation.terminology.engine.Header;
import health.helan.foundation.terminology.engine.SearchText;
import health.helan.foundation.terminology.engine.Selection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Diagnoses of ICD-10, by code, by a piece of their name, or by first letters of its pinyin. */
public final class Diagnoses {
  static final String ICD_10 = "http://hl7.org/fhir/sid/icd-10";

  /** The same in Chinese documents (GB/T 14396; from general knowledge). */
  private static final Set<String> SYSTEMS = Set.of(ICD_10, "urn:oid:2.16.156.10011.2.3.3.11");

  private static final String VALUE_SET = "https://helan.health/fhir/ValueSet/icd-10";

  /** Matches that are looked at; more words find fewer. */
  private static final int LOOKED_AT = 400;

  private final Terminology terminology;

  public Diagnoses(Terminology terminology) {
    this.terminology = terminology;
  }

  /** A diagnosis that can be made. */
  public record Diagnosis(String code, String display) {}

  /** The likeliest first: by code, then by names that begin so, then shorter names. */
  public List<Diagnosis> find(String words, int most) {
    Selection selection = terminology.expander().select(VALUE_SET);
    String asked = SearchText.normal(words);
    if (selection == null || asked.isEmpty()) {
      return List.of();
    }
    List<Ranked> found = new ArrayList<>();
    for (Expander.Item item :
        Expander.page(selection, new Expander.Asked(asked, true, true, 0, LOOKED_AT)).items()) {
      Concept concept = item.concept();
      if (concept != null && isDiagnosis(concept.code())) {
        var one = new Diagnosis(concept.code(), concept.display("zh"));
        found.add(new Ranked(one, rank(one, asked)));
      }
    }
    found.sort(
        Comparator.comparingInt(Ranked::rank)
            .thenComparingInt(one -> one.diagnosis.display.length())
            .thenComparing(one -> one.diagnosis.code));
    return found.stream().limit(most).map(Ranked::diagnosis).toList();
  }

  /** Ranked once: first letters of pinyin are dear, and a sort asks many times. */
  private record Ranked(Diagnosis diagnosis, int rank) {}

  /** Chapters and blocks ({@code I10-I15}) are none. */
  private static boolean isDiagnosis(String code) {
    return code.indexOf('-') < 0;
  }

  private static int rank(Diagnosis one, String asked) {
    if (SearchText.normal(one.code).startsWith(asked)) {
      return 0;
    }
    String name = SearchText.normal(one.display);
    // Only letters can be first letters.
    String initials =
        asked.chars().allMatch(c -> c >= 'a' && c <= 'z') ? SearchText.initials(one.display) : "";
    if (name.equals(asked) || initials.equals(asked)) {
      return 1;
    }
    return name.startsWith(asked) || !initials.isEmpty() && initials.startsWith(asked) ? 2 : 3;
  }

  /** The diagnosis of a code, as the platform's table calls it; null for one that it has not. */
  public @Nullable Diagnosis of(String code) {
    Header header = terminology.catalogue().find("CodeSystem", ICD_10, null);
    if (header == null || !isDiagnosis(code)) {
      return null;
    }
    Concept concept =
        terminology.catalogue().concepts(header).find(code.strip().toUpperCase(Locale.ROOT));
    return concept == null ? null : new Diagnosis(concept.code(), concept.display("zh"));
  }

  /** The first Coding of ICD-10 in a CodeableConcept; null for none. */
  static @Nullable JsonNode coding(JsonNode concept) {
    for (JsonNode coding : concept.path("coding")) {
      if (SYSTEMS.contains(coding.path("system").asString(""))
          && !coding.path("code").asString("").isEmpty()) {
        return coding;
      }
    }
    return null;
  }
}
