package health.helan.pharmacy.circulation;

import health.helan.pharmacy.circulation.Circulation.Drug;
import health.helan.pharmacy.circulation.Offer.Part;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.review.Effective;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which pharmacies have what is left of a prescription: the best of all by what the resident asks,
 * however many there are. Two questions of the database, and the registry's word on each that is
 * shown.
 */
final class Offers {
  /** Most pharmacies that are shown. */
  static final int MOST = 30;

  /** What is asked for. */
  record Asked(
      Offer.Sort sort,
      Circulation.@Nullable Way way,
      @Nullable Double latitude,
      @Nullable Double longitude) {}

  private final OfferTable table;
  private final Shops shops;

  Offers(OfferTable table, Shops shops) {
    this.table = table;
    this.shops = shops;
  }

  List<Offer> of(
      Effective prescription, List<Drug> drugs, Knowledge base, Asked asked, Instant now) {
    List<Drug> left = drugs.stream().filter(one -> one.left() > 0).toList();
    List<Asking> askings = askings(prescription, left, base);
    if (askings.isEmpty()) {
      return List.of();
    }
    var of =
        new OfferTable.Asked(
            left.size(),
            asked.sort,
            asked.way,
            asked.latitude,
            asked.longitude,
            now.minus(Stock.FRESH),
            MOST);
    Map<String, List<Part>> byShop = new LinkedHashMap<>();
    for (OfferTable.Found found : table.best(askings.stream().map(Asking::wanted).toList(), of)) {
      Part part = askings.get(found.number()).part(found.line(), base);
      if (part != null) {
        byShop.computeIfAbsent(found.line().shop(), _ -> new ArrayList<>()).add(part);
      }
    }
    List<Offer> offers = new ArrayList<>();
    byShop.forEach(
        (institution, parts) -> {
          Shop shop = shops.of(institution); // As it is now: it may have closed since it told.
          if (shop != null && (asked.way == null || shop.ways().contains(asked.way))) {
            offers.add(offer(shop, left, parts, asked, now));
          }
        });
    offers.sort(asked.sort.order());
    return offers;
  }

  private static List<Asking> askings(Effective prescription, List<Drug> left, Knowledge base) {
    Map<String, ObjectNode> requests = new HashMap<>();
    prescription.requests().forEach(one -> requests.put(one.path("id").asString(""), one));
    List<Asking> askings = new ArrayList<>();
    for (Drug drug : left) {
      ObjectNode request = requests.get(drug.request());
      if (request != null) {
        askings.add(
            new Asking(
                drug,
                Preparation.of(base, request.path("medicationCodeableConcept")),
                Preparation.allowsSubstitution(request)));
      }
    }
    return askings;
  }

  /** A drug of the prescription that is looked for. */
  private record Asking(Drug drug, Preparation prescribed, boolean allowsOther) {
    OfferTable.Wanted wanted() {
      return new OfferTable.Wanted(
          prescribed.match(),
          drug.unit(),
          drug.left(),
          prescribed.product(),
          prescribed.code(),
          allowsOther);
    }

    /** Null for a line that was told by another knowledge base and is something else by this. */
    @Nullable Part part(Line line, Knowledge base) {
      Preparation there = Preparation.of(base, line.name(), line.code());
      boolean isSubstitute = !there.isWhatWasPrescribed(prescribed);
      if (!there.isSameAs(prescribed) || isSubstitute && !allowsOther) {
        return null;
      }
      int count = Math.min(drug.left(), line.quantity());
      return new Part(drug.request(), line, count, line.price(count), isSubstitute);
    }
  }

  private static Offer offer(
      Shop shop, List<Drug> left, List<Part> parts, Asked asked, Instant now) {
    int wanted = left.stream().mapToInt(Drug::left).sum();
    Instant told =
        parts.stream().map(part -> part.line().told()).min(Comparator.naturalOrder()).get();
    return new Offer(
        shop,
        parts,
        parts.stream().mapToInt(Part::count).sum() == wanted,
        parts.stream().mapToLong(Part::fen).sum(),
        shop.kilometresFrom(asked.latitude, asked.longitude),
        shop.isOpen(now),
        told,
        told.isBefore(now.minus(Stock.FRESH)));
  }
}
