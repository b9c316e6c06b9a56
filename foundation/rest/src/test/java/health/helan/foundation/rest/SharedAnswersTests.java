package health.helan.foundation.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SharedAnswersTests {
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong now = new AtomicLong(-5 * SECOND); // nanoTime may be negative
  private final AtomicInteger counted = new AtomicInteger();
  private final SharedAnswers<String, Integer> answers =
      new SharedAnswers<>(Duration.ofSeconds(5), Duration.ofSeconds(60), now::get);

  private int ask(String key, long takes) {
    return answers.get(
        key,
        () -> {
          now.addAndGet(takes);
          return counted.incrementAndGet();
        });
  }

  @Test
  void areCountedOnceWithinAWhile() {
    assertThat(ask("a", 0)).isEqualTo(1);
    now.addAndGet(4 * SECOND);
    assertThat(ask("a", 0)).isEqualTo(1);
    assertThat(ask("b", 0)).isEqualTo(2);
    now.addAndGet(SECOND);
    assertThat(ask("a", 0)).isEqualTo(3);
  }

  @Test
  void areUsedLongerTheMoreTheyCost() {
    assertThat(ask("a", SECOND)).isEqualTo(1);
    now.addAndGet(19 * SECOND);
    assertThat(ask("a", SECOND)).isEqualTo(1);
    now.addAndGet(SECOND);
    assertThat(ask("a", SECOND)).isEqualTo(2);
  }

  @Test
  void areNotWaitedForWhileThereIsAnOlderOne() throws Exception {
    assertThat(ask("a", 0)).isEqualTo(1);
    now.addAndGet(6 * SECOND);
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    Thread slow =
        Thread.ofVirtual()
            .start(
                () ->
                    answers.get(
                        "a",
                        () -> {
                          begun.countDown();
                          try {
                            goOn.await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                          return counted.incrementAndGet();
                        }));
    begun.await();
    assertThat(ask("a", 0)).isEqualTo(1);
    goOn.countDown();
    slow.join();
    assertThat(ask("a", 0)).isEqualTo(2);
  }

  @Test
  void areCountedAgainAfterAFailure() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                answers.get(
                    "a",
                    () -> {
                      throw new IllegalStateException("no database");
                    }));
    assertThat(ask("a", 0)).isEqualTo(1);
  }
}
