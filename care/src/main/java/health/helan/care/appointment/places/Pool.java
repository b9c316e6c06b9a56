package health.helan.care.appointment.places;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What can be booked, and what stands where: asked, never changed. Thread-safe. */
public final class Pool {
  private final DataSource database;
  private final Sql sql;

  public Pool(DataSource database) {
    this.database = database;
    sql = new Sql(database);
  }

  private interface Asking<T> {
    @Nullable T on(Connection connection) throws SQLException;
  }

  private <T> @Nullable T ask(Asking<T> asking) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return asking.on(connection);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private <T> T know(Asking<T> asking) {
    return Objects.requireNonNull(ask(asking));
  }

  /**
   * Whose Schedule it is.
   *
   * @param department id; empty for none
   * @param practitioner id; empty for rooms, machines and beds
   */
  public record Provider(
      String institution, String department, String practitioner, List<String> specialties) {}

  /** A booking of the pool; of one that waits, {@code start} is the end of its day. */
  public record Standing(
      String institution,
      String state,
      String schedule,
      String practitioner,
      LocalDate day,
      List<String> slots,
      Instant start) {}

  /** Null for an id that no Slot of the pool has. */
  public @Nullable PoolSlot slot(String id) {
    return ask(connection -> PoolTables.slot(connection, Ids.home(id), id));
  }

