package health.helan.foundation.trust.policy;

import java.util.concurrent.atomic.AtomicInteger;

/** Valid numbers of people who do not exist. */
final class IdentityNumbers {
  private static final AtomicInteger NEXT =
      new AtomicInteger(java.util.concurrent.ThreadLocalRandom.current().nextInt(900));
  private static final int[] WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};

  private IdentityNumbers() {}

  static String next() {
    int n = NEXT.incrementAndGet();
    String body = "640104" + (1930 + n / 1000 % 90) + "0101" + "%03d".formatted(n % 1000);
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (body.charAt(i) - '0') * WEIGHTS[i];
    }
    return body + "10X98765432".charAt(sum % 11);
  }
}
