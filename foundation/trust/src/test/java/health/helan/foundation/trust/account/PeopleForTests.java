package health.helan.foundation.trust.account;

import health.helan.foundation.store.testing.PostgresForTests;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Sign-in on a database of its own, with a clock that a test moves and a region of few people. */
public final class PeopleForTests implements Registry {
  /** Areas that GB/T 2260 assigns to no place, with right check digits. */
  public static final String MOTHER = "649100195803120002";

  public static final String CHILD = "649104202106210019";

  public final DataSource database = PostgresForTests.storeDatabase();
  public final TestClock clock = new TestClock();
  public final SignInKey key;
  public final Map<String, List<Post>> posts = new HashMap<>();

  public PeopleForTests() {
    byte[] secret = new byte[SignInKey.LENGTH];
    Arrays.fill(secret, (byte) 7);
    key = new SignInKey(secret);
  }

  public SignIn signIn(boolean production) {
    return new SignIn(database, key, clock, this, production, !production);
  }

  /** From a network of the documentation range (RFC 5737). */
  public static Visitor from(int network) {
    return new Visitor("192.0.2." + network, "Firefox", null);
  }

  @Override
  public @Nullable Resident resident(String idNumber, String name) {
    if (idNumber.equals(MOTHER) && name.equals("马秀兰")) {
      return new Resident("mother", "马秀兰", LocalDate.of(1958, 3, 12));
    }
    if (idNumber.equals(CHILD) && name.equals("李子轩")) {
      return new Resident("child", "李子轩", LocalDate.of(2021, 6, 21));
    }
    return null;
  }

  @Override
  public @Nullable Resident residentOf(String patient) {
    return patient.equals("mother")
        ? new Resident("mother", "马秀兰", LocalDate.of(1958, 3, 12))
        : null;
  }

  @Override
  public List<Post> posts(String practitioner) {
    return posts.getOrDefault(practitioner, List.of());
  }

  @Override
  public @Nullable String guardianship(String ward, String guardianPatient) {
    return ward.equals("child") && guardianPatient.equals("mother") ? "proof" : null;
  }

  /** Stands still until it is moved. */
  public static final class TestClock extends Clock {
    private Instant now = Instant.parse("2026-11-26T02:00:00Z");

    public void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
