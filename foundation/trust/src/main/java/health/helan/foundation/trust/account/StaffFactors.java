package health.helan.foundation.trust.account;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Which practitioners' accounts have a second factor, for who supervises them. Staff is a few
 * thousand rows: read together, and again after a minute. Accounts of the demo region do not count.
 */
public final class StaffFactors {
  private static final long FRESH = Duration.ofMinutes(1).toNanos();
  private static final String STAFF =
      "select person, bool_and(totp is not null) as factor from account where kind = ? and state = ?"
          + " and person <> '' and not demo group by person";

  private final Sql sql;
  private volatile Map<String, Boolean> known = Map.of();
  private volatile long read = System.nanoTime() - 2 * FRESH;

  public StaffFactors(DataSource database) {
    this.sql = new Sql(database);
  }

  /**
   * @param practitioner id
   * @return null for one without an active account
   */
  public @Nullable Boolean of(String practitioner) {
    if (System.nanoTime() - read > FRESH) {
      var now = new HashMap<String, Boolean>();
      sql.list(
              STAFF,
              row -> now.put(row.getString("person"), row.getBoolean("factor")),
              Account.Kind.PRACTITIONER.code(),
              Account.State.ACTIVE.code())
          .clear();
      known = now;
      read = System.nanoTime();
    }
    return known.get(practitioner);
  }
}
