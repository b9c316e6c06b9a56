package health.helan.bench;

import health.helan.bench.measure.Latencies;
import health.helan.bench.server.Postgres;
import health.helan.pharmacy.circulation.Circulation.Way;
import health.helan.pharmacy.circulation.Offer;
import health.helan.pharmacy.circulation.OfferTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/**
 * Where a prescription can be had, in a province: the two statements of {@link OfferTable},
 * PostgreSQL included; not the registry's word on each pharmacy that is shown. Every pharmacy has
 * every drug, which is the worst case: a prescription of three drugs meets three lines of each.
 *
 * <pre>
 * ./helan bench offers --db jdbc:postgresql://host:port/ [--pharmacies 10000] [--drugs 200] [--times 300]
 * </pre>
 *
 * Drops and makes the database {@code helan_bench_offers}.
 */
final class OfferSpeed {
  private static final String DATABASE = "helan_bench_offers";
  private static final int SHOWN = 30;
  private static final int THREADS = 4;

  /** Of one prescription. */
  private static final int MOST_WANTED = 5;

  private static final Instant TOLD = Instant.parse("2026-01-01T00:00:00Z");

  private final OfferTable table;
  private final int drugs;

  private OfferSpeed(DataSource database, int drugs) {
    table = new OfferTable(database);
    this.drugs = drugs;
  }

  static void run(List<String> words) throws InterruptedException {
    String url = "";
    int pharmacies = 10_000;
    int drugs = 200;
    int times = 300;
    for (int i = 0; i + 1 < words.size(); i += 2) {
      switch (words.get(i)) {
        case "--db" -> url = words.get(i + 1);
        case "--pharmacies" -> pharmacies = Integer.parseInt(words.get(i + 1));
        case "--drugs" -> drugs = Integer.parseInt(words.get(i + 1));
        case "--times" -> times = Integer.parseInt(words.get(i + 1));
        default -> throw new IllegalArgumentException("offers does not know " + words.get(i));
      }
    }
    if (drugs < MOST_WANTED) {
      throw new IllegalArgumentException("offers wants --drugs of at least " + MOST_WANTED);
    }
    Postgres postgres = Postgres.at(url);
    try (var pool = postgres.fresh(DATABASE, THREADS + 1)) {
      long begin = System.nanoTime();
      fill(pool, pharmacies, drugs);
      postgres.settle(Duration.ofMinutes(2));
      say(
          "%d pharmacies, %d drugs each, filled in %.0f s; %.2f GB",
          pharmacies, drugs, (System.nanoTime() - begin) / 1e9, postgres.bytes(DATABASE) / 1e9);
      var speed = new OfferSpeed(pool, drugs);
      for (int wanted : new int[] {1, 3, MOST_WANTED}) {
        for (Offer.Sort sort : Offer.Sort.values()) {
          for (int threads : new int[] {1, THREADS}) {
            speed.measure(wanted, sort, threads, times);
          }
        }
      }
    } catch (SQLException refused) {
      throw new IllegalStateException("PostgreSQL refused", refused);
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  /** Places of a province of 600 by 600 km; each tells its whole stock at once, as they do. */
  private static void fill(DataSource database, int pharmacies, int drugs) throws SQLException {
    execute(
        database,
        """
        insert into pharmacy_shop (home, latitude, longitude, told, shop, ways)
        select (n * 2654435761 %% 4096)::integer, 36 + random() * 5.4, 104 + random() * 7, timestamptz '%s', 's' || n,
          case when n %% 3 = 0 then array['pickup', 'delivery'] else array['pickup'] end
        from generate_series(1, %d::bigint) n\
        """
            .formatted(TOLD, pharmacies));
    execute(
        database,
        """
        insert into pharmacy_stock (home, per, quantity, fen, told, changed, shop, item, match, name, maker, code, unit,
          product)
        select home, 28, (random() * 200)::integer, 500 + (random() * 3000)::integer, told, told, shop, 'i' || d,
          '~drug-' || d || '|tablet|oral|5', '药品 ' || d || ' 片 5mg', '药业', '', '片', '药品 ' || d || ' 片'
        from pharmacy_shop, generate_series(0, %d - 1) d\
        """
            .formatted(drugs));
    execute(database, "vacuum analyze pharmacy_stock");
    execute(database, "vacuum analyze pharmacy_shop");
  }

  private static void execute(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void measure(int wanted, Offer.Sort sort, int threads, int times)
      throws InterruptedException {
    List<long[]> nanos = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Thread> all = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      all.add(Thread.ofPlatform().start(() -> nanos.add(asked(wanted, sort, times / threads))));
    }
    for (Thread thread : all) {
      thread.join();
    }
    var latencies = new Latencies(nanos.stream().flatMapToLong(LongStream::of).toArray());
    say(
        "%d drugs by %s, %d at once: p50 %.1f ms, p95 %.1f ms; %.0f a second",
        wanted,
        sort.name().toLowerCase(Locale.ROOT),
        threads,
        latencies.percentileMs(0.5),
        latencies.percentileMs(0.95),
        times / ((System.nanoTime() - begin) / 1e9));
  }

  private long[] asked(int wanted, Offer.Sort sort, int times) {
    long[] nanos = new long[times];
    for (int i = -5; i < times; i++) {
      long begin = System.nanoTime();
      ask(wanted, sort);
      if (i >= 0) {
        nanos[i] = System.nanoTime() - begin;
      }
    }
    return nanos;
  }

  private void ask(int wanted, Offer.Sort sort) {
    var random = ThreadLocalRandom.current();
    List<OfferTable.Wanted> drugsWanted = new ArrayList<>();
    for (int drug : random.ints(0, drugs).distinct().limit(wanted).toArray()) {
      drugsWanted.add(
          new OfferTable.Wanted(
              "~drug-" + drug + "|tablet|oral|5", "片", 28, "药品 " + drug + " 片", "", false));
    }
    var found =
        table.best(
            drugsWanted,
            new OfferTable.Asked(
                wanted,
                sort,
                random.nextInt(4) == 0 ? Way.DELIVERY : null,
                36 + random.nextDouble() * 5.4,
                104 + random.nextDouble() * 7,
                TOLD.minusSeconds(1),
                SHOWN));
    if (found.size() != SHOWN * wanted) {
      throw new IllegalStateException("found " + found.size() + " lines");
    }
  }
}
