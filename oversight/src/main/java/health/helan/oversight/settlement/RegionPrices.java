package health.helan.oversight.settlement;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the price book lets an institution's services cost, for who looks at what it charged. */
public final class RegionPrices {
  private static final Caller PLATFORM = Caller.platform("prices");
  private static final String LEVEL =
      "https://helan.health/fhir/StructureDefinition/institution-level";

  private final RecordStore store;
  private final PriceBook prices;

  public RegionPrices(RecordStore store, PriceBook prices) {
    this.store = store;
    this.prices = prices;
  }

  /**
   * What a quantity of a service costs at most. Of a drug the book has the payment standard, which
   * a pharmacy may ask more than: none.
   *
   * @return fen; null where nothing says it
   */
  public @Nullable Long most(String code, String institution, BigDecimal quantity, LocalDate day) {
    try {
      // Most codes of others are in no price book: their institution need not be read.
      PriceItem price =
          prices.has(code) ? prices.find(code, institution, level(institution), day) : null;
      return price == null || price.isDrug() ? null : price.of(quantity);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.BUSINESS_RULE) {
        return null; // A quantity that no bill can be of.
      }
      throw e;
    }
  }

  private int level(String institution) {
    try {
      ResourceVersion version = store.read(PLATFORM, "Organization", institution);
      return version.content() == null ? 1 : level(Json.MAPPER.readTree(version.content()));
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      return 1;
    }
  }

  /** Of an institution as its Organization says it, 1 to 3; 1 where it says none. */
  static int level(JsonNode organization) {
    for (JsonNode one : organization.path("extension")) {
      if (LEVEL.equals(one.path("url").asString(""))) {
        String code = one.path("valueCoding").path("code").asString("");
        return code.startsWith("3") ? 3 : code.startsWith("2") ? 2 : 1;
      }
    }
    return 1;
  }
}
