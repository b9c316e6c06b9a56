package health.helan.care.appointment.operations;

import health.helan.care.appointment.Appointments;
import health.helan.care.appointment.places.Pool;
import health.helan.care.appointment.places.PoolSlot;
import health.helan.foundation.registry.Finder;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code Appointment/$find} (IHE ITI-115): what is free between {@code start} and {@code end}.
 * Narrowed by {@code organization} (hospital or department), {@code practitioner}, {@code
 * schedule}, {@code specialty}, {@code near} (latitude and longitude, a comma between) with {@code
 * km}, {@code fee} (at most, in yuan); {@code full=true} shows what is full too. Answers with a
 * searchset of proposed Appointments, the earliest first; each bears the id of its Slot, which
 * {@code $hold} and {@code $book} take as {@code appointment-reference}. Nothing is stored.
 */
final class FindOperation implements FhirOperation {
  static final String FREE = "https://helan.health/fhir/StructureDefinition/free-places";
  static final String KM = "https://helan.health/fhir/StructureDefinition/distance-km";

  private static final Set<String> KNOWN =
      Set.of(
          "start",
          "end",
          "organization",
          "practitioner",
          "schedule",
          "specialty",
          "near",
          "km",
          "fee",
          "full",
          "after",
          "_count",
          // Taken, and without effect: places are the same for everybody.
          "patient-reference",
          "patient");

  private static final Duration LONGEST = Duration.ofDays(92);
  private static final int MOST = 500;
  private static final int USUAL = 50;
  private static final int MOST_HOSPITALS = 50;
  private static final double USUAL_KM = 10;
  private static final double FARTHEST = 500;

  private final Appointments appointments;
  private final Registry registry;

