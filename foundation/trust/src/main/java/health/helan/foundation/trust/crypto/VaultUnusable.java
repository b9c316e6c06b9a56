package health.helan.foundation.trust.crypto;

import org.jspecify.annotations.Nullable;

/**
 * A key vault cannot be opened or does not hold what is asked of it; a sentence for the operator.
 */
public final class VaultUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String chinese;
  private final String english;

  public VaultUnusable(String chinese, String english, @Nullable Throwable cause) {
    super(chinese + "\n" + english, cause);
    this.chinese = chinese;
    this.english = english;
  }

  public String chinese() {
    return chinese;
  }

  public String english() {
    return english;
  }
}
