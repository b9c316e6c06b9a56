package health.helan.foundation.trust.account;

import java.time.Instant;

/**
 * A person's account.
 *
 * @param id carries the home, as a resource's id does
 * @param name as its owner is called
 * @param person id of the Patient (resident) or Practitioner it is bound to; empty for none
 * @param institution id of the Organization a regulator or operator works for; empty for none
 * @param demo exists for the demo region only
 * @param secondFactor whether a second factor is set up
 */
public record Account(
    String id,
    Kind kind,
    State state,
    String name,
    String person,
    String institution,
    boolean demo,
    boolean secondFactor,
    Instant created) {

  /** Codes are stored: never renumber. */
  public enum Kind {
    RESIDENT(1),
    PRACTITIONER(2),
    REGULATOR(3),
    OPERATOR(4);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static Kind of(int code) {
      return values()[code - 1];
    }

    /** Everyone who works here; for them production mode demands a second factor. */
    public boolean isStaff() {
      return this != RESIDENT;
    }
  }

  /**
   * Where an account is in its life. Pending: asked for. Verified: name and identity number agree
   * with a record, but nobody has shown yet to be that person. Active: bound. Locked: by an
   * operator, until one opens it again.
   */
  public enum State {
    PENDING(1),
    VERIFIED(2),
    ACTIVE(3),
    LOCKED(4);

    private final int code;

    State(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static State of(int code) {
      return values()[code - 1];
    }
  }

  /** Whether it may act on records. */
  public boolean isActive() {
    return state == State.ACTIVE;
  }
}
