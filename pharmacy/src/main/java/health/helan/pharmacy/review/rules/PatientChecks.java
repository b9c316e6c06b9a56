package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Allergen;
import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.Term;
import health.helan.pharmacy.review.rules.Facts.Allergy;
import health.helan.pharmacy.review.rules.Facts.Answer;
import health.helan.pharmacy.review.rules.Facts.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a drug is for this person. */
final class PatientChecks {
  /** Shorter words are in too many others. */
  private static final int SHORTEST_WORD = 2;

  private PatientChecks() {}

  static List<Firing> age(Rule rule, Facts facts, Knowledge knowledge) {
    Integer oldest = facts.person().oldest(facts.day());
    List<Firing> all = new ArrayList<>();
    if (oldest != null) {
      for (Item item : facts.items()) {
        Drug drug = item.drug();
        if (drug != null && oldest < drug.notBefore()) {
          all.add(Firing.of(item).with("age", months(drug.notBefore())));
        }
      }
    }
    return all;
  }

  private static Term months(int months) {
    return months % 12 == 0
        ? new Term(months / 12 + " 岁", months / 12 + " years")
        : new Term(months + " 个月", months + " months");
  }

  static List<Firing> contraindicated(Rule rule, Facts facts, Knowledge knowledge) {
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      Drug drug = item.drug();
      if (drug == null) {
        continue;
      }
      for (String diagnosis : facts.diagnoses()) {
        if (Facts.begins(diagnosis, drug.contraindicated())) {
          all.add(Firing.of(item).about(diagnosis).with("diagnosis", diagnosis));
        }
      }
    }
    return all;
  }

  static List<Firing> pregnancy(Rule rule, Facts facts, Knowledge knowledge) {
    boolean isPregnancy = rule.word("who").equals("pregnant");
    Answer answer = isPregnancy ? facts.person().pregnant() : facts.person().lactating();
    Drug.Caution level =
        rule.word("level").equals("contraindicated")
            ? Drug.Caution.CONTRAINDICATED
            : Drug.Caution.CAUTION;
    List<Firing> all = new ArrayList<>();
    if (answer == Answer.YES) {
      for (Item item : facts.items()) {
        Drug drug = item.drug();
        if (drug != null && (isPregnancy ? drug.pregnancy() : drug.lactation()) == level) {
          all.add(Firing.of(item));
        }
      }
    }
    return all;
  }

  static List<Firing> allergy(Rule rule, Facts facts, Knowledge knowledge) {
    boolean isDirect = rule.word("by").equals("direct");
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      Drug drug = item.drug();
      if (drug == null) {
        continue;
      }
      for (Allergy allergy : facts.allergies()) {
        Term group = direct(drug, allergy, knowledge);
        if (!isDirect) {
          group = group == null ? cross(drug, allergy, knowledge) : null;
        }
        if (group != null) {
          all.add(
              Firing.of(item)
                  .about(allergy.atc() + allergy.text())
                  .with("allergy", allergy.text().isEmpty() ? allergy.atc() : allergy.text())
                  .with("group", group));
        }
      }
    }
    return all;
  }

  /** The drug itself, something in it, or a group of which it is. */
  private static @Nullable Term direct(Drug drug, Allergy allergy, Knowledge knowledge) {
    for (String substance : knowledge.substances(drug)) {
      Drug inside = knowledge.drug(substance);
      if (inside != null && isNamed(inside, allergy)) {
        return inside.name();
      }
    }
    for (String id : knowledge.allergensOf(drug)) {
      Allergen group = knowledge.allergen(id);
      if (group != null && isOf(group, allergy)) {
        return group.name();
      }
    }
    return null;
  }

  private static boolean isNamed(Drug drug, Allergy allergy) {
    if (!allergy.atc().isEmpty()) {
      for (String code : drug.atc()) {
        // What is broader than a substance, as J01C, is for the groups.
        if (code.equals(allergy.atc())
            || allergy.atc().length() >= 5 && code.startsWith(allergy.atc())) {
          return true;
        }
      }
    }
    String name = drug.name().zh();
    return name.length() >= SHORTEST_WORD && allergy.text().contains(name);
  }

  private static boolean isOf(Allergen group, Allergy allergy) {
    if (!allergy.atc().isEmpty()) {
      for (String beginning : group.atc()) {
        if (allergy.atc().startsWith(beginning)) {
          return true;
        }
      }
    }
    String text = allergy.text().toLowerCase(Locale.ROOT);
    for (String word : group.words()) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Term cross(Drug drug, Allergy allergy, Knowledge knowledge) {
    Set<String> own = knowledge.allergensOf(drug);
    for (Allergen group : knowledge.allergens()) {
      if (isOf(group, allergy)) {
        for (String related : group.cross()) {
          if (own.contains(related)) {
            return group.name();
          }
        }
      }
    }
    return null;
  }

  static List<Firing> notIndicated(Rule rule, Facts facts, Knowledge knowledge) {
    List<String> only = rule.words("onlyDiagnoses");
    List<Firing> all = new ArrayList<>();
    if (!facts.ofThisVisit().isEmpty()
        && facts.ofThisVisit().stream().allMatch(code -> Facts.begins(code, only))) {
      for (Item item : facts.items()) {
        Drug drug = item.drug();
        if (drug != null && knowledge.classesOf(drug).contains(rule.word("class"))) {
          all.add(Firing.of(item).with("diagnoses", String.join(", ", facts.ofThisVisit())));
        }
      }
    }
    return all;
  }
}
