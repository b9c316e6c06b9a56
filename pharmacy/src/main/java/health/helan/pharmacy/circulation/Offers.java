package health.helan.pharmacy.circulation;

import health.helan.pharmacy.circulation.Circulation.Drug;
import health.helan.pharmacy.circulation.Offer.Part;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.review.Effective;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which pharmacies have what is left of a prescription. Two questions of the database, and one a
 * shop.
 */
final class Offers {
  /** Most pharmacies that are looked at: those with the most of it. */
  private static final int MOST = 60;

  /** What is asked for. */
  record Asked(
      Offer.Sort sort,
      Circulation.@Nullable Way way,
      @Nullable Double latitude,
      @Nullable Double longitude) {}

  private final Stock stock;
  private final Shops shops;

  Offers(Stock stock, Shops shops) {
    this.stock = stock;
    this.shops = shops;
  }

  List<Offer> of(
      Effective prescription, List<Drug> drugs, Knowledge base, Asked asked, Instant now) {
    Map<String, ObjectNode> requests = new HashMap<>();
    prescription.requests().forEach(one -> requests.put(one.path("id").asString(""), one));
    List<Drug> left = drugs.stream().filter(one -> one.left() > 0).toList();
    Set<String> matches = new HashSet<>();
    Map<String, Preparation> wanted = new HashMap<>();
    for (Drug drug : left) {
      ObjectNode request = requests.get(drug.request());
      if (request != null) {
        Preparation its = Preparation.of(base, request.path("medicationCodeableConcept"));
        wanted.put(drug.request(), its);
        matches.add(its.match());
      }
    }
    if (matches.isEmpty()) {
      return List.of();
    }
    Map<String, List<Line>> byShop = new LinkedHashMap<>();
    for (Line line : stock.of(matches)) {
      byShop.computeIfAbsent(line.shop(), _ -> new ArrayList<>()).add(line);
    }
    record Found(String shop, List<Part> parts, long fen) {}
    List<Found> found = new ArrayList<>();
    byShop.forEach(
        (shop, lines) -> {
          List<Part> parts = parts(left, wanted, requests, lines, base);
          if (!parts.isEmpty()) {
            found.add(new Found(shop, parts, parts.stream().mapToLong(Part::fen).sum()));
          }
        });
    found.sort(
        Comparator.comparing((Found one) -> -one.parts.size()).thenComparingLong(Found::fen));
    List<Offer> offers = new ArrayList<>();
    for (Found one : found.subList(0, Math.min(found.size(), MOST))) {
      Shop shop = shops.of(one.shop);
      if (shop == null || asked.way != null && !shop.ways().contains(asked.way)) {
        continue;
      }
      boolean isWhole =
          one.parts.size() == left.size()
              && one.parts.stream()
                  .allMatch(
                      part ->
                          left.stream()
                              .anyMatch(
                                  drug ->
                                      drug.request().equals(part.request())
                                          && drug.left() == part.count()));
      Instant told =
          one.parts.stream().map(part -> part.line().told()).min(Comparator.naturalOrder()).get();
      offers.add(
          new Offer(
              shop,
              one.parts,
              isWhole,
              one.fen,
              shop.kilometresFrom(asked.latitude, asked.longitude),
              shop.isOpen(now),
              told,
              one.parts.stream().anyMatch(part -> stock.isOld(part.line()))));
    }
    offers.sort(asked.sort.order());
    return offers;
  }

  private static List<Part> parts(
      List<Drug> left,
      Map<String, Preparation> wanted,
      Map<String, ObjectNode> requests,
      List<Line> lines,
      Knowledge base) {
    List<Part> parts = new ArrayList<>();
    for (Drug drug : left) {
      Preparation its = wanted.get(drug.request());
      ObjectNode request = requests.get(drug.request());
      if (its == null || request == null) {
        continue;
      }
      Part best = null;
      for (Line line : lines) {
        Preparation there = Preparation.of(base, line.name(), line.code());
        boolean isSubstitute = !there.isWhatWasPrescribed(its);
        if (!there.isSameAs(its)
            || !line.unit().equals(drug.unit())
            || isSubstitute && !Preparation.allowsSubstitution(request)) {
          continue;
        }
        int count = Math.min(drug.left(), line.quantity());
        var part = new Part(drug.request(), line, count, line.price(count), isSubstitute);
        if (best == null || BETTER.compare(part, best) < 0) {
          best = part;
        }
      }
      if (best != null) {
        parts.add(best);
      }
    }
    return parts;
  }

  /** More of it first; of the same, the prescribed product, then the cheaper. */
  private static final Comparator<Part> BETTER =
      Comparator.comparing((Part one) -> -one.count())
          .thenComparing(Part::substitute)
          .thenComparingLong(Part::fen)
          .thenComparing(one -> one.line().item());
}
