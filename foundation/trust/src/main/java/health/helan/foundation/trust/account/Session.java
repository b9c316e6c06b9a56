package health.helan.foundation.trust.account;

import java.time.Instant;

/**
 * A sign-in of a person in a browser.
 *
 * @param role id of the PractitionerRole that the person acts in; empty for none
 * @param device what the browser calls itself
 * @param source masked address
 * @param until when it ends by itself
 * @param proved when the person last proved to be it: by the second factor where the account has
 *     one, else by the password, or by an outside provider's word
 */
public record Session(
    String id,
    String account,
    Stage stage,
    String role,
    String device,
    String source,
    Instant created,
    Instant seen,
    Instant until,
    Instant proved) {

  /** Codes are stored: never renumber. */
  public enum Stage {
    /** The password was right; the second factor is missing. */
    SECOND_FACTOR(1),
    /** The password was right; a second factor must be set up before anything else. */
    ENROL(2),
    SIGNED_IN(3);

    private final int code;

    Stage(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static Stage of(int code) {
      return values()[code - 1];
    }
  }

  public boolean isSignedIn() {
    return stage == Stage.SIGNED_IN;
  }
}
