package health.helan.demo.name;

import health.helan.demo.chance.Dice;
import health.helan.demo.chance.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * Names as they are given in Ningxia: surnames by nationality, given names by sex and generation.
 */
public final class Names {
  private static final Surnames HAN = Surnames.read("surnames-han.txt");
  private static final Surnames HUI = Surnames.read("surnames-hui.txt");
  private static final List<Generation> GENERATIONS =
      Table.lines("given-names.txt").stream().map(Generation::parse).toList();

  private Names() {}

  public static String family(Dice dice, Nationality nationality) {
    return (nationality == Nationality.HUI ? HUI : HAN).pick(dice);
  }

  /** A given name in the fashion of the birth year; one character for about a fifth. */
  public static String given(Dice dice, Sex sex, int birthYear) {
    boolean wantShort = birthYear >= 1976 && dice.chance(0.2);
    Generation found = null;
    for (Generation generation : GENERATIONS) {
      if (generation.sex == sex
          && generation.isShort() == wantShort
          && generation.from <= birthYear
          && (found == null || generation.from > found.from)) {
        found = generation;
      }
    }
    if (found == null) {
      throw new IllegalArgumentException("no given names for birth year " + birthYear);
    }
    return found.pick(dice);
  }

  public static FullName of(Dice dice, Nationality nationality, Sex sex, int birthYear) {
    return new FullName(family(dice, nationality), given(dice, sex, birthYear));
  }

  private record Surnames(List<String> names, int[] weights) {
    static Surnames read(String table) {
      List<String> names = new ArrayList<>();
      List<Integer> weights = new ArrayList<>();
      for (String line : Table.lines(table)) {
        String[] parts = line.split(" ", -1);
        names.add(parts[0]);
        weights.add(Integer.valueOf(parts[1]));
      }
      return new Surnames(names, weights.stream().mapToInt(Integer::intValue).toArray());
    }

    String pick(Dice dice) {
      return names.get(dice.weighted(weights));
    }
  }

  private record Generation(Sex sex, int from, String first, String second) {
    static Generation parse(String line) {
      String[] parts = line.split(" ", -1);
      Sex sex = parts[0].equals("F") ? Sex.FEMALE : Sex.MALE;
      return new Generation(sex, Integer.parseInt(parts[1]), parts[2], parts[3]);
    }

    boolean isShort() {
      return second.equals("-");
    }

    String pick(Dice dice) {
      char start = first.charAt(dice.below(first.length()));
      if (isShort()) {
        return String.valueOf(start);
      }
      char end = second.charAt(dice.below(second.length()));
      return new String(new char[] {start, end});
    }
  }
}