  /** Whether each of them has a place that may be taken now; a moment later it may have none. */
  public boolean isFree(List<PoolSlot> slots, boolean isReferral, Instant now) {
    return know(
        connection -> {
          try (var statement =
              connection.prepareStatement(
                  """
                  select 1 from booking_place where home = ? and slot = ? and appointment is null
                    and (opens <= ? or is_referral and ?) and not is_kept limit 1""")) {
            for (PoolSlot slot : slots) {
              statement.setInt(1, slot.home());
              statement.setString(2, slot.id());
              PoolTables.set(statement, 3, now);
              statement.setBoolean(4, isReferral);
              try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                  return false;
                }
              }
            }
            return true;
          }
        });
  }

  /** The booking that a Patient has of these very Slots; null for none. */
  public @Nullable String own(
      RecordStore store, IndexKey key, String patient, List<PoolSlot> slots) {
    return ask(
        connection -> {
          Integer home = store.rows().home(connection, "Patient", patient);
          if (home == null) {
            return null;
          }
          try (var statement =
              connection.prepareStatement(
                  """
                  select appointment from booking where home = ? and patient = ? and slots = ?::text[]
                    and state in ('pending', 'booked', 'arrived')""")) {
            statement.setInt(1, home);
            statement.setLong(2, key.digests().reference("Patient", patient));
            statement.setArray(
                3,
                connection.createArrayOf(
                    "text", slots.stream().map(PoolSlot::id).toArray(String[]::new)));
            try (var rows = statement.executeQuery()) {
              return rows.next() ? rows.getString(1) : null;
            }
          }
        });
  }

  /** Null for what is no booking of the pool. */
  public @Nullable Standing booking(RecordStore store, String appointment) {
    return ask(
        connection -> {
          Integer home = store.rows().home(connection, "Appointment", appointment);
          if (home == null) {
            return null;
          }
          try (var statement =
              connection.prepareStatement(
                  """
                  select institution, state, schedule, practitioner, day, slots, starts from booking
                  where home = ? and appointment = ?""")) {
            statement.setInt(1, home);
            statement.setString(2, appointment);
            try (var rows = statement.executeQuery()) {
              return rows.next()
                  ? new Standing(
                      rows.getString(1),
                      rows.getString(2),
                      rows.getString(3),
                      rows.getString(4),
                      rows.getObject("day", LocalDate.class),
                      Sql.texts(rows, "slots"),
                      Sql.instant(rows, "starts"))
                  : null;
            }
          }
        });
  }

  /** When the Slots of a Schedule begin that were made for a day. */
  public Set<Instant> starts(RecordStore store, String schedule, LocalDate day) {
    return know(
        connection -> {
          Integer home = store.rows().home(connection, "Schedule", schedule);
          var starts = new HashSet<Instant>();
          try (var statement =
              connection.prepareStatement(
                  "select starts from booking_slot where home = ? and schedule = ? and day = ?")) {
            statement.setInt(1, home == null ? -1 : home);
            statement.setString(2, schedule);
            statement.setObject(3, day);
            try (var rows = statement.executeQuery()) {
              while (rows.next()) {
                starts.add(Sql.instant(rows, "starts"));
              }
            }
          }
          return starts;
        });
  }

  /** Home of a resource that is there. */
  public int home(RecordStore store, String type, String id) {
    Integer home = ask(connection -> store.rows().home(connection, type, id));
    return home == null ? -1 : home;
  }

  /** The institution that owns a resource; empty for none. */
  public String owner(RecordStore store, String type, String id) {
    return know(
        connection -> {
          Integer home = store.rows().home(connection, type, id);
          if (home == null) {
            return "";
          }
          var found = store.rows().current(connection, home, type, List.of(id));
          return found.isEmpty() ? "" : found.getFirst().owner();
        });
  }

  // ------------------------------------------------------------------ finding

  /**
   * What is looked for; empty lists where it does not matter.
   *
   * @param organizations hospitals or departments
   * @param specialties codes of the national list of departments; those below them count
   * @param mostFen highest fee; null for any
   * @param isFullToo also what is full
   * @param after where the list goes on; null for its beginning
   */
  public record Asked(
      Instant from,
      Instant to,
      List<String> organizations,
      List<String> practitioners,
      List<String> schedules,
      List<String> specialties,
      @Nullable Long mostFen,
      boolean isFullToo,
      @Nullable After after) {}

  /** The last one that was shown. */
  public record After(Instant start, String slot) {}

  /**
   * A Slot that was found.
   *
   * @param free places that everybody may take now
   */
  public record Hit(PoolSlot slot, int free) {}

  /**
   * In the order in which they begin. A fan-out over homes: indexes {@code booking_slot_…}, then
   * the places of each Slot by their primary key.
   */
  public List<Hit> find(Asked asked, Instant now, int most) {
    var values = new ArrayList<@Nullable Object>(List.of(now, asked.from(), asked.to(), now));
    var text =
        new StringBuilder(
            """
            select f.* from (
            select s.home, s.slot, s.schedule, s.starts, s.ends, s.day, s.opens, s.is_open, s.capacity, s.fee_fen,
              s.institution, s.department, s.practitioner, s.specialties, s.template,
              (select count(*) from booking_place p where p.home = s.home and p.slot = s.slot
                and p.appointment is null and p.opens <= ? and not p.is_kept) as free
            from booking_slot s
            where s.starts >= ? and s.starts < ? and s.is_open and s.opens <= ?""");
    if (!asked.organizations().isEmpty()) {
      text.append(" and (s.institution = any(?::text[]) or s.department = any(?::text[]))");
      values.add(asked.organizations());
      values.add(asked.organizations());
    }
    any(asked.practitioners(), "s.practitioner = any(?::text[])", text, values);
    any(asked.schedules(), "s.schedule = any(?::text[])", text, values);
    any(asked.specialties(), "s.specialties && ?::text[]", text, values);
    if (asked.mostFen() != null) {
      text.append(" and s.fee_fen <= ?");
      values.add(asked.mostFen());
    }
    After after = asked.after();
    if (after != null) {
      text.append(" and (s.starts, s.slot) > (?, ?)");
      values.add(after.start());
      values.add(after.slot());
    }
    text.append(") f");
    if (!asked.isFullToo()) {
      text.append(" where f.free > 0");
    }
    text.append(" order by f.starts, f.slot limit ?");
    values.add(most);
    return sql.list(
        text.toString(),
        row -> new Hit(PoolTables.slot(row), row.getInt("free")),
        values.toArray());
  }

  private static void any(
      List<String> wanted, String condition, StringBuilder text, List<@Nullable Object> values) {
    if (!wanted.isEmpty()) {
      text.append(" and ").append(condition);
      values.add(wanted);
    }
  }

  // ------------------------------------------------------------------ waiting

  /** Whether a Schedule has Slots of that day still to come that everybody may book. */
  public boolean isReleased(int home, String schedule, LocalDate day, Instant now) {
    return know(
        connection -> {
          try (var statement =
              connection.prepareStatement(
                  """
                  select 1 from booking_slot where home = ? and schedule = ? and day = ? and is_open and starts > ?
                    and opens <= ? limit 1""")) {
            statement.setInt(1, home);
            statement.setString(2, schedule);
            statement.setObject(3, day);
            PoolTables.set(statement, 4, now);
            PoolTables.set(statement, 5, now);
            try (var rows = statement.executeQuery()) {
              return rows.next();
            }
          }
        });
  }

  /**
   * The earliest Slot of a Schedule's day with a place for somebody.
   *
   * @param isOffer also what is kept for who waits
   * @return null for none
   */
  public @Nullable String free(
      int home, String schedule, LocalDate day, boolean isOffer, Instant now) {
    return ask(
        connection -> {
          try (var statement =
              connection.prepareStatement(
                  """
                  select s.slot from booking_slot s
                  where s.home = ? and s.schedule = ? and s.day = ? and s.is_open and s.starts > ?
                    and exists (select 1 from booking_place p where p.home = s.home and p.slot = s.slot
                      and p.appointment is null and p.opens <= ? and (not p.is_kept or ?))
                  order by s.starts limit 1""")) {
            statement.setInt(1, home);
            statement.setString(2, schedule);
            statement.setObject(3, day);
            PoolTables.set(statement, 4, now);
            PoolTables.set(statement, 5, now);
            statement.setBoolean(6, isOffer);
            try (var rows = statement.executeQuery()) {
              return rows.next() ? rows.getString(1) : null;
            }
          }
        });
  }

  /** How many stand before one in its line. */
  public int before(RecordStore store, String appointment, Standing standing) {
    return know(
        connection -> {
          Integer home = store.rows().home(connection, "Schedule", standing.schedule());
          try (var statement =
              connection.prepareStatement(
                  """
                  select count(*) from booking_wait w join booking_wait own on own.home = w.home
                    and own.schedule = w.schedule and own.day = w.day
                  where own.home = ? and own.schedule = ? and own.day = ? and own.appointment = ?
                    and (w.since, w.appointment) < (own.since, own.appointment)""")) {
            statement.setInt(1, home == null ? -1 : home);
            statement.setString(2, standing.schedule());
            statement.setObject(3, standing.day());
            statement.setString(4, appointment);
            try (var rows = statement.executeQuery()) {
              rows.next();
              return rows.getInt(1);
            }
          }
        });
  }

  /** A line with its first. */
  public record Line(int home, String schedule, LocalDate day, List<String> appointments) {}

  /** Lines in which somebody waits. */
  public List<Line> lines(LocalDate from, int most) {
    return sql.list(
        """
        select home, schedule, day, array_agg(appointment order by since, appointment) as appointments
        from booking_wait where day >= ? group by home, schedule, day order by min(since) limit ?""",
        row ->
            new Line(
                row.getInt(1),
                row.getString(2),
                row.getObject(3, LocalDate.class),
                Sql.texts(row, "appointments")),
        from,
        most);
  }

  /** Who waited for a day that is over. */
  public List<String> waitedInVain(Instant now, int most) {
    return sql.list(
        "select appointment from booking where state = 'waitlist' and starts <= ? order by starts limit ?",
        row -> row.getString(1),
        now,
        most);
  }

  /** Lets everybody have what was kept for who waited, where nobody waits any more. */
  public void unkeep() {
    record Kept(int home, String slot) {}
    for (Kept kept :
        sql.list(
            """
            select distinct p.home, p.slot from booking_place p where p.is_kept and not exists (
              select 1 from booking_slot s join booking_wait w on w.home = s.home and w.schedule = s.schedule
                and w.day = s.day where s.home = p.home and s.slot = p.slot)""",
            row -> new Kept(row.getInt(1), row.getString(2)))) {
      sql.update(
          "update booking_place set is_kept = false where home = ? and slot = ? and is_kept",
          kept.home,
          kept.slot);
    }
  }

  /** A booking whose resident is to be told that it comes. */
  public record Due(int home, String appointment) {}

  /** Bookings that begin before {@code until} and that nobody was reminded of. */
  public List<Due> unreminded(Instant now, Instant until, int most) {
    return sql.list(
        """
        select home, appointment from booking
        where state = 'booked' and starts > ? and starts <= ? and reminded is null order by starts limit ?""",
        row -> new Due(row.getInt(1), row.getString(2)),
        now,
        until,
        most);
  }

  public void reminded(Due due, Instant at) {
    sql.update(
        "update booking set reminded = ? where home = ? and appointment = ?",
        at,
        due.home(),
        due.appointment());
  }

  // ------------------------------------------------------------------ erasure

  /**
   * Forgets a resident: what was booked is given back, what was counted is gone.
   *
   * @param patient keyed digest of {@code Patient/id}
   */
  public void erase(long patient) {
    record Row(String appointment, List<String> slots) {}
    for (Row row :
        sql.list(
            "select appointment, slots from booking where home between ? and ? and patient = ?",
            found -> new Row(found.getString(1), Sql.texts(found, "slots")),
            0,
            Ids.HOMES - 1,
            patient)) {
      for (String slot : row.slots) {
        sql.update(
            "update booking_place set appointment = null where home = ? and slot = ? and appointment = ?",
            Ids.home(slot),
            slot,
            row.appointment);
      }
      sql.update(
          "delete from booking_wait where home between ? and ? and appointment = ?",
          0,
          Ids.HOMES - 1,
          row.appointment);
    }
    for (String statement :
        List.of(
            "delete from booking where home between ? and ? and patient = ?",
            "delete from booking_resident where home between ? and ? and patient = ?")) {
      sql.update(statement, 0, Ids.HOMES - 1, patient);
    }
  }

  // ------------------------------------------------------------------ upkeep

  /** Bookings that wait for the clock, the longest overdue first. */
  public List<String> lapsed(Instant now, int most) {
    return sql.list(
        "select appointment from booking where state = 'pending' and held_until <= ? order by held_until limit ?",
        row -> row.getString(1),
        now,
        most);
  }

  /** Bookings whose day was over at {@code before} and that nobody came for. */
  public List<String> missed(Instant before, int most) {
    return sql.list(
        "select appointment from booking where state = 'booked' and starts < ? order by starts limit ?",
        row -> row.getString(1),
        before,
        most);
  }

  /** Slots to come whose status says something else than their places; by whether they are full. */
  public Map<String, Boolean> misshown(Instant now, Instant until, int most) {
    var found = new java.util.LinkedHashMap<String, Boolean>();
    sql.list(
            """
            select f.slot, f.full_now from (
              select s.slot, s.is_full, not exists (select 1 from booking_place p where p.home = s.home
                and p.slot = s.slot and p.appointment is null and not p.is_kept) as full_now
              from booking_slot s where s.is_open and s.starts > ? and s.starts < ?) f
            where f.is_full <> f.full_now limit ?""",
            row -> found.put(row.getString(1), row.getBoolean(2)),
            now,
            until,
            most)
        .clear();
    return found;
  }

  /** Of some Slots, those whose status says something else than their places. */
  public @Nullable Boolean misshown(String slot) {
    return ask(
        connection -> {
          try (var statement =
              connection.prepareStatement(
                  """
                  select f.is_full, f.full_now from (
                    select s.is_full, not exists (select 1 from booking_place p where p.home = s.home
                      and p.slot = s.slot and p.appointment is null and not p.is_kept) as full_now
                    from booking_slot s where s.home = ? and s.slot = ? and s.is_open) f""")) {
            statement.setInt(1, Ids.home(slot));
            statement.setString(2, slot);
            try (var rows = statement.executeQuery()) {
              return rows.next() && rows.getBoolean(1) != rows.getBoolean(2)
                  ? Boolean.valueOf(rows.getBoolean(2))
                  : null;
            }
          }
        });
  }
}
