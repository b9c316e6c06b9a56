package health.helan.foundation.store;

import org.jspecify.annotations.Nullable;

/** The database cannot serve as a store; the message is a sentence for the operator. */
public final class StoreUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnusable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
