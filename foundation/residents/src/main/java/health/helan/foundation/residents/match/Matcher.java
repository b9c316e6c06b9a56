package health.helan.foundation.residents.match;

import java.util.ArrayList;
import java.util.List;

/**
 * Compares Patients. What decides is, in this order: rules (an equal national number, a number that
 * says they are two, twins, those whom nobody knows), then the weights of the {@link Model}.
 *
 * <p>Of the three kinds of pairs the model knows, the household takes the place of independence:
 * people who live together share address, telephone and family name, so for them these say little.
 */
public final class Matcher {
  private static final Field[] FIELDS = Field.values();
  private static final double LN2 = 0.6931471805599453;

  private final Model model;

  public Matcher(Model model) {
    this.model = model;
  }

  /** Groups in which a Patient is looked for; see {@link Blocks}. */
  public long[] blocks(Traits traits) {
    return Blocks.of(traits);
  }

  /** Takes about a microsecond. */
  public Comparison compare(Traits a, Traits b) {
    Levels levels = new Levels(a, b);
    double same = model.prior(Model.SAME);
    double household = model.prior(Model.HOUSEHOLD);
    double unrelated = 0;
    for (Field field : FIELDS) {
      byte level = levels.get(field);
      if (level != Levels.MISSING) {
        same += model.log(field, Model.SAME, level);
        household += model.log(field, Model.HOUSEHOLD, level);
        unrelated += unrelated(field, level, levels);
      }
    }
    double weight = same - either(household, unrelated);
    int alternative = household > unrelated ? Model.HOUSEHOLD : Model.UNRELATED;
    List<Evidence> evidence = new ArrayList<>(10);
    for (Field field : FIELDS) {
      byte level = levels.get(field);
      if (level != Levels.MISSING) {
        double against =
            alternative == Model.HOUSEHOLD
                ? model.log(field, Model.HOUSEHOLD, level)
                : unrelated(field, level, levels);
        evidence.add(
            new Evidence(
                field.code(),
                field.levels().get(level),
                model.log(field, Model.SAME, level) - against));
      }
    }
    evidence.add(
        new Evidence(
            "prior", Model.KINDS[alternative], model.prior(Model.SAME) - model.prior(alternative)));
    Verdict verdict = judge(a, b, levels, weight, evidence);
    return new Comparison(verdict, weight, 1 / (1 + Math.exp(-weight * LN2)), evidence);
  }

  /** log2 of the sum of two likelihoods. */
  static double either(double a, double b) {
    double more = Math.max(a, b);
    return more + Math.log1p(Math.exp((Math.min(a, b) - more) * LN2)) / LN2;
  }

  /** A common name is shared by chance more often than a rare one. */
  private double unrelated(Field field, byte level, Levels levels) {
    double usual = model.log(field, Model.UNRELATED, level);
    PersonName name = levels.name;
    PersonName other = levels.otherName;
    if (name == null || other == null || !model.knowsNames()) {
      return usual;
    }
    if (field == Field.FAMILY && (level == 0 || level == Levels.FAMILY_LATIN)) {
      return !name.family.equals(other.family)
          ? usual
          : level == 0
              ? model.familyShare(name.family)
              : model.latinFamilyShare(name.family, usual);
    }
    if (field == Field.GIVEN && level == Levels.GIVEN_EXACT) {
      return model.givenShare(name.dotted || other.dotted ? name.whole : name.given);
    }
    return field == Field.GIVEN && level == Levels.GIVEN_LATIN
        ? model.latinGivenShare(name.given, usual)
        : usual;
  }

  private Verdict judge(Traits a, Traits b, Levels levels, double weight, List<Evidence> evidence) {
    Verdict byWeight =
        weight >= model.sameFrom()
            ? Verdict.SAME
            : weight >= model.possibleFrom() ? Verdict.POSSIBLE : Verdict.DIFFERENT;
    byte given = levels.get(Field.GIVEN);
    byte birth = levels.get(Field.BIRTH);
    boolean otherName = given == Levels.GIVEN_DIFFERENT || given == Levels.GIVEN_ONE;
    boolean otherBirth = birth == Levels.BIRTH_DIFFERENT;
    boolean otherSex = levels.get(Field.SEX) == 1;
    if (a.unidentified() || b.unidentified()) {
      return rule(evidence, "unidentified", atMost(byWeight, Verdict.POSSIBLE));
    }
    if (a.order != 0 && b.order != 0 && a.order != b.order && !otherBirth) {
      return rule(evidence, "birth-order", Verdict.DIFFERENT);
    }
    boolean newborn = a.isUnnamedNewborn() || b.isUnnamedNewborn();
    if (levels.get(Field.NUMBER) == 0 || levels.get(Field.DOCUMENT) == 0) {
      boolean otherStated = levels.statedBirth == Levels.BIRTH_DIFFERENT;
      if (newborn && otherStated) {
        return rule(evidence, "mothers-number", Verdict.POSSIBLE);
      }
      if (otherName && (otherStated || otherSex)) {
        return rule(evidence, "two-on-one-number", Verdict.POSSIBLE);
      }
      return rule(evidence, "same-number", Verdict.SAME);
    }
    if (levels.get(Field.NUMBER) == 2) {
      return rule(evidence, "two-numbers", Verdict.DIFFERENT);
    }
    if (levels.get(Field.NUMBER) == 1) {
      boolean agrees =
          given != Levels.MISSING
              && !otherName
              && levels.get(Field.FAMILY) != Levels.FAMILY_DIFFERENT
              && birth >= 0
              && birth < Levels.BIRTH_NEAR
              && !otherSex;
      return rule(evidence, "close-numbers", agrees ? Verdict.POSSIBLE : Verdict.DIFFERENT);
    }
    if (newborn) {
      return otherSex
          ? rule(evidence, "newborn", Verdict.DIFFERENT)
          : rule(evidence, "newborn", atMost(byWeight, Verdict.POSSIBLE));
    }
    // Siblings share all but these. A file number of one institution is one person's; of numbers in
    // a row one is a sibling's.
    boolean likeSiblings =
        otherName && !(given == Levels.GIVEN_ONE && levels.mistypedNumber)
            || otherBirth && given > Levels.GIVEN_VARIANT;
    if (likeSiblings && levels.get(Field.OTHER) != 0 && model.knowsHouseholds()) {
      return otherSex
          ? rule(evidence, "siblings", Verdict.DIFFERENT)
          : rule(evidence, "siblings", atMost(byWeight, Verdict.POSSIBLE));
    }
    boolean named = given != Levels.MISSING || levels.get(Field.FAMILY) != Levels.MISSING;
    if (!named && levels.get(Field.OTHER) != 0) {
      return rule(evidence, "no-name", atMost(byWeight, Verdict.POSSIBLE));
    }
    if ((birth == Levels.MISSING || otherBirth)
        && !agrees(levels, Field.PHONE)
        && !agrees(levels, Field.STREET)
        && !agrees(levels, Field.OTHER)) {
      return rule(evidence, "name-alone", atMost(byWeight, Verdict.POSSIBLE));
    }
    return byWeight;
  }

  private static boolean agrees(Levels levels, Field field) {
    byte level = levels.get(field);
    return level == 0 || level == 1;
  }

  private static Verdict rule(List<Evidence> evidence, String rule, Verdict verdict) {
    evidence.add(new Evidence("rule", rule, 0));
    return verdict;
  }

  private static Verdict atMost(Verdict verdict, Verdict most) {
    return verdict.ordinal() < most.ordinal() ? most : verdict;
  }
}
