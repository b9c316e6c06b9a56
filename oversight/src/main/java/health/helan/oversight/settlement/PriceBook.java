package health.helan.oversight.settlement;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.settlement.rules.CatalogueClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What things cost on which day. A price that is in the book is not changed: it gets a last day,
 * and another follows. Where the book has none, the demonstration's list is asked, if there is to
 * be one.
 */
public final class PriceBook {
  private static final String ITEMS =
      "select code, name, unit, category, class, own_percent, fen, from_day, to_day, level,"
          + " institution, per from price_item";
  private static final String INSERT =
      """
      insert into price_item (per, level, own_percent, from_day, to_day, fen, made, code, institution, name, unit,
        category, class, made_by)
      select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
      where not exists (select 1 from price_item where code = ? and level = ? and institution = ?
        and (to_day is null or to_day >= ?) and from_day <= ?)""";
  private static final String END =
      "update price_item set to_day = ? where code = ? and level = ? and institution = ?"
          + " and from_day = ? and (to_day is null or to_day >= ?)";
  private static final LocalDate NEVER = LocalDate.of(9999, 12, 31);

  private final Sql sql;
  private final Clock clock;
  private final List<PriceItem> shipped;

  /**
   * @param withDemonstration whether prices that are made up may stand in for those that are not
   *     there
   */
  public PriceBook(DataSource database, boolean withDemonstration, Clock clock) {
    sql = new Sql(database);
    this.clock = clock;
    shipped = withDemonstration ? demonstration() : List.of();
  }

  /** Made-up prices of services and payment standards of drugs, marked so by their names. */
  public static List<PriceItem> demonstration() {
    List<PriceItem> all = new ArrayList<>(shipped("/settlement/prices.csv"));
    all.addAll(shipped("/settlement/drugs.csv"));
    return List.copyOf(all);
  }

