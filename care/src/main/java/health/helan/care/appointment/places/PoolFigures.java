package health.helan.care.appointment.places;

import health.helan.care.appointment.rules.ReleaseRule;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How the pool fills, in counts: nothing of a resident comes out of here. Counted when asked
 * (docs/adr/0103); of the region, a fan-out over homes, by index {@code booking_slot_starts}; of
 * one institution or department by {@code booking_slot_institution} and {@code …_department}; the
 * places of a Slot by their primary key. Thread-safe.
 */
public final class PoolFigures {
  /** What the Slots alone tell: a Slot has as many places as its capacity. */
  private static final String SLOTS =
      " count(*) filter (where s.is_open) as slots, sum(s.capacity) filter (where s.is_open) as places,"
          + " sum(s.capacity) filter (where s.is_open and s.opens <= ?) as opened,"
          + " sum(s.capacity) filter (where not s.is_open) as closed"
          + " from booking_slot s where s.starts >= ? and s.starts < ?";

  /** What only the places tell. */
  private static final String PLACES =
      " count(p.appointment) as taken,"
          + " count(*) filter (where p.appointment is null and not p.is_kept and p.opens <= ? and s.starts > ?) as free,"
          + " count(*) filter (where p.is_kept and p.appointment is null) as kept,"
          + " count(*) filter (where p.is_referral) as referral,"
          + " count(p.appointment) filter (where p.is_referral) as referral_taken,"
          + " count(*) filter (where p.is_referral and p.appointment is null and p.opens > ?) as reserved"
          + " from booking_slot s join booking_place p on p.home = s.home and p.slot = s.slot"
          + " where s.is_open and s.starts >= ? and s.starts < ?";

  private final Sql sql;

  public PoolFigures(DataSource database) {
    sql = new Sql(database);
  }

