package health.helan.oversight.supervision;

import java.math.BigDecimal;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** What the region lets services cost: asked of whoever keeps its price book. */
@FunctionalInterface
public interface Prices {

  /**
   * What a quantity of a service costs at most.
   *
   * @param code as the charge says it
   * @param institution whose service it was
   * @param day of service, Beijing
   * @return fen; null where the region has no price for it
   */
  @Nullable Long most(String code, String institution, BigDecimal quantity, LocalDate day);

  /** Of a region without a price book. */
  Prices NONE = (_, _, _, _) -> null;
}
