package health.helan.bench.residents;

import com.github.houbb.pinyin.constant.enums.PinyinStyleEnum;
import com.github.houbb.pinyin.util.PinyinHelper;
import health.helan.demo.chance.Dice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Names, places and what is mistaken for what, from the tables beside this class. */
final class Words {
  record County(String city, String name) {}

  private record Generation(boolean female, int from, String first, String second) {
    boolean isShort() {
      return second.equals("-");
    }
  }

  private final List<String> surnames = new ArrayList<>();
  private final List<Integer> surnameShares = new ArrayList<>();
  private final List<Generation> generations = new ArrayList<>();
  private final Map<String, String[]> minority = new HashMap<>();
  private final List<String[]> forms = new ArrayList<>();
  private final Map<Character, Character> alike = new HashMap<>();
  private final Map<Character, Character> variants = new HashMap<>();
  private final Map<String, List<Character>> bySound = new TreeMap<>();
  private final Map<String, String[]> places = new HashMap<>();
  private final int[] hanWeights;
  private final int[] huiWeights;
  private final List<String> hui = new ArrayList<>();
  final List<County> counties = new ArrayList<>();

  private static final Map<String, String> SURNAME_SOUNDS =
      Map.ofEntries(
          Map.entry("单", "shan"),
          Map.entry("解", "xie"),
          Map.entry("仇", "qiu"),
          Map.entry("曾", "zeng"),
          Map.entry("查", "zha"),
          Map.entry("区", "ou"),
          Map.entry("朴", "piao"),
          Map.entry("翟", "zhai"),
          Map.entry("覃", "qin"),
          Map.entry("缪", "miao"),
          Map.entry("盖", "ge"),
          Map.entry("乐", "yue"),
          Map.entry("任", "ren"),
          Map.entry("万", "wan"),
          Map.entry("华", "hua"),
          Map.entry("折", "she"),
          Map.entry("冼", "xian"),
          Map.entry("曲", "qu"),
          Map.entry("石", "shi"));

  Words() {
    for (String line : lines("surnames.txt")) {
      if (line.startsWith("= ")) {
        String rest = line.substring(2);
        int left = 10_000 - surnameShares.stream().mapToInt(Integer::intValue).sum();
        for (int i = 0; i < rest.length(); i++) {
          surnames.add(rest.substring(i, i + 1));
          surnameShares.add(Math.max(1, left / rest.length()));
        }
      } else {
        String[] parts = line.split(" ", -1);
        for (int i = 0; i < parts.length; i += 2) {
          surnames.add(parts[i]);
          surnameShares.add(Integer.valueOf(parts[i + 1]));
        }
      }
    }
    hanWeights = surnameShares.stream().mapToInt(Integer::intValue).toArray();
    for (String line : lines("given-names.txt")) {
      String[] parts = line.split(" ", -1);
      generations.add(
          new Generation(parts[0].equals("F"), Integer.parseInt(parts[1]), parts[2], parts[3]));
    }
    List<Integer> huiShares = new ArrayList<>();
    for (String line : lines("minority-names.txt")) {
      String[] parts = line.split(" ", -1);
      String[] rest = Arrays.copyOfRange(parts, 1, parts.length);
      if (parts[0].equals("forms")) {
        forms.add(rest);
      } else if (parts[0].equals("hui")) {
        for (String each : rest) {
          hui.add(each.substring(0, 1));
          huiShares.add(Integer.valueOf(each.substring(1)));
        }
      } else {
        minority.put(parts[0], rest);
      }
    }
    huiWeights = huiShares.stream().mapToInt(Integer::intValue).toArray();
    pairs("look-alikes.txt", alike);
    pairs("variants.txt", variants);
    for (String line : lines("places.txt")) {
      String[] parts = line.split(" ", -1);
      if (parts[0].equals("county")) {
        counties.add(new County(parts[1], parts[2]));
      } else {
        places.put(parts[0], Arrays.copyOfRange(parts, 1, parts.length));
      }
    }
    StringBuilder pool = new StringBuilder(String.join("", surnames));
    generations.forEach(each -> pool.append(each.first).append(each.second));
    alike.forEach((one, other) -> pool.append(one).append(other));
    pool.chars()
        .distinct()
        .filter(c -> c > 0x3400)
        .sorted()
        .forEach(
            c -> bySound.computeIfAbsent(sound((char) c), none -> new ArrayList<>()).add((char) c));
  }

