package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * That a resident has come, as an Encounter {@code arrived} of the institution, from which the
 * grant follows. For whatever proves that the resident is there: the number of the card in hand, or
 * a code of the health card.
 */
public final class Arrivals {
  private Arrivals() {}

  /** A reference from an id or a reference; null for none. */
  public static @Nullable String reference(@Nullable String given, String type) {
    return given == null || given.isBlank() ? null : given.startsWith(type) ? given : type + given;
  }

  /** Whether somebody would let itself, its department or its institution in. */
  public static boolean isSelf(
      Caller caller, @Nullable String practitioner, @Nullable String department) {
    List<String> own = Grantee.own(caller);
    return own.contains(String.valueOf(practitioner)) || own.contains(String.valueOf(department));
  }

  /**
   * Enters it.
   *
   * @param caller of the institution; whether it may was decided before
   * @param practitioner reference; null for none
   * @param department reference; null for the institution
   */
  public static Outcome enter(
      RecordStore store,
      Caller caller,
      String patient,
      @Nullable String practitioner,
      @Nullable String department,
      Clock clock) {
    ObjectNode encounter = Json.MAPPER.createObjectNode();
    encounter.put("resourceType", "Encounter").put("status", "arrived");
    encounter
        .putObject("class")
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
        .put("code", "AMB");
    encounter.putObject("subject").put("reference", "Patient/" + patient);
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
    return store.write(
        desk,
        new Interaction.Create(
            "Encounter", Interaction.Body.of(encounter), null, null, "Patient/" + patient));
  }
}
