package health.helan.foundation.trust.app;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An app or system that an operator has registered.
 *
 * @param name shown to people who are asked to allow it
 * @param redirects exact addresses a code may be sent to
 * @param scopes the most it may ask for
 * @param jwksUri where its public keys are; null if they stand in {@code jwks} or it has none
 * @param jwks its public keys, a JWK Set as JSON; null for none
 * @param institution id of the Organization that a system acts for; empty for none
 */
public record Client(
    String id,
    String name,
    Kind kind,
    List<String> redirects,
    List<String> scopes,
    @Nullable String jwksUri,
    @Nullable String jwks,
    String institution,
    boolean enabled,
    Instant created) {

  /** How ids begin of clients that reach the sandbox and nothing else. */
  public static final String SANDBOX = "sandbox.";

  /** Whether a client of this id reaches the sandbox and nothing else. */
  public static boolean isOfSandbox(String id) {
    return id.startsWith(SANDBOX);
  }

  /** Codes are stored: never renumber. */
  public enum Kind {
    /** Runs where it cannot keep a secret: a page, a phone. */
    PUBLIC(1),
    /** Has a server that keeps a secret. */
    SECRET(2),
    /** Has a server that keeps a private key. */
    KEY(3),
    /** A system of its own, without a person: SMART Backend Services, with a private key. */
    SYSTEM(4);

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
  }
}
