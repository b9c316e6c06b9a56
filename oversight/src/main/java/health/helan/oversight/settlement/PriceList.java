package health.helan.oversight.settlement;

import health.helan.foundation.store.Refusal;
import health.helan.oversight.settlement.rules.CatalogueClass;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A list of prices as it was sent: the header, then an item a line, prices in yuan. Lines that
 * begin with {@code #} are remarks. A field has no comma.
 *
 * @param lines that say what something costs
 * @param faults the other ones
 */
public record PriceList(List<Line> lines, List<Fault> faults) {
  /** First line of a list: names of its columns. */
  public static final String HEADER =
      "code,name,unit,category,class,own_percent,price,from,to,level,institution";

  /** The same, of a list with one column more: the price is for so many units. */
  public static final String HEADER_PER = HEADER + ",per";

  private static final List<String> COLUMNS = List.of(HEADER_PER.split(","));
  private static final int MOST_UNITS = 100_000;
  private static final int MOST_LINES = 5_000;
  private static final BigDecimal MOST_YUAN = BigDecimal.valueOf(10_000_000);

  public PriceList {
    lines = List.copyOf(lines);
    faults = List.copyOf(faults);
  }

  /**
   * @param number from 1, as an editor counts
   */
  public record Line(int number, PriceItem item) {}

  /**
   * @param what name of the column that is wrong; {@code columns} when there are more or fewer than
   *     there should be, {@code overlap} when an earlier line speaks for the same days
   */
  public record Fault(int number, String what) {}

  /** A field that is wrong. */
  private static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String what;

    Wrong(String what) {
      super(what, null, false, false);
      this.what = what;
    }
  }

  /**
   * @throws Refusal INVALID when it does not begin with the header, or has no item; TOO_LONG for
   *     more than 5,000 lines
   */
  public static PriceList of(String csv) {
    List<Line> lines = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    int columns = 0;
    int number = 0;
    for (String text : csv.strip().lines().map(String::strip).toList()) {
      number++;
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      if (columns == 0) {
        if (!text.equals(HEADER) && !text.equals(HEADER_PER)) {
          throw new Refusal(Refusal.Kind.INVALID, "settlement.price-header", HEADER_PER);
        }
        columns = text.split(",", -1).length;
        continue;
      }
      if (lines.size() + faults.size() == MOST_LINES) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "settlement.price-lines", MOST_LINES);
      }
      try {
        PriceItem item = item(text.split(",", -1), columns);
        if (lines.stream().anyMatch(line -> item.overlaps(line.item()))) {
          throw new Wrong("overlap");
        }
        lines.add(new Line(number, item));
      } catch (Wrong wrong) {
        faults.add(new Fault(number, wrong.what));
      }
    }
    if (lines.isEmpty() && faults.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "settlement.price-header", HEADER_PER);
    }
    return new PriceList(lines, faults);
  }

  /**
   * Its items, when all lines are.
   *
   * @throws Refusal INVALID naming the first line that is none
   */
  public List<PriceItem> items() {
    if (!faults.isEmpty()) {
      Fault first = faults.getFirst();
      throw new Refusal(
          Refusal.Kind.INVALID, "settlement.price-line", first.number(), first.what());
    }
    return lines.stream().map(Line::item).toList();
  }

  /** The fields of a line, by the names of their columns. */
  private record Fields(String[] all) {
    <T> T read(String column, Function<String, T> how, Predicate<T> isRight) {
      try {
        T value = how.apply(all[COLUMNS.indexOf(column)]);
        if (isRight.test(value)) {
          return value;
        }
      } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
        throw new Wrong(column);
      }
      throw new Wrong(column);
    }

    String text(String column, String pattern) {
      return read(column, Function.identity(), text -> text.matches(pattern));
    }

    /** 0 where nothing stands. */
    int number(String column, int most) {
      return read(
          column,
          text -> text.isEmpty() ? 0 : Integer.parseInt(text),
          value -> value >= 0 && value <= most);
    }

    @Nullable LocalDate dayOrNull(String column, LocalDate from) {
      return all[COLUMNS.indexOf(column)].isEmpty()
          ? null
          : read(column, PriceList::day, day -> !day.isBefore(from));
    }
  }

  /** In four, two and two digits: a price in the book is never changed. */
  private static LocalDate day(String text) {
    if (text.length() != "2026-10-31".length()) {
      throw new IllegalArgumentException("no day");
    }
    return LocalDate.parse(text);
  }

  private static BigDecimal yuan(String text) {
    if (!text.matches("[0-9]{1,8}(\\.[0-9]{1,2}0{0,4})?")) {
      throw new IllegalArgumentException("no amount");
    }
    return new BigDecimal(text);
  }

  private static PriceItem item(String[] all, int columns) {
    if (all.length != columns) {
      throw new Wrong("columns");
    }
    var fields = new Fields(all);
    String code = fields.text("code", "[A-Za-z0-9._-]{1,40}");
    String name = fields.text("name", "(?=.*\\S).{1,100}");
    String unit = fields.text("unit", ".{0,20}");
    String category = fields.text("category", "[a-z-]{1,40}");
    CatalogueClass catalogue = fields.read("class", CatalogueClass::valueOf, _ -> true);
    int own = fields.number("own_percent", catalogue == CatalogueClass.B ? 100 : 0);
    BigDecimal yuan =
        fields.read(
            "price",
            PriceList::yuan,
            price ->
                price.signum() >= 0
                    && price.compareTo(MOST_YUAN) <= 0
                    && price.stripTrailingZeros().scale() <= 2);
    LocalDate from = fields.read("from", PriceList::day, _ -> true);
    LocalDate to = fields.dayOrNull("to", from);
    int level = fields.number("level", 3);
    String institution = fields.text("institution", "[A-Za-z0-9.-]{0,64}");
    int per =
        columns < COLUMNS.size() || fields.text("per", "[0-9]{0,6}").isEmpty()
            ? 1
            : fields.read("per", Integer::parseInt, units -> units > 0 && units <= MOST_UNITS);
    return new PriceItem(
        code,
        name,
        unit,
        category,
        catalogue,
        own,
        yuan.movePointRight(2).longValueExact(),
        from,
        to,
        level,
        institution,
        per);
  }
}
