package health.helan.app.settlement;

import health.helan.oversight.settlement.PriceBook;
import health.helan.oversight.settlement.Settlements;
import health.helan.pharmacy.circulation.Tills;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells circulation of prices and bills. docs/adr/0127. */
public final class SettledTills implements Tills {
  private final PriceBook prices;
  private final Settlements settlements;

  public SettledTills(PriceBook prices, Settlements settlements) {
    this.prices = prices;
    this.settlements = settlements;
  }

  @Override
  public boolean isOpen() {
    return !prices.isEmpty();
  }

  @Override
  public Map<String, Standing> standings(List<String> charges) {
    Map<String, Standing> told = new TreeMap<>();
    settlements
        .standings(charges)
        .forEach(
            (charge, one) ->
                told.put(charge, new Standing(one.claim(), one.state().word(), one.isThrough())));
    return told;
  }
}
