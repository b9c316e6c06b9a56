package health.helan.care.queue;

import health.helan.care.appointment.places.PoolFigures;
import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.trust.account.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * How long places and queues are counted: {@code mvn … -Dtest=FiguresSpeed}. 50 hospitals of 25
 * departments of 4 doctors: 1.1 million places in the 14 days to come, as many in the 14 days past,
 * 1.2 million visits of 30 days, 1.4 million tickets. Without HTTP; each count as its first asker
 * has it, nothing shared.
 */
class FiguresSpeed {
  private final DataSource database = PostgresForTests.storeDatabase();
  private final LocalDate today = LocalDate.now(ReleaseRule.BEIJING);
  private int backend;

  private void run(String sql) throws SQLException {
    long start = System.nanoTime();
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
    System.out.printf(
        Locale.ROOT,
        "%.1f s  %s%n",
        (System.nanoTime() - start) / 1e9,
        sql.strip().lines().findFirst().orElse(""));
  }

  private void load() throws SQLException {
    run(
        """
        insert into booking_slot (home, capacity, is_open, is_full, day, starts, ends, opens, fee_fen, schedule, slot,
          institution, department, practitioner, specialties, template)
        select n * 31 %% 4096, 4, true, false, d.day, s.starts, s.starts + interval '30 min',
          d.day::timestamptz - interval '7 days', 1200, 's-' || n,
          lpad(to_hex(n * 31 %% 4096), 3, '0') || 'slot' || n || 'x' || (d.day - date '2026-01-01') || 'x' || k,
          'h-' || n / 100, 'h-' || n / 100 || '-d-' || n %% 100 / 4, 'd-' || n, array['03.04'],
          '{"actor":[{"reference":"PractitionerRole/p","display":"王医生"}]}'
        from generate_series(0, 4999) n,
          lateral (select date '%s' + i as day from generate_series(-14, 13) i) d,
          generate_series(0, 3) k,
          lateral (select (d.day + time '08:00' + k * interval '30 min') at time zone 'Asia/Shanghai' as starts) s"""
            .formatted(today));
    run(
        """
        insert into booking_place (home, number, is_referral, opens, slot, appointment)
        select s.home, k, k = 4, s.opens, s.slot,
          case when hashtext(s.slot || k) & 7 < 5 then 'a' || s.slot || k end
        from booking_slot s, generate_series(1, 4) k""");
    run(
        """
        insert into booking (home, patient, day, starts, ends, made, appointment, state, cause, schedule, practitioner,
          institution, slots)
        select n %% 4096, n, date '%s' - 1 - n %% 30, timestamptz '%s' - interval '1 day' * (1 + n %% 30),
          timestamptz '%s', timestamptz '%s' - interval '40 days', 'e-' || n,
          case when n %% 17 = 0 then 'noshow' else 'fulfilled' end, 'x', 's-' || n %% 5000, 'd-' || n %% 5000,
          'h-' || n %% 5000 / 100, array['x']
        from generate_series(1, 1200000) n"""
            .formatted(today, today, today, today));
    run(
        """
        insert into booking (home, patient, day, starts, ends, made, held_until, appointment, state, cause, schedule,
          practitioner, institution, slots)
        select n * 7 %% 4096, n, s.day, s.starts, s.ends, s.opens, s.starts,
          'p-' || n, case when n %% 3 = 0 then 'waitlist' when n %% 3 = 1 then 'pending' else 'booked' end, 'x', s.schedule,
          s.practitioner, s.institution, array[s.slot]
        from (select row_number() over () as n, b.* from booking_slot b where b.day >= date '%s') s where n %% 10 = 0"""
            .formatted(today));
    run(
        """
        insert into visit_queue (home, state, skip, misses, near, last, calls, revision, day, changed, id, institution,
          department, practitioner, prefix, name, place)
        select n %% 4096, 0, 3, 3, 3, 100, 0, 1, date '%s', timestamptz '%s', 'q-' || n, 'h-' || n / 40,
          'h-' || n / 40 || '-d-' || n %% 25, '', 'A', '门诊', '' from generate_series(0, 1999) n"""
            .formatted(today, today));
    run(
        """
        insert into visit_queue_ticket (home, number, revision, version, state, level, misses, codec, key_id, told,
          not_before, patient, server, day, due, entered, called_at, changed, id, queue, place, content)
        select n %% 4096, k, 1, 0, case when d = 0 and k > 85 then 0 else 4 end, 3, 0, 0, 0, true, 0, n * 1000 + k, 1,
          date '%s' - d, e.at, e.at, case when d = 0 and k > 85 then null else e.at + interval '12 min' end, e.at,
          't-' || n || '-' || d || '-' || k, 'q-' || n, '', decode(repeat('ab', 150), 'hex')
        from generate_series(0, 1999) n, generate_series(0, 6) d, generate_series(1, 100) k,
          lateral (select timestamptz '%s' - d * interval '1 day' - k * interval '3 min' as at) e"""
            .formatted(today, Instant.now()));
    for (String table :
        new String[] {"booking_slot", "booking_place", "booking", "visit_queue_ticket"}) {
      run("vacuum analyze " + table);
    }
  }

  private void measure(String what, int rounds, Runnable count) {
    long[] nanos = new long[rounds];
    count.run();
    long ticks = ticks();
    for (int i = 0; i < rounds; i++) {
      long start = System.nanoTime();
      count.run();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "figures of %s: %.0f ms of the database's CPU; p50 %.0f ms, p95 %.0f ms%n",
        what,
        (ticks() - ticks) * 10.0 / rounds,
        nanos[rounds / 2] / 1e6,
        nanos[rounds * 95 / 100] / 1e6);
  }

  /** CPU time of the one connection's process so far, in hundredths of a second. */
  private long ticks() {
    try {
      String[] stat = Files.readString(Path.of("/proc/" + backend + "/stat")).split(" ", -1);
      return Long.parseLong(stat[13]) + Long.parseLong(stat[14]);
    } catch (IOException e) {
      return 0;
    }
  }

  private PoolFigures.Asked asked(String institution, String department) {
    return new PoolFigures.Asked(
        institution,
        department.isEmpty() ? null : department,
        today,
        today.plusDays(14),
        today.minusDays(30));
  }

  @Test
  void measure() throws SQLException {
    load();
    var config = new com.zaxxer.hikari.HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(1); // So that all is done by one process, and its time is known.
    config.setConnectionInitSql("set max_parallel_workers_per_gather = 0");
    try (var pool = new com.zaxxer.hikari.HikariDataSource(config)) {
      var figures = new PoolFigures(pool);
      var queues = new QueueFigures(new Sql(pool));
      backend = new Sql(pool).list("select pg_backend_pid()", row -> row.getInt(1)).getFirst();
      Instant now = Instant.now();
      measure("the region's places", 20, () -> figures.count(asked("", ""), now));
      measure("a hospital's places", 100, () -> figures.count(asked("h-7", ""), now));
      measure("a department's places", 200, () -> figures.count(asked("h-7", "h-7-d-3"), now));
      measure("a doctor's day", 200, () -> figures.slots(7 * 31 % 4096, "s-7", today, "", now));
      measure("today's places by hospital", 20, () -> figures.today(now));
      measure("schedules with a Slot", 20, () -> figures.released("", today, today.plusDays(14)));
      measure("the region's queues", 20, () -> queues.region(now));
      measure("a hospital's queues", 200, () -> queues.institution("h-7", now));
    }
  }
}
