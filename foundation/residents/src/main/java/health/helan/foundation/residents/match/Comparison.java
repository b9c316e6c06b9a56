package health.helan.foundation.residents.match;

import java.util.List;

/**
 * What comparing two Patients came to.
 *
 * @param weight log2 of the odds that they are one person, prior included
 * @param probability of the same, from 0 to 1
 * @param evidence its parts; the weights add up to {@code weight} but for what rounding and the
 *     less likely of the alternatives leave
 */
public record Comparison(
    Verdict verdict, double weight, double probability, List<Evidence> evidence) {
  public Comparison {
    evidence = List.copyOf(evidence);
  }
}
