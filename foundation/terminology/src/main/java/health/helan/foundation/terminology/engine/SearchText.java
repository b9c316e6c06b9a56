package health.helan.foundation.terminology.engine;

import com.github.houbb.pinyin.constant.enums.PinyinStyleEnum;
import com.github.houbb.pinyin.util.PinyinHelper;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How texts are found by a piece of them, Chinese ones too. PostgreSQL's trigrams do not serve: a
 * Chinese word has two characters, from which no trigram can be made. So the pieces are single Han
 * characters and pairs of them, three letters or digits in a row, and the first one and two letters
 * of a word.
 */
public final class SearchText {
  private SearchText() {}

  /** Lower case, full width made half, everything but letters and digits a space. */
  public static String normal(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    var normal = new StringBuilder(plain.length());
    plain
        .codePoints()
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

  /** First letters of the Han characters of a text ({@code tnb} of 糖尿病); empty without any. */
  public static String initials(String text) {
    var han = new StringBuilder();
    text.codePoints().filter(SearchText::isHan).forEach(han::appendCodePoint);
    if (han.isEmpty()) {
      return "";
    }
    String letters = PinyinHelper.toPinyin(han.toString(), PinyinStyleEnum.FIRST_LETTER, "");
    return letters.chars().allMatch(c -> c < 128) ? letters : "";
  }

  static boolean isHan(int codePoint) {
    return Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HAN;
  }

  /** What is searched of a concept: code and texts, and the first letters of the Chinese ones. */
  static String of(String code, Collection<String> texts) {
    Set<String> parts = new LinkedHashSet<>();
    parts.add(normal(code));
    for (String text : texts) {
      parts.add(normal(text));
    }
    for (String text : texts) {
      String initials = initials(text);
      if (!initials.isEmpty()) {
        parts.add(initials);
      }
    }
    parts.remove("");
    // A mark between them, so that no word is found across two of them.
    return String.join(" ; ", parts);
  }

  private interface Pieces {
    void piece(String piece);
  }

  /** Runs of Han characters, and runs of others, of each word. */
  private static void runs(String normal, Pieces pieces) {
    for (String word : normal.split(" ")) {
      int start = 0;
      for (int i = 0; i < word.length(); ) {
        int c = word.codePointAt(i);
        int next = i + Character.charCount(c);
        if (next >= word.length() || isHan(word.codePointAt(next)) != isHan(c)) {
          pieces.piece(word.substring(start, next));
          start = next;
        }
        i = next;
      }
    }
  }

  /** Digests of the pieces of a text that {@link #normal} made. */
  static long[] grams(long key, String normal) {
    Set<Long> grams = new LinkedHashSet<>();
    runs(
        normal,
        run -> {
          int[] c = run.codePoints().toArray();
          if (isHan(c[0])) {
            for (int i = 0; i < c.length; i++) {
              grams.add(digest(key, c, i, i + 1, 0));
              if (i + 1 < c.length) {
                grams.add(digest(key, c, i, i + 2, 0));
              }
            }
          } else {
            grams.add(digest(key, c, 0, 1, 1));
            if (c.length > 1) {
              grams.add(digest(key, c, 0, 2, 1));
            }
            for (int i = 0; i + 3 <= c.length; i++) {
              grams.add(digest(key, c, i, i + 3, 0));
            }
          }
        });
    grams.remove(0L);
    return grams.stream().mapToLong(Long::longValue).toArray();
  }

  /** Digests that a text must have to hold these words. */
  static long[] asked(long key, String normal) {
    List<Long> grams = new ArrayList<>();
    runs(
        normal,
        run -> {
          int[] c = run.codePoints().toArray();
          if (isHan(c[0])) {
            if (c.length == 1) {
              grams.add(digest(key, c, 0, 1, 0));
            }
            for (int i = 0; i + 2 <= c.length; i++) {
              grams.add(digest(key, c, i, i + 2, 0));
            }
          } else if (c.length < 3) {
            grams.add(digest(key, c, 0, c.length, 1));
          } else {
            for (int i = 0; i + 3 <= c.length; i++) {
              grams.add(digest(key, c, i, i + 3, 0));
            }
          }
        });
    return grams.stream().mapToLong(Long::longValue).distinct().toArray();
  }

  /** Whether a word is itself a piece: up to two Han characters, or up to three others. */
  static boolean isOnePiece(String word) {
    int[] c = word.codePoints().toArray();
    boolean han = isHan(c[0]);
    for (int one : c) {
      if (isHan(one) != han) {
        return false;
      }
    }
    return c.length <= (han ? 2 : 3);
  }

  /**
   * FNV-1a over the code points, mixed with the key: cheap, and spread well enough for an index.
   */
  private static long digest(long key, int[] c, int from, int to, int kind) {
    long hash = 0xcbf29ce484222325L ^ key * 0x9e3779b97f4a7c15L;
    hash = (hash ^ kind + 1) * 0x100000001b3L;
    for (int i = from; i < to; i++) {
      hash = (hash ^ c[i]) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    hash *= 0xd6e8feb86659fd93L;
    return hash ^ hash >>> 32;
  }

  /** Pairs of characters of a text, for likeness. */
  public static Set<String> pairs(String text) {
    String normal = normal(text).replace(" ", "");
    Set<String> pairs = new LinkedHashSet<>();
    int[] c = normal.codePoints().toArray();
    for (int i = 0; i + 2 <= c.length; i++) {
      pairs.add(new String(c, i, 2));
    }
    if (c.length == 1) {
      pairs.add(normal);
    }
    return pairs;
  }

  /**
   * How alike two texts are, by the pairs of characters they share (Dice): 0 to 1. One that lies
   * within the other scores higher than chance alone would.
   */
  public static double likeness(Set<String> a, Set<String> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return 0;
    }
    int common = 0;
    for (String pair : a) {
      if (b.contains(pair)) {
        common++;
      }
    }
    return 2.0 * common / (a.size() + b.size());
  }
}
