package health.helan.foundation.trust.oversight;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What belongs to an encounter beyond what names it: what it points at, and what was made of that
 * for the same resident, until nothing more is found: the drug that was handed over for its
 * prescription, the parcel it went in, the bill, and what paid it.
 */
final class Belongings {
  private static final Caller PLATFORM = Caller.platform("replay");

  /** What is looked through at most. */
  private static final int MOST = 20_000;

  /** Clocks of senders differ, and an encounter may be registered late. */
  private static final Duration EARLIER = Duration.ofDays(1);

  /** What was booked is paid long before it begins. */
  private static final Duration BOOKED = Duration.ofDays(366);

  private static final Set<String> OF_MONEY =
      Set.of("ChargeItem", "Claim", "ClaimResponse", "ExplanationOfBenefit", "Account", "Invoice");

  /** What an encounter points at and is part of it. */
  private static final Set<String> POINTED_AT = Set.of("Consent", "Composition", "Appointment");

  /**
   * @param of types one of which it has to name; empty for any
   */
  private record Made(String type, Set<String> of) {}

  private static final List<Made> MADE =
      List.of(
          new Made("MedicationDispense", Set.of("Encounter", "MedicationRequest")),
          new Made("Composition", Set.of("MedicationRequest")),
          new Made(
              "Task",
              Set.of(
                  "Encounter",
                  "MedicationRequest",
                  "MedicationDispense",
                  "SupplyDelivery",
                  "Claim")),
          new Made("DocumentReference", Set.of("SupplyDelivery")),
          new Made("ChargeItem", Set.of("Encounter", "MedicationDispense")),
          new Made("Claim", Set.of("ChargeItem")),
          new Made("ClaimResponse", Set.of("Claim")),
          new Made("ExplanationOfBenefit", Set.of("Claim")),
          new Made("Account", Set.of("Claim")),
          new Made("Invoice", Set.of()));

  private final RecordStore store;

  Belongings(RecordStore store) {
    this.store = store;
  }

  /** A resource of the resident that may belong to it. */
  private record Candidate(Made made, String self, @Nullable String encounter, Set<String> named) {
    boolean isOf(Set<String> all) {
      return (encounter == null || all.contains(encounter))
          && named.stream()
              .anyMatch(
                  one -> all.contains(one) && (made.of.isEmpty() || made.of.contains(typeOf(one))));
    }
  }

  /**
   * Adds to what there is.
   *
   * @param all references of the encounter and what names it
   * @param patient id of the resident
   */
  void add(Set<String> all, String encounter, String patient) {
    byte[] content = store.read(PLATFORM, "Encounter", encounter).content();
    if (content != null) {
      for (String one : references(Json.MAPPER.readTree(content))) {
        if (POINTED_AT.contains(typeOf(one))) {
          all.add(one);
        }
      }
    }
    Instant began = content == null ? null : start(Json.MAPPER.readTree(content));
    List<Candidate> candidates = new ArrayList<>();
    MADE.forEach(made -> of(patient, made, began, candidates));
    boolean isMore = true;
    while (isMore) {
      isMore = false;
      for (Candidate one : candidates) {
        if (!all.contains(one.self) && one.isOf(all)) {
          all.add(one.self);
          // A parcel names nothing; its Task names it and what is in it.
          one.named.stream().filter(it -> typeOf(it).equals("SupplyDelivery")).forEach(all::add);
          isMore = true;
        }
      }
    }
  }

  private static @Nullable Instant start(JsonNode encounter) {
    try {
      return OffsetDateTime.parse(encounter.path("period").path("start").asString("")).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /**
   * @throws Refusal TOO_COSTLY where the resident has more than can be looked through
   */
  private void of(String patient, Made made, @Nullable Instant began, List<Candidate> into) {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(new Parameter("patient", "Patient/" + patient));
    if (began != null) {
      Duration before = OF_MONEY.contains(made.type) ? BOOKED : EARLIER;
      parameters.add(new Parameter("_lastUpdated", "ge" + began.minus(before)));
    }
    each(
        made.type,
        parameters,
        one -> {
          byte[] content = one.content();
          if (content == null) {
            return;
          }
          if (into.size() == MOST) {
            throw new Refusal(Refusal.Kind.TOO_COSTLY, "oversight.replay-long", MOST);
          }
          JsonNode tree = Json.MAPPER.readTree(content);
          String encounter = tree.path("encounter").path("reference").asString("");
          into.add(
              new Candidate(
                  made,
                  made.type + "/" + one.id(),
                  encounter.isEmpty() ? null : encounter,
                  references(tree)));
        });
  }

  /** References of all that a search finds, as the platform. */
  void find(Set<String> into, String type, String parameter, String value) {
    each(type, List.of(new Parameter(parameter, value)), one -> into.add(type + "/" + one.id()));
  }

  /** Page by page: what a resident had in a life is never all in memory. */
  private void each(String type, List<Parameter> by, Consumer<ResourceVersion> each) {
    String cursor = null;
    do {
      List<Parameter> parameters = new ArrayList<>(by);
      parameters.add(new Parameter("_count", "200"));
      if (cursor != null) {
        parameters.add(new Parameter("_cursor", cursor));
      }
      var page = store.search(PLATFORM, new SearchRequest(type, null, null, parameters, false));
      page.entries().forEach(entry -> each.accept(entry.resource()));
      cursor = page.next();
    } while (cursor != null);
  }

  private static String typeOf(String reference) {
    return reference.contains("/") ? reference.substring(0, reference.indexOf('/')) : "";
  }

  /** What it names, whichever version. */
  private static Set<String> references(JsonNode node) {
    Set<String> all = new LinkedHashSet<>();
    references(node, all);
    return all;
  }

  private static void references(JsonNode node, Set<String> all) {
    if (node instanceof ObjectNode object && object.path("reference").isString()) {
      all.add(object.path("reference").asString("").replaceFirst("/_history/.*$", ""));
    }
    for (JsonNode child : node) {
      references(child, all);
    }
  }
}