  private static List<PriceItem> shipped(String list) {
    try (var in = Objects.requireNonNull(PriceBook.class.getResourceAsStream(list))) {
      return PriceList.of(new String(in.readAllBytes(), StandardCharsets.UTF_8)).items();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The price of a day of service.
   *
   * @param institution whose service it was
   * @param level of that institution, 1 to 3
   * @throws Refusal BUSINESS_RULE when nothing says what it costs on that day
   */
  public PriceItem price(String code, String institution, int level, LocalDate day) {
    PriceItem found = find(code, institution, level, day);
    if (found == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.no-price", code, day.toString());
    }
    return found;
  }

  /** The same; null when nothing says it. */
  @Nullable PriceItem find(String code, String institution, int level, LocalDate day) {
    PriceItem found = narrowest(of(code), institution, level, day);
    return found == null ? narrowest(shippedOf(code), institution, level, day) : found;
  }

  /** Whether something of that code has a price, on any day. */
  boolean has(String code) {
    return !of(code).isEmpty() || !shippedOf(code).isEmpty();
  }

  /** Whether the region has any prices: where it has none, nothing is settled. */
  public boolean isEmpty() {
    return shipped.isEmpty()
        && sql.list("select 1 from price_item limit 1", row -> row.getInt(1)).isEmpty();
  }

  private static @Nullable PriceItem narrowest(
      List<PriceItem> items, String institution, int level, LocalDate day) {
    return items.stream()
        .filter(item -> item.isValid(day) && item.isFor(institution, level))
        .max(Comparator.comparingInt(PriceItem::narrowness))
        .orElse(null);
  }

  private List<PriceItem> of(String code) {
    return sql.list(ITEMS + " where code = ?", PriceBook::item, code);
  }

  private List<PriceItem> shippedOf(String code) {
    return shipped.stream().filter(item -> item.code().equals(code)).toList();
  }

  /** What costs something on a day, by code; at most {@code most}. */
  public List<PriceItem> list(LocalDate day, String words, int most) {
    List<PriceItem> all =
        new ArrayList<>(
            sql.list(
                ITEMS
                    + " where from_day <= ? and (to_day is null or to_day >= ?) and (code like ?"
                    + " or name like ?) order by code, level, institution limit ?",
                PriceBook::item,
                day,
                day,
                like(words) + "%",
                "%" + like(words) + "%",
                most));
    for (PriceItem item : shipped) {
      if (all.size() < most
          && item.isValid(day)
          && (item.code().startsWith(words) || item.name().contains(words))
          && all.stream().noneMatch(other -> other.code().equals(item.code()))) {
        all.add(item);
      }
    }
    all.sort(Comparator.comparing(PriceItem::code).thenComparing(PriceItem::level));
    return all;
  }

  private static String like(String words) {
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
  }

  /** What a line of a list does to the book. */
  public enum Effect {
    /** A price that was not there. */
    NEW,
    /** One that is there gets a last day. */
    ENDS,
    SAME,
    /** It would say something else of days that another speaks for. */
    CLASH;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A line, and what it would do.
   *
   * @param before what the same cost before it begins, fen; null for nothing
   */
  public record Checked(PriceList.Line line, Effect effect, @Nullable Long before) {}

  /**
   * Takes a list into the book, whole or not at all. An item that is there already with the same
   * price may get a last day, not earlier than today.
   *
   * @return how many were new or got a last day
   * @throws Refusal CONFLICT for one that would say something else of days that another speaks for
   */
  public int load(List<PriceItem> items, String by) {
    return sql.together(
        connection -> {
          PriceHistory history = history(connection, items);
          int done = 0;
          for (PriceItem item : items) {
            Effect effect = history.take(item);
            if (effect == Effect.SAME) {
              continue;
            }
            // What another list has committed since is seen by the statements, which look again.
            boolean isTaken =
                switch (effect) {
                  case NEW -> insert(connection, item, by);
                  case ENDS -> end(connection, item);
                  case SAME, CLASH -> false;
                };
            if (!isTaken) {
              throw new Refusal(Refusal.Kind.CONFLICT, "settlement.price-overlap", item.code());
            }
            done++;
          }
          return done;
        });
  }

  /** What each line would do if the list were taken; nothing is, and nothing is written for it. */
  public List<Checked> check(List<PriceList.Line> lines) {
    PriceHistory history =
        sql.on(
            connection -> history(connection, lines.stream().map(PriceList.Line::item).toList()));
    List<Checked> checked = new ArrayList<>();
    for (PriceList.Line line : lines) {
      Long before = history.before(line.item());
      checked.add(new Checked(line, history.take(line.item()), before));
    }
    return checked;
  }

  private PriceHistory history(Connection connection, List<PriceItem> items) throws SQLException {
    return new PriceHistory(
        Sql.list(
            connection,
            ITEMS + " where code = any (?) and institution = any (?)",
            PriceBook::item,
            items.stream().map(PriceItem::code).distinct().toList(),
            items.stream().map(PriceItem::institution).distinct().toList()),
        LocalDate.ofInstant(clock.instant(), PriceItem.BEIJING));
  }

  private static boolean end(Connection connection, PriceItem item) throws SQLException {
    return Sql.update(
            connection,
            END,
            item.to(),
            item.code(),
            (short) item.level(),
            item.institution(),
            item.from(),
            item.to())
        == 1;
  }

  private boolean insert(Connection connection, PriceItem item, String by) throws SQLException {
    return Sql.update(
            connection,
            INSERT,
            item.per(),
            (short) item.level(),
            (short) item.ownPercent(),
            item.from(),
            item.to(),
            item.fen(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            item.code(),
            item.institution(),
            item.name(),
            item.unit(),
            item.category(),
            item.catalogue().name(),
            by,
            item.code(),
            (short) item.level(),
            item.institution(),
            item.from(),
            item.to() == null ? NEVER : item.to())
        == 1;
  }

  private static PriceItem item(ResultSet row) throws SQLException {
    return new PriceItem(
        row.getString("code"),
        row.getString("name"),
        row.getString("unit"),
        row.getString("category"),
        CatalogueClass.valueOf(row.getString("class")),
        row.getInt("own_percent"),
        row.getLong("fen"),
        row.getObject("from_day", LocalDate.class),
        row.getObject("to_day", LocalDate.class),
        row.getInt("level"),
        row.getString("institution"),
        row.getInt("per"));
  }
}
