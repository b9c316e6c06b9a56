package health.helan.app.keys;

import health.helan.foundation.trust.crypto.CertificateAuthority;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the platform's lists of revoked certificates anew each day. */
final class RevocationUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RevocationUpkeep.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("revocation-list").daemon().factory());

  RevocationUpkeep(CertificateAuthority authority) {
    var unused = thread.scheduleWithFixedDelay(() -> renew(authority), 1, 1, TimeUnit.HOURS);
  }

  private static void renew(CertificateAuthority authority) {
    try {
      authority.renewOldLists();
    } catch (RuntimeException e) {
      LOG.error("The lists of revoked certificates were not published; in an hour again", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
