package health.helan.app.gateway;

import health.helan.foundation.gateway.Gateway;
import java.util.function.Function;

/**
 * Opens the MLLP listeners of a gateway's feeds, on the address and with the certificate of the
 * platform.
 */
public final class MllpListeners {
  private final Function<Gateway, AutoCloseable> opening;

  MllpListeners(Function<Gateway, AutoCloseable> opening) {
    this.opening = opening;
  }

  /** Whoever opens them closes them. */
  public AutoCloseable open(Gateway gateway) {
    return opening.apply(gateway);
  }
}
