package health.helan.oversight.payment;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What writes of others mean to orders: nobody but payment writes the Invoice of one; and when what
 * was paid for changes its state, the order is looked at, in the same transaction.
 */
public final class PaymentFollower implements WriteFollower {
  private final Map<String, Predicate<ObjectNode>> payables;

  /**
   * @param payables by type of what can be paid for, which of that type it is
   */
  public PaymentFollower(Map<String, Predicate<ObjectNode>> payables) {
    this.payables = Map.copyOf(payables);
  }

  @Override
  public boolean concerns(String type) {
    return type.equals("Invoice") || payables.containsKey(type);
  }

  @Override
  public void check(Caller caller, Followed written) {
    if (written.type().equals("Invoice")
        && !caller.isRoot()
        && (Papers.isOrder(written.before()) || Papers.isOrder(written.after()))) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "payment.by-steps");
    }
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at)
      throws SQLException {
    for (Followed one : written) {
      Predicate<ObjectNode> isPayable = payables.get(one.type());
      if (isPayable != null
          && one.before() != null
          && isPayable.test(one.before())
          && !status(one.before()).equals(status(one.after()))) {
        PayTable.look(transaction, one.type() + "/" + one.id(), at);
      }
    }
  }

  private static String status(@Nullable ObjectNode resource) {
    return resource == null ? "" : resource.path("status").asString("");
  }
}
