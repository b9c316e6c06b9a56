package health.helan.oversight.settlement;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.settlement.rules.CatalogueClass;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What something costs, where and from when to when. Of a drug that a pharmacy has dispensed at a
 * price of its own it is the payment standard (医保支付标准): what insurance counts at most.
 *
 * @param unit as 次, 日
 * @param category a code of {@code charge-category}, as receipts group it
 * @param ownPercent of class B: what the resident pays first; 0 for the others
 * @param fen for {@code per} units
 * @param from first day of service, Beijing
 * @param to last day; null for no end
 * @param level of the institutions that it is for, 1 to 3; 0 for all
 * @param institution id of the Organization that it is for; empty for all
 * @param per how many units the price is for, 1 or more: a piece may cost less than a fen
 */
public record PriceItem(
    String code,
    String name,
    String unit,
    String category,
    CatalogueClass catalogue,
    int ownPercent,
    long fen,
    LocalDate from,
    @Nullable LocalDate to,
    int level,
    String institution,
    int per) {
  /** First line of a list: names of its columns. */
  public static final String HEADER =
      "code,name,unit,category,class,own_percent,price,from,to,level,institution";

  /** The same, of a list with one column more: the price is for so many units. */
  public static final String HEADER_PER = HEADER + ",per";

  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private static final int MOST_LINES = 5_000;
  private static final BigDecimal MOST_YUAN = BigDecimal.valueOf(10_000_000);

  boolean isValid(LocalDate day) {
    return !day.isBefore(from) && (to == null || !day.isAfter(to));
  }

  boolean isFor(String of, int atLevel) {
    return (institution.isEmpty() || institution.equals(of)) && (level == 0 || level == atLevel);
  }

  boolean overlaps(PriceItem other) {
    return code.equals(other.code)
        && level == other.level
        && institution.equals(other.institution)
        && (to == null || !to.isBefore(other.from))
        && (other.to == null || !other.to.isBefore(from));
  }

  /** The narrower one counts: an institution's own before a level's before the region's. */
  int narrowness() {
    return (institution.isEmpty() ? 0 : 2) + (level == 0 ? 0 : 1);
  }

  /**
   * What a quantity of it costs: rounded half up to the fen.
   *
   * @throws Refusal VALUE for none, less than none, and what no bill can be
   */
  long of(BigDecimal quantity) {
    if (quantity.signum() <= 0 || quantity.compareTo(BigDecimal.valueOf(100_000)) > 0) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.quantity", code);
    }
    return quantity
        .multiply(BigDecimal.valueOf(fen))
        .divide(BigDecimal.valueOf(per), 0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /** Whether it is a drug, by the category of receipts. */
  boolean isDrug() {
    return category.endsWith("-drug");
  }

  // ------------------------------------------------------------------ lists

  /**
   * Reads a list: the header, then an item a line, prices in yuan. Lines that begin with {@code #}
   * are remarks. A field has no comma.
   *
   * @throws Refusal INVALID naming the line
   */
  public static List<PriceItem> read(String csv) {
    List<String> lines = csv.strip().lines().toList();
    List<PriceItem> items = new ArrayList<>();
    int columns = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (columns == 0) {
        if (!line.equals(HEADER) && !line.equals(HEADER_PER)) {
          throw new Refusal(Refusal.Kind.INVALID, "settlement.price-header", HEADER_PER);
        }
        columns = line.split(",", -1).length;
        continue;
      }
      PriceItem item = item(line.split(",", -1), columns, i + 1);
      if (items.stream().anyMatch(item::overlaps)) {
        throw wrong(i + 1);
      }
      items.add(item);
      if (items.size() > MOST_LINES) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "settlement.price-line", i + 1);
      }
    }
    if (items.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "settlement.price-header", HEADER_PER);
    }
    return items;
  }

  private static Refusal wrong(int line) {
    return new Refusal(Refusal.Kind.INVALID, "settlement.price-line", line);
  }

  private static PriceItem item(String[] fields, int columns, int line) {
    try {
      if (fields.length != columns
          || !fields[0].matches("[A-Za-z0-9._-]{1,40}")
          || fields[1].isBlank()
          || fields[1].length() > 100
          || fields[2].length() > 20
          || !fields[3].matches("[a-z-]{1,40}")
          || !fields[10].matches("[A-Za-z0-9.-]{0,64}")) {
        throw wrong(line);
      }
      CatalogueClass catalogue = CatalogueClass.valueOf(fields[4]);
      int own = fields[5].isEmpty() ? 0 : Integer.parseInt(fields[5]);
      BigDecimal yuan = new BigDecimal(fields[6]);
      LocalDate from = LocalDate.parse(fields[7]);
      LocalDate to = fields[8].isEmpty() ? null : LocalDate.parse(fields[8]);
      int level = fields[9].isEmpty() ? 0 : Integer.parseInt(fields[9]);
      int per = columns < 12 || fields[11].isEmpty() ? 1 : Integer.parseInt(fields[11]);
      if (own < 0
          || own > 100
          || (catalogue != CatalogueClass.B && own != 0)
          || yuan.signum() < 0
          || yuan.compareTo(MOST_YUAN) > 0
          || yuan.stripTrailingZeros().scale() > 2
          || level < 0
          || level > 3
          || per < 1
          || per > 100_000
          || (to != null && to.isBefore(from))) {
        throw wrong(line);
      }
      return new PriceItem(
          fields[0],
          fields[1],
          fields[2],
          fields[3],
          catalogue,
          own,
          yuan.movePointRight(2).longValueExact(),
          from,
          to,
          level,
          fields[10],
          per);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw wrong(line);
    }
  }
}
