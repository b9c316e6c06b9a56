package health.helan.oversight.ledger;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A transfer as it stands in the ledger.
 *
 * @param at when; rises with every transfer of an account in a home
 * @param posted fen moved; 0 for a reservation and for one that was given back
 * @param reserved fen set aside; below zero where it ends a reservation
 * @param resolvesStep the step that made that reservation; null for none
 */
public record Movement(
    String intent,
    String step,
    int line,
    Instant at,
    UUID debit,
    UUID credit,
    long posted,
    long reserved,
    @Nullable String resolvesStep,
    int resolvesLine) {

  /** Where a transfer stands among those of an account, by which a page goes on. */
  public record Place(Instant at, String intent, String step, int line) {}

  public Place place() {
    return new Place(at, intent, step, line);
  }
}
