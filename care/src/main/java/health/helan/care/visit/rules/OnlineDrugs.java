package health.helan.care.visit.rules;

import health.helan.foundation.registry.PrescribingRight;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Which drugs are never prescribed on line (不得在互联网上开具麻醉药品、精神药品等特殊管理药品的处方). Asked for each
 * prescription that names a visit on line, in the transaction that writes it. The catalogue of
 * drugs, when the platform has one, implements this beside {@link #BY_GROUP}.
 */
@FunctionalInterface
public interface OnlineDrugs {

  /**
   * @param request a MedicationRequest
   */
  Verdict judge(JsonNode request);

  /** All have their say; the first that refuses counts. */
  static OnlineDrugs all(List<OnlineDrugs> lists) {
    return request -> {
      for (OnlineDrugs each : lists) {
        if (each.judge(request) instanceof Verdict.Refuse refusal) {
          return refusal;
        }
      }
      return Verdict.pass();
    };
  }

  /**
   * By what the prescription itself says: a category that asks for the right for narcotics, and
   * groups of ATC whose substances are on the national lists of narcotic and psychotropic drugs or
   * are radioactive (from general knowledge: opioids, barbiturates, benzodiazepines and what works
   * like them, centrally acting stimulants, radiopharmaceuticals). A group too wide errs on the
   * side of the law; a drug without a code, or in none of them, is for the catalogue to name.
   */
  OnlineDrugs BY_GROUP =
      request -> {
        for (JsonNode category : request.path("category")) {
          for (JsonNode coding : category.path("coding")) {
            if (PrescribingRight.SYSTEM.equals(coding.path("system").asString(""))
                && PrescribingRight.NARCOTIC.code().equals(coding.path("code").asString(""))) {
              return Verdict.refuse("visit.rule.drug", PrescribingRight.NARCOTIC.code());
            }
          }
        }
        for (JsonNode coding : request.path("medicationCodeableConcept").path("coding")) {
          String code = coding.path("code").asString("");
          if (Controlled.ATC.equals(coding.path("system").asString(""))
              && Controlled.GROUPS.stream().anyMatch(code::startsWith)) {
            return Verdict.refuse("visit.rule.drug", code);
          }
        }
        return Verdict.pass();
      };

  /** Groups of {@link #BY_GROUP}. */
  final class Controlled {
    static final String ATC = "http://www.whocc.no/atc";
    static final Set<String> GROUPS =
        Set.of(
            "N01AF", "N01AH", "N02A", "N03AA", "N05BA", "N05CA", "N05CB", "N05CD", "N05CF", "N06BA",
            "N07BC", "V09", "V10");

    private Controlled() {}
  }
}
