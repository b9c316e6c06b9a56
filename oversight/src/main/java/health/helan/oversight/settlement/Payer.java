package health.helan.oversight.settlement;

import health.helan.oversight.settlement.rules.PayerKind;
import java.time.LocalDate;

/**
 * Who pays a share: the insurance bureau's interface, a fund, an insurer. What is asked of it
 * carries a key; the same key again is the same share, and asking twice pays nothing twice. An
 * implementation is thread-safe, waits a few seconds at most, and changes nothing of the
 * platform's.
 */
public interface Payer {
  boolean serves(PayerKind kind, String payor);

  /** The payer did not answer, or not what can be understood: nothing is known of the outcome. */
  final class Silent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Silent(String message) {
      super(message);
    }
  }

  /**
   * What is asked for.
   *
   * @param insured number of the Coverage; empty where it has none
   * @param bill fen of the whole bill; {@code fen}: the share
   * @param day last day of service
   */
  record Demand(
      PayerKind kind,
      String payor,
      String insured,
      String institution,
      String claim,
      long bill,
      long fen,
      LocalDate day) {}

  /** What a payer says. */
  sealed interface Answer {
    /**
     * Pays.
     *
     * @param transaction its own number, for statements
     */
    record Agreed(String transaction, long fen) implements Answer {}

    /** Will not pay, and has not. */
    record Refused(String reason) implements Answer {}

    /** Heard, and not decided yet: asked again under the same key. */
    record Pending() implements Answer {}
  }

  /**
   * Asks for a share, or what became of it.
   *
   * @throws Silent then it may have been heard or not
   */
  Answer settle(String key, Demand demand);

  /**
   * Takes a share back, or one that was refused or never heard of: after this the key pays nothing,
   * ever.
   *
   * @return false when it is accepted and not done yet: asked again
   * @throws Silent then it may have been heard or not
   */
  boolean reverse(String key, Demand demand);
}