  /**
   * Places of a day.
   *
   * @param slots Slots that are not closed; {@code places} theirs, and so with all that follows
   * @param opened of Slots whose day everybody may book
   * @param booked taken, and confirmed or over
   * @param held taken, and waiting to be confirmed
   * @param left that everybody may take now
   * @param kept given back, and offered to who waits
   * @param referral that are held back for referrals, at first
   * @param referralTaken of those, taken by whoever
   * @param reserved of those, still for referrals alone
   * @param closed places of Slots that the hospital has closed (停诊)
   * @param waiting residents in the lines of the day
   */
  public record Fill(
      int slots,
      int places,
      int opened,
      int booked,
      int held,
      int left,
      int kept,
      int referral,
      int referralTaken,
      int reserved,
      int closed,
      int waiting) {
    static final Fill NONE = new Fill(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static Fill ofSlots(int slots, int places, int opened, int closed) {
      return new Fill(slots, places, opened, 0, 0, 0, 0, 0, 0, 0, closed, 0);
    }

    private Fill withPlaces(
        int taken, int free, int keptNow, int heldBack, int heldBackTaken, int stillHeldBack) {
      return new Fill(
          slots,
          places,
          opened,
          taken,
          0,
          free,
          keptNow,
          heldBack,
          heldBackTaken,
          stillHeldBack,
          closed,
          0);
    }

    private Fill with(int heldNow, int waitingNow) {
      // A hold that ended between two looks is a booking or a free place.
      int stillHeld = Math.min(heldNow, booked);
      return new Fill(
          slots,
          places,
          opened,
          booked - stillHeld,
          stillHeld,
          left,
          kept,
          referral,
          referralTaken,
          reserved,
          closed,
          waitingNow);
    }
  }

  /**
   * One of those that are counted apart.
   *
   * @param id of the institution, the department (empty for Schedules of none) or the Schedule
   * @param practitioner whose Schedule it is; empty for rooms and machines, and above Schedules
   * @param display of the Schedule's actor, as the Schedule has it; empty above Schedules
   * @param seen bookings of the days past whose resident came
   * @param missed of those days, whose resident did not
   */
  public record Group(
      String id,
      String practitioner,
      String display,
      Map<LocalDate, Fill> days,
      int seen,
      int missed) {}

  /**
   * What is counted.
   *
   * @param institution id; empty for all
   * @param department id within the institution; null to count its departments
   * @param from first day, in Beijing
   * @param until day after the last
   * @param past first of the days past whose bookings are looked at; the last is yesterday
   */
  public record Asked(
      String institution,
      @Nullable String department,
      LocalDate from,
      LocalDate until,
      LocalDate past) {}

  /** What is counted apart, by id. */
  private final class Groups {
    final Map<String, TreeMap<LocalDate, Fill>> fills = new TreeMap<>();
    final Map<String, int[]> ended = new HashMap<>();

    void add(String id, LocalDate day, Fill fill) {
      fills.computeIfAbsent(id, _ -> new TreeMap<>()).put(day, fill);
    }

    void ended(String id, String state, int count) {
      int[] both = ended.computeIfAbsent(id, _ -> new int[2]);
      both[state.equals("noshow") ? 1 : 0] += count;
    }

    void merge(
        Map<String, Map<LocalDate, Integer>> held, Map<String, Map<LocalDate, Integer>> wait) {
      Set<String> ids = new HashSet<>(fills.keySet());
      ids.addAll(wait.keySet());
      for (String id : ids) {
        TreeMap<LocalDate, Fill> days = fills.computeIfAbsent(id, _ -> new TreeMap<>());
        Map<LocalDate, Integer> heldThen = held.getOrDefault(id, Map.of());
        Map<LocalDate, Integer> waitThen = wait.getOrDefault(id, Map.of());
        waitThen.keySet().forEach(day -> days.putIfAbsent(day, Fill.NONE));
        days.replaceAll(
            (day, fill) -> fill.with(heldThen.getOrDefault(day, 0), waitThen.getOrDefault(day, 0)));
      }
    }

    Group group(String id, String practitioner, String display) {
      int[] both = ended.getOrDefault(id, new int[2]);
      return new Group(
          id, practitioner, display, fills.getOrDefault(id, new TreeMap<>()), both[0], both[1]);
    }
  }

  private static Instant start(LocalDate day) {
    return day.atStartOfDay(ReleaseRule.BEIJING).toInstant();
  }

  /** Of the region by institution, of an institution by department, of a department by Schedule. */
  public List<Group> count(Asked asked, Instant now) {
    if (asked.institution().isEmpty()) {
      return region(asked, now);
    }
    return asked.department() == null
        ? institution(asked, now)
        : department(asked, asked.department(), now);
  }

  private List<Group> region(Asked asked, Instant now) {
    var groups = new Groups();
    count(
        groups,
        "select s.institution as id, s.day," + SLOTS + " group by s.institution, s.day",
        "select s.institution as id, s.day," + PLACES + " group by s.institution, s.day",
        asked,
        now);
    groups.merge(
        heldBy(pending(""), Placed::institution), waitingBy("", now, line -> line.institution));
    if (!groups.fills.isEmpty()) {
      sql.list(
              """
              select institution, state, count(*) from booking
              where institution = any(?::text[]) and day >= ? and day < ? and state in ('arrived', 'fulfilled', 'noshow')
              group by institution, state""",
              row -> ended(groups, row.getString(1), row),
              List.copyOf(groups.fills.keySet()),
              asked.past(),
              asked.from())
          .clear();
    }
    return groups.fills.keySet().stream().map(id -> groups.group(id, "", "")).toList();
  }

  private List<Group> institution(Asked asked, Instant now) {
    var groups = new Groups();
    count(
        groups,
        "select s.department as id, s.day,"
            + SLOTS
            + " and s.institution = ? group by s.department, s.day",
        "select s.department as id, s.day,"
            + PLACES
            + " and s.institution = ? group by s.department, s.day",
        asked,
        now,
        asked.institution());
    Map<String, String> departments = departments(asked);
    groups.merge(
        heldBy(pending(asked.institution()), Placed::department),
        waitingBy(asked.institution(), now, line -> departments.getOrDefault(line.schedule, "")));
    for (Ended one : ended(asked)) {
      groups.ended(departments.getOrDefault(one.schedule, ""), one.state, one.count);
    }
    Set<String> ids = new TreeSet<>(groups.fills.keySet());
    ids.addAll(groups.ended.keySet());
    return ids.stream().map(id -> groups.group(id, "", "")).toList();
  }

  private List<Group> department(Asked asked, String department, Instant now) {
    var groups = new Groups();
    count(
        groups,
        "select s.schedule as id, s.day,"
            + SLOTS
            + " and s.institution = ? and s.department = ? group by s.schedule, s.day",
        "select s.schedule as id, s.day,"
            + PLACES
            + " and s.institution = ? and s.department = ? group by s.schedule, s.day",
        asked,
        now,
        asked.institution(),
        department);
    var of = new TreeMap<String, Group>();
    Map<String, Scheduled> schedules = schedules(asked, department);
    groups.merge(
        heldBy(
            pending(asked.institution()),
            placed -> placed.department.equals(department) ? placed.schedule : null),
        waitingBy(
            asked.institution(),
            now,
            line -> schedules.containsKey(line.schedule) ? line.schedule : null));
    for (Ended one : ended(asked)) {
      if (schedules.containsKey(one.schedule)) {
        groups.ended(one.schedule, one.state, one.count);
      }
    }
    schedules.forEach(
        (id, scheduled) -> of.put(id, groups.group(id, scheduled.practitioner, scheduled.display)));
    return List.copyOf(of.values());
  }

  // ------------------------------------------------------------------ parts

  private void count(
      Groups groups, String slots, String places, Asked asked, Instant now, String... within) {
    sql.list(
            slots,
            row -> {
              LocalDate day = row.getObject("day", LocalDate.class);
              groups.add(
                  row.getString("id"),
                  day,
                  Fill.ofSlots(
                      row.getInt("slots"),
                      row.getInt("places"),
                      row.getInt("opened"),
                      row.getInt("closed")));
              return day;
            },
            values(1, asked, now, within))
        .clear();
    sql.list(
            places,
            row -> {
              LocalDate day = row.getObject("day", LocalDate.class);
              Map<LocalDate, Fill> days = groups.fills.get(row.getString("id"));
              Fill of = days == null ? null : days.get(day);
              // Slots that were made between the two looks are counted the next time.
              if (days != null && of != null) {
                days.put(
                    day,
                    of.withPlaces(
                        row.getInt("taken"),
                        row.getInt("free"),
                        row.getInt("kept"),
                        row.getInt("referral"),
                        row.getInt("referral_taken"),
                        row.getInt("reserved")));
              }
              return day;
            },
            values(3, asked, now, within))
        .clear();
  }

  /**
   * @param moments how often the moment is asked for first
   */
  private static @Nullable Object[] values(
      int moments, Asked asked, Instant now, String... within) {
    var values = new ArrayList<@Nullable Object>();
    for (int i = 0; i < moments; i++) {
      values.add(now);
    }
    values.add(start(asked.from()));
    values.add(start(asked.until()));
    values.addAll(List.of(within));
    return values.toArray();
  }

  private static String ended(Groups groups, String id, ResultSet row) throws SQLException {
    groups.ended(id, row.getString(2), row.getInt(3));
    return id;
  }

  private record Ended(String schedule, String state, int count) {}

  private List<Ended> ended(Asked asked) {
    return sql.list(
        """
        select schedule, state, count(*) from booking
        where institution = ? and day >= ? and day < ? and state in ('arrived', 'fulfilled', 'noshow')
        group by schedule, state""",
        row -> new Ended(row.getString(1), row.getString(2), row.getInt(3)),
        asked.institution(),
        asked.past(),
        asked.from());
  }

  /** A place that is held. */
  private record Placed(String institution, String department, String schedule, LocalDate day) {}

  /** Of the bookings that wait to be confirmed, by index {@code booking_held}. */
  private List<Placed> pending(String institution) {
    List<String> slots =
        sql.list(
            "select unnest(slots) from booking where state = 'pending' and (? = '' or institution = ?)",
            row -> row.getString(1),
            institution,
            institution);
    if (slots.isEmpty()) {
      return List.of();
    }
    return sql.list(
        """
        select s.institution, s.department, s.schedule, s.day
        from unnest(?::text[]::integer[], ?::text[]) as x (home, slot)
          join booking_slot s on s.home = x.home and s.slot = x.slot where s.is_open""",
        row ->
            new Placed(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getObject(4, LocalDate.class)),
        slots.stream().map(slot -> Integer.toString(Ids.home(slot))).toList(),
        slots);
  }

  private static Map<String, Map<LocalDate, Integer>> heldBy(
      List<Placed> held, Function<Placed, @Nullable String> key) {
    var by = new HashMap<String, Map<LocalDate, Integer>>();
    for (Placed one : held) {
      String id = key.apply(one);
      if (id != null) {
        by.computeIfAbsent(id, _ -> new HashMap<>()).merge(one.day, 1, Integer::sum);
      }
    }
    return by;
  }

  /** Who waits for a Schedule's day. */
  private record Line(String institution, String schedule, LocalDate day, int count) {}

  private Map<String, Map<LocalDate, Integer>> waitingBy(
      String institution, Instant now, Function<Line, @Nullable String> key) {
    var by = new HashMap<String, Map<LocalDate, Integer>>();
    for (Line line :
        sql.list(
            """
            select institution, schedule, day, count(*) from booking
            where state = 'waitlist' and starts > ? and (? = '' or institution = ?) group by institution, schedule, day""",
            row ->
                new Line(
                    row.getString(1),
                    row.getString(2),
                    row.getObject(3, LocalDate.class),
                    row.getInt(4)),
            now,
            institution,
            institution)) {
      String id = key.apply(line);
      if (id != null) {
        by.computeIfAbsent(id, _ -> new HashMap<>()).merge(line.day, line.count, Integer::sum);
      }
    }
    return by;
  }

  /** Which department a Schedule of the institution belongs to, by what it had and has. */
  private Map<String, String> departments(Asked asked) {
    var found = new HashMap<String, String>();
    sql.list(
            """
            select schedule, max(department) from booking_slot
            where institution = ? and starts >= ? and starts < ? group by schedule""",
            row -> found.put(row.getString(1), row.getString(2)),
            asked.institution(),
            start(asked.past()),
            start(asked.until()))
        .clear();
    return found;
  }

  private record Scheduled(String practitioner, String display) {}

  private Map<String, Scheduled> schedules(Asked asked, String department) {
    var found = new HashMap<String, Scheduled>();
    sql.list(
            """
            select distinct on (schedule) schedule, practitioner, template from booking_slot
            where institution = ? and department = ? and starts >= ? and starts < ? order by schedule, starts desc""",
            row ->
                found.put(
                    row.getString(1),
                    new Scheduled(
                        row.getString(2),
                        Json.MAPPER
                            .readTree(row.getString(3))
                            .path("actor")
                            .path(0)
                            .path("display")
                            .asString(""))),
            asked.institution(),
            department,
            start(asked.past()),
            start(asked.until()))
        .clear();
    return found;
  }

  // ------------------------------------------------------------------ slots

  /**
   * A Slot of a day.
   *
   * @param isOpen false once the hospital has closed it
   * @param opens when everybody may book it
   */
  public record SlotFill(
      String slot,
      Instant start,
      Instant end,
      Instant opens,
      boolean isOpen,
      int capacity,
      int taken,
      int left,
      int kept,
      int reserved) {}

  /**
   * The Slots of a Schedule's day, by the time they begin.
   *
   * @param institution whose it must be; empty for any
   */
  public List<SlotFill> slots(
      int home, String schedule, LocalDate day, String institution, Instant now) {
    return sql.list(
        """
        select s.slot, s.starts, s.ends, s.opens, s.is_open, s.capacity,
          count(*) filter (where p.appointment is not null) as taken,
          count(*) filter (where p.appointment is null and not p.is_kept and p.opens <= ? and s.starts > ?) as free,
          count(*) filter (where p.appointment is null and p.is_kept) as kept,
          count(*) filter (where p.appointment is null and p.is_referral and p.opens > ?) as reserved
        from booking_slot s join booking_place p on p.home = s.home and p.slot = s.slot
        where s.home = ? and s.schedule = ? and s.starts >= ? and s.starts < ? and (? = '' or s.institution = ?)
        group by s.home, s.schedule, s.starts order by s.starts""",
        row ->
            new SlotFill(
                row.getString("slot"),
                Sql.instant(row, "starts"),
                Sql.instant(row, "ends"),
                Sql.instant(row, "opens"),
                row.getBoolean("is_open"),
                row.getInt("capacity"),
                row.getInt("taken"),
                row.getBoolean("is_open") ? row.getInt("free") : 0,
                row.getInt("kept"),
                row.getInt("reserved")),
        now,
        now,
        now,
        home,
        schedule,
        start(day),
        start(day.plusDays(1)),
        institution,
        institution);
  }

  /** Schedules with a Slot in these days, of an institution or (empty) of all. */
  public Set<String> released(String institution, LocalDate from, LocalDate until) {
    return Set.copyOf(
        institution.isEmpty()
            ? sql.list(
                "select distinct schedule from booking_slot where starts >= ? and starts < ?",
                row -> Objects.requireNonNull(row.getString(1)),
                start(from),
                start(until))
            : sql.list(
                "select distinct schedule from booking_slot where institution = ? and starts >= ? and starts < ?",
                row -> Objects.requireNonNull(row.getString(1)),
                institution,
                start(from),
                start(until)));
  }

  /**
   * Places of today.
   *
   * @param opened that everybody could or can book, of Slots that are not closed
   * @param taken of those: visits that were booked
   */
  public record Today(int opened, int taken) {}

  /** By institution; those without a Slot today are left out. */
  public Map<String, Today> today(Instant now) {
    LocalDate day = now.atZone(ReleaseRule.BEIJING).toLocalDate();
    var found = new HashMap<String, Today>();
    sql.list(
            """
            select s.institution, count(*), count(p.appointment)
            from booking_slot s join booking_place p on p.home = s.home and p.slot = s.slot
            where s.starts >= ? and s.starts < ? and s.is_open and s.opens <= ? group by s.institution""",
            row -> found.put(row.getString(1), new Today(row.getInt(2), row.getInt(3))),
            start(day),
            start(day.plusDays(1)),
            now)
        .clear();
    return found;
  }
}
