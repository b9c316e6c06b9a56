package health.helan.demo.clinical;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Allergies and intolerances that are on record. */
final class Allergies {
  private static final ObjectNode ACTIVE =
      concept(null, new Code(Systems.ALLERGY_CLINICAL, "active", "Active"));
  private static final ObjectNode CONFIRMED =
      concept(null, new Code(Systems.ALLERGY_VERIFICATION, "confirmed", "Confirmed"));

  /** What people in the region are allergic to. */
  enum Allergen {
    PENICILLIN("青霉素类", "medication", "皮疹", "J01C", "beta-lactam antibacterials, penicillins"),
    CEPHALOSPORIN("头孢菌素类", "medication", "皮疹", "J01D", "other beta-lactam antibacterials"),
    SULFONAMIDE("磺胺类", "medication", "皮疹", "J01E", "sulfonamides and trimethoprim"),
    MUGWORT("艾蒿花粉", "environment", "鼻炎、喘息", "", ""),
    DUST_MITE("尘螨", "environment", "鼻炎、喘息", "", ""),
    SEAFOOD("虾、蟹", "food", "荨麻疹", "", ""),
    PEANUT("花生", "food", "荨麻疹", "", "");

    private final String category;
    private final String reaction;
    private final ObjectNode concept;

    Allergen(String text, String category, String reaction, String atc, String substance) {
      this.category = category;
      this.reaction = reaction;
      this.concept =
          atc.isEmpty() ? concept(text) : concept(text, new Code(Systems.ATC, atc, substance));
    }
  }

  private Allergies() {}

  static void write(Chart chart) {
    Dice dice = chart.dice();
    double chance = chart.ailments().has(Chronic.ASTHMA) ? 0.5 : 0.055;
    if (!dice.chance(chance)) {
      return;
    }
    Allergen allergen =
        chart.ailments().has(Chronic.ASTHMA)
            ? (dice.chance(0.6) ? Allergen.MUGWORT : Allergen.DUST_MITE)
            : Allergen.values()[dice.below(Allergen.values().length)];
    LocalDate day = chart.from().plusDays(dice.below(900));
    if (day.isBefore(chart.until())) {
      write(chart, allergen, day, null, "low");
    }
  }

  /** Records one, found at a visit where one is given. */
  static void write(
      Chart chart, Allergen allergen, LocalDate day, @Nullable Visit visit, String criticality) {
    ObjectNode allergy = resource("AllergyIntolerance");
    allergy.set("clinicalStatus", ACTIVE);
    allergy.set("verificationStatus", CONFIRMED);
    allergy.put("type", "allergy");
    allergy.set("category", strings(allergen.category));
    allergy.put("criticality", criticality);
    allergy.set("code", allergen.concept);
    allergy.set("patient", chart.subject());
    if (visit != null) {
      allergy.set("encounter", visit.encounter());
    }
    allergy.put("recordedDate", day.toString());
    ObjectNode reaction = object();
    reaction.set("manifestation", array(object().put("text", allergen.reaction)));
    allergy.set("reaction", array(reaction));
    chart.add(allergy);
  }
}
