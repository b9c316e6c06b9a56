package health.helan.foundation.trust.crypto;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * The provider behind the national algorithms. Never registered with {@link
 * java.security.Security}: a registered one changes what other libraries get when they ask for an
 * algorithm by name.
 */
final class BouncyCastle {
  static final Provider PROVIDER = new BouncyCastleProvider();

  private BouncyCastle() {}
}