  FindOperation(Appointments appointments, Registry registry) {
    this.appointments = appointments;
    this.registry = registry;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "find",
        Set.of(Level.TYPE),
        Set.of("Appointment"),
        false,
        "https://helan.health/fhir/OperationDefinition/Appointment-find");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "find-places");
    var in = new Given(call);
    in.only(KNOWN);
    Instant start = in.time("start");
    Instant end = in.time("end");
    if (!end.isAfter(start) || Duration.between(start, end).compareTo(LONGEST) > 0) {
      throw Given.wrong("end");
    }
    Map<String, Double> near = near(in);
    List<String> organizations = new ArrayList<>(in.ids("organization", "Organization"));
    List<String> practitioners = in.ids("practitioner", "Practitioner");
    List<String> schedules = in.ids("schedule", "Schedule");
    if (near != null) {
      if (organizations.isEmpty()) {
        organizations.addAll(near.keySet());
      } else {
        organizations.retainAll(near.keySet());
      }
      if (organizations.isEmpty()) {
        return answer(call, in, List.of(), Map.of(), 0);
      }
    }
    if (organizations.isEmpty() && practitioners.isEmpty() && schedules.isEmpty()) {
      // The whole region at once is nobody's question, and everybody's load.
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "appointment.find-where");
    }
    int count = in.number("_count", USUAL, MOST);
    Instant now = appointments.now();
    List<Pool.Hit> hits =
        appointments
            .pool()
            .find(
                new Pool.Asked(
                    start.isBefore(now) ? now : start,
                    end,
                    organizations,
                    practitioners,
                    schedules,
                    in.list("specialty").stream().map(FindOperation::code).toList(),
                    fee(in),
                    in.flag("full"),
                    after(in)),
                now,
                count + 1);
    return answer(call, in, hits, near == null ? Map.of() : near, count);
  }

  /** {@code system|code}, or the code alone: the national list of departments is meant. */
  private static String code(String token) {
    String code = token.substring(token.indexOf('|') + 1);
    if (token.indexOf('|') > 0 && !token.startsWith(Registry.SPECIALTY + "|")
        || !code.matches("[0-9.]{1,20}")) {
      throw Given.wrong("specialty");
    }
    return code;
  }

  private static @Nullable Long fee(Given in) {
    String text = in.text("fee");
    if (text == null) {
      return null;
    }
    if (!text.matches("\\d{1,6}(\\.\\d{1,2})?")) {
      throw Given.wrong("fee");
    }
    return new BigDecimal(text).movePointRight(2).longValueExact();
  }

  private static Pool.@Nullable After after(Given in) {
    String text = in.text("after");
    if (text == null) {
      return null;
    }
    int bar = text.indexOf('|');
    try {
      if (bar > 0 && text.substring(bar + 1).matches("[a-z0-9]{1,64}")) {
        return new Pool.After(Instant.parse(text.substring(0, bar)), text.substring(bar + 1));
      }
    } catch (java.time.DateTimeException e) {
      // Refused below.
    }
    throw Given.wrong("after");
  }

  /** Hospitals around a place by their distance in km; null where nothing is said of a place. */
  private @Nullable Map<String, Double> near(Given in) {
    List<String> place = in.list("near");
    if (place.isEmpty()) {
      return null;
    }
    try {
      // In a URL the comma parts it in two; in Parameters it is one text.
      String[] parts = String.join(",", place).split(",", -1);
      double latitude = Double.parseDouble(parts[0]);
      double longitude = Double.parseDouble(parts[1]);
      String far = in.text("km");
      double km = far == null ? USUAL_KM : Double.parseDouble(far);
      if (parts.length == 2
          && Math.abs(latitude) <= 90
          && Math.abs(longitude) <= 180
          && km > 0
          && km <= FARTHEST) {
        var found = new LinkedHashMap<String, Double>();
        for (Finder.Hit hit :
            registry
                .finder()
                .find(
                    new Finder.Asked(
                        Finder.What.HOSPITAL,
                        null,
                        null,
                        null,
                        List.of(),
                        null,
                        null,
                        new Finder.Near(latitude, longitude, km),
                        null),
                    appointments.now(),
                    MOST_HOSPITALS)) {
          Double distance = hit.km();
          found.put(hit.institution(), distance == null ? km : distance);
        }
        return found;
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Refused below.
    }
    throw Given.wrong("near");
  }

  private static Answer answer(
      Call call, Given in, List<Pool.Hit> hits, Map<String, Double> near, int count) {
    List<Pool.Hit> shown = hits.subList(0, Math.min(count, hits.size()));
    ObjectNode bundle = Json.MAPPER.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "searchset");
    if (hits.size() > shown.size()) {
      PoolSlot last = shown.getLast().slot();
      bundle
          .putArray("link")
          .addObject()
          .put("relation", "next")
          .put("url", next(call, last.start() + "|" + last.id()));
    }
    if (!shown.isEmpty()) {
      ArrayNode entries = bundle.putArray("entry");
      for (Pool.Hit hit : shown) {
        ObjectNode entry = entries.addObject();
        entry.put("fullUrl", call.base() + "/Appointment/" + hit.slot().id());
        entry.set("resource", proposed(hit, near.get(hit.slot().institution())));
        entry.putObject("search").put("mode", "match");
      }
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(bundle));
  }

  private static String next(Call call, String after) {
    var url = new StringBuilder(call.base()).append("/Appointment/$find?");
    var in = new Given(call);
    for (String name : KNOWN.stream().sorted().toList()) {
      for (String value : in.list(name)) {
        if (!name.equals("after")) {
          url.append(name).append('=').append(encoded(value)).append('&');
        }
      }
    }
    return url.append("after=").append(encoded(after)).toString();
  }

  private static String encoded(String value) {
    return java.net.URLEncoder.encode(value, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static ObjectNode proposed(Pool.Hit hit, @Nullable Double km) {
    PoolSlot slot = hit.slot();
    ObjectNode one = Json.MAPPER.createObjectNode();
    one.put("resourceType", "Appointment").put("id", slot.id());
    ArrayNode extensions = one.putArray("extension");
    extensions.addObject().put("url", FREE).put("valueUnsignedInt", hit.free());
    if (slot.feeFen() > 0) {
      extensions
          .addObject()
          .put("url", Appointments.FEE)
          .putObject("valueMoney")
          .put("value", BigDecimal.valueOf(slot.feeFen(), 2))
          .put("currency", "CNY");
    }
    if (km != null) {
      extensions
          .addObject()
          .put("url", KM)
          .put("valueDecimal", BigDecimal.valueOf(km).setScale(1, RoundingMode.HALF_UP));
    }
    one.put("status", "proposed");
    for (String element : new String[] {"serviceType", "specialty"}) {
      if (slot.template().has(element)) {
        one.set(element, slot.template().path(element));
      }
    }
    one.put("start", slot.start().toString()).put("end", slot.end().toString());
    one.put("minutesDuration", Duration.between(slot.start(), slot.end()).toMinutes());
    one.putArray("slot").addObject().put("reference", slot.reference());
    // For who wants to wait for it.
    one.putArray("supportingInformation")
        .addObject()
        .put("reference", "Schedule/" + slot.schedule());
    ArrayNode participants = one.putArray("participant");
    slot.template()
        .path("actor")
        .forEach(
            actor -> {
              ObjectNode participant = participants.addObject();
              participant.set("actor", actor);
              participant.put("status", "accepted");
            });
    return one;
  }
}
