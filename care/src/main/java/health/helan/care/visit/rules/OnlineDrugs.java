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
   * are radioactive (from general knowledge, unverified: opioids, barbiturates, benzodiazepines and
   * what works like them, centrally acting stimulants and appetite suppressants,
   * radiopharmaceuticals; the same as of {@code excluded-drug} in supervision/rules.json and of
   * {@code online-excluded} in review/rules.json). What such a group has besides (buspirone,
   * atomoxetine, primidone, noscapine, loperamide) is not meant; a drug without a code, or in none
   * of them, is for the catalogue to name.
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
    public static final Set<String> GROUPS =
        Set.of(
            "A07DA01", "A07DA02", "A07DA04", "A07DA52", "A08AA01", "A08AA02", "A08AA03", "A08AA04",
            "A08AA05", "A08AA07", "A08AA11", "L01XX27", "M03AX01", "N01AF", "N01AH", "N01AX03",
            "N01AX11", "N01AX14", "N02A", "N02CA52", "N02CA72", "N03AA01", "N03AA02", "N03AE01",
            "N03AX22", "N03AX26", "N05BA", "N05BC", "N05CA", "N05CB", "N05CD", "N05CE", "N05CF",
            "N05CJ01", "N05CM01", "N06AX27", "N06BA01", "N06BA02", "N06BA03", "N06BA04", "N06BA05",
            "N06BA06", "N06BA07", "N06BA10", "N06BA11", "N06BA12", "N06BA13", "N06BC01", "N07BC01",
            "N07BC02", "N07BC03", "N07BC05", "N07BC06", "N07BC51", "N07XX04", "R01BA02", "R01BA52",
            "R03CA02", "R05DA01", "R05DA03", "R05DA04", "R05DA05", "R05DA06", "R05DA08", "R05DA09",
            "R05DA10", "R05DA12", "R05DA20", "V03AX02", "V09", "V10");

    private Controlled() {}
  }
}
