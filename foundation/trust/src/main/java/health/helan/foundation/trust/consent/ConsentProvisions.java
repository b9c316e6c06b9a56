package health.helan.foundation.trust.consent;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Sensitivity;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a Consent (FHIR R4) to grants. Understood are: {@code provision.type}, {@code actor}, {@code
 * securityLabel} (a sensitive category), {@code period}, and one level of provisions within, which
 * are the exceptions. Whatever else a provision says is refused, since half of a consent would be
 * another consent.
 *
 * <p>A permit opens level 5 to its actors, and the categories it names. A deny closes to its
 * actors, or to everybody when it names none (an objection), the categories it names, or
 * everything. What the resident's own institution of care wrote stays with that institution;
 * emergency access stays possible and is told.
 */
public final class ConsentProvisions {
  /** The end of what has no end. */
  public static final Instant FOREVER = Instant.parse("9999-01-01T00:00:00Z");

  private static final String[] NOT_UNDERSTOOD = {
    "action", "purpose", "class", "code", "dataPeriod", "data"
  };

  private static final int LEVEL = 5;

  private ConsentProvisions() {}

  /**
   * Grants of a consent as it stands; none for one that is not active.
   *
   * @throws Refusal BUSINESS_RULE for provisions that are not understood
   */
  public static List<Grant> grants(ObjectNode consent, Instant at) {
    String patient = consent.path("patient").path("reference").asString("");
    if (!consent.path("status").asString("").equals("active")
        || !patient.startsWith("Patient/")
        || !(consent.get("provision") instanceof ObjectNode root)) {
      return List.of();
    }
    List<Grant> grants = new ArrayList<>();
    String id = patient.substring("Patient/".length());
    String type = root.path("type").asString("");
    if (!type.isEmpty()) {
      take(grants, id, root, type, null, at, "Consent.provision");
    }
    for (JsonNode within : root.path("provision")) {
      if (within.has("provision")) {
        throw refused("Consent.provision.provision.provision", "access.consent-too-deep");
      }
      take(
          grants,
          id,
          within,
          within.path("type").asString(""),
          type.isEmpty() ? null : root,
          at,
          "Consent.provision.provision");
    }
    return grants;
  }

  private static void take(
      List<Grant> grants,
      String patient,
      JsonNode provision,
      String type,
      @Nullable ObjectNode around,
      Instant at,
      String place) {
    for (String name : NOT_UNDERSTOOD) {
      if (provision.has(name)) {
        throw refused(place + "." + name, "access.consent-not-understood");
      }
    }
    boolean permits = type.equals("permit");
    List<String> actors = actors(provision, place);
    boolean inDeny = around != null && around.path("type").asString("").equals("deny");
    if (actors.isEmpty() && around != null && !inDeny) {
      actors = actors(around, place); // An exception to a permit is about those it permits.
    }
    if (permits && actors.isEmpty()) {
      throw refused(place + ".actor", "access.consent-actor");
    }
    int categories = 0;
    for (JsonNode label : provision.path("securityLabel")) {
      Sensitivity one = Sensitivity.ofLabel(label.path("code").asString(""));
      if (one == null) {
        throw refused(place + ".securityLabel", "access.consent-not-understood");
      }
      categories |= one.bit();
    }
    Instant since = time(provision.path("period").path("start"), at, false);
    Instant until = time(provision.path("period").path("end"), FOREVER, true);
    if (!until.isAfter(at)) {
      return;
    }
    if (actors.isEmpty()) {
      grants.add(new Grant(patient, "*", since, until, 2, LEVEL, categories));
    }
    for (String actor : actors) {
      grants.add(
          new Grant(patient, actor, since, until, permits ? inDeny ? 3 : 1 : 4, LEVEL, categories));
    }
  }

  private static List<String> actors(JsonNode provision, String place) {
    List<String> actors = new ArrayList<>();
    for (JsonNode actor : provision.path("actor")) {
      String reference = actor.path("reference").path("reference").asString("");
      if (!reference.startsWith("Organization/")
          && !reference.startsWith("Practitioner/")
          && !reference.startsWith("CareTeam/")) {
        throw refused(place + ".actor", "access.consent-actor");
      }
      actors.add(reference);
    }
    return actors;
  }

  /** A date means the whole day in Beijing. */
  private static Instant time(JsonNode node, Instant otherwise, boolean isEnd) {
    String text = node.asString("");
    try {
      if (text.length() > 10) {
        return OffsetDateTime.parse(text).toInstant();
      }
      if (text.length() == 10) {
        LocalDate day = LocalDate.parse(text);
        return (isEnd ? day.plusDays(1) : day).atStartOfDay(ZoneOffset.ofHours(8)).toInstant();
      }
    } catch (DateTimeException e) {
      // Answered below.
    }
    if (text.isEmpty()) {
      return otherwise;
    }
    throw refused("Consent.provision.period", "access.consent-not-understood");
  }

  private static Refusal refused(String place, String key) {
    return new Refusal(Refusal.Kind.BUSINESS_RULE, place, key, new Object[] {});
  }
}
