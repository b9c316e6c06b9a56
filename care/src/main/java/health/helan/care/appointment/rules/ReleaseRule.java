package health.helan.care.appointment.rules;

import health.helan.foundation.store.Refusal;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * How a Schedule becomes Slots: its hours in the week, and when which places open to whom. An
 * extension of the Schedule ({@code docs/guide/booking.md}, profile {@code bookable-schedule}).
 *
 * @param sessions hours of the week
 * @param closed days without any
 * @param daysAhead how many days before, a day opens
 * @param releaseAt at which time of that day, in Beijing
 * @param referralPercent share of a day's places that is held back for referrals
 * @param referralHours so long before a Slot begins, what is left of them opens to all
 * @param feeFen of one visit, in fen; 0 for free of charge
 */
public record ReleaseRule(
    List<Session> sessions,
    Set<LocalDate> closed,
    int daysAhead,
    LocalTime releaseAt,
    int referralPercent,
    int referralHours,
    long feeFen) {
  public static final String URL = "https://helan.health/fhir/StructureDefinition/booking-rule";
  public static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /** 15 % of the places of a day are held back (双向转诊预留号源). */
  public static final int REFERRAL_PERCENT = 15;

  private static final int REFERRAL_HOURS = 24;
  private static final int DAYS_AHEAD = 7;
  private static final LocalTime RELEASE_AT = LocalTime.of(8, 0);
  private static final int MINUTES = 30;
  private static final int MOST_DAYS = 90;
  private static final int MOST_CAPACITY = 200;
  private static final long MOST_FEN = 100_000_00;

  /**
   * Hours in which Slots lie end to end.
   *
   * @param capacity how many may book the same Slot
   * @param minutes length of a Slot; what is left over at the end is no Slot
   */
  public record Session(
      Set<DayOfWeek> days, LocalTime from, LocalTime to, int capacity, int minutes) {}

  /**
   * A Slot to be.
   *
   * @param heldBack its places, by number from 1: true for those of referrals
   */
  public record Draft(LocalDate day, Instant start, Instant end, List<Boolean> heldBack) {
    public int capacity() {
      return heldBack.size();
    }
  }

  /** When a day opens to everybody. */
  public Instant opens(LocalDate day) {
    return day.minusDays(daysAhead).atTime(releaseAt).atZone(BEIJING).toInstant();
  }

  /** When the places that are held back open to everybody; never before the others. */
  public Instant opensHeldBack(Draft slot) {
    Instant opens = slot.start().minusSeconds(referralHours * 3600L);
    Instant others = opens(slot.day());
    return opens.isBefore(others) ? others : opens;
  }

  /** The Slots of a day in their order; empty where nobody works. */
  public List<Draft> slots(LocalDate day) {
    if (closed.contains(day)) {
      return List.of();
    }
    record Bare(LocalTime from, int minutes, int capacity) {}
    var bare = new ArrayList<Bare>();
    for (Session session : sessions) {
      if (session.days().contains(day.getDayOfWeek())) {
        int last = session.to().toSecondOfDay() / 60 - session.minutes();
        for (int at = session.from().toSecondOfDay() / 60; at <= last; at += session.minutes()) {
          bare.add(
              new Bare(LocalTime.ofSecondOfDay(at * 60L), session.minutes(), session.capacity()));
        }
      }
    }
    bare.sort(java.util.Comparator.comparing(Bare::from));
    int places = bare.stream().mapToInt(Bare::capacity).sum();
    int heldBack = Quota.heldBack(places, referralPercent);
    var drafts = new ArrayList<Draft>();
    int index = 0;
    for (Bare one : bare) {
      var of = new ArrayList<Boolean>();
      for (int i = 0; i < one.capacity(); i++) {
        of.add(Quota.isHeldBack(index++, places, heldBack));
      }
      Instant start = day.atTime(one.from()).atZone(BEIJING).toInstant();
      drafts.add(new Draft(day, start, start.plusSeconds(one.minutes() * 60L), List.copyOf(of)));
    }
    return drafts;
  }

  // ------------------------------------------------------------------ reading

  /**
   * The rule of a Schedule.
   *
   * @throws Refusal BUSINESS_RULE where there is none, VALUE naming the part that makes no sense
   */
  public static ReleaseRule of(JsonNode schedule) {
    for (JsonNode extension : schedule.path("extension")) {
      if (URL.equals(extension.path("url").asString(""))) {
        return read(extension.path("extension"));
      }
    }
    throw new Refusal(
        Refusal.Kind.BUSINESS_RULE, "Schedule.extension", "appointment.no-rule", new Object[] {});
  }

  /** Whether the Schedule says how it is released. */
  public static boolean isSaid(JsonNode schedule) {
    for (JsonNode extension : schedule.path("extension")) {
      if (URL.equals(extension.path("url").asString(""))) {
        return true;
      }
    }
    return false;
  }

  private static ReleaseRule read(JsonNode parts) {
    var sessions = new ArrayList<Session>();
    var closed = new HashSet<LocalDate>();
    int daysAhead = DAYS_AHEAD;
    LocalTime releaseAt = RELEASE_AT;
    int percent = REFERRAL_PERCENT;
    int hours = REFERRAL_HOURS;
    long fee = 0;
    for (JsonNode part : parts) {
      String name = part.path("url").asString("");
      try {
        switch (name) {
          case "session" -> sessions.add(session(part.path("extension")));
          case "closed" -> closed.add(LocalDate.parse(part.path("valueDate").asString("")));
          case "days-ahead" -> daysAhead = number(part, 0, MOST_DAYS);
          case "release-at" -> releaseAt = LocalTime.parse(part.path("valueTime").asString(""));
          case "referral-percent" -> percent = number(part, 0, 100);
          case "referral-hours" -> hours = number(part, 0, MOST_DAYS * 24);
          case "fee" -> fee = fen(part.path("valueMoney"));
          default -> throw wrong(name);
        }
      } catch (DateTimeException | ArithmeticException e) {
        throw wrong(name);
      }
    }
    if (sessions.isEmpty()) {
      throw wrong("session");
    }
    overlap(sessions);
    return new ReleaseRule(
        List.copyOf(sessions), Set.copyOf(closed), daysAhead, releaseAt, percent, hours, fee);
  }

  private static Session session(JsonNode parts) {
    var days = new HashSet<DayOfWeek>();
    LocalTime from = LocalTime.MIN;
    LocalTime to = LocalTime.MIN;
    int capacity = 1;
    int minutes = MINUTES;
    for (JsonNode part : parts) {
      switch (part.path("url").asString("")) {
        case "day" -> days.add(day(part.path("valueCode").asString("")));
        case "from" -> from = LocalTime.parse(part.path("valueTime").asString(""));
        case "to" -> to = LocalTime.parse(part.path("valueTime").asString(""));
        case "capacity" -> capacity = number(part, 1, MOST_CAPACITY);
        case "minutes" -> minutes = number(part, 5, 24 * 60);
        default -> throw wrong("session");
      }
    }
    if (days.isEmpty() || !from.plusMinutes(minutes - 1L).isBefore(to) || !from.isBefore(to)) {
      throw wrong("session");
    }
    return new Session(Set.copyOf(days), from, to, capacity, minutes);
  }

  /** Codes of FHIR {@code days-of-week}. */
  private static DayOfWeek day(String code) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.name().substring(0, 3).toLowerCase(Locale.ROOT).equals(code)) {
        return day;
      }
    }
    throw wrong("session");
  }

  /** One doctor is not in two places at a time. */
  private static void overlap(List<Session> sessions) {
    for (int i = 0; i < sessions.size(); i++) {
      for (int j = i + 1; j < sessions.size(); j++) {
        Session a = sessions.get(i);
        Session b = sessions.get(j);
        if (a.from().isBefore(b.to())
            && b.from().isBefore(a.to())
            && a.days().stream().anyMatch(b.days()::contains)) {
          throw wrong("session");
        }
      }
    }
  }

  private static int number(JsonNode part, int least, int most) {
    for (String name : new String[] {"valuePositiveInt", "valueUnsignedInt", "valueInteger"}) {
      if (part.path(name).isInt()) {
        int value = part.path(name).asInt();
        if (value >= least && value <= most) {
          return value;
        }
      }
    }
    throw wrong(part.path("url").asString(""));
  }

  private static long fen(JsonNode money) {
    if (!money.path("value").isNumber() || !money.path("currency").asString("CNY").equals("CNY")) {
      throw wrong("fee");
    }
    long fen = money.path("value").decimalValue().movePointRight(2).longValueExact();
    if (fen < 0 || fen > MOST_FEN) {
      throw wrong("fee");
    }
    return fen;
  }

  private static Refusal wrong(String part) {
    return new Refusal(
        Refusal.Kind.VALUE, "Schedule.extension", "appointment.rule-part", new Object[] {part});
  }
}
