package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.index.Moments;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * In which visit a prescription is written: that decides whether it is judged as one on line, so
 * nobody leaves the visit out, and nobody names another in its place.
 */
final class Visits {
  /** So long after its end a visit is still prescribed in, and one on line thought of; ours. */
  private static final Duration ECHOES = Duration.ofHours(24);

  private static final String MOST = "100";

  /** A visit on line is one once the doctor has accepted it, which is not before it is paid. */
  private static final Set<String> BEGUN = Set.of("in-progress", "onleave", "finished");

  private final RecordStore store;

  Visits(RecordStore store) {
    this.store = store;
  }

  /**
   * Holds the requests of one prescription to the visit that they name.
   *
   * @throws Refusal BUSINESS_RULE where they name several, one that is none of the resident's or
   *     long over, or leave out a visit on line
   */
  void check(Caller caller, List<ObjectNode> requests, String patient, String doctor, Instant now) {
    Set<String> named = new LinkedHashSet<>();
    requests.forEach(one -> named.add(one.path("encounter").path("reference").asString("")));
    if (named.size() > 1) {
      throw refusal("prescription.one-visit");
    }
    String reference = named.isEmpty() ? "" : named.iterator().next();
    if (reference.isEmpty() || !isOnline(named(caller, requests.getFirst(), patient, now))) {
      mustBeOfNoneOnline(caller, patient, doctor, now);
    }
  }

  private ObjectNode named(Caller caller, ObjectNode request, String patient, Instant now) {
    String reference = request.path("encounter").path("reference").asString("");
    String id = FactReader.id(request.path("encounter"), "Encounter");
    ResourceVersion version = id.isEmpty() ? null : find(caller, id);
    ObjectNode visit = version == null ? null : FactReader.content(version);
    if (version == null
        || visit == null
        || !FactReader.id(visit.path("subject"), "Patient").equals(patient)) {
      throw refusal("prescription.no-such-visit", reference);
    }
    if (isOnline(visit) && !BEGUN.contains(status(visit))) {
      throw refusal("prescription.visit-not-begun", reference);
    }
    boolean isOver =
        switch (status(visit)) {
          case "cancelled", "entered-in-error" -> true;
          case "finished" -> {
            Moments last = last(visit);
            yield (last == null ? micros(version.updated()) : last.hi())
                < micros(now.minus(ECHOES));
          }
          default -> false;
        };
    if (isOver) {
      throw refusal("prescription.visit-over", reference);
    }
    return visit;
  }

  /** As the caller reads it: so do the rules, which take what they cannot read for a clinic's. */
  private @Nullable ResourceVersion find(Caller caller, String id) {
    try {
      return store.read(caller, "Encounter", id);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      return null;
    }
  }

  /**
   * Not while the doctor has a visit on line with the resident, nor for a day after, unless they
   * met in person since.
   */
  private void mustBeOfNoneOnline(Caller caller, String patient, String doctor, Instant now) {
    var query =
        new SearchRequest(
            "Encounter",
            null,
            null,
            List.of(
                new SearchRequest.Parameter("patient", "Patient/" + patient),
                new SearchRequest.Parameter("participant", "Practitioner/" + doctor),
                new SearchRequest.Parameter("status", "in-progress,onleave,finished"),
                new SearchRequest.Parameter("date", "ge" + now.minus(ECHOES)),
                new SearchRequest.Parameter("_count", MOST)),
            false);
    String online = "";
    long ended = Moments.FIRST;
    long met = Moments.FIRST;
    for (SearchResult.Entry entry : store.search(caller.asPlatform(), query).entries()) {
      ObjectNode visit = FactReader.content(entry.resource());
      String status = status(visit);
      if (isOnline(visit)) {
        Moments last = status.equals("finished") ? last(visit) : null;
        long end = last == null ? Moments.LAST : last.lo();
        if (online.isEmpty() || end > ended) {
          online = "Encounter/" + visit.path("id").asString("");
          ended = end;
        }
      } else if (!status.equals("onleave")) {
        Moments start = Moments.parse(visit.path("period").path("start").asString(""));
        met = start == null ? met : Math.max(met, start.lo());
      }
    }
    if (!online.isEmpty() && met < ended) {
      throw refusal("prescription.which-visit", online);
    }
  }

  private static boolean isOnline(JsonNode visit) {
    return visit.path("class").path("code").asString("").equals("VR");
  }

  private static String status(JsonNode visit) {
    return visit.path("status").asString("");
  }

  /** Its end, or its start where it has none; null where it has neither. */
  private static @Nullable Moments last(JsonNode visit) {
    Moments end = Moments.parse(visit.path("period").path("end").asString(""));
    return end == null ? Moments.parse(visit.path("period").path("start").asString("")) : end;
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  private static Refusal refusal(String key, Object... with) {
    return new Refusal(Refusal.Kind.BUSINESS_RULE, "MedicationRequest.encounter", key, with);
  }
}
