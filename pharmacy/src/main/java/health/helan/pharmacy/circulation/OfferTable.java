package health.helan.pharmacy.circulation;

import health.helan.foundation.trust.account.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Which lines of stock answer a prescription best: tables {@code pharmacy_stock} and {@code
 * pharmacy_shop}. One statement ranks the pharmacies by the index of preparations alone, another
 * reads the lines of those that are shown (docs/adr/0132).
 */
public final class OfferTable {
  /**
   * A drug that is left.
   *
   * @param match which preparation ({@link Preparation#match})
   * @param unit what is counted
   * @param count how many are left
   * @param product name without the strength, of what was prescribed
   * @param code of the product; empty for whichever
   * @param substitute whether the doctor lets another product stand in
   */
  public record Wanted(
      String match, String unit, int count, String product, String code, boolean substitute) {}

  /**
   * What is ranked by.
   *
   * @param drugs how many drugs a pharmacy needs to have all
   * @param way that a pharmacy has to offer; null for any
   * @param latitude of where the resident is, degrees, WGS 84; null where that is not said
   * @param old what was told before comes last
   * @param most pharmacies
   */
  public record Asked(
      int drugs,
      Offer.Sort sort,
      Circulation.@Nullable Way way,
      @Nullable Double latitude,
      @Nullable Double longitude,
      Instant old,
      int most) {}

  /**
   * The best line of a pharmacy for a drug.
   *
   * @param number which of those wanted, from 0
   */
  public record Found(int number, Line line) {}

  private record Place(int home, String shop) {}

  /** Lines that may be counted out for what is wanted: of the preparation, by that unit. */
  private static final String SUITABLE =
      """
      with wanted as materialized (
        select n, match, unit, count::integer, product, code, substitute = 'true' as substitute
        from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          with ordinality as w (match, unit, count, product, code, substitute, n)
      ), line as (
        select s.home, s.shop, w.n, w.count as wanted, least(s.quantity, w.count) as count,
          (s.told < ?::timestamptz)::integer as old,
          not coalesce(s.product = w.product and (w.code = '' or s.code = w.code), true) as other,
          (s.fen * least(s.quantity, w.count) + s.per - 1) / s.per as fen%s
        from wanted w join pharmacy_stock s on s.match = w.match and s.unit = w.unit
        where s.quantity > 0%s
          and (w.substitute or s.product is null or s.product = w.product and (w.code = '' or s.code = w.code))
      )\
      """;

  /**
   * More of it first; of the same, the prescribed product, then the cheaper, then what was told
   * lately.
   */
  private static final String RANKED =
      SUITABLE.formatted("", "")
          + """
          , part as (
            select home, shop, n, min(wanted) as wanted,
              min(array[-count, other::integer, fen, old]) as best
            from line group by home, shop, n
          ), offer as (
            select home, shop, count(*) as parts, sum(best[3]) as fen,
              count(*) = ? and bool_and(best[1] = -wanted) as whole,
              max(best[4]) as old
            from part group by home, shop
          )
          select o.home, o.shop from offer o left join pharmacy_shop p on p.home = o.home and p.shop = o.shop
          where p.shop is null or ?::text is null or ?::text = any (p.ways)
          order by p.shop is null and ?::text is not null, o.whole desc, o.parts desc, o.old,\
          """;

  private static final String BY_PRICE = RANKED + " o.fen, o.shop limit ?";

  /** The haversine of the angle: it grows with the distance. */
  private static final String BY_DISTANCE =
      RANKED
          + """
           power(sin(radians(p.latitude - ?::float8) / 2), 2) + cos(radians(?::float8)) * cos(radians(p.latitude))
            * power(sin(radians(p.longitude - ?::float8) / 2), 2) nulls last,
          o.fen, o.shop limit ?\
          """;

  private static final String LINES =
      SUITABLE.formatted(
              ", s.told, s.item, s.match, s.name, s.maker, s.code, s.unit, s.per, s.fen as price,"
                  + " s.quantity",
              " and s.home = any (?::integer[]) and s.shop = any (?)")
          + """
           select distinct on (home, shop, n) shop, item, match, name, maker, code, unit, per, price as fen,
            quantity, told, n
          from line
          order by home, shop, n, count desc, other, line.fen, old, item\
          """;

  private final Sql sql;

  public OfferTable(DataSource database) {
    sql = new Sql(database);
  }

  /**
   * The best lines of the best pharmacies, in no order between pharmacies. Whoever has all comes
   * before who has a part, then what was told lately, then by price or distance. Where a way is
   * asked, those of which it is not known come last.
   */
  public List<Found> best(List<Wanted> wanted, Asked asked) {
    List<@Nullable Object> values = values(wanted, asked.old());
    values.add(asked.drugs());
    String way = asked.way() == null ? null : asked.way().word();
    values.add(way);
    values.add(way);
    values.add(way);
    boolean isByDistance =
        asked.sort() == Offer.Sort.DISTANCE
            && asked.latitude() != null
            && asked.longitude() != null;
    if (isByDistance) {
      values.add(asked.latitude());
      values.add(asked.latitude());
      values.add(asked.longitude());
    }
    values.add(asked.most());
    List<Place> places =
        sql.list(
            isByDistance ? BY_DISTANCE : BY_PRICE,
            row -> new Place(row.getInt(1), row.getString(2)),
            values.toArray());
    if (places.isEmpty()) {
      return List.of();
    }
    List<@Nullable Object> of = values(wanted, asked.old());
    of.add(texts(places, place -> Integer.toString(place.home)));
    of.add(texts(places, Place::shop));
    return sql.list(LINES, row -> new Found(row.getInt("n") - 1, Stock.line(row)), of.toArray());
  }

  private static List<@Nullable Object> values(List<Wanted> wanted, Instant old) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(texts(wanted, Wanted::match));
    values.add(texts(wanted, Wanted::unit));
    values.add(texts(wanted, one -> Integer.toString(one.count)));
    values.add(texts(wanted, Wanted::product));
    values.add(texts(wanted, Wanted::code));
    values.add(texts(wanted, one -> Boolean.toString(one.substitute)));
    values.add(old);
    return values;
  }

  private static <T> List<String> texts(List<T> of, Function<T, String> text) {
    return of.stream().map(text).toList();
  }
}
