package health.helan.app.access;

import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.app.Grants;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Removes sessions, tokens and counts that have ended, every quarter of an hour. */
final class Sweeping implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Sweeping.class);
  private static final Duration PAUSE = Duration.ofMinutes(15);

  private final SignIn signIn;
  private final Grants grants;
  private volatile boolean running;
  private Thread thread = Thread.ofVirtual().unstarted(() -> {});

  Sweeping(SignIn signIn, Grants grants) {
    this.signIn = signIn;
    this.grants = grants;
  }

  @Override
  public void start() {
    running = true;
    thread = Thread.ofVirtual().name("sign-in-sweep").start(this::sweep);
  }

  private void sweep() {
    while (running) {
      try {
        Thread.sleep(PAUSE);
        signIn.sweep();
        grants.sweep();
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException failed) {
        log.warn("Sweeping sign-in failed; it is tried again", failed);
      }
    }
  }

  @Override
  public void stop() {
    running = false;
    thread.interrupt();
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
