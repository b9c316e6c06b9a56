package health.helan.bench.residents;

import health.helan.bench.residents.Someone.Home;
import health.helan.demo.IdentityNumber;
import health.helan.demo.chance.Dice;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Households of a made-up region, each the same for its seed and number. Parents and children, one
 * or two generations, twins in one birth of thirty (about twice what is real, to try harder).
 */
final class Population {
  static final LocalDate TODAY = LocalDate.of(2026, 11, 1);
  private static final double TWINS = 1.0 / 30;

  private final Words words;
  private final long seed;

  Population(Words words, long seed) {
    this.words = words;
    this.seed = seed;
  }

  List<Someone> household(long number) {
    return new House(Dice.of(seed, number), number).people();
  }

  private final class House {
    private final Dice dice;
    private final long number;
    private final boolean uyghur;
    private final boolean hui;
    private final Home home;
    private final Home earlier;
    private final List<Someone> people = new ArrayList<>();

    House(Dice dice, long number) {
      this.dice = dice;
      this.number = number;
      uyghur = dice.chance(0.02);
      hui = !uyghur && dice.chance(0.3);
      home = home();
      earlier = home();
    }

    List<Someone> people() {
      int kind = dice.below(100);
      int year = 1935 + dice.below(70);
      String family = uyghur ? words.uyghur(dice, false) : surname();
      if (kind < 15) {
        grown(family, dice.chance(0.5), year + dice.below(3));
        return people;
      }
      Someone husband = grown(family, false, year);
      Someone wife =
          grown(uyghur ? words.uyghur(dice, false) : surname(), true, year + dice.between(-4, 5));
      if (kind < 45) {
        return people;
      }
      int children = kind < 70 ? 1 : kind < 92 ? 2 : 3;
      int born = year + dice.between(22, 32);
      Someone before = null;
      for (int i = 0; i < children && born <= TODAY.getYear(); i++) {
        LocalDate birth = day(born);
        boolean twins = dice.chance(TWINS);
        Someone child = child(husband, wife, birth, before, twins ? 1 : 0);
        if (twins) {
          child(husband, wife, birth, child, 2);
        }
        before = child;
        born += dice.between(1, 5);
      }
      if (kind >= 85) {
        grown(husband.family(), dice.chance(0.6), Math.max(1925, year - dice.between(22, 30)));
      }
      return people;
    }

    private String surname() {
      return hui ? words.huiSurname(dice) : words.surname(dice);
    }

    private Someone grown(String family, boolean female, int year) {
      return add(
          family,
          uyghur ? words.uyghur(dice, female) : words.given(dice, female, year),
          female,
          day(year),
          "",
          "",
          0,
          mobile());
    }

    private Someone child(
        Someone father,
        Someone mother,
        LocalDate birth,
        @org.jspecify.annotations.Nullable Someone other,
        int order) {
      boolean female =
          order == 2 && other != null && dice.chance(0.65) ? other.female() : dice.chance(0.48);
      String given =
          uyghur
              ? words.uyghur(dice, female)
              : other == null
                  ? words.given(dice, female, birth.getYear())
                  : words.givenLike(dice, other.given(), female, birth.getYear());
      if (other != null && given.equals(other.given())) {
        given = uyghur ? words.uyghur(dice, female) : words.given(dice, female, birth.getYear());
      }
      boolean grown = birth.plusYears(14).isBefore(TODAY);
      String parents = dice.chance(0.6) ? mother.phone() : father.phone();
      // Of one in eight children the family name is the mother's.
      String family =
          uyghur ? father.given() : dice.chance(0.125) ? mother.family() : father.family();
      return add(
          family,
          given,
          female,
          birth,
          mother.name(),
          mother.number(),
          order,
          grown ? mobile() : parents);
    }

    private Someone add(
        String family,
        String given,
        boolean female,
        LocalDate birth,
        String mother,
        String mothersNumber,
        int order,
        String phone) {
      String earlierGiven = words.given(dice, female, birth.getYear());
      Someone someone =
          new Someone(
              number * 16 + people.size(),
              number,
              uyghur,
              family,
              given,
              uyghur ? "" : earlierGiven,
              female,
              birth,
              IdentityNumber.of(
                  IdentityNumber.FIRST_AREA + dice.below(IdentityNumber.AREAS),
                  birth,
                  dice.below(500) * 2 + (female ? 0 : 1)),
              phone,
              mobile(),
              people.isEmpty() ? phone : people.getFirst().phone(),
              home,
              earlier,
              mother,
              mothersNumber,
              order);
      people.add(someone);
      return someone;
    }

    private LocalDate day(int year) {
      LocalDate day = LocalDate.of(Math.min(year, TODAY.getYear()), 1, 1).plusDays(dice.below(365));
      return day.isAfter(TODAY) ? TODAY.minusDays(1 + dice.below(250)) : day;
    }

    private String mobile() {
      return dice.chance(0.04)
          ? "0951-" + (2_000_000 + dice.below(6_999_999))
          : "129" + (10_000_000 + dice.below(89_999_999));
    }

    private Home home() {
      Words.County county = words.counties.get(dice.below(words.counties.size()));
      if (dice.chance(0.42)) {
        return new Home(
            county.city(),
            county.name(),
            words.twoOf(dice, "town") + (dice.chance(0.8) ? "镇" : "乡"),
            words.twoOf(dice, "village") + "村",
            "",
            new int[] {dice.between(1, 12), dice.between(1, 140)});
      }
      String road =
          words.place(dice, "roads")
              + (dice.chance(0.4) ? "东西南北".substring(dice.below(4)).substring(0, 1) : "")
              + (dice.chance(0.6) ? "路" : dice.chance(0.7) ? "街" : "巷");
      return new Home(
          county.city(),
          county.name(),
          dice.chance(0.3) ? words.place(dice, "roads") + "街道" : "",
          road,
          words.place(dice, "estates") + (dice.chance(0.5) ? "小区" : "花园"),
          new int[] {
            dice.between(1, 600),
            dice.between(1, 30),
            dice.between(1, 5),
            dice.between(1, 18) * 100 + dice.between(1, 4)
          });
    }
  }
}
