package health.helan.pharmacy.circulation;

import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.GivenParts;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.circulation.Circulation.Way;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * When and how a pharmacy wants to be open from now on, in place of what its HealthcareService
 * says.
 *
 * @param hours as {@code availableTime}
 * @param closed as {@code notAvailable}
 * @param telephone empty for none
 */
record OpeningPlan(ArrayNode hours, ArrayNode closed, Set<Way> ways, String telephone) {
  /** Of spans a week, and of days closed. */
  static final int MOST = 60;

  private static final int LONGEST_REASON = 100;
  private static final int DAY = 24 * 60 * 60;
  private static final List<String> DAYS =
      Arrays.stream(DayOfWeek.values()).map(Hours::word).toList();

  /**
   * @param hours each with {@code day} (mon … sun; repeats, none is every day), and {@code allDay}
   *     or {@code start} and {@code end} ({@code 22:00}; one that is not after the start is on the
   *     day after)
   * @param closed each with {@code description}, {@code start} and {@code end}: days, or times with
   *     a zone
   * @throws Refusal for what is no plan: wrong times, times that meet twice, an unknown way
   */
  static OpeningPlan of(
      List<GivenParts> hours, List<GivenParts> closed, List<String> ways, String telephone) {
    if (hours.size() > MOST || closed.size() > MOST) {
      throw Given.wrong(hours.size() > MOST ? "hours" : "closed");
    }
    Set<Way> chosen = new LinkedHashSet<>();
    for (String word : ways) {
      Way way = Way.of(word);
      if (way == null) {
        throw Given.wrong("way");
      }
      chosen.add(way);
    }
    if (chosen.isEmpty()) {
      throw Given.missing("way");
    }
    if (!telephone.isEmpty() && !telephone.matches("[0-9+() -]{5,24}")) {
      throw Given.wrong("telephone");
    }
    ArrayNode spans = Json.MAPPER.createArrayNode();
    hours.forEach(one -> spans.add(span(one)));
    ArrayNode periods = Json.MAPPER.createArrayNode();
    closed.forEach(one -> periods.add(closure(one)));
    var plan = new OpeningPlan(spans, periods, chosen, telephone);
    plan.checkNothingTwice();
    return plan;
  }

  private static ObjectNode span(GivenParts given) {
    ObjectNode span = Json.MAPPER.createObjectNode();
    for (String day : new LinkedHashSet<>(given.texts("day"))) {
      if (!DAYS.contains(day)) {
        throw Given.wrong("day");
      }
      span.withArray("daysOfWeek").add(day);
    }
    if (given.text("allDay").equals("true")) {
      if (!given.text("start").isEmpty() || !given.text("end").isEmpty()) {
        throw Given.wrong("allDay");
      }
      return span.put("allDay", true);
    }
    LocalTime start = time(given, "start");
    LocalTime end = time(given, "end");
    if (start.equals(end)) {
      throw new Refusal(Refusal.Kind.VALUE, "circulation.no-time-between", start.toString());
    }
    return span.put("availableStartTime", start + ":00").put("availableEndTime", end + ":00");
  }

  private static LocalTime time(GivenParts given, String name) {
    String text = given.need(name, 5, 8);
    try {
      if (text.matches("\\d{2}:\\d{2}(:00)?")) {
        return LocalTime.parse(text);
      }
    } catch (DateTimeException e) {
      throw Given.wrong(name);
    }
    throw Given.wrong(name);
  }

  private static ObjectNode closure(GivenParts given) {
    ObjectNode closure = Json.MAPPER.createObjectNode();
    closure.put("description", given.need("description", 2, LONGEST_REASON));
    ObjectNode during = closure.putObject("during");
    Instant start = edge(given, "start", false, during);
    Instant end = edge(given, "end", true, during);
    if (!start.isBefore(end)) {
      throw new Refusal(Refusal.Kind.VALUE, "circulation.closed-backwards");
    }
    return closure;
  }

  private static Instant edge(GivenParts given, String name, boolean isEnd, ObjectNode during) {
    String text = given.need(name, 10, 40);
    Instant edge = Hours.edge(text, isEnd);
    if (edge == null) {
      throw Given.wrong(name);
    }
    during.put(name, text);
    return edge;
  }

  /** Spans of a week, from Monday on; what goes past Sunday goes on on Monday. */
  private void checkNothingTwice() {
    record Part(long from, long to) {}
    List<Part> parts = new ArrayList<>();
    for (Hours.Span span : Hours.of(put(Json.MAPPER.createObjectNode())).spans()) {
      for (DayOfWeek day : span.days()) {
        long begin = (long) day.ordinal() * DAY;
        parts.add(new Part(begin + span.from(), begin + span.to()));
      }
    }
    parts.sort(Comparator.comparingLong(Part::from));
    for (int i = 0; i < parts.size(); i++) {
      boolean isLast = i + 1 == parts.size();
      long next = isLast ? parts.getFirst().from + 7L * DAY : parts.get(i + 1).from;
      if (next < parts.get(i).to) {
        String day = DAYS.get((int) (next / DAY) % DAYS.size());
        throw new Refusal(Refusal.Kind.VALUE, "circulation.hours-twice", day);
      }
    }
  }

  /** Puts it into a HealthcareService; what else stands there stays. */
  ObjectNode put(ObjectNode service) {
    put(service, "availableTime", hours.deepCopy());
    put(service, "notAvailable", closed.deepCopy());
    ArrayNode characteristics = Json.MAPPER.createArrayNode();
    for (JsonNode one : service.path("characteristic")) {
      boolean isWay = false;
      for (JsonNode coding : one.path("coding")) {
        isWay |= Shops.SYSTEM.equals(coding.path("system").asString(""));
      }
      if (!isWay) {
        characteristics.add(one);
      }
    }
    for (Way way : ways) {
      characteristics
          .addObject()
          .putArray("coding")
          .addObject()
          .put("system", Shops.SYSTEM)
          .put("code", way.word());
    }
    put(service, "characteristic", characteristics);
    ArrayNode contacts = Json.MAPPER.createArrayNode();
    if (!telephone.isEmpty()) {
      contacts.addObject().put("system", "phone").put("value", telephone);
    }
    for (int i = 1; i < service.path("telecom").size(); i++) {
      contacts.add(service.path("telecom").path(i)); // The first is the one that residents see.
    }
    put(service, "telecom", contacts);
    return service;
  }

  private static void put(ObjectNode service, String field, ArrayNode values) {
    if (values.isEmpty()) {
      service.remove(field);
    } else {
      service.set(field, values);
    }
  }
}
