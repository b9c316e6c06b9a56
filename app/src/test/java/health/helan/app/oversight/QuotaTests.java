package health.helan.app.oversight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.app.start.StartRefused;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A minute's requests and bytes, and nobody's cost to anybody else. */
class QuotaTests {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong now = new AtomicLong();

  private Quota quota(long requests, long bytes) {
    return new Quota(
        new Quota.Limit(requests, bytes),
        Map.of("free", new Quota.Limit(0, 0), "small", new Quota.Limit(2, 0)),
        now::get);
  }

  private int taken(Quota quota, String tenant, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += quota.take(tenant) == null ? 1 : 0;
    }
    return taken;
  }

  @Test
  void isUsedUpByOneTenantForItselfAlone() {
    Quota quota = quota(60, 0);
    assertThat(taken(quota, "hospital", 100)).isEqualTo(60);
    assertThat(taken(quota, "clinic", 10)).isEqualTo(10);
    assertThat(taken(quota, "free", 1_000)).isEqualTo(1_000);
    assertThat(taken(quota, "small", 10)).isEqualTo(2);
    Quota.Wait wait = Objects.requireNonNull(quota.take("hospital"));
    assertThat(wait.part()).isEqualTo(Quota.Part.REQUESTS);
    assertThat(wait.seconds()).isEqualTo(1);
    assertThat(Objects.requireNonNull(quota.take("small")).seconds()).isEqualTo(30);
  }

  @Test
  void comesBackWithTimeAndNeverMoreThanAMinutesWorth() {
    Quota quota = quota(60, 0);
    taken(quota, "hospital", 100);
    now.addAndGet(10 * SECOND);
    assertThat(taken(quota, "hospital", 100)).isEqualTo(10);
    // Whoever waits as long as it was told gets through.
    long seconds = Objects.requireNonNull(quota.take("hospital")).seconds();
    now.addAndGet(seconds * SECOND);
    assertThat(quota.take("hospital")).isNull();
    now.addAndGet(3_600 * SECOND);
    assertThat(taken(quota, "hospital", 1_000)).isEqualTo(60);
  }

  @Test
  void waitsUntilTheBytesAreMadeGood() {
    Quota quota = quota(0, 6_000_000);
    assertThat(quota.take("hospital")).isNull();
    quota.moved("hospital", 12_000_000); // A large download goes through as a whole.
    Quota.Wait wait = Objects.requireNonNull(quota.take("hospital"));
    assertThat(wait.part()).isEqualTo(Quota.Part.BYTES);
    assertThat(wait.seconds()).isBetween(60L, 61L);
    assertThat(quota.take("clinic")).isNull();
    now.addAndGet(wait.seconds() * SECOND);
    assertThat(quota.take("hospital")).isNull();
  }

  @Test
  void forgetsNoDebtForTheSakeOfManyTenants() {
    Quota quota = quota(0, 6_000_000);
    quota.moved("hospital", 600_000_000);
    for (int i = 0; i < 100_000; i++) {
      quota.moved("tenant-" + i, 1);
    }
    now.addAndGet(61 * SECOND);
    quota.moved("one more", 1);
    assertThat(Objects.requireNonNull(quota.take("hospital")).seconds()).isGreaterThan(5_000);
  }

  @Test
  void isReadFromTheEnvironment() {
    assertThat(Quota.of(null, "", " ").isOn()).isFalse();
    Quota quota = Quota.of("600", "50", "hospital-1=6000/500, lab=0,clinic=10");
    assertThat(quota.isOn()).isTrue();
    assertThat(quota.limit("other")).isEqualTo(new Quota.Limit(600, 50_000_000));
    assertThat(quota.limit("hospital-1")).isEqualTo(new Quota.Limit(6_000, 500_000_000));
    assertThat(quota.limit("lab").isNone()).isTrue();
    assertThat(quota.limit("clinic")).isEqualTo(new Quota.Limit(10, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hospital", "hospital=", "hospital=many", "hospital=1/2/3", "=5", "a b=5"})
  void isRefusedWhereItMakesNoSense(String own) {
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> Quota.of(null, null, own))
        .withMessageContaining("HELAN_QUOTAS");
    assertThatExceptionOfType(StartRefused.class)
        .isThrownBy(() -> Quota.of("-1", null, null))
        .withMessageContaining("HELAN_QUOTA_REQUESTS");
  }
}
