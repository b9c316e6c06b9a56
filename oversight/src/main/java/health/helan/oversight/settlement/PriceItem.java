package health.helan.oversight.settlement;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.settlement.rules.CatalogueClass;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What something costs, where and from when to when. Of a drug that a pharmacy has dispensed at a
 * price of its own it is the payment standard (医保支付标准): what insurance counts at most.
 *
 * @param unit as 次, 日
 * @param category a code of {@code charge-category}, as receipts group it
 * @param ownPercent of class B: what the resident pays first; 0 for the others
 * @param fen for {@code per} units
 * @param from first day of service, Beijing
 * @param to last day; null for no end
 * @param level of the institutions that it is for, 1 to 3; 0 for all
 * @param institution id of the Organization that it is for; empty for all
 * @param per how many units the price is for, 1 or more: a piece may cost less than a fen
 */
public record PriceItem(
    String code,
    String name,
    String unit,
    String category,
    CatalogueClass catalogue,
    int ownPercent,
    long fen,
    LocalDate from,
    @Nullable LocalDate to,
    int level,
    String institution,
    int per) {
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  boolean isValid(LocalDate day) {
    return !day.isBefore(from) && (to == null || !day.isAfter(to));
  }

  boolean isFor(String of, int atLevel) {
    return (institution.isEmpty() || institution.equals(of)) && (level == 0 || level == atLevel);
  }

  boolean overlaps(PriceItem other) {
    return code.equals(other.code)
        && level == other.level
        && institution.equals(other.institution)
        && (to == null || !to.isBefore(other.from))
        && (other.to == null || !other.to.isBefore(from));
  }

  /** The same with another last day; null for no end. */
  PriceItem endingOn(@Nullable LocalDate day) {
    return new PriceItem(
        code, name, unit, category, catalogue, ownPercent, fen, from, day, level, institution, per);
  }

  /** The narrower one counts: an institution's own before a level's before the region's. */
  int narrowness() {
    return (institution.isEmpty() ? 0 : 2) + (level == 0 ? 0 : 1);
  }

  /**
   * What a quantity of it costs: rounded half up to the fen.
   *
   * @throws Refusal VALUE for none, less than none, and what no bill can be
   */
  long of(BigDecimal quantity) {
    if (quantity.signum() <= 0 || quantity.compareTo(BigDecimal.valueOf(100_000)) > 0) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.quantity", code);
    }
    return quantity
        .multiply(BigDecimal.valueOf(fen))
        .divide(BigDecimal.valueOf(per), 0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /** Whether it is a drug, by the category of receipts. */
  boolean isDrug() {
    return category.endsWith("-drug");
  }
}
