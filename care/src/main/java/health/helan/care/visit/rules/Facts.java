package health.helan.care.visit.rules;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * All that the rules of eligibility ask about, gathered at one moment.
 *
 * @param today in Beijing
 * @param birth null where the record does not say it
 * @param died the record says that the resident has died
 * @param byGuardian the account that asks belongs to a guardian of the resident
 * @param proof the record that is to prove the repeat visit; null for none that can be read
 * @param doctor what the registry says; null for a place that it does not know
 * @param consent how far it is
 */
public record Facts(
    LocalDate today,
    @Nullable LocalDate birth,
    boolean died,
    boolean byGuardian,
    @Nullable Proof proof,
    @Nullable Doctor doctor,
    Consent consent) {

  /**
   * A diagnosis of an earlier visit.
   *
   * @param code of ICD-10; empty for one that is not coded
   * @param theirs it is about the resident, or another record of the same person
   * @param certain it is neither suspected nor refuted nor entered in error
   * @param on day it was made; null where the record does not say it
   */
  public record Proof(String code, boolean theirs, boolean certain, @Nullable LocalDate on) {}

  /** As {@link health.helan.foundation.registry.OnlineStanding}. */
  public record Doctor(
      boolean licensed, boolean placed, boolean online, boolean experienced, boolean served) {}

  /** The resident's consent to care on line. */
  public enum Consent {
    /** None, one of another text or another visit, or one that was taken back. */
    ABSENT,
    UNSIGNED,
    /** The resident's signature over the version that stands holds. */
    SIGNED
  }
}
