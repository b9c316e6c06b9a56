package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.review.rules.Facts.Item;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How much of a drug, and by which way. */
final class DoseChecks {
  /** Doses are written in decimals; a rounding is no overdose. */
  private static final double TOLERANCE = 1.001;

  private DoseChecks() {}

  /**
   * The range that holds for this person and route; null where none does for sure: an age that is
   * not known may be in either of two ranges.
   */
  static Drug.@Nullable Dose range(Item item, Facts facts) {
    Drug drug = item.drug();
    Integer youngest = facts.person().youngest(facts.day());
    Integer oldest = facts.person().oldest(facts.day());
    String route = route(item);
    if (drug == null || youngest == null || oldest == null || route == null) {
      return null;
    }
    for (Drug.Dose dose : drug.doses()) {
      if (dose.route().equals(route) && youngest >= dose.fromMonths() && oldest < dose.toMonths()) {
        return dose;
      }
    }
    return null;
  }

  /** As written; else that of the product; else the only one that the drug has. */
  static @Nullable String route(Item item) {
    if (item.route() != null || item.known() == null) {
      return item.route();
    }
    if (item.known().product() != null) {
      return item.known().product().route();
    }
    Set<String> routes = routes(item.known().drug());
    return routes.size() == 1 ? routes.iterator().next() : null;
  }

  private static Set<String> routes(Drug drug) {
    var routes = new LinkedHashSet<String>();
    drug.products().forEach(product -> routes.add(product.route()));
    drug.doses().forEach(dose -> routes.add(dose.route()));
    return routes;
  }

  private static @Nullable Double limit(@Nullable Double told, Drug.Dose dose, Facts facts) {
    if (told == null || !dose.perKg()) {
      return told;
    }
    Double weight = facts.person().weightKg();
    return weight == null ? null : told * weight;
  }

  static List<Firing> single(Rule rule, Facts facts, Knowledge knowledge) {
    boolean isMax = rule.word("bound").equals("max");
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      Drug.Dose range = range(item, facts);
      Double dose = isMax ? item.singleMg() : item.leastMg();
      if (range == null || dose == null) {
        continue;
      }
      Double limit = limit(isMax ? range.singleMax() : range.singleMin(), range, facts);
      if (limit != null && (isMax ? dose > limit * TOLERANCE : dose * TOLERANCE < limit)) {
        all.add(Firing.of(item).mass("dose", dose).mass("limit", limit));
      }
    }
    return all;
  }

  private static @Nullable Double dailyMg(Item item) {
    return item.singleMg() == null || item.timesPerDay() == null
        ? null
        : item.singleMg() * item.timesPerDay();
  }

  /** The same drug written on two lines is one dose. */
  static List<Firing> daily(Rule rule, Facts facts, Knowledge knowledge) {
    List<Firing> all = new ArrayList<>();
    var seen = new LinkedHashSet<String>();
    for (Item item : facts.items()) {
      Drug.Dose range = range(item, facts);
      Drug drug = item.drug();
      if (range == null || drug == null || !seen.add(drug.id() + " " + range.route())) {
        continue;
      }
      Double limit = limit(range.dailyMax(), range, facts);
      double sum = 0;
      List<Item> lines = new ArrayList<>();
      for (Item other : facts.items()) {
        Double mg = dailyMg(other);
        if (other.drug() == drug && range.route().equals(route(other)) && mg != null) {
          sum += mg;
          lines.add(other);
        }
      }
      if (limit != null && sum > limit * TOLERANCE) {
        all.add(
            Firing.of(lines)
                .with("drug", Firing.name(item))
                .mass("dose", sum)
                .mass("limit", limit));
      }
    }
    return all;
  }

  static List<Firing> noWeight(Rule rule, Facts facts, Knowledge knowledge) {
    List<Firing> all = new ArrayList<>();
    if (facts.person().weightKg() == null) {
      for (Item item : facts.items()) {
        Drug.Dose range = range(item, facts);
        if (range != null && range.perKg()) {
          all.add(Firing.of(item));
        }
      }
    }
    return all;
  }

  static List<Firing> renal(Rule rule, Facts facts, Knowledge knowledge) {
    Double egfr = facts.person().egfr();
    boolean isAvoid = rule.word("asks").equals("avoid");
    List<Firing> all = new ArrayList<>();
    if (egfr == null) {
      return all;
    }
    for (Item item : facts.items()) {
      Drug drug = item.drug();
      Drug.RenalBand band = drug == null ? null : band(drug, egfr);
      if (band == null) {
        continue;
      }
      Double most = band.dailyMax();
      Double mg = dailyMg(item);
      Firing firing = Firing.of(item).with("egfr", egfr).with("below", (double) band.below());
      if (isAvoid && most == null) {
        all.add(firing.with("dose", "-").with("limit", "-"));
      } else if (!isAvoid && most != null && mg != null && mg > most * TOLERANCE) {
        all.add(firing.mass("dose", mg).mass("limit", most));
      }
    }
    return all;
  }

  private static Drug.@Nullable RenalBand band(Drug drug, double egfr) {
    for (Drug.RenalBand band : drug.renal()) {
      if (egfr < band.below()) {
        return band;
      }
    }
    return null;
  }

  static List<Firing> route(Rule rule, Facts facts, Knowledge knowledge) {
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      Drug drug = item.drug();
      if (drug == null || item.route() == null) {
        continue;
      }
      Set<String> routes = routes(drug);
      if (!routes.isEmpty() && !routes.contains(item.route())) {
        all.add(
            Firing.of(item).with("route", item.route()).with("routes", String.join(", ", routes)));
      }
    }
    return all;
  }
}
