package health.helan.oversight.supervision;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import health.helan.oversight.supervision.rules.Act;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Adds to an act what other resources, the registry and earlier acts say of it. */
final class FactReader {
  private static final Caller PLATFORM = Caller.platform("supervision");

  /** {@code Task.code} and state of a review that passed (docs/guide/prescription-review.md). */
  private static final String REVIEW = "prescription-review";

  private static final String EFFECTIVE = "effective";

  /** Nobody's age but a child's is of interest. */
  private static final int ADULT = 18;

  private final RecordStore store;
  private final Licences licences;
  private final SecondFactors factors;
  private final Practice practice;
  private final Prices prices;
  private final EarlierCare earlier;

  FactReader(Supervision.Parts parts) {
    store = parts.store();
    licences = parts.licences();
    factors = parts.factors();
    practice = parts.practice();
    prices = parts.prices();
    earlier = new EarlierCare(store, this::read);
  }

  /**
   * The acts that a resource tells of; empty where it is none of care on line.
   *
   * @param owner institution that owns the row
   */
  @Nullable Seen seen(
      Connection connection, ObjectNode resource, int home, int version, String owner, Instant now)
      throws SQLException {
    Seen seen =
        switch (resource.path("resourceType").asString("")) {
          case "Encounter" ->
              Resources.isOnline(resource)
                  ? visited(
                      connection, resource, Resources.visit(resource, home, version, now), now)
                  : Resources.inPerson(resource, home, version);
          case "MedicationRequest" ->
              ofVisit(connection, Resources.prescription(resource, home, version, now, true), home);
          case "ChargeItem" ->
              priced(
                  resource,
                  ofVisit(connection, Resources.charge(resource, home, version, now), home),
                  owner);
          case "MedicationDispense" -> dispensing(connection, resource, home, version, now);
          case "Task" ->
              ComplaintTask.is(resource)
                  ? ComplaintTask.of(resource).seen(home, version, now)
                  : null;
          default -> null;
        };
    return seen == null ? null : seen.of(owner);
  }

  /** Adds what other resources say of a visit that has begun. */
  private Seen visited(Connection connection, ObjectNode visit, Seen seen, Instant now)
      throws SQLException {
    Instant at = seen.at();
    Boolean isProven = at == null ? null : earlier.isProven(connection, visit, at, now);
    if (isProven != null) {
      seen.facts().put("proven", isProven);
    }
    if (at != null && !Resources.isByPlatform(visit)) {
      child(connection, visit, seen, at);
    }
    return seen;
  }

  /**
   * Of a child: how old it was, and whether the visit names somebody who answers for it. Visits of
   * this platform do not say it: they do not begin without a guardian's account.
   */
  private void child(Connection connection, ObjectNode visit, Seen seen, Instant at)
      throws SQLException {
    String patient = Resources.id(visit.path("subject"), "Patient");
    ObjectNode resident = read("Patient", patient);
    LocalDate birth =
        resident == null ? null : Resources.day(Resources.text(resident, "birthDate"));
    if (birth == null || !birth.plusYears(ADULT).isAfter(day(at))) {
      return;
    }
    boolean isGuarded = false;
    for (JsonNode participant : visit.path("participant")) {
      ObjectNode related =
          read("RelatedPerson", Resources.id(participant.path("individual"), "RelatedPerson"));
      isGuarded |= related != null && earlier.isAbout(connection, related.path("patient"), patient);
    }
    seen.facts()
        .put("age", Math.max(0, ChronoUnit.YEARS.between(birth, day(at))))
        .put("guarded", isGuarded);
  }

  private static @Nullable Seen ofVisit(Connection connection, @Nullable Seen seen, int home)
      throws SQLException {
    return seen == null || visit(connection, seen.encounter(), home) == null ? null : seen;
  }

  static SupervisionTable.@Nullable Visit visit(Connection connection, String encounter, int home)
      throws SQLException {
    return SupervisionTable.visit(connection, SupervisionTable.home(encounter, home), encounter);
  }

