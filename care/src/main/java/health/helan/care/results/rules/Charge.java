package health.helan.care.results.rules;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A line of a bill, out of a ChargeItem.
 *
 * @param day of Beijing, on which it arose; null where nothing says
 * @param at the time as the resource says it; empty for none
 * @param system of the code; empty for none
 * @param quantity may be negative: a charge taken back
 * @param unitPrice in yuan, with at most four digits behind the point; null where it is not said
 *     and does not come out even
 * @param fen the amount; null where there is none in CNY
 * @param category a code of {@link #CATEGORY}; empty for none
 * @param insurance a code of {@link #INSURANCE}; empty for none
 */
public record Charge(
    String id,
    @Nullable LocalDate day,
    String at,
    String code,
    String system,
    String name,
    @Nullable BigDecimal quantity,
    String unit,
    @Nullable BigDecimal unitPrice,
    @Nullable Long fen,
    String category,
    String insurance,
    Standing standing) {
  private static final String OWN = "https://helan.health/fhir/";

  /** What a charge is for, as inpatients' receipts group it: a second coding of its code. */
  public static final String CATEGORY = OWN + "CodeSystem/charge-category";

  /** Class of what insurance pays of it (甲、乙、丙类): extension of the ChargeItem, a Coding. */
  public static final String INSURANCE = OWN + "StructureDefinition/charge-insurance-class";

  /** Price of one, as Money: extension of the ChargeItem. */
  public static final String UNIT_PRICE = OWN + "StructureDefinition/charge-unit-price";

  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000L);
  private static final int DIGITS_OF_PRICES = 4;

  /** Null for what is on no bill. */
  public static @Nullable Charge of(JsonNode item) {
    Long fen = fen(item.path("priceOverride"));
    Standing standing = Standing.of(item.path("status").asString(""), fen != null);
    if (standing == null) {
      return null;
    }
    String code = "";
    String system = "";
    String category = "";
    String name = item.path("code").path("text").asString("");
    for (JsonNode coding : item.path("code").path("coding")) {
      if (coding.path("system").asString("").equals(CATEGORY)) {
        category = coding.path("code").asString("");
      } else if (code.isEmpty()) {
        code = coding.path("code").asString("");
        system = coding.path("system").asString("");
        if (name.isEmpty()) {
          name = coding.path("display").asString("");
        }
      }
    }
    BigDecimal quantity = decimal(item.path("quantity").path("value"));
    String at = at(item);
    return new Charge(
        item.path("id").asString(""),
        day(at),
        at,
        code,
        system,
        name.isEmpty() ? code : name,
        quantity,
        item.path("quantity").path("unit").asString(""),
        price(extension(item, UNIT_PRICE).path("valueMoney"), fen, quantity),
        fen,
        category,
        extension(item, INSURANCE).path("valueCoding").path("code").asString(""),
        standing);
  }

  /** When it arose: {@code occurrence[x]}, else when it was entered. */
  private static String at(JsonNode item) {
    for (String path :
        new String[] {
          "/occurrenceDateTime",
          "/occurrencePeriod/start",
          "/occurrenceTiming/event/0",
          "/enteredDate"
        }) {
      String text = item.at(path).asString("");
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }

  /** Day of Beijing of a FHIR dateTime; null for none, and for a month or a year. */
  public static @Nullable LocalDate day(String dateTime) {
    try {
      return dateTime.length() < 10
          ? null
          : dateTime.length() == 10
              ? LocalDate.parse(dateTime)
              : OffsetDateTime.parse(dateTime).atZoneSameInstant(BEIJING).toLocalDate();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /**
   * Whole fen of a Money, more digits rounded half up (away from zero); null for none, for another
   * currency, and for what no bill can be.
   */
  public static @Nullable Long fen(JsonNode money) {
    BigDecimal value = yuan(money);
    return value == null
        ? null
        : value.setScale(2, RoundingMode.HALF_UP).movePointRight(2).longValueExact();
  }

  private static @Nullable BigDecimal yuan(JsonNode money) {
    BigDecimal value = decimal(money.path("value"));
    return value == null
            || value.abs().compareTo(MOST) > 0
            || !money.path("currency").asString("CNY").equals("CNY")
        ? null
        : value;
  }

  private static @Nullable BigDecimal decimal(JsonNode node) {
    return node.isNumber() ? node.decimalValue() : null;
  }

  private static @Nullable BigDecimal price(
      JsonNode said, @Nullable Long fen, @Nullable BigDecimal quantity) {
    BigDecimal one = yuan(said);
    if (one != null) {
      return one.setScale(DIGITS_OF_PRICES, RoundingMode.HALF_UP);
    }
    if (fen == null || quantity == null || quantity.signum() == 0) {
      return null;
    }
    // More digits than a price has would be a price that nobody asked for.
    BigDecimal amount = BigDecimal.valueOf(fen, 2);
    BigDecimal even = amount.divide(quantity, DIGITS_OF_PRICES, RoundingMode.HALF_UP);
    return even.multiply(quantity).compareTo(amount) == 0 ? even : null;
  }

  static JsonNode extension(JsonNode resource, String url) {
    for (JsonNode one : resource.path("extension")) {
      if (url.equals(one.path("url").asString(""))) {
        return one;
      }
    }
    return resource.path("extension").path(-1);
  }

  /** What is added to sums; zero for a line that is not. */
  public long counts() {
    return standing == Standing.COUNTED && fen != null ? fen : 0;
  }
}
