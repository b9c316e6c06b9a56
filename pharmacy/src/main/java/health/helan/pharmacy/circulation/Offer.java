package health.helan.pharmacy.circulation;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a pharmacy offers for a prescription.
 *
 * @param parts of it that the pharmacy has
 * @param whole whether it has all that is left of the prescription
 * @param fen what the parts cost together
 * @param kilometres to where the resident is; null where a place is not known
 * @param open null where the pharmacy does not say when it is
 * @param told when the oldest of what it offers was told
 * @param old whether that is too long ago to count on
 */
public record Offer(
    Shop shop,
    List<Part> parts,
    boolean whole,
    long fen,
    @Nullable Double kilometres,
    @Nullable Boolean open,
    Instant told,
    boolean old) {

  /**
   * A drug of it.
   *
   * @param count how many of those that are left
   * @param substitute whether it is another product than the prescribed one
   */
  public record Part(String request, Line line, int count, long fen, boolean substitute) {}

  /** By what they are listed. Whoever has all comes before who has a part. */
  public enum Sort {
    PRICE(Comparator.comparingLong(Offer::fen)),
    DISTANCE(
        Comparator.comparing(Offer::kilometres, Comparator.nullsLast(Comparator.naturalOrder())));

    private final Comparator<Offer> order;

    Sort(Comparator<Offer> by) {
      order =
          Comparator.comparing((Offer one) -> !one.whole)
              .thenComparing(one -> -one.parts.size())
              .thenComparing(one -> one.old)
              .thenComparing(by)
              .thenComparingLong(Offer::fen)
              .thenComparing(one -> one.shop.institution());
    }

    Comparator<Offer> order() {
      return order;
    }

    static @Nullable Sort of(String word) {
      for (Sort each : values()) {
        if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
          return each;
        }
      }
      return null;
    }
  }
}
