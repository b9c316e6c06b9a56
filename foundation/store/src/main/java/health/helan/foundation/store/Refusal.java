package health.helan.foundation.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that the platform does not carry out, and why. It becomes an OperationOutcome in the
 * caller's language at one place. Nothing has been written when it is thrown out of a transaction.
 */
public class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** FHIR R4 issue types with the HTTP status each is answered with. */
  public enum Kind {
    INVALID("invalid", 400),
    STRUCTURE("structure", 400),
    VALUE("value", 400),
    NOT_SUPPORTED("not-supported", 400),
    UNKNOWN_TYPE("not-supported", 404),
    NOT_FOUND("not-found", 404),
    METHOD("not-supported", 405),
    NOT_ACCEPTABLE("not-supported", 406),
    CONFLICT("conflict", 409),
    DUPLICATE("duplicate", 409),
    GONE("deleted", 410),
    PRECONDITION("conflict", 412),
    MULTIPLE_MATCHES("multiple-matches", 412),
    TOO_LONG("too-long", 413),
    MEDIA_TYPE("not-supported", 415),
    RANGE("value", 416),
    UNPROCESSABLE("processing", 422),
    BUSINESS_RULE("business-rule", 422),
    TOO_COSTLY("too-costly", 403),
    FORBIDDEN("forbidden", 403),
    /** Allowed once who asks has proved anew to be it. */
    PROOF("expired", 403),
    LOGIN("login", 401),
    THROTTLED("throttled", 429),
    NOT_IMPLEMENTED("not-supported", 501),
    TRANSIENT("transient", 503),
    NO_STORE("no-store", 507);

    private final String issueType;
    private final int status;

    Kind(String issueType, int status) {
      this.issueType = issueType;
      this.status = status;
    }

    public String issueType() {
      return issueType;
    }

    public int status() {
      return status;
    }
  }

  private final Kind kind;
  private final String messageKey;
  private final List<Object> arguments;
  private final @Nullable String expression;

  /**
   * @param messageKey key of the sentence in {@code messages.properties}
   * @param arguments fill it, in order; never a resident's data
   */
  public Refusal(Kind kind, String messageKey, Object... arguments) {
    this(kind, null, messageKey, arguments);
  }

  /**
   * @param expression FHIRPath of the place of the fault; null where there is none
   */
  public Refusal(Kind kind, @Nullable String expression, String messageKey, Object[] arguments) {
    super(messageKey + List.of(arguments), null, false, false);
    this.kind = kind;
    this.messageKey = messageKey;
    this.arguments = List.of(arguments);
    this.expression = expression;
  }

  public Kind kind() {
    return kind;
  }

  public String messageKey() {
    return messageKey;
  }

  public List<Object> arguments() {
    return arguments;
  }

  public @Nullable String expression() {
    return expression;
  }
}
