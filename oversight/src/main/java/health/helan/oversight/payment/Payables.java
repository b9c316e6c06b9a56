package health.helan.oversight.payment;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.time.Instant;

/**
 * What can be paid for, told by the capability whose it is. The platform's application puts the two
 * together, so that neither knows the other.
 */
public interface Payables {
  /** Whether resources of the type are its own. */
  boolean concerns(String type);

  /**
   * What there is to pay. The amount comes from here and never from who pays.
   *
   * @param patient id of the Patient whose it is
   * @param institution id of the Organization that the money is for
   * @param fen above zero
   * @param what told to the resident by the channel; names no illness
   * @param until when it lapses
   */
  record Due(String patient, String institution, long fen, String what, Instant until) {}

  /**
   * @param reference as {@code Appointment/id}
   * @throws Refusal as reading it would throw; BUSINESS_RULE when there is nothing to pay
   */
  Due due(Caller caller, String reference);

  /** Where it stands once it was paid for. */
  sealed interface Standing {
    /** Still waits for its fee. */
    record Waiting() implements Standing {}

    /** Was delivered, or is as good as that. */
    record Kept() implements Standing {}

    /**
     * Is not wanted, or cannot be had any more.
     *
     * @param percent of the fee that goes back, 0 to 100
     * @param reason code, as {@code cancelled}
     */
    record Gone(int percent, String reason) implements Standing {}
  }

  Standing standing(String reference);

  /**
   * Refuses that the institution gives something back of what was paid for it, where the capability
   * alone says what goes back: its own rows would not know of it.
   *
   * @throws Refusal BUSINESS_RULE, saying how it goes back instead
   */
  default void checkRefund(String reference) {}

  /**
   * The fee is there: delivers what it was for. The same again changes nothing.
   *
   * @return where it stands then; {@code Waiting} is asked again later
   */
  Standing paid(String reference);
}
