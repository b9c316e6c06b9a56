package health.helan.demo.clinical;

import health.helan.demo.chance.Dice;
import health.helan.demo.people.Person;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/**
 * A resident's own level of everything that is measured, and how it moves: with age, with growth in
 * children, with the season, up with disease, down with treatment. Values are made to hang together
 * (lipids by Friedewald's rule, HbA1c by the mean glucose), not to be right for anyone.
 */
final class Body {
  private static final int[] SEASONAL_MMHG = {5, 4, 2, 0, -1, -3, -4, -3, -1, 0, 2, 4};

  private final Person person;
  private final Ailments ailments;
  private final double stature;
  private final double build;
  private final double pressure;
  private final double heart;
  private final double sugar;
  private final double fat;
  private final double kidney;
  private final double blood;
  private final double adherence;

  Body(Person person, Ailments ailments, Dice dice) {
    this.person = person;
    this.ailments = ailments;
    this.stature = dice.around(0, 1);
    this.build = dice.around(0, 1) + (ailments.has(Chronic.DIABETES) ? 0.7 : 0);
    this.pressure = dice.around(0, 1);
    this.heart = dice.around(0, 1);
    this.sugar = dice.around(0, 1);
    this.fat = dice.around(0, 1);
    this.kidney = dice.around(0, 1);
    this.blood = dice.around(0, 1);
    this.adherence = 0.55 + 0.45 * dice.unit();
  }

  /** Everything as it is on one day; readings of one sample fit together. */
  Sample sample(LocalDate day, Illness illness, Dice dice) {
    return new Sample(day, illness, dice);
  }

  /** Share of the full effect that treatment has reached: most of it after eight months. */
  private double treated(Chronic chronic, LocalDate day) {
    LocalDate since = ailments.onset(chronic);
    if (since == null || day.isBefore(since)) {
      return 0;
    }
    return adherence * Math.min(1, ChronoUnit.DAYS.between(since, day) / 240.0);
  }

  private boolean has(Chronic chronic, LocalDate day) {
    LocalDate since = ailments.onset(chronic);
    // A disease raises the values for a year before it is found.
    return since != null && !day.isBefore(since.minusDays(365));
  }

  /** One day's readings. */
  final class Sample {
    private final LocalDate day;
    private final Illness illness;
    private final Dice dice;
    private final int months;
    private final double pressureNoise;
    private final double sugarNoise;
    private final double bloodNoise;
    private final double fatNoise;

    private Sample(LocalDate day, Illness illness, Dice dice) {
      this.day = day;
      this.illness = illness;
      this.dice = dice;
      this.months = Math.max(0, person.months(day));
      this.pressureNoise = dice.around(0, 1);
      this.sugarNoise = dice.around(0, 1);
      this.bloodNoise = dice.around(0, 1);
      this.fatNoise = dice.around(0, 1);
    }

