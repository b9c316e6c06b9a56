package health.helan.pharmacy.circulation;

import health.helan.foundation.rest.Faults;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.trust.account.Sql;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.KnowledgeBook;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Table {@code pharmacy_stock}: what pharmacies say they have, and what they ask for it. */
public final class Stock {
  /** What was told longer ago is shown as old: it may be gone. */
  static final Duration FRESH = Duration.ofHours(24);

  /** Clocks of pharmacies may be ahead by so much. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  /** Lines a statement. */
  private static final int AT_ONCE = 1_000;

  private static final String LINES =
      "select shop, item, match, name, maker, code, unit, per, fen, quantity, told from"
          + " pharmacy_stock";

  private final RecordStore store;
  private final Sql sql;
  private final KnowledgeBook knowledge;
  private final Clock clock;

  Stock(RecordStore store, DataSource database, KnowledgeBook knowledge, Clock clock) {
    this.store = store;
    this.knowledge = knowledge;
    this.clock = clock;
    sql = new Sql(database);
  }

  /** Bucket of a pharmacy. */
  int home(String shop) {
    return home(store.parameters().digests(), shop);
  }

  private static int home(Digests digests, String shop) {
    return (int) Math.floorMod(digests.reference("Organization", shop), Ids.HOMES);
  }

  // ------------------------------------------------------------------ telling

  /**
   * What came of an update.
   *
   * @param taken lines that hold now
   * @param late lines that were not, for something newer was told before
   * @param gone lines that were not named any more, and count nothing now
   */
  public record Taken(int taken, int late, int gone) {}

  /**
   * Takes what a pharmacy tells, all of it or nothing.
   *
   * @param lines objects with item, name, unit, quantity, price (yuan), and as may be per, maker,
   *     code, at
   * @param whole true when this is all that the pharmacy has
   * @throws Faults a refusal for each wrong line
   */
  public Taken update(Shop shop, StockLines lines, boolean whole) {
    List<Refusal> faults = new ArrayList<>(lines.faults());
    if (lines.told().isEmpty() && faults.isEmpty()) {
      throw StockLines.tooMany();
    }
    Knowledge base = knowledge.inForce();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    List<Line> read = new ArrayList<>();
    Set<String> items = new HashSet<>();
    for (StockLines.Told told : lines.told()) {
      Line line = line(told.line(), told.number(), shop.institution(), base, now, faults);
      if (line != null && !items.add(line.item())) {
        faults.add(StockLines.fault(told.number(), "item"));
      } else if (line != null) {
        read.add(line);
      }
    }
    if (!faults.isEmpty()) {
      throw new Faults(faults.subList(0, Math.min(faults.size(), StockLines.MOST_FAULTS)));
    }
    int home = home(shop.institution());
    return sql.together(
        connection -> {
          putShop(connection, home, shop, now);
          int taken = 0;
          for (int from = 0; from < read.size(); from += AT_ONCE) {
            List<Line> some = read.subList(from, Math.min(from + AT_ONCE, read.size()));
            taken += put(connection, home, some, base, now);
          }
          int gone =
              whole
                  ? Sql.update(
                      connection,
                      "update pharmacy_stock set quantity = 0, told = ?, changed = ? where home = ?"
                          + " and shop = ? and told < ? and quantity > 0 and not (item = any (?))",
                      now,
                      now,
                      home,
                      shop.institution(),
                      now,
                      List.copyOf(items))
                  : 0;
          return new Taken(taken, read.size() - taken, gone);
        });
  }

