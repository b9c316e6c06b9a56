package health.helan.care.appointment.places;

import health.helan.care.appointment.AppointmentState;
import health.helan.care.appointment.rules.BookingLimits;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Statements on the tables of V100, each of one home. */
final class PoolTables {
  private static final String SLOT =
      "select home, slot, schedule, starts, ends, day, opens, is_open, capacity, fee_fen, institution, department,"
          + " practitioner, specialties, template from booking_slot";

  /**
   * Locked rows are left out: they are being taken. One whose taker is rolled back in the end is
   * free again for the next who asks.
   */
  private static final String TAKE =
      """
      update booking_place set appointment = ? where home = ? and slot = ? and number = (
        select p.number from booking_place p where p.home = ? and p.slot = ? and p.appointment is null
          and (p.opens <= ? or p.is_referral and ?) and (not p.is_kept or ?)
        order by p.is_referral <> ?, p.is_kept <> ?, p.number limit 1 for update skip locked)""";

  private PoolTables() {}

  // ------------------------------------------------------------------ slots

  static @Nullable PoolSlot slot(Connection connection, int home, String id) throws SQLException {
    try (var statement = connection.prepareStatement(SLOT + " where home = ? and slot = ?")) {
      statement.setInt(1, home);
      statement.setString(2, id);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? slot(rows) : null;
      }
    }
  }

  static PoolSlot slot(ResultSet row) throws SQLException {
    return new PoolSlot(
        row.getInt("home"),
        row.getString("slot"),
        row.getString("schedule"),
        Sql.instant(row, "starts"),
        Sql.instant(row, "ends"),
        row.getObject("day", LocalDate.class),
        Sql.instant(row, "opens"),
        row.getBoolean("is_open"),
        row.getInt("capacity"),
        row.getLong("fee_fen"),
        row.getString("institution"),
        row.getString("department"),
        row.getString("practitioner"),
        Sql.texts(row, "specialties"),
        (ObjectNode) Json.MAPPER.readTree(row.getString("template")));
  }

  /**
   * @return false where the Schedule has a Slot that begins then
   */
  static boolean insert(Connection transaction, Act.Released released, int home, String id)
      throws SQLException {
    PoolSlot slot = released.slot();
    int made =
        Sql.update(
            transaction,
            """
            insert into booking_slot (home, capacity, is_open, is_full, day, starts, ends, opens, fee_fen, schedule, slot,
              institution, department, practitioner, specialties, template)
            values (?, ?, true, false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::text[], ?)
            on conflict (home, schedule, starts) do nothing""",
            home,
            slot.capacity(),
            slot.day(),
            slot.start(),
            slot.end(),
            slot.opens(),
            slot.feeFen(),
            slot.schedule(),
            id,
            slot.institution(),
            slot.department(),
            slot.practitioner(),
            slot.specialties(),
            slot.template().toString());
    if (made == 0) {
      return false;
    }
    try (PreparedStatement statement =
        transaction.prepareStatement(
            "insert into booking_place (home, number, is_referral, opens, slot) values (?, ?, ?, ?, ?)")) {
      for (int i = 0; i < released.heldBack().size(); i++) {
        boolean isReferral = released.heldBack().get(i);
        statement.setInt(1, home);
        statement.setInt(2, i + 1);
        statement.setBoolean(3, isReferral);
        set(statement, 4, isReferral ? released.opensHeldBack() : slot.opens());
        statement.setString(5, id);
        statement.addBatch();
      }
      statement.executeBatch();
    }
    return true;
  }

  static void open(Connection transaction, int home, String slot, boolean isOpen)
      throws SQLException {
    Sql.update(
        transaction,
        "update booking_slot set is_open = ? where home = ? and slot = ?",
        isOpen,
        home,
        slot);
  }

  static void full(Connection transaction, int home, String slot, boolean isFull)
      throws SQLException {
    Sql.update(
        transaction,
        "update booking_slot set is_full = ? where home = ? and slot = ?",
        isFull,
        home,
        slot);
  }

  // ------------------------------------------------------------------ places

  /**
   * Takes one place; nobody waits for anybody.
   *
   * @return false where none is free that may be taken now
   */
  static boolean take(
      Connection transaction,
      PoolSlot slot,
      String appointment,
      boolean isReferral,
      boolean isOffer,
      Instant now)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(TAKE)) {
      take(statement, slot, appointment, isReferral, isOffer, now);
      return statement.executeUpdate() == 1;
    }
  }

  /** A place that is asked for. */
  record Wanted(PoolSlot slot, String appointment, boolean isReferral) {}

  /**
   * Takes places for several who do not know of each other.
   *
   * @return for each, whether one was free
   */
  static boolean[] take(Connection transaction, List<Wanted> wanted, Instant now)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(TAKE)) {
      for (Wanted one : wanted) {
        take(statement, one.slot, one.appointment, one.isReferral, false, now);
        statement.addBatch();
      }
      int[] counts = statement.executeBatch();
      var isTaken = new boolean[counts.length];
      for (int i = 0; i < counts.length; i++) {
        isTaken[i] = counts[i] == 1;
      }
      return isTaken;
    }
  }

  private static void take(
      PreparedStatement statement,
      PoolSlot slot,
      String appointment,
      boolean isReferral,
      boolean isOffer,
      Instant now)
      throws SQLException {
    statement.setString(1, appointment);
    statement.setInt(2, slot.home());
    statement.setString(3, slot.id());
    statement.setInt(4, slot.home());
    statement.setString(5, slot.id());
    set(statement, 6, now);
    statement.setBoolean(7, isReferral);
    statement.setBoolean(8, isOffer);
    statement.setBoolean(9, isReferral);
    statement.setBoolean(10, isOffer);
  }

  /** Gives a place back: to who waits for one of the day, else to everybody. */
  static void give(Connection transaction, int home, String slot, String appointment)
      throws SQLException {
    Sql.update(
        transaction,
        """
        update booking_place set appointment = null, is_kept = exists (
          select 1 from booking_slot s join booking_wait w on w.home = s.home and w.schedule = s.schedule
            and w.day = s.day where s.home = ? and s.slot = ?)
        where home = ? and slot = ? and appointment = ?""",
        home,
        slot,
        home,
        slot,
        appointment);
  }

  // ------------------------------------------------------------------ waiting

  static void join(Connection transaction, Act.Waiting waiting, String appointment, Instant since)
      throws SQLException {
    Sql.update(
        transaction,
        "insert into booking_wait (home, day, since, schedule, appointment) values (?, ?, ?, ?, ?)",
        waiting.home(),
        waiting.day(),
        since,
        waiting.schedule(),
        appointment);
  }

  static void leave(Connection transaction, Act.Waiting waiting, String appointment)
      throws SQLException {
    Sql.update(
        transaction,
        "delete from booking_wait where home = ? and schedule = ? and day = ? and appointment = ?",
        waiting.home(),
        waiting.schedule(),
        waiting.day(),
        appointment);
  }

  // ------------------------------------------------------------------ bookings

  /**
   * A booking that stands in its row.
   *
   * @param slots ids of its Slots, in the order they were taken
   */
  record Row(int home, String appointment, String state, String cause, List<String> slots) {}

  static @Nullable Row booking(Connection connection, int home, String appointment)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select home, appointment, state, cause, slots from booking where home = ? and appointment = ?")) {
      statement.setInt(1, home);
      statement.setString(2, appointment);
      try (var rows = statement.executeQuery()) {
        return rows.next()
            ? new Row(
                rows.getInt(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                Sql.texts(rows, "slots"))
            : null;
      }
    }
  }

  /** Bookings of one Patient that the rules look at. */
  record Counted(
      String appointment,
      AppointmentState state,
      String schedule,
      List<String> slots,
      BookingLimits.Booking booking) {}

  /**
   * Notes that somebody books for these Patients: who books for the same waits until it is done.
   *
   * @param members in the order of all who lock them
   */
  static void hold(Connection transaction, List<Places.Member> members, Instant at)
      throws SQLException {
    try (var statement =
        transaction.prepareStatement(
            """
            insert into booking_resident (home, patient, last)
            select m.home, m.patient, ? from unnest(?::integer[], ?::bigint[]) with ordinality m (home, patient, place)
            order by m.place
            on conflict (home, patient) do update set last = excluded.last""")) {
      set(statement, 1, at);
      members(statement, 2, members);
      statement.executeUpdate();
    }
  }

  /** What the rules look at, of several Patients. */
  static Map<Places.Member, List<Counted>> counted(
      Connection connection, List<Places.Member> members, Instant since) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            select b.home, b.patient, b.appointment, b.state, b.cause, b.schedule, b.slots, b.day, b.practitioner,
              b.institution, b.starts, coalesce(b.ended, b.made) as at
            from unnest(?::integer[], ?::bigint[]) m (home, patient)
            join booking b on b.home = m.home and b.patient = m.patient where b.starts > ?""")) {
      members(statement, 1, members);
      set(statement, 3, since);
      var found = new HashMap<Places.Member, List<Counted>>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          AppointmentState state = AppointmentState.of(rows.getString("state"));
          BookingLimits.Fate fate = fate(state, rows.getString("cause"));
          found
              .computeIfAbsent(
                  new Places.Member(rows.getInt("home"), rows.getLong("patient")),
                  _ -> new ArrayList<>())
              .add(
                  new Counted(
                      rows.getString("appointment"),
                      state,
                      rows.getString("schedule"),
                      Sql.texts(rows, "slots"),
                      new BookingLimits.Booking(
                          fate,
                          rows.getObject("day", LocalDate.class),
                          rows.getString("practitioner"),
                          rows.getString("institution"),
                          Sql.instant(rows, fate == BookingLimits.Fate.MISSED ? "starts" : "at"))));
        }
      }
      return found;
    }
  }

  private static void members(PreparedStatement statement, int first, List<Places.Member> members)
      throws SQLException {
    var homes = new Integer[members.size()];
    var patients = new Long[members.size()];
    for (int i = 0; i < homes.length; i++) {
      homes[i] = members.get(i).home();
      patients[i] = members.get(i).patient();
    }
    Connection connection = statement.getConnection();
    statement.setArray(first, connection.createArrayOf("integer", homes));
    statement.setArray(first + 1, connection.createArrayOf("bigint", patients));
  }

  private static BookingLimits.Fate fate(AppointmentState state, String cause) {
    return switch (state) {
      case PENDING, BOOKED, WAITLIST, ARRIVED -> BookingLimits.Fate.OPEN;
      case NOSHOW -> BookingLimits.Fate.MISSED;
      case CANCELLED ->
          cause.equals(Places.UNCONFIRMED) ? BookingLimits.Fate.LAPSED : BookingLimits.Fate.OVER;
      case FULFILLED, NONE -> BookingLimits.Fate.OVER;
    };
  }

  static void set(PreparedStatement statement, int index, Instant instant) throws SQLException {
    statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
  }
}