    double value(Measure measure) {
      return switch (measure) {
        case SYSTOLIC -> systolic();
        case DIASTOLIC -> Math.min(diastolic(), systolic() - 22);
        case HEART_RATE -> heartRate();
        case RESPIRATION -> (months < 24 ? 30 : months < 144 ? 21 : 17) + dice.around(0, 1.2);
        case TEMPERATURE ->
            illness == Illness.NONE ? dice.around(36.5, 0.2) : 37.4 + dice.unit() * 1.9;
        case WEIGHT -> weight();
        case HEIGHT -> height();
        case BODY_MASS_INDEX -> weight() / (height() * height() / 10_000);
        case HEAD -> GrowthCurve.head(months) + stature * 1.0;
        case WAIST -> (person.isMale() ? 84 : 78) + build * 8 + dice.around(0, 1);
        case OXYGEN_SATURATION ->
            Math.min(99, 97.6 - (has(Chronic.COPD, day) ? 3.2 : 0) + dice.around(0, 0.8));
        case PEAK_FLOW -> lungVolume();
        case FEV1_RATIO -> lungRatio();
        case WHITE_CELLS -> whiteCells();
        case NEUTROPHILS -> neutrophils();
        case LYMPHOCYTES -> Math.max(6, 93 - neutrophils());
        case HAEMOGLOBIN -> haemoglobin();
        case RED_CELLS -> haemoglobin() / (30.2 + blood * 0.7);
        case HAEMATOCRIT -> haemoglobin() * 0.298;
        case CELL_VOLUME -> 2.98 * (30.2 + blood * 0.7);
        case PLATELETS -> 228 + blood * 38 + bloodNoise * 14;
        case CHOLESTEROL -> cholesterol();
        case TRIGLYCERIDES -> triglycerides();
        case HDL -> hdl();
        case LDL -> Math.max(0.9, cholesterol() - hdl() - triglycerides() / 2.2);
        case GLUCOSE -> glucose();
        case GLUCOSE_AFTER_LOAD -> glucose() * 1.35 + 0.4;
        case HBA1C -> (glucose() * 1.12 + 0.1 + 2.59) / 1.59;
        case CREATININE -> creatinine();
        case UREA -> 4.9 + (creatinine() - 70) * 0.035 + dice.around(0, 0.5);
        case URIC_ACID -> (person.isMale() ? 352 : 278) + build * 34 + dice.around(0, 22);
        case ALT ->
            Math.max(
                8, 20 + build * 6 + (has(Chronic.HEPATITIS_B, day) ? 24 : 0) + dice.around(0, 5));
        case AST ->
            Math.max(
                10, 21 + build * 3 + (has(Chronic.HEPATITIS_B, day) ? 14 : 0) + dice.around(0, 4));
        case BILIRUBIN -> Math.max(4, 12 + dice.around(0, 3.4));
        case ALBUMIN -> 46 - Math.max(0, months / 12 - 60) * 0.12 + dice.around(0, 1.6);
        case CRP -> inflammation();
        case GESTATIONAL_AGE,
            FUNDAL_HEIGHT,
            FETAL_HEART_RATE,
            BIRTH_WEIGHT,
            APGAR_1,
            APGAR_5,
            NIHSS,
            MMSE ->
            throw new IllegalArgumentException(measure + " does not follow from the body alone");
      };
    }

    private double height() {
      double middle = GrowthCurve.height(months, person.isMale());
      double shrink = Math.max(0, months / 12 - 60) * 0.12;
      return middle * (1 + stature * 0.036) - shrink;
    }

    private double weight() {
      if (months < 216) {
        double fit = GrowthCurve.weight(months, person.isMale());
        return fit * (1 + stature * 0.05 + build * 0.08) * (1 + fatNoise * 0.006);
      }
      double middleAge = Math.min(months / 12, 55) - 18;
      double index = 21.4 + middleAge * 0.07 + build * 2.7 + fatNoise * 0.15;
      return Math.max(15.5, index) * height() * height() / 10_000;
    }

    private double systolic() {
      int years = months / 12;
      if (years < 18) {
        return 88 + years * 1.6 + pressure * 6 + pressureNoise * 4;
      }
      double disease = has(Chronic.HYPERTENSION, day) ? 31 : 0;
      double level = 111 + (years - 18) * 0.28 + build * 2.5 + pressure * 7;
      if (disease == 0) {
        level = Math.min(level, 132); // Whoever has more has hypertension.
      }
      return Math.max(86, level + disease * (1 - 0.78 * treated(Chronic.HYPERTENSION, day)))
          + SEASONAL_MMHG[day.getMonthValue() - 1]
          + pressureNoise * 5;
    }

    private double diastolic() {
      int years = months / 12;
      if (years < 18) {
        return 54 + years * 0.9 + pressure * 4 + pressureNoise * 3;
      }
      double disease = has(Chronic.HYPERTENSION, day) ? 15 : 0;
      double level =
          71 + Math.min(years, 55) * 0.08 - Math.max(0, years - 60) * 0.16 + pressure * 4;
      if (disease == 0) {
        level = Math.min(level, 83);
      }
      return Math.max(52, level + disease * (1 - 0.78 * treated(Chronic.HYPERTENSION, day)))
          + SEASONAL_MMHG[day.getMonthValue() - 1] * 0.5
          + pressureNoise * 3;
    }

