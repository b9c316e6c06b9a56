package health.helan.demo.clinical;

import health.helan.demo.NamedResident;
import health.helan.demo.chance.Dice;
import health.helan.demo.people.Person;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which chronic diseases a resident has, since when, and whether they smoke. */
final class Ailments {
  private static final int LONGEST_YEARS = 14;

  private final Map<Chronic, LocalDate> onset = new EnumMap<>(Chronic.class);
  private boolean smoker;

  private Ailments() {}

  static Ailments of(Person person, LocalDate until, Dice dice) {
    var ailments = new Ailments();
    NamedResident named = person.named();
    if (named != null) {
      ailments.told(named);
      return ailments;
    }
    int age = person.age(until);
    ailments.smoker = age >= 20 && dice.chance(person.isMale() ? 0.42 : 0.02);
    for (Chronic chronic : Chronic.values()) {
      if (dice.chance(chronic.prevalence(age, person.isMale()) * ailments.risk(chronic))) {
        int most = Math.max(1, Math.min(LONGEST_YEARS, age - 2));
        ailments.onset.put(chronic, until.minusDays(20 + dice.below(most * 365)));
      }
    }
    return ailments;
  }

  /** Diseases come together: sugar and pressure, smoke and lungs. */
  private double risk(Chronic chronic) {
    return switch (chronic) {
      case DIABETES -> has(Chronic.HYPERTENSION) ? 1.6 : 0.8;
      case COPD -> smoker ? 1.7 : 0.7;
      case CORONARY_DISEASE, STROKE_SEQUELAE, KIDNEY_DISEASE ->
          has(Chronic.HYPERTENSION) || has(Chronic.DIABETES) ? 1.5 : 0.6;
      case DYSLIPIDAEMIA -> has(Chronic.DIABETES) ? 1.8 : 0.9;
      default -> 1.0;
    };
  }

  private void told(NamedResident named) {
    switch (named) {
      case MA_XIULAN -> {
        onset.put(Chronic.HYPERTENSION, LocalDate.of(2014, 4, 10));
        onset.put(Chronic.DIABETES, LocalDate.of(2021, 3, 18));
      }
      case MA_JIANGUO -> {
        smoker = true;
        onset.put(Chronic.COPD, LocalDate.of(2018, 12, 5));
      }
      case ZHANG_DEFU -> {
        smoker = true;
        onset.put(Chronic.HYPERTENSION, LocalDate.of(2009, 6, 1));
        onset.put(Chronic.STROKE_SEQUELAE, LocalDate.of(2024, 3, 21));
      }
      case DING_ZHIMING -> smoker = true;
      case DING_XIAOYAN -> onset.put(Chronic.ASTHMA, LocalDate.of(2017, 4, 20));
      case CHEN_GUIYING -> {
        onset.put(Chronic.HYPERTENSION, LocalDate.of(2005, 9, 1));
        onset.put(Chronic.OSTEOPOROSIS, LocalDate.of(2016, 5, 12));
        onset.put(Chronic.DEMENTIA, LocalDate.of(2022, 10, 20));
      }
      case WANG_FANG, LI_QIANG, LI_ZIXUAN, LI_YUTONG -> {}
    }
  }

  boolean has(Chronic chronic) {
    return onset.containsKey(chronic);
  }

  /** Since when; null if they do not have it. */
  @Nullable LocalDate onset(Chronic chronic) {
    return onset.get(chronic);
  }

  /** Whether it has been found by {@code day}. */
  boolean hasOn(Chronic chronic, LocalDate day) {
    LocalDate since = onset.get(chronic);
    return since != null && !day.isBefore(since);
  }

  Set<Chronic> all() {
    return onset.keySet();
  }

  boolean smoker() {
    return smoker;
  }
}
