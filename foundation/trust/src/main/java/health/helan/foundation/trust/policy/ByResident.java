package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * People of an institution look for prescriptions and drugs of a resident, of an encounter or by
 * number. Over all residents they could be counted by doctor, which is forbidden for business (统方,
 * docs/adr/0110). An institution's own system has its own records and may keep them in step.
 */
final class ByResident {
  private static final Set<String> DRUGS =
      Set.of(
          "MedicationRequest",
          "MedicationDispense",
          "MedicationAdministration",
          "MedicationStatement");

  /** Parameters that name whose, or which. */
  private static final Set<String> WHOSE =
      Set.of("_id", "patient", "subject", "encounter", "context", "identifier", "prescription");

  /** Of the other types, those that are whose. */
  private static final Set<String> OF_ONE = Set.of("_id", "patient", "subject");

  private static final Pattern PERSONAL =
      Pattern.compile(
          "(?:requester|performer|intended-performer|recorder|responsibleparty|receiver|source)(?:$|[:.].*)");

  private ByResident() {}

  /**
   * @throws Refusal FORBIDDEN for a search over residents that tells drugs by doctor
   */
  static void check(SearchRequest request) {
    String type = request.type();
    String owner = request.compartmentOwner();
    if (owner != null && !owner.equals("Practitioner")) {
      return;
    }
    boolean isOfOne = owner == null && isNamed(request, OF_ONE);
    if (type == null) {
      if (!isOfOne && asksForDrugs(request)) {
        throw refusal();
      }
    } else if (DRUGS.contains(type)) {
      if (owner != null || !isNamed(request, WHOSE)) {
        throw refusal();
      }
    } else {
      boolean isDoctors = type.startsWith("Practitioner");
      for (Parameter one : request.parameters()) {
        if ((isDoctors || !isOfOne) && tellsByDoctor(one)
            || one.name().startsWith("_revinclude") && isOfDoctor(one.value(), isDoctors)) {
          throw refusal();
        }
      }
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

  /** By a value that names one: not by one that is missing, or of a whole system. */
  private static boolean isNamed(SearchRequest request, Set<String> names) {
    return request.parameters().stream()
        .anyMatch(
            one ->
                (names.contains(one.name())
                        || names.contains(one.name().replaceFirst(":(Patient|Encounter)$", "")))
                    && !one.value().isEmpty()
                    && !one.value().endsWith("|"));
  }

  /** Over several types: where none is named, all. */
  private static boolean asksForDrugs(SearchRequest request) {
    List<String> types =
        request.parameters().stream()
            .filter(one -> one.name().equals("_type"))
            .flatMap(one -> Stream.of(one.value().split(",")))
            .toList();
    return types.isEmpty() || types.stream().anyMatch(DRUGS::contains);
  }

  /** {@code _has:MedicationRequest:requester:code}, {@code focus:MedicationRequest.requester}. */
  private static boolean tellsByDoctor(Parameter one) {
    String name = one.name();
    for (String drug : DRUGS) {
      for (String mark : new String[] {":" + drug + ":", ":" + drug + "."}) {
        for (int at = name.indexOf(mark); at >= 0; at = name.indexOf(mark, at + 1)) {
          String rest = name.substring(at + mark.length());
          for (String part : rest.split("[:.]")) {
            if (PERSONAL.matcher(part.toLowerCase(Locale.ROOT)).matches()) {
              return true;
            }
          }
        }
      }
    }
    return false;
  }

  /** {@code MedicationRequest:requester}; {@code MedicationRequest:*} of doctors. */
  private static boolean isOfDoctor(String include, boolean isDoctors) {
    String[] parts = include.split(":");
    return DRUGS.contains(parts[0])
        && (isDoctors || parts.length > 1 && PERSONAL.matcher(parts[1]).matches());
  }
}
