package health.helan.app.access;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.app.Client;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Who is behind a token that came over a socket, where a browser has no header to put it into.
 * Asked again at each word, as the filter asks at each request: a session that ended, or an account
 * that was closed, ends what was bound with it.
 */
@Component
public final class SocketTokens {
  private final Callers callers;
  private final @Nullable OutsideTokens outside;

  SocketTokens(Callers callers, ObjectProvider<OutsideTokens> outside) {
    this.callers = callers;
    this.outside = outside.getIfAvailable();
  }

  /**
   * Null for a token that is none or has ended, for the operator's, and for those of who tries out.
   */
  public @Nullable Caller caller(String token) {
    Callers.Holder holder = callers.holder(token);
    if (holder == null && outside != null) {
      holder = outside.holder(token);
    }
    if (holder == null) {
      return null;
    }
    Caller caller = holder.caller();
    if (caller.role() == Caller.Role.SYSTEM && Client.isOfSandbox(caller.subject())) {
      return null;
    }
    return new Caller(
        caller.subject(),
        caller.role(),
        caller.institution(),
        caller.purposes(),
        UUID.randomUUID().toString(),
        caller.binding());
  }
}
