package health.helan.oversight.settlement;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.oversight.settlement.rules.CatalogueClass;
import health.helan.oversight.settlement.rules.Facts;
import health.helan.oversight.settlement.rules.RuleSet;
import health.helan.oversight.settlement.rules.Setting;
import health.helan.oversight.settlement.rules.Share;
import health.helan.oversight.settlement.rules.Split;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Makes a bill of open charges: prices them, finds who is insured, shares it. Writes nothing. */
final class Reckoner {
  private static final Set<String> STAYS = Set.of("IMP", "ACUTE", "NONAC", "SS", "OBSENC");
  private static final String CATEGORY = "https://helan.health/fhir/CodeSystem/charge-category";
  private static final int MOST = 2_000;
  private static final int PAGE = 500;

  private final RecordStore store;
  private final PriceBook prices;
  private final RuleBook rules;
  private final SettlementTable table;
  private final Writers writers;
  private final Clock clock;

  Reckoner(
      RecordStore store,
      PriceBook prices,
      RuleBook rules,
      SettlementTable table,
      Writers writers,
      Clock clock) {
    this.store = store;
    this.clock = clock;
    this.writers = writers;
    this.prices = prices;
    this.rules = rules;
    this.table = table;
  }

  /**
   * A bill that is reckoned.
   *
   * @param year as it was read: nothing may come between
   */
  record Bill(
      String patient,
      long digest,
      String institution,
      int level,
      Setting setting,
      LocalDate day,
      Set<String> marks,
      List<Line> lines,
      Insured insured,
      RuleSet rules,
      SettlementTable.Year year,
      Split split) {

    /**
     * @param version of the ChargeItem that was read
     * @param above how much of it lies above the payment standard
     * @param isDispensed whether a pharmacy has counted it out
     */
    record Line(
        String charge,
        int version,
        LocalDate day,
        PriceItem price,
        BigDecimal quantity,
        long fen,
        long above,
        boolean isDispensed) {
      Facts.Item item() {
        return new Facts.Item(price.code(), fen, above, price.catalogue(), price.ownPercent());
      }

      /** Of one; at a pharmacy's own price, or of what is priced by many, rounded to the fen. */
      long unitFen() {
        return isDispensed || price.per() > 1
            ? BigDecimal.valueOf(fen).divide(quantity, 0, RoundingMode.HALF_UP).longValueExact()
            : price.fen();
      }

      String catalogue() {
        return price.catalogue().name();
      }
    }

    /** Whether a pharmacy has counted all of it out. */
    boolean isDispensed() {
      return lines.stream().allMatch(Line::isDispensed);
    }

    /** Who pays a share. */
    String payor(Share share) {
      Insured.Cover cover = insured.cover(share.kind());
      if (cover == null) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.no-payer", share.kind().code());
      }
      return cover.payor();
    }
  }

  /** What is found before it is priced. */
  private record Open(JsonNode charge, int version) {}

  /**
   * @param platform who reads; that the caller may was asked before
   * @param encounter whose charges; null for all of the resident's at the institution
   * @param chosen ids of ChargeItems; empty for all
   * @throws Refusal BUSINESS_RULE where there is nothing to settle, for a charge that is not open,
   *     and for one without a price
   */
  Bill bill(
      Caller platform,
      String patient,
      long digest,
      String institution,
      @Nullable String encounter,
      List<String> chosen,
      Set<String> marks) {
    List<Open> open = open(platform, patient, institution, encounter, chosen);
    int level = level(platform, institution);
    List<Bill.Line> lines = new ArrayList<>();
    LocalDate last = LocalDate.MIN;
    String visit = encounter;
    for (Open one : open) {
      Bill.Line line = line(one, institution, level);
      lines.add(line);
      if (line.day().isAfter(last)) {
        last = line.day();
      }
      String of = one.charge().path("context").path("reference").asString("");
      if (visit == null && of.startsWith("Encounter/")) {
        visit = of.substring("Encounter/".length());
      }
    }
    lines.sort(Comparator.comparing(Bill.Line::day).thenComparing(Bill.Line::charge));
    Setting setting = visit == null ? Setting.OUTPATIENT : setting(platform, visit);
    Insured insured = Insured.of(store, writers, platform, patient, last);
    RuleSet inForce = rules.inForce(last);
    SettlementTable.Year year = table.year(store.rows(), patient, digest, last.getYear());
    Split split =
        Split.of(
            inForce,
            new Facts(
                last,
                setting,
                level,
                insured.scheme(),
                insured.groups(),
                marks,
                lines.stream().map(Bill.Line::item).toList(),
                year.totals()));
    if (split.bill() <= 0) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.nothing-open");
    }
    return new Bill(
        patient,
        digest,
        institution,
        level,
        setting,
        last,
        marks,
        List.copyOf(lines),
        insured,
        inForce,
        year,
        split);
  }

  private List<Open> open(
      Caller platform,
      String patient,
      String institution,
      @Nullable String encounter,
      List<String> chosen) {
    Map<String, Open> found = new LinkedHashMap<>();
    String cursor = null;
    do {
      List<SearchRequest.Parameter> parameters = new ArrayList<>();
      parameters.add(new SearchRequest.Parameter("patient", "Patient/" + patient));
      if (encounter != null) {
        parameters.add(new SearchRequest.Parameter("context", "Encounter/" + encounter));
      }
      parameters.add(new SearchRequest.Parameter("_count", String.valueOf(PAGE)));
      if (cursor != null) {
        parameters.add(new SearchRequest.Parameter("_cursor", cursor));
      }
      SearchResult page =
          store.search(platform, new SearchRequest("ChargeItem", null, null, parameters, false));
      Map<String, Open> open = new LinkedHashMap<>();
      for (SearchResult.Entry entry : page.entries()) {
        JsonNode charge = Json.MAPPER.readTree(Objects.requireNonNull(entry.resource().content()));
        if (charge.path("status").asString("").equals("billable")
            && charge
                .path("performingOrganization")
                .path("reference")
                .asString("")
                .equals("Organization/" + institution)) {
          open.put(entry.resource().id(), new Open(charge, entry.resource().version()));
        }
      }
      Map<String, String> wrote = writers.of("ChargeItem", open.keySet());
      open.forEach(
          (id, one) -> {
            if (Writers.counts(wrote.getOrDefault(id, "?"), institution)) {
              found.put(id, one);
            }
          });
      if (found.size() > MOST) {
        throw new Refusal(Refusal.Kind.TOO_COSTLY, "settlement.too-many", MOST);
      }
      cursor = page.next();
    } while (cursor != null);
    if (!found.keySet().containsAll(new HashSet<>(chosen))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.charge-not-open");
    }
    if (!chosen.isEmpty()) {
      found.keySet().retainAll(new HashSet<>(chosen));
    }
    if (found.isEmpty()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.nothing-open");
    }
    return List.copyOf(found.values());
  }

  private Bill.Line line(Open open, String institution, int level) {
    JsonNode charge = open.charge();
    String code = "";
    for (JsonNode coding : charge.path("code").path("coding")) {
      if (code.isEmpty() && !CATEGORY.equals(coding.path("system").asString(""))) {
        code = coding.path("code").asString("");
      }
    }
    LocalDate day = day(charge, code);
    if (day.isAfter(LocalDate.ofInstant(clock.instant(), PriceItem.BEIJING))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.future", code, day.toString());
    }
    String currency = charge.path("priceOverride").path("currency").asString("CNY");
    if (!currency.equals("CNY")) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.currency", code);
    }
    JsonNode value = charge.path("quantity").path("value");
    BigDecimal quantity = value.isNumber() ? value.decimalValue() : BigDecimal.ONE;
    JsonNode said = charge.path("priceOverride").path("value");
    if (Dispensed.is(charge) && said.isNumber()) {
      return dispensed(open, Dispensed.item(prices, charge, institution, level, day), day);
    }
    PriceItem price = prices.price(code, institution, level, day);
    long fen = price.of(quantity);
    if (said.isNumber()) {
      BigDecimal asked = said.decimalValue().movePointRight(2);
      if (asked.signum() < 0) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.negative-price", code);
      }
      if (asked.compareTo(BigDecimal.valueOf(fen)) > 0) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.above-price", code);
      }
      fen = asked.setScale(0, RoundingMode.HALF_UP).longValueExact();
    }
    return new Bill.Line(
        charge.path("id").asString(""), open.version(), day, price, quantity, fen, 0, false);
  }

  /** At the pharmacy's own price; what of it lies above the standard is own money. */
  private static Bill.Line dispensed(Open open, PriceItem price, LocalDate day) {
    JsonNode charge = open.charge();
    BigDecimal quantity = charge.path("quantity").path("value").decimalValue();
    long fen = Dispensed.fen(charge);
    return new Bill.Line(
        charge.path("id").asString(""),
        open.version(),
        day,
        price,
        quantity,
        fen,
        price.catalogue() == CatalogueClass.C ? 0 : Math.max(0, fen - price.of(quantity)),
        true);
  }

  private static LocalDate day(JsonNode charge, String code) {
    for (String path :
        new String[] {"/occurrenceDateTime", "/occurrencePeriod/start", "/enteredDate"}) {
      String text = charge.at(path).asString("");
      try {
        if (text.length() == 10) {
          return LocalDate.parse(text);
        }
        if (text.length() > 10) {
          return OffsetDateTime.parse(text).atZoneSameInstant(PriceItem.BEIJING).toLocalDate();
        }
      } catch (DateTimeException e) {
        break;
      }
    }
    throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.no-day", code);
  }

  private Setting setting(Caller platform, String encounter) {
    JsonNode visit = tree(platform, "Encounter", encounter);
    return STAYS.contains(visit.path("class").path("code").asString(""))
        ? Setting.INPATIENT
        : Setting.OUTPATIENT;
  }

  /** By the first sign of the registry's level: 3, 2, 1; all others are primary care. */
  private int level(Caller platform, String institution) {
    return RegionPrices.level(tree(platform, "Organization", institution));
  }

  private JsonNode tree(Caller platform, String type, String id) {
    return Json.MAPPER.readTree(Objects.requireNonNull(store.read(platform, type, id).content()));
  }
}
