package health.helan.oversight.settlement.rules;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the rules look at.
 *
 * @param day of Beijing that decides which rules are in force: the last day of service
 * @param level of the institution, 1 (primary) to 3
 * @param scheme of basic insurance: {@code employee}, {@code resident}; {@code none} without
 * @param groups what else stands behind the resident: {@code serious}, {@code assistance}, {@code
 *     poverty}, {@code subsidy}, {@code commercial}
 * @param marks of the visit: {@code referred}, {@code other-city-registered}, {@code other-city}
 * @param totals of the resident's year so far, by the names of the rules' accounts; fen
 */
public record Facts(
    LocalDate day,
    Setting setting,
    int level,
    String scheme,
    Set<String> groups,
    Set<String> marks,
    List<Item> items,
    Map<String, Long> totals) {

  /**
   * A line of the bill.
   *
   * @param fen zero or more
   * @param above how much of it lies above the payment standard (支付标准): nobody shares that
   * @param ownPercent of class B: what the resident pays first
   */
  public record Item(String code, long fen, long above, CatalogueClass catalogue, int ownPercent) {
    public Item {
      if (fen < 0 || above < 0 || above > fen || ownPercent < 0 || ownPercent > 100) {
        throw new IllegalArgumentException("no line of a bill");
      }
    }

    /** A line that costs no more than the standard. */
    public Item(String code, long fen, CatalogueClass catalogue, int ownPercent) {
      this(code, fen, 0, catalogue, ownPercent);
    }

    /** What the resident pays before anybody shares: rounded half up. */
    public long ownFirst() {
      return switch (catalogue) {
        case A -> above;
        case B -> above + RuleSet.percent(fen - above, ownPercent);
        case C -> fen;
      };
    }
  }

  public Facts {
    groups = Set.copyOf(groups);
    marks = Set.copyOf(marks);
    items = List.copyOf(items);
    totals = Map.copyOf(totals);
  }

  public long bill() {
    return items.stream().mapToLong(Item::fen).sum();
  }
}
