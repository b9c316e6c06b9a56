package health.helan.oversight.settlement.rules;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When a payer pays, and what of what. Amounts in fen; by level of the institution, 1 to 3.
 *
 * @param account what the year's totals stand under; rules may share one
 * @param schemes of basic insurance that it is for; empty for any but {@code none}
 * @param settings empty for any
 * @param groups one of which the resident has to belong to; empty for everybody
 * @param bands by what the rule has covered in the year so far; the last one has no end
 * @param points added to each ratio by marks of the visit, in percentage points
 * @param ceiling what it pays in a year; null for no end
 * @param ownAtMostPercent it pays what the resident would pay beyond so many percent of the bill;
 *     null for none
 */
public record Rule(
    String id,
    PayerKind payer,
    String account,
    String chinese,
    String english,
    Set<String> schemes,
    Set<Setting> settings,
    Set<String> groups,
    Base base,
    Map<Integer, Long> deductible,
    boolean isDeductibleOfTheYear,
    List<Band> bands,
    Map<String, Integer> points,
    @Nullable Long ceiling,
    @Nullable Integer ownAtMostPercent) {

  /** What of the bill it looks at, less what others pay before. */
  public enum Base {
    /** What the catalogue covers. */
    ELIGIBLE,
    /** All that the resident would have to pay. */
    OWN
  }

  /**
   * @param upTo end of the band; {@link Long#MAX_VALUE} for none
   */
  public record Band(long upTo, Map<Integer, Integer> percent) {}

  boolean concerns(Facts facts) {
    boolean ofScheme =
        schemes.isEmpty() ? !facts.scheme().equals("none") : schemes.contains(facts.scheme());
    return ofScheme
        && (settings.isEmpty() || settings.contains(facts.setting()))
        && (groups.isEmpty() || groups.stream().anyMatch(facts.groups()::contains));
  }
}
