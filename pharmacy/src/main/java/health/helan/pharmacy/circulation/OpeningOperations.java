package health.helan.pharmacy.circulation;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Refusal;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Operations of when a pharmacy is open; {@code docs/guide/dispensing.md}. */
final class OpeningOperations {
  /** What the policy calls them ({@code docs/guide/access.md}). */
  private static final String READ = "opening-hours";

  private static final String UPDATE = "opening-hours-update";

  private final Openings openings;

  private OpeningOperations(Openings openings) {
    this.openings = openings;
  }

  static List<FhirOperation> all(Openings openings) {
    var these = new OpeningOperations(openings);
    return List.of(
        NamedOperation.of("circulation", READ, Level.SYSTEM, "", false, READ, these::read),
        NamedOperation.of(
            "circulation",
            UPDATE,
            Level.INSTANCE,
            "HealthcareService",
            true,
            UPDATE,
            these::update));
  }

  /** {@code GET $opening-hours}: of the caller's pharmacy. */
  private Answer read(Call call) {
    new Given(call).only(Set.of());
    return answer(openings.of(call.caller()));
  }

  /**
   * {@code POST HealthcareService/[id]/$opening-hours-update}: {@code hours} and {@code closed} (as
   * {@link OpeningPlan#of} reads them), {@code way} (repeats), {@code telephone}; {@code preview}
   * true only tells what would come of it, else {@code If-Match} names the version that was read.
   */
  private Answer update(Call call) {
    var given = new Given(call);
    given.only(Set.of("hours", "closed", "way", "telephone", "preview"));
    String telephone = given.text("telephone");
    var plan =
        OpeningPlan.of(
            given.parts("hours"),
            given.parts("closed"),
            given.list("way"),
            telephone == null ? "" : telephone);
    String id = Objects.requireNonNull(call.id());
    if (given.flag("preview")) {
      return answer(openings.tried(call.caller(), id, plan));
    }
    if (call.ifMatch() == null) {
      throw new Refusal(Refusal.Kind.INVALID, "circulation.which-version");
    }
    return answer(openings.change(call.caller(), id, plan, call.ifMatch()));
  }

  private static Answer answer(Openings.Told told) {
    JsonNode service = told.service();
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    words.reference(
        "service", "HealthcareService/" + service.path("id").asString(""), told.shop().name());
    words.text("version", service.path("meta").path("versionId").asString(""));
    if (told.open() != null) {
      words.flag("open", told.open());
    }
    words.time("changes", told.changes());
    words.text("address", told.shop().address());
    words.text("telephone", service.path("telecom").path(0).path("value").asString(""));
    Shops.ways(service).forEach(way -> words.code("way", way.word()));
    for (JsonNode span : service.path("availableTime")) {
      Words hours = words.group("hours");
      span.path("daysOfWeek").forEach(day -> hours.code("day", day.asString("")));
      if (span.path("allDay").asBoolean(false)) {
        hours.flag("allDay", true);
      } else {
        hours.text("start", minute(span.path("availableStartTime")));
        hours.text("end", minute(span.path("availableEndTime")));
      }
    }
    for (JsonNode one : service.path("notAvailable")) {
      Words closed = words.group("closed");
      closed.text("description", one.path("description").asString(""));
      closed.text("start", one.path("during").path("start").asString(""));
      closed.text("end", one.path("during").path("end").asString(""));
    }
    return Words.answer(answer);
  }

  /** {@code 08:30}; midnight where nothing is said. */
  private static String minute(JsonNode time) {
    String text = time.asString("00:00:00");
    return text.substring(0, Math.min(5, text.length()));
  }
}