  private static List<String> lines(String table) {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Words.class.getResourceAsStream(table), table),
                StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank() && line.charAt(0) != '#') {
          lines.add(line.strip());
        }
      }
      return lines;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static void pairs(String table, Map<Character, Character> into) {
    for (String line : lines(table)) {
      for (String pair : line.split(" ", -1)) {
        if (pair.charAt(0) != pair.charAt(1)) {
          into.putIfAbsent(pair.charAt(0), pair.charAt(1));
        }
      }
    }
  }

  private static String sound(char c) {
    List<String> readings = PinyinHelper.toPinyinList(c, PinyinStyleEnum.NORMAL);
    return readings.isEmpty() ? "" : readings.getFirst();
  }

  String surname(Dice dice) {
    return surnames.get(dice.weighted(hanWeights));
  }

  String huiSurname(Dice dice) {
    return dice.chance(0.35) ? surname(dice) : hui.get(dice.weighted(huiWeights));
  }

  String given(Dice dice, boolean female, int year) {
    boolean wantShort = year >= 1978 && dice.chance(0.2);
    Generation generation = generation(female, year, wantShort);
    String first = common(dice, generation.first);
    return wantShort ? first : first + common(dice, generation.second);
  }

  /** A second child's name: of twins and siblings the first character is often the same. */
  String givenLike(Dice dice, String other, boolean female, int year) {
    if (other.length() == 2 && dice.chance(0.5)) {
      String second = common(dice, generation(female, year, false).second);
      if (!second.equals(other.substring(1))) {
        return other.charAt(0) + second;
      }
    }
    String given = given(dice, female, year);
    return given.equals(other) ? given(dice, female, year) : given;
  }

  private Generation generation(boolean female, int year, boolean wantShort) {
    Generation found = null;
    for (Generation each : generations) {
      if (each.female == female
          && each.isShort() == wantShort
          && each.from <= year
          && (found == null || each.from > found.from)) {
        found = each;
      }
    }
    return Objects.requireNonNull(found);
  }

  /** The earlier ones more often: as 1 / (place + 4), in whole numbers. */
  private static String common(Dice dice, String characters) {
    int[] weights = new int[characters.length()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 10_000 / (i + 4);
    }
    int at = dice.weighted(weights);
    return characters.substring(at, at + 1);
  }

  String uyghur(Dice dice, boolean female) {
    return pick(dice, Objects.requireNonNull(minority.get(female ? "uyghur-f" : "uyghur-m")));
  }

  /** The same name as another clerk writes it; the same string where there is one form only. */
  String otherForm(Dice dice, String name) {
    for (String[] form : forms) {
      for (String each : form) {
        if (name.contains(each)) {
          return name.replace(each, pick(dice, form));
        }
      }
    }
    return name;
  }

  String place(Dice dice, String kind) {
    return pick(dice, Objects.requireNonNull(places.get(kind), kind));
  }

  String twoOf(Dice dice, String kind) {
    String first = place(dice, kind + "-first");
    String second = place(dice, kind + "-second");
    int one = dice.below(first.length());
    int other = dice.below(second.length());
    return first.substring(one, one + 1) + second.charAt(other);
  }

  private static String pick(Dice dice, String[] among) {
    return among[dice.below(among.length)];
  }

  /** Another character with the same sound; the same where there is none. */
  char homophone(Dice dice, char c) {
    List<Character> found = bySound.getOrDefault(sound(c), List.of(c));
    char other = found.get(dice.below(found.size()));
    return other == c ? found.get(dice.below(found.size())) : other;
  }

  char alike(char c) {
    return alike.getOrDefault(c, c);
  }

  char variant(char c) {
    return variants.getOrDefault(c, c);
  }

  /** In letters without tones, one word for each of the two. */
  static String[] pinyin(String family, String given) {
    return new String[] {
      family.length() == 1 && SURNAME_SOUNDS.containsKey(family)
          ? SURNAME_SOUNDS.get(family)
          : letters(family),
      letters(given)
    };
  }

  static String letters(String characters) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < characters.length(); i++) {
      letters.append(sound(characters.charAt(i)).replace("ü", "v"));
    }
    return letters.toString();
  }
}