  private static void putShop(Connection connection, int home, Shop shop, Instant now)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            """
            insert into pharmacy_shop (home, latitude, longitude, told, shop, ways) values (?, ?::float8, ?::float8, ?, ?, ?)
            on conflict (home, shop) do update set latitude = excluded.latitude, longitude = excluded.longitude,
              told = excluded.told, ways = excluded.ways\
            """,
            home,
            shop.latitude(),
            shop.longitude(),
            now,
            shop.institution(),
            words(shop.ways()));
  }

  /**
   * How drugs are had from a pharmacy that has told its stock; of another the first telling says.
   */
  static void putWays(
      Connection connection, Digests digests, String shop, Set<Circulation.Way> ways)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            "update pharmacy_shop set ways = ? where home = ? and shop = ?",
            words(ways),
            home(digests, shop),
            shop);
  }

  private static List<String> words(Set<Circulation.Way> ways) {
    return ways.stream().map(Circulation.Way::word).toList();
  }

  private static int put(
      Connection connection, int home, List<Line> lines, Knowledge base, Instant now)
      throws SQLException {
    return Sql.update(
        connection,
        """
        insert into pharmacy_stock (home, changed, per, quantity, fen, told, shop, item, match, name, maker, code, unit,
          product)
        select ?, ?, l.per::integer, l.quantity::integer, l.fen::bigint, l.told::timestamptz, l.shop, l.item, l.match,
          l.name, l.maker, l.code, l.unit, l.product
        from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
          ?::text[], ?::text[], ?::text[])
          as l (per, quantity, fen, told, shop, item, match, name, maker, code, unit, product)
        on conflict (home, shop, item) do update set per = excluded.per, quantity = excluded.quantity,
          fen = excluded.fen, told = excluded.told, changed = excluded.changed, match = excluded.match,
          name = excluded.name, maker = excluded.maker, code = excluded.code, unit = excluded.unit,
          product = excluded.product
        where pharmacy_stock.told <= excluded.told\
        """,
        home,
        now,
        each(lines, line -> Integer.toString(line.per())),
        each(lines, line -> Integer.toString(line.quantity())),
        each(lines, line -> Long.toString(line.fen())),
        each(lines, line -> line.told().toString()),
        each(lines, Line::shop),
        each(lines, Line::item),
        each(lines, Line::match),
        each(lines, Line::name),
        each(lines, Line::maker),
        each(lines, Line::code),
        each(lines, Line::unit),
        each(lines, line -> Preparation.of(base, line.name(), line.code()).product()));
  }

  private static List<String> each(List<Line> lines, Function<Line, String> text) {
    return lines.stream().map(text).toList();
  }

  private static @Nullable Line line(
      JsonNode told, int number, String shop, Knowledge base, Instant now, List<Refusal> faults) {
    int before = faults.size();
    String item = text(told, "item", 1, 64, number, faults);
    String name = text(told, "name", 2, 100, number, faults);
    String unit = text(told, "unit", 1, 10, number, faults);
    String maker = text(told, "maker", 0, 100, number, faults);
    String code = text(told, "code", 0, 64, number, faults);
    int quantity = whole(told, "quantity", -1, number, faults);
    int per = whole(told, "per", 1, number, faults);
    if (per < 1) {
      faults.add(StockLines.fault(number, "per"));
    }
    String price = told.path("price").asString("");
    if (!price.matches("\\d{1,7}(\\.\\d{1,2})?")) {
      faults.add(StockLines.fault(number, "price"));
    }
    Instant at = now;
    String when = told.path("at").asString("");
    try {
      at = when.isEmpty() ? now : OffsetDateTime.parse(when).toInstant();
      if (at.isAfter(now.plus(SKEW))) {
        faults.add(StockLines.fault(number, "at"));
      }
    } catch (DateTimeException e) {
      faults.add(StockLines.fault(number, "at"));
    }
    if (faults.size() > before) {
      return null;
    }
    return new Line(
        shop,
        item,
        Preparation.of(base, name, code).match(),
        name,
        maker,
        code,
        unit,
        per,
        new BigDecimal(price).movePointRight(2).longValueExact(),
        quantity,
        at.isAfter(now) ? now : at);
  }

  private static String text(
      JsonNode told, String field, int shortest, int longest, int number, List<Refusal> faults) {
    String text = told.path(field).asString("").strip();
    if (text.length() < shortest
        || text.length() > longest
        || text.chars().anyMatch(Character::isISOControl)) {
      faults.add(StockLines.fault(number, field));
    }
    return text;
  }

  /**
   * @param otherwise what counts when it is not told; below 0: it has to be
   */
  private static int whole(
      JsonNode told, String field, int otherwise, int number, List<Refusal> faults) {
    String text = told.path(field).asString("");
    if (text.isEmpty() && otherwise >= 0) {
      return otherwise;
    }
    if (!text.matches("\\d{1,7}")) {
      faults.add(StockLines.fault(number, field));
      return Math.max(otherwise, 1);
    }
    return Integer.parseInt(text);
  }

  // ------------------------------------------------------------------ asking

  /** What a shop has told, by name. */
  List<Line> ofShop(String shop) {
    return sql.list(
        LINES + " where home = ? and shop = ? order by name, item limit ?",
        Stock::line,
        home(shop),
        shop,
        StockLines.MOST);
  }

  /** Whether a shop has ever told anything. */
  boolean isTold(String shop) {
    return sql.one(
            "select 1 from pharmacy_stock where home = ? and shop = ? limit 1",
            row -> row.getInt(1),
            home(shop),
            shop)
        != null;
  }

  @Nullable Line line(String shop, String item) {
    return sql.one(
        LINES + " where home = ? and shop = ? and item = ?", Stock::line, home(shop), shop, item);
  }

  /**
   * Takes so many out.
   *
   * @return false when there are not so many
   */
  boolean take(Connection connection, String shop, String item, int quantity, Instant at)
      throws SQLException {
    return Sql.update(
            connection,
            "update pharmacy_stock set quantity = quantity - ?, changed = ?"
                + " where home = ? and shop = ? and item = ? and quantity >= ?",
            quantity,
            at,
            home(shop),
            shop,
            item,
            quantity)
        == 1;
  }

  /** Puts back what had been taken out. */
  void giveBack(Connection connection, String shop, String item, int quantity, Instant at)
      throws SQLException {
    Sql.update(
        connection,
        "update pharmacy_stock set quantity = quantity + ?, changed = ?"
            + " where home = ? and shop = ? and item = ?",
        quantity,
        at,
        home(shop),
        shop,
        item);
  }

  boolean isOld(Line line) {
    return line.told().isBefore(clock.instant().minus(FRESH));
  }

  static Line line(ResultSet row) throws SQLException {
    return new Line(
        row.getString("shop"),
        row.getString("item"),
        row.getString("match"),
        row.getString("name"),
        row.getString("maker"),
        row.getString("code"),
        row.getString("unit"),
        row.getInt("per"),
        row.getLong("fen"),
        row.getInt("quantity"),
        Sql.instant(row, "told"));
  }
}
