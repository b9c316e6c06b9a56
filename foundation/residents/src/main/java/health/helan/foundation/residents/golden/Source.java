package health.helan.foundation.residents.golden;

import health.helan.foundation.residents.match.NationalNumber;
import health.helan.foundation.residents.match.Traits;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A version of a Patient that says something of a person.
 *
 * @param version its number, as {@code meta.versionId} says; empty for none
 * @param updated {@code meta.lastUpdated}
 * @param institution that owns the record; empty for none
 * @param numbers valid national numbers
 * @param isUnidentified a record of nobody known
 */
public record Source(
    String id,
    String version,
    String updated,
    String institution,
    ObjectNode patient,
    List<NationalNumber> numbers,
    boolean isUnidentified) {

  /**
   * @param institution that owns the record; empty for none
   */
  public static Source of(ObjectNode patient, String institution) {
    Traits traits = Traits.of(patient);
    JsonNode meta = patient.path("meta");
    return new Source(
        patient.path("id").asString(""),
        meta.path("versionId").asString(""),
        meta.path("lastUpdated").asString(""),
        institution,
        patient,
        traits.numbers(),
        traits.unidentified());
  }

  boolean hasNumber() {
    return !numbers.isEmpty();
  }

  /** Seen masked: what stands there is not what the record says. */
  boolean isMasked() {
    for (JsonNode tag : patient.path("meta").path("tag")) {
      if (tag.path("code").asString("").equals("SUBSETTED")) {
        return true;
      }
    }
    return false;
  }
}
