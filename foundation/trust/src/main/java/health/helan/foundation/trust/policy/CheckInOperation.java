package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST Patient/[id]/$check-in}: the desk enters that a resident has come, with the number of
 * the card it has in hand ({@code identifier}), for a {@code practitioner} or a {@code department}
 * other than itself. Makes an Encounter {@code arrived} of the institution, from which the grant
 * follows. A wrong number and a resident who does not exist are answered alike.
 */
final class CheckInOperation implements FhirOperation {
  private final Clock clock;

  CheckInOperation(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "check-in",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        true,
        "https://helan.health/fhir/OperationDefinition/Patient-check-in");
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    Staff.only(caller, spec().name());
    String id = Objects.requireNonNull(call.id());
    String number = call.text("identifier");
    if (number == null || number.isBlank()) {
      throw new Refusal(Refusal.Kind.VALUE, "access.no-such-identifier");
    }
    String practitioner = reference(call.text("practitioner"), "Practitioner/");
    String department = reference(call.text("department"), "Organization/");
    List<String> own = Grantee.own(caller);
    if (practitioner == null && department == null
        || own.contains(String.valueOf(practitioner))
        || own.contains(String.valueOf(department))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "access.check-in-for-another");
    }
    if (!hasNumber(call, id, number.toUpperCase(Locale.ROOT))) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", id);
    }
    ObjectNode encounter = Json.MAPPER.createObjectNode();
    encounter.put("resourceType", "Encounter").put("status", "arrived");
    encounter
        .putObject("class")
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
        .put("code", "AMB");
    encounter.putObject("subject").put("reference", "Patient/" + id);
    if (practitioner != null) {
      encounter
          .putArray("participant")
          .addObject()
          .putObject("individual")
          .put("reference", practitioner);
    }
    encounter
        .putObject("period")
        .put("start", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    encounter
        .putObject("serviceProvider")
        .put("reference", department == null ? "Organization/" + caller.institution() : department);
    // The institution's desk, not the person at it: that one's own acts open nothing.
    var desk =
        new Caller(
            caller.subject(),
            Role.SYSTEM,
            caller.institution(),
            caller.purposes(),
            caller.request());
    Outcome outcome =
        call.store()
            .write(
                desk,
                new Interaction.Create(
                    "Encounter", Interaction.Body.of(encounter), null, null, "Patient/" + id));
    return new Answer(
        201,
        outcome.content(),
        "Encounter/" + outcome.id() + "/_history/1",
        outcome.version(),
        outcome.updated());
  }

  private static @Nullable String reference(@Nullable String given, String type) {
    return given == null || given.isBlank() ? null : given.startsWith(type) ? given : type + given;
  }

  private static boolean hasNumber(Call call, String id, String number) {
    try {
      JsonNode patient =
          Json.MAPPER.readTree(
              call.store().read(call.caller().asPlatform(), "Patient", id).content());
      for (JsonNode identifier : patient.path("identifier")) {
        if (identifier.path("value").asString("").toUpperCase(Locale.ROOT).equals(number)) {
          return true;
        }
      }
      return false;
    } catch (Refusal e) {
      return false; // Not there, or deleted: the same answer as for a wrong number.
    }
  }
}
