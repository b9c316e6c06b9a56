package health.helan.app.access;

import health.helan.foundation.trust.account.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A person with a session, as Spring Authorization Server needs it: named by the account's id. */
final class SignedIn extends AbstractAuthenticationToken {
  private static final long serialVersionUID = 1L;

  private final transient Session session;

  SignedIn(Session session) {
    super(List.of());
    this.session = session;
    setAuthenticated(session.isSignedIn());
  }

  Session session() {
    return session;
  }

  @Override
  public Object getCredentials() {
    return "";
  }

  @Override
  public Object getPrincipal() {
    return session.account();
  }

  @Override
  public String getName() {
    return session.account();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SignedIn that && session.id().equals(that.session.id());
  }

  @Override
  public int hashCode() {
    return session.id().hashCode();
  }
}
