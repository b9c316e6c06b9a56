package health.helan.foundation.registry;

import com.github.houbb.pinyin.constant.enums.PinyinStyleEnum;
import com.github.houbb.pinyin.util.PinyinHelper;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How names are found by a piece of them or by the first letters of their pinyin. Pieces are Han
 * characters and pairs of them; of letters and digits the first one, the first two, and any three
 * in a row: a Chinese word has two characters, too few for the database's own trigrams.
 */
final class Pieces {
  /** Readings that are kept of a name with characters of several sounds. */
  private static final int MOST_READINGS = 8;

  /** Longest word that is looked at: names are shorter. */
  private static final int LONGEST = 100;

  private Pieces() {}

  /** What is searched: names and the first letters of the Chinese ones, a mark between them. */
  static String search(List<String> names) {
    Set<String> parts = new LinkedHashSet<>();
    names.forEach(name -> parts.add(normal(name)));
    names.forEach(name -> parts.addAll(initials(name)));
    parts.remove("");
    return String.join(" ; ", parts);
  }

  /** Lower case, full width made half, everything but letters and digits a space. */
  static String normal(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    var normal = new StringBuilder();
    plain
        .codePoints()
        .limit(500)
        .forEach(
            c -> {
              if (Character.isLetterOrDigit(c)) {
                normal.appendCodePoint(c);
              } else if (!normal.isEmpty() && normal.charAt(normal.length() - 1) != ' ') {
                normal.append(' ');
              }
            });
    return normal.toString().strip();
  }

  private static boolean isHan(int codePoint) {
    return Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HAN;
  }

  /** First letters of the Han characters, in every reading there is of them; few of many. */
  static Set<String> initials(String text) {
    List<StringBuilder> all = new ArrayList<>(List.of(new StringBuilder()));
    for (int c : text.codePoints().filter(Pieces::isHan).limit(LONGEST).toArray()) {
      Set<String> letters = letters(c);
      if (letters.isEmpty()) {
        continue;
      }
      List<StringBuilder> next = new ArrayList<>();
      for (String letter : letters) {
        for (StringBuilder begun : all) {
          if (next.size() < MOST_READINGS) {
            next.add(new StringBuilder(begun).append(letter));
          }
        }
      }
      all = next;
    }
    Set<String> initials = new LinkedHashSet<>();
    all.forEach(one -> initials.add(one.toString()));
    initials.remove("");
    return initials;
  }

  private static Set<String> letters(int codePoint) {
    Set<String> letters = new LinkedHashSet<>();
    if (Character.isBmpCodePoint(codePoint)) {
      for (String reading :
          PinyinHelper.toPinyinList((char) codePoint, PinyinStyleEnum.FIRST_LETTER)) {
        String letter = Normalizer.normalize(reading, Normalizer.Form.NFD);
        if (!letter.isEmpty() && letter.charAt(0) >= 'a' && letter.charAt(0) <= 'z') {
          letters.add(letter.substring(0, 1));
        }
      }
    }
    return letters;
  }

  /** Pieces of a text that {@link #search} made. */
  static List<String> of(String search) {
    Set<String> pieces = new LinkedHashSet<>();
    for (String run : runs(search)) {
      int[] c = run.codePoints().toArray();
      if (isHan(c[0])) {
        for (int i = 0; i < c.length; i++) {
          pieces.add(new String(c, i, 1));
          if (i + 1 < c.length) {
            pieces.add(new String(c, i, 2));
          }
        }
      } else {
        pieces.add("^" + new String(c, 0, 1));
        if (c.length > 1) {
          pieces.add("^" + new String(c, 0, 2));
        }
        for (int i = 0; i + 3 <= c.length; i++) {
          pieces.add(new String(c, i, 3));
        }
      }
    }
    return List.copyOf(pieces);
  }

  /** Pieces that a text must have to hold these words. */
  static List<String> asked(String normal) {
    Set<String> pieces = new LinkedHashSet<>();
    for (String run : runs(normal)) {
      int[] c = run.codePoints().toArray();
      if (isHan(c[0])) {
        if (c.length == 1) {
          pieces.add(new String(c, 0, 1));
        }
        for (int i = 0; i + 2 <= c.length; i++) {
          pieces.add(new String(c, i, 2));
        }
      } else if (c.length < 3) {
        pieces.add("^" + run);
      } else {
        for (int i = 0; i + 3 <= c.length; i++) {
          pieces.add(new String(c, i, 3));
        }
      }
    }
    return List.copyOf(pieces);
  }

  /** Runs of Han characters, and of others, of each word. */
  private static List<String> runs(String normal) {
    List<String> runs = new ArrayList<>();
    for (String word : normal.split("[ ;]+")) {
      int start = 0;
      for (int i = 0; i < word.length(); ) {
        int c = word.codePointAt(i);
        int next = i + Character.charCount(c);
        if (next >= word.length() || isHan(word.codePointAt(next)) != isHan(c)) {
          runs.add(word.substring(start, next));
          start = next;
        }
        i = next;
      }
    }
    return runs;
  }
}