  /**
   * Completes what is known.
   *
   * @param seen with its institution
   */
  void complete(Connection connection, Seen seen, Instant now) throws SQLException {
    ObjectNode facts = seen.facts();
    Instant at = seen.at();
    String doctor = seen.practitioner();
    if (at == null || doctor.isEmpty()) {
      return;
    }
    if (seen.act() == Act.VISIT) {
      facts.put("licensed", licences.holds(connection, doctor, seen.institution(), at));
      Boolean factor = factors.of(doctor);
      if (factor != null) {
        facts.put("factor", factor);
      }
      Instant since = practice.since(doctor);
      if (since != null) {
        facts.put("years", Math.max(0, years(since, at)));
      }
      minutes(connection, seen, at, "visits");
      if (!seen.institution().isEmpty()) {
        elsewhere(connection, seen, at);
      }
    } else if (seen.act() == Act.PRESCRIPTION) {
      facts.put("licensed", licences.holds(connection, doctor, seen.institution(), at));
      SupervisionTable.Visit visit = visit(connection, seen.encounter(), seen.home());
      if (visit != null) {
        // Those who write no notes by this platform's steps write a Composition of the visit.
        facts.put("noted", visit.noted() != null || isDocumented(seen.encounter()));
      }
      minutes(connection, seen, at, "prescriptions");
    }
  }

  /**
   * How near the doctor was to care at another institution. Who is with a patient in person needs
   * the way as well; who is on line at two institutions is so only while both visits last.
   */
  private static void elsewhere(Connection connection, Seen seen, Instant at) throws SQLException {
    Instant until = seen.until() == null ? at : seen.until();
    SupervisionTable.elsewhere(connection, seen.practitioner(), seen.institution(), at).stream()
        .filter(busy -> busy.act() == Act.IN_PERSON || meets(busy, seen, at))
        .mapToLong(busy -> busy.apart(at, until))
        .min()
        .ifPresent(least -> seen.facts().put("elsewhere", least));
  }

  /** Another visit on line at the same time. */
  static boolean meets(SupervisionTable.Busy busy, Seen seen, Instant at) {
    return busy.act() == Act.VISIT
        && !busy.id().equals(seen.id())
        && busy.overlaps(at, seen.until() == null ? at : seen.until());
  }

  private static void minutes(Connection connection, Seen seen, Instant at, String name)
      throws SQLException {
    ArrayNode minutes = seen.facts().putArray(name);
    SupervisionTable.minutesSince(connection, seen.act(), seen.practitioner(), seen.encounter(), at)
        .forEach(minutes::add);
  }

  /** Whole years, by the days of Beijing. */
  private static long years(Instant since, Instant until) {
    return ChronoUnit.YEARS.between(day(since), day(until));
  }

  private static LocalDate day(Instant at) {
    return at.atZone(Resources.BEIJING).toLocalDate();
  }

  private boolean isDocumented(String encounter) {
    return !find("Composition", "encounter", "Encounter/" + encounter).isEmpty();
  }

  // ------------------------------------------------------------------ dispensing

  private @Nullable Seen dispensing(
      Connection connection, ObjectNode dispense, int home, int version, Instant now)
      throws SQLException {
    List<ObjectNode> prescriptions = new ArrayList<>();
    String encounter = Resources.encounterOf(dispense);
    for (JsonNode reference : dispense.path("authorizingPrescription")) {
      ObjectNode prescription =
          read("MedicationRequest", Resources.id(reference, "MedicationRequest"));
      if (prescription != null) {
        prescriptions.add(prescription);
        encounter = encounter.isEmpty() ? Resources.encounterOf(prescription) : encounter;
      }
    }
    Seen seen =
        ofVisit(connection, Resources.dispensing(dispense, home, version, encounter, now), home);
    if (seen == null || seen.at() == null) {
      return null;
    }
    Instant at = seen.at();
    seen.facts().put("prescribed", !prescriptions.isEmpty());
    if (!prescriptions.isEmpty()) {
      for (ObjectNode prescription : prescriptions) {
        Seen was = Resources.prescription(prescription, home, version, now, true);
        if (was == null || was.at() == null || was.at().isAfter(at)) {
          seen.facts().put("prescribed", false);
        }
      }
      boolean isReviewed = true;
      for (ObjectNode prescription : prescriptions) {
        isReviewed &= isReviewed(prescription, at);
      }
      seen.facts().put("reviewed", isReviewed);
    }
    return seen;
  }

