package health.helan.foundation.store;

import org.jspecify.annotations.Nullable;

/** The database cannot serve as a store; the message is a sentence for the operator, in English. */
public final class StoreUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String chinese;

  /**
   * @param chinese what is wrong and what to do
   * @param english the same
   */
  public StoreUnusable(String chinese, String english, @Nullable Throwable cause) {
    super(english, cause);
    this.chinese = chinese;
  }

  /** The same sentence in Chinese. */
  public String chinese() {
    return chinese;
  }
}
