package health.helan.pharmacy.circulation;

import java.util.List;
import java.util.Map;

/**
 * What circulation has to know of settlement, which it does not know: whether charges are settled
 * in this region, and where they stand. Said by whoever puts the platform together (docs/adr/0127).
 * Thread-safe.
 */
public interface Tills {
  /** Of a region that has no prices. */
  Tills NONE =
      new Tills() {
        @Override
        public boolean isOpen() {
          return false;
        }

        @Override
        public Map<String, Standing> standings(List<String> charges) {
          return Map.of();
        }
      };

  /** Whether the region has prices. Where it has none, there is nothing to settle by. */
  boolean isOpen();

  /**
   * Bills by charge; charges that are in none that counts are left out.
   *
   * @param charges ids of ChargeItems, all of one resident
   */
  Map<String, Standing> standings(List<String> charges);

  /**
   * A bill that a charge is in.
   *
   * @param claim id of the Claim
   * @param state its word
   * @param isThrough whether what is paid for may be handed over
   */
  record Standing(String claim, String state, boolean isThrough) {}
}
