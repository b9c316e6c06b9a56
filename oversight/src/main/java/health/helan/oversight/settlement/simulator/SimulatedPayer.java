package health.helan.oversight.settlement.simulator;

import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.settlement.Payer;
import health.helan.oversight.settlement.rules.PayerKind;
import java.time.Clock;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A payer that pays nobody. It remembers in a table of its own what it agreed to, so that it knows
 * after a restart what it knew before. Thread-safe.
 */
public final class SimulatedPayer implements Payer {
  private static final int AGREED = 1;
  private static final int REVERSED = 2;

  /** Fen that an answer differs by, when it does. */
  private static final long OTHER = 1_00;

  /** What goes wrong with the next thing that it is asked. */
  public enum Fault {
    NONE,
    /** The request never arrives. */
    LOSE_REQUEST,
    /** It is done, and the answer never arrives. */
    LOSE_ANSWER,
    /** It says no. */
    REFUSE,
    /** It is heard, and answered when it is asked again. */
    LATE,
    /** It pays another amount. */
    DIFFER
  }

  private final Sql sql;
  private final Clock clock;
  private final Function<String, Fault> faults;

  /**
   * @param faults what goes wrong with {@code settle} and {@code reverse}, asked each time
   */
  public SimulatedPayer(DataSource database, Clock clock, Function<String, Fault> faults) {
    sql = new Sql(database);
    this.clock = clock;
    this.faults = faults;
  }

  @Override
  public boolean serves(PayerKind kind, String payor) {
    return true;
  }

  private record Known(int state, long fen) {}

  private @Nullable Known known(String key) {
    return sql.one(
        "select state, fen from simulated_payer where id = ?",
        row -> new Known(row.getInt(1), row.getLong(2)),
        key);
  }

  private void remember(String key, int state, long fen) {
    var unused =
        sql.update(
            "insert into simulated_payer (state, asked, fen, at, id) values (?, 1, ?, ?, ?)"
                + " on conflict (id) do update set asked = simulated_payer.asked + 1",
            (short) state,
            fen,
            clock.instant(),
            key);
  }

  @Override
  public Answer settle(String key, Demand demand) {
    Fault fault = faults.apply("settle");
    if (fault == Fault.LOSE_REQUEST) {
      throw new Silent("the request was lost");
    }
    Known before = known(key);
    if (before == null && fault == Fault.REFUSE) {
      return new Answer.Refused("not-entitled");
    }
    if (before == null && fault == Fault.LATE) {
      return new Answer.Pending();
    }
    remember(key, AGREED, fault == Fault.DIFFER ? demand.fen() + OTHER : demand.fen());
    if (fault == Fault.LOSE_ANSWER) {
      throw new Silent("the answer was lost");
    }
    Known now = known(key);
    return now == null || now.state == REVERSED
        ? new Answer.Refused("taken back")
        : new Answer.Agreed("SIM" + key, now.fen);
  }

  @Override
  public boolean reverse(String key, Demand demand) {
    Fault fault = faults.apply("reverse");
    if (fault == Fault.LOSE_REQUEST) {
      throw new Silent("the request was lost");
    }
    if (fault == Fault.LATE) {
      return false;
    }
    remember(key, REVERSED, 0);
    var unused =
        sql.update(
            "update simulated_payer set state = ?, at = ? where id = ? and state <> ?",
            (short) REVERSED,
            clock.instant(),
            key,
            (short) REVERSED);
    if (fault == Fault.LOSE_ANSWER) {
      throw new Silent("the answer was lost");
    }
    return true;
  }
}
