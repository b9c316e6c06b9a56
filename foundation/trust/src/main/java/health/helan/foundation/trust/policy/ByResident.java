package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * People of an institution look for prescriptions and drugs of a resident, of an encounter or by
 * number. Over residents they could be counted by doctor, which is forbidden for business (统方,
 * docs/adr/0110): so no search over residents reaches a drug, whichever way it goes. An
 * institution's own system has its own records and may keep them in step.
 */
final class ByResident {
  private static final Set<String> DRUGS =
      Set.of(
          "MedicationRequest",
          "MedicationDispense",
          "MedicationAdministration",
          "MedicationStatement");

  /** Parameters of drugs that name whose, or which. */
  private static final Set<String> WHOSE =
      Set.of(
          "_id",
          "patient",
          "subject",
          "encounter",
          "context",
          "identifier",
          "prescription",
          "request");

  /** The same of other types. */
  private static final Set<String> OF_ONE = Set.of("patient", "subject", "encounter");

  /** Types of which one is a resident's: an id of another, as of a drug, names no resident. */
  private static final Set<String> RESIDENTS =
      Set.of(
          "Patient",
          "Encounter",
          "EpisodeOfCare",
          "CarePlan",
          "ServiceRequest",
          "RequestGroup",
          "Condition",
          "Composition",
          "DocumentReference",
          "DetectedIssue",
          "Task",
          "Claim",
          "ChargeItem",
          "SupplyDelivery",
          "Appointment",
          "Provenance");

  /** Parameters of those that may lead to a drug without saying so. */
  private static final Set<String> ANYTHING =
      Set.of("*", "focus", "target", "implicated", "entry", "item", "entity", "based-on");

  private static final Pattern TYPED =
      Pattern.compile("^(patient|subject|encounter):(Patient|Encounter)$");

  /** A resident by number. */
  private static final Pattern NUMBERED = Pattern.compile("^(patient|subject)\\.identifier$");

  /** Of so many at once: a ward, not an institution. */
  private static final int MOST = 60;

  private ByResident() {}

  /**
   * @throws Refusal FORBIDDEN for a search over residents that reaches drugs
   */
  static void check(SearchRequest request) {
    String owner = request.compartmentOwner();
    if (owner != null && !owner.equals("Practitioner")) {
      return;
    }
    String type = request.type();
    if (owner == null && isOfOne(request, type)) {
      return;
    }
    boolean reaches =
        type == null
            ? asksForDrugs(request)
            : DRUGS.contains(type)
                || request.parameters().stream().anyMatch(ByResident::reachesDrugs);
    if (reaches) {
      throw refusal();
    }
  }

  /** A history of a type is over all residents. */
  static void checkHistory(@Nullable String type) {
    if (type == null || DRUGS.contains(type)) {
      throw refusal();
    }
  }

  private static Refusal refusal() {
    return new Refusal(Refusal.Kind.FORBIDDEN, "policy.drugs-by-resident");
  }

  private static boolean isOfOne(SearchRequest request, @Nullable String type) {
    for (Parameter one : request.parameters()) {
      String name =
          NUMBERED.matcher(TYPED.matcher(one.name()).replaceFirst("$1")).replaceFirst("$1");
      boolean names =
          type != null && DRUGS.contains(type)
              ? WHOSE.contains(name)
              : OF_ONE.contains(name)
                  || (type == null || RESIDENTS.contains(type)) && name.equals("_id");
      if (names && isNamed(one.value())) {
        return true;
      }
    }
    return false;
  }

  /** Each alternative names one: none is empty, and none is a whole system of numbers. */
  private static boolean isNamed(String value) {
    String[] all = value.split(",", -1);
    return all.length <= MOST
        && Stream.of(all).noneMatch(one -> one.isBlank() || one.strip().endsWith("|"));
  }

  /** Over several types: where none is named, all. */
  private static boolean asksForDrugs(SearchRequest request) {
    List<String> types =
        request.parameters().stream()
            .filter(one -> one.name().equals("_type"))
            .flatMap(one -> Stream.of(one.value().split(",")))
            .toList();
    return types.isEmpty()
        || types.stream().anyMatch(DRUGS::contains)
        || request.parameters().stream().anyMatch(ByResident::reachesDrugs);
  }

  /** By {@code _has}, a chain, or what it brings along. */
  private static boolean reachesDrugs(Parameter one) {
    String name = one.name();
    if (name.startsWith("_include") || name.startsWith("_revinclude")) {
      String[] parts = one.value().split(":");
      boolean isAnything = parts.length == 2 && ANYTHING.contains(parts[1]);
      return DRUGS.contains(parts[0])
          || DRUGS.contains(parts[parts.length - 1])
          || isAnything && name.startsWith("_include");
    }
    // A chain may name no type: what it looks for then tells.
    int dot = name.indexOf('.');
    boolean isChain = dot > 0 && ANYTHING.contains(name.substring(0, dot));
    return isChain
        || Stream.of(name.split("[:.]")).anyMatch(DRUGS::contains) && !name.startsWith("_type");
  }
}