    private double heartRate() {
      double rest = months < 12 ? 128 : months < 72 ? 104 : months < 168 ? 86 : 73;
      return rest + heart * 6 + dice.around(0, 4) + (illness == Illness.NONE ? 0 : 14);
    }

    private double glucose() {
      double disease = has(Chronic.DIABETES, day) ? 5.2 : 0;
      double level = 4.7 + Math.max(0, months / 12 - 20) * 0.009 + build * 0.15 + sugar * 0.28;
      return Math.max(3.6, level + disease * (1 - 0.68 * treated(Chronic.DIABETES, day)))
          + sugarNoise * (disease > 0 ? 0.7 : 0.2);
    }

    private double cholesterol() {
      double disease = has(Chronic.DYSLIPIDAEMIA, day) ? 1.7 : 0;
      double level = 4.25 + Math.min(Math.max(0, months / 12 - 20), 40) * 0.012 + fat * 0.55;
      return Math.max(2.9, level + disease * (1 - 0.8 * treated(Chronic.DYSLIPIDAEMIA, day)))
          + fatNoise * 0.18;
    }

    private double triglycerides() {
      double spread = 1.05 + fat * 0.22 + build * 0.18;
      return Math.max(0.45, spread * spread * (has(Chronic.DYSLIPIDAEMIA, day) ? 1.35 : 1.0))
          + fatNoise * 0.06;
    }

    private double hdl() {
      return Math.max(0.75, (person.isMale() ? 1.24 : 1.42) - build * 0.09 + fat * 0.04);
    }

    private double creatinine() {
      double adult = (person.isMale() ? 77 : 60) + Math.max(0, months / 12 - 50) * 0.22;
      double grown = months < 216 ? 24 + months * 0.15 : adult;
      return Math.max(18, grown + kidney * 7 + (has(Chronic.KIDNEY_DISEASE, day) ? 62 : 0))
          + bloodNoise * 2;
    }

    private double haemoglobin() {
      double middle =
          months < 6 ? 140 : months < 24 ? 117 : months < 168 ? 129 : person.isMale() ? 154 : 133;
      return middle + blood * 7 + bloodNoise * 2 - (has(Chronic.KIDNEY_DISEASE, day) ? 18 : 0);
    }

    private double whiteCells() {
      double level = 6.2 + blood * 0.7 + bloodNoise * 0.5 + (months < 72 ? 1.8 : 0);
      return switch (illness) {
        case NONE -> level;
        case VIRAL -> level * 0.82;
        case BACTERIAL -> level * 1.9;
      };
    }

    private double neutrophils() {
      double level = (months < 72 ? 42 : 57) + blood * 4 + bloodNoise * 2;
      return switch (illness) {
        case NONE -> level;
        case VIRAL -> level * 0.8;
        case BACTERIAL -> Math.min(91, level * 1.38);
      };
    }

    private double inflammation() {
      return switch (illness) {
        case NONE -> 0.5 + dice.unit() * 3;
        case VIRAL -> 3 + dice.unit() * 12;
        case BACTERIAL -> 22 + dice.unit() * 70;
      };
    }

    private double lungVolume() {
      int years = months / 12;
      double healthy =
          (person.isMale() ? 3.7 : 2.8) * height() / (person.isMale() ? 170 : 160)
              - Math.max(0, years - 25) * 0.024;
      double left = has(Chronic.COPD, day) ? 0.58 : has(Chronic.ASTHMA, day) ? 0.82 : 0.98;
      return Math.max(0.6, healthy * left + bloodNoise * 0.06);
    }

    private double lungRatio() {
      double level = has(Chronic.COPD, day) ? 58 : has(Chronic.ASTHMA, day) ? 72 : 82;
      return level + heart * 2 + bloodNoise;
    }
  }
}
