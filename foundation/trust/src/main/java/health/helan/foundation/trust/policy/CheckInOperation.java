package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import java.time.Clock;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;

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
    String practitioner = Arrivals.reference(call.text("practitioner"), "Practitioner/");
    String department = Arrivals.reference(call.text("department"), "Organization/");
    if (practitioner == null && department == null
        || Arrivals.isSelf(caller, practitioner, department)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "access.check-in-for-another");
    }
    if (!hasNumber(call, id, number.toUpperCase(Locale.ROOT))) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", id);
    }
    Outcome outcome = Arrivals.enter(call.store(), caller, id, practitioner, department, clock);
    return new Answer(
        201,
        outcome.content(),
        "Encounter/" + outcome.id() + "/_history/1",
        outcome.version(),
        outcome.updated());
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
