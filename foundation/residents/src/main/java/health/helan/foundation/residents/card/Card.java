package health.helan.foundation.residents.card;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A card.
 *
 * @param revision raised with each step
 * @param handle what codes say of it: the home in its first 12 bits, then chance
 * @param patient keyed digest of {@code Patient/id}
 * @param patientId of the Patient that it was made for
 * @param number of 18 characters: {@link CardNumber}
 * @param issued null while it is applied for
 * @param held who suspended it
 */
public record Card(
    int home,
    String id,
    int revision,
    State state,
    Held held,
    long handle,
    long patient,
    String patientId,
    String number,
    Instant applied,
    @Nullable Instant issued,
    Instant changed) {

  /** Codes are stored: never renumber. */
  public enum Held {
    NOT,
    BY_RESIDENT,
    AT_COUNTER
  }

  /** As it counts beside other cards of the person. */
  Card counting(State as, Held by, Instant since) {
    return new Card(
        home, id, revision, as, by, handle, patient, patientId, number, applied, issued, since);
  }

  boolean isHeldAtCounter() {
    return held == Held.AT_COUNTER;
  }
}
