package health.helan.oversight.settlement;

import health.helan.oversight.settlement.PriceBook.Effect;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the items of a list have cost and will cost, as the book has it and with what of the list is
 * taken so far: each line finds what those before it have done. In memory alone, so that a list can
 * be looked at without being written.
 */
final class PriceHistory {
  /** Whose days may not overlap. */
  private record Where(String code, int level, String institution) {
    static Where of(PriceItem item) {
      return new Where(item.code(), item.level(), item.institution());
    }
  }

  private final Map<Where, List<PriceItem>> prices = new HashMap<>();
  private final LocalDate today;

  /**
   * @param book all that the book has of the codes of the list
   * @param today before which no price ends any more
   */
  PriceHistory(List<PriceItem> book, LocalDate today) {
    this.today = today;
    book.forEach(item -> of(item).add(item));
  }

  private List<PriceItem> of(PriceItem item) {
    return prices.computeIfAbsent(Where.of(item), _ -> new ArrayList<>());
  }

  /** What the same cost before an item begins, fen; null for nothing. */
  @Nullable Long before(PriceItem item) {
    return of(item).stream()
        .filter(other -> other.from().isBefore(item.from()))
        .max(Comparator.comparing(PriceItem::from))
        .map(PriceItem::fen)
        .orElse(null);
  }

  /** Takes an item, unless it clashes. */
  Effect take(PriceItem item) {
    List<PriceItem> there = of(item);
    Effect effect = effect(item, there);
    if (effect == Effect.ENDS) {
      there.removeIf(other -> other.from().equals(item.from()));
    }
    if (effect == Effect.ENDS || effect == Effect.NEW) {
      there.add(item);
    }
    return effect;
  }

  private Effect effect(PriceItem item, List<PriceItem> there) {
    for (PriceItem other : there) {
      if (other.from().equals(item.from())) {
        return other.equals(item) ? Effect.SAME : ends(other, item) ? Effect.ENDS : Effect.CLASH;
      }
    }
    return there.stream().anyMatch(item::overlaps) ? Effect.CLASH : Effect.NEW;
  }

  /** Whether an item is one that is there, with nothing new but an earlier last day. */
  private boolean ends(PriceItem there, PriceItem item) {
    LocalDate to = item.to();
    return to != null
        && !to.isBefore(today)
        && (there.to() == null || !to.isAfter(there.to()))
        && item.endingOn(there.to()).equals(there);
  }
}