  /** A review of its number passed before. */
  private boolean isReviewed(ObjectNode prescription, Instant before) {
    JsonNode number = prescription.path("groupIdentifier");
    String value = Resources.text(number, "value");
    if (value.isEmpty()) {
      return false;
    }
    for (ObjectNode task :
        find(
            "Task",
            "group-identifier",
            SearchRequest.escaped(Resources.text(number, "system"))
                + "|"
                + SearchRequest.escaped(value))) {
      Instant passed = Resources.time(Resources.text(task, "lastModified"));
      if (task.path("code").path("coding").path(0).path("code").asString("").equals(REVIEW)
          && task.path("businessStatus")
              .path("coding")
              .path(0)
              .path("code")
              .asString("")
              .equals(EFFECTIVE)
          && passed != null
          && !passed.isAfter(before)) {
        return true;
      }
    }
    return false;
  }

  // ------------------------------------------------------------------ prices

  /**
   * Adds what as many as were charged may cost: as the region's price book says, or as was filed,
   * whichever is less. What an institution filed lifts no price of the region.
   */
  private @Nullable Seen priced(ObjectNode item, @Nullable Seen seen, String owner) {
    if (seen == null) {
      return null;
    }
    BigDecimal quantity = seen.facts().path("quantity").decimalValue(BigDecimal.ONE);
    Long filed = filed(item, quantity);
    String code = Resources.chargeCode(item);
    Instant at = seen.at();
    Long most =
        code.isEmpty() || at == null
            ? null
            : prices.most(code, owner.isEmpty() ? seen.institution() : owner, quantity, day(at));
    if (filed != null || most != null) {
      seen.facts()
          .put("filed", filed == null ? most : most == null ? filed : (Long) Math.min(filed, most));
    }
    return seen;
  }

  /** Null where no definition is named, or none says a price. */
  private @Nullable Long filed(ObjectNode item, BigDecimal quantity) {
    for (JsonNode canonical : item.path("definitionCanonical")) {
      String url = canonical.asString("").split("\\|", 2)[0];
      for (ObjectNode definition :
          find("ChargeItemDefinition", "url", SearchRequest.escaped(url))) {
        for (JsonNode group : definition.path("propertyGroup")) {
          for (JsonNode part : group.path("priceComponent")) {
            JsonNode value = part.path("amount").path("value");
            if (Resources.text(part, "type").equals("base") && value.isNumber()) {
              return Resources.fen(
                  value
                      .decimalValue(BigDecimal.ZERO)
                      .multiply(quantity)
                      .setScale(2, RoundingMode.HALF_UP));
            }
          }
        }
      }
    }
    return null;
  }

  // ------------------------------------------------------------------ reading

  private @Nullable ObjectNode read(String type, String id) {
    if (id.isEmpty()) {
      return null;
    }
    try {
      ResourceVersion version = store.read(PLATFORM, type, id);
      return version.content() == null
          ? null
          : (ObjectNode) Json.MAPPER.readTree(version.content());
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e; // The same change comes again.
      }
      return null;
    }
  }

  private List<ObjectNode> find(String type, String parameter, String value) {
    List<ObjectNode> found = new ArrayList<>();
    for (SearchResult.Entry entry :
        store
            .search(
                PLATFORM,
                new SearchRequest(
                    type,
                    null,
                    null,
                    List.of(new Parameter(parameter, value), new Parameter("_count", "20")),
                    false))
            .entries()) {
      byte[] content = entry.resource().content();
      if (content != null) {
        found.add((ObjectNode) Json.MAPPER.readTree(content));
      }
    }
    return found;
  }
}
