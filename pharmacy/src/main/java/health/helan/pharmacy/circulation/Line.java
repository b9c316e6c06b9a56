package health.helan.pharmacy.circulation;

import java.time.Instant;

/**
 * A line of a pharmacy's stock.
 *
 * @param shop id of the Organization
 * @param item the pharmacy's own number of it
 * @param match which preparation it is ({@link Preparation#match})
 * @param code of the product; empty for none
 * @param unit what is counted
 * @param per the price is for so many
 * @param fen that price
 * @param quantity on hand
 * @param told when the pharmacy said so
 */
public record Line(
    String shop,
    String item,
    String match,
    String name,
    String maker,
    String code,
    String unit,
    int per,
    long fen,
    int quantity,
    Instant told) {

  /** What so many cost, in fen; a broken fen is a whole one. */
  public long price(int count) {
    return Math.ceilDiv(fen * count, (long) per);
  }
}
