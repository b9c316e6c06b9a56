package health.helan.oversight.settlement;

import health.helan.foundation.rest.Given;
import health.helan.oversight.settlement.rules.CatalogueClass;
import health.helan.oversight.settlement.rules.Facts;
import health.helan.oversight.settlement.rules.RuleSet;
import health.helan.oversight.settlement.rules.Setting;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A bill that is made up to try rules by: {@code day}, {@code setting}, {@code level}, {@code
 * scheme}, {@code group}…, {@code mark}…, amounts in yuan by class ({@code a}, {@code b} with
 * {@code b-own-percent}, {@code c}), and {@code total}…, sums of the year so far as {@code ACCOUNT
 * YUAN}.
 */
final class TrialBill {
  static final Set<String> WORDS =
      Set.of(
          "id",
          "version",
          "day",
          "setting",
          "level",
          "scheme",
          "group",
          "mark",
          "a",
          "b",
          "b-own-percent",
          "c",
          "total");

  private static final String YUAN = "\\d{1,8}(\\.\\d{1,2})?";
  private static final String TOTAL = "[a-z0-9.-]{1,80} " + YUAN;

  private TrialBill() {}

  /**
   * @throws health.helan.foundation.store.Refusal VALUE naming the parameter that is wrong
   */
  static Facts read(Given given, Instant now) {
    String day = given.text("day");
    String setting = given.need("setting");
    String percent = given.text("b-own-percent");
    if (!Set.of("outpatient", "inpatient").contains(setting)) {
      throw Given.wrong("setting");
    }
    if (percent != null && !percent.matches("\\d{1,2}|100")) {
      throw Given.wrong("b-own-percent");
    }
    List<Facts.Item> items = new ArrayList<>();
    add(items, CatalogueClass.A, given.text("a"), 0);
    add(items, CatalogueClass.B, given.text("b"), percent == null ? 0 : Integer.parseInt(percent));
    add(items, CatalogueClass.C, given.text("c"), 0);
    if (items.isEmpty()) {
      throw Given.missing("a");
    }
    Map<String, Long> totals = new HashMap<>();
    for (String total : all(given, "total", one -> one.matches(TOTAL))) {
      String[] words = total.split(" ");
      totals.put(words[0], fen(words[1]));
    }
    String scheme = given.need("scheme");
    if (!RuleSet.SCHEMES.contains(scheme)) {
      throw Given.wrong("scheme");
    }
    return new Facts(
        LocalDate.ofInstant(day == null ? now : given.time("day"), PriceItem.BEIJING),
        setting.equals("inpatient") ? Setting.INPATIENT : Setting.OUTPATIENT,
        given.number("level", 2, 3),
        scheme,
        all(given, "group", RuleSet.GROUPS::contains),
        all(given, "mark", RuleSet.MARKS::contains),
        items,
        totals);
  }

  private static Set<String> all(Given given, String name, Predicate<String> isKnown) {
    var all = new HashSet<>(given.list(name));
    if (!all.stream().allMatch(isKnown)) {
      throw Given.wrong(name);
    }
    return all;
  }

  private static void add(
      List<Facts.Item> items, CatalogueClass of, @Nullable String yuan, int ownPercent) {
    if (yuan == null) {
      return;
    }
    if (!yuan.matches(YUAN)) {
      throw Given.wrong(of.name().toLowerCase(java.util.Locale.ROOT));
    }
    if (fen(yuan) > 0) {
      items.add(new Facts.Item(of.name(), fen(yuan), of, ownPercent));
    }
  }

  private static long fen(String yuan) {
    return new BigDecimal(yuan).movePointRight(2).longValueExact();
  }
}
