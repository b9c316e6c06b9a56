package health.helan.foundation.residents.match;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name in the form that is compared: Chinese characters simplified and without marks, or Latin
 * letters in lower case without accents. Names of Chinese characters are family name, then given
 * name; those with a middle dot (买买提·艾力) have the part after the last dot as family name.
 */
final class PersonName {
  private static final Set<String> DOUBLE =
      Set.of(
          "欧阳", "司马", "上官", "诸葛", "尉迟", "皇甫", "令狐", "慕容", "司徒", "东方", "夏侯", "公孙", "长孙", "宇文", "端木",
          "独孤", "南宫", "西门", "轩辕", "万俟", "闻人", "钟离", "申屠", "太史", "澹台", "呼延", "拓跋", "完颜", "鲜于", "宗政");

  final String family;
  final String given;
  final boolean han;

  /** Several parts and no Chinese surname: compared as a whole. */
  final boolean dotted;

  /** Family and given name without anything between. */
  final String whole;

  /** Syllables, family name first; for Latin letters only where all of them are pinyin. */
  final short @Nullable [] sounds;

  private PersonName(String family, String given, boolean han, boolean dotted) {
    this.family = family;
    this.given = given;
    this.han = han;
    this.dotted = dotted;
    whole = dotted ? given + family : family + given;
    sounds = han ? soundsOfHan() : soundsOfLatin();
  }

  /** Of a name in characters. */
  short[] sounds() {
    return java.util.Objects.requireNonNull(sounds);
  }

  /** The sound of the whole, in letters; of Latin names the name. */
  String letters() {
    if (!han) {
      return whole;
    }
    StringBuilder letters = new StringBuilder(whole.length() * 4);
    for (short sound : sounds()) {
      if (sound >= 0) {
        letters.append(Han.name(sound));
      }
    }
    return letters.toString();
  }

  /** Null when there is nothing to compare. */
  static @Nullable PersonName of(String family, String given, String text) {
    String cleanFamily = clean(family);
    String cleanGiven = clean(given);
    String cleanText = clean(text);
    if (cleanFamily.isEmpty() && cleanGiven.isEmpty()) {
      if (cleanText.isEmpty()) {
        return null;
      }
      return hasHan(cleanText) ? ofHan(cleanText) : ofLatin(cleanText);
    }
    String both = cleanFamily + cleanGiven;
    if (hasHan(both)) {
      boolean dotted = isDotted(cleanText) || isDotted(cleanGiven) || isDotted(cleanFamily);
      if (dotted && isDotted(cleanText)) {
        return ofHan(cleanText);
      }
      // Registers that know one field only put the whole name there.
      if (cleanFamily.isEmpty() || cleanGiven.isEmpty()) {
        return ofHan(strip(both));
      }
      return new PersonName(
          strip(cleanFamily), strip(cleanGiven), true, dotted || strip(both).length() > 5);
    }
    return new PersonName(strip(cleanFamily), strip(cleanGiven), false, false);
  }

  /** As {@link Traits} keeps it. */
  static PersonName kept(String family, String given, boolean han, boolean dotted) {
    return new PersonName(family, given, han, dotted);
  }

  private static PersonName ofHan(String text) {
    int dot = text.lastIndexOf('·');
    if (dot > 0 && dot < text.length() - 1) {
      return new PersonName(
          strip(text.substring(dot + 1)), strip(text.substring(0, dot)), true, true);
    }
    String name = strip(text);
    if (name.length() > 4 && !DOUBLE.contains(name.substring(0, 2))) {
      return new PersonName("", name, true, true);
    }
    int family = name.length() > 2 && DOUBLE.contains(name.substring(0, 2)) ? 2 : 1;
    family = Math.min(family, name.length());
    return new PersonName(name.substring(0, family), name.substring(family), true, false);
  }

  private static PersonName ofLatin(String text) {
    int comma = text.indexOf(',');
    if (comma > 0) {
      return new PersonName(
          strip(text.substring(0, comma)), strip(text.substring(comma + 1)), false, false);
    }
    int space = text.lastIndexOf(' ');
    return space < 0
        ? new PersonName(strip(text), "", false, false)
        : new PersonName(
            strip(text.substring(space + 1)), strip(text.substring(0, space)), false, false);
  }

  private static boolean isDotted(String text) {
    return text.indexOf('·') > 0;
  }

  static boolean hasHan(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Han.is(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /** Half width, simplified, lower case, one kind of dot, single spaces. */
  static String clean(String text) {
    if (text.isEmpty()) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    boolean accents = false;
    for (int i = 0; i < text.length() && clean.length() < 80; i++) {
      char c = Han.halfWidth(text.charAt(i));
      if (c >= 'A' && c <= 'Z') {
        c += 32;
      } else if (c == '•' || c == '・' || c == '･' || c == '．' || c == '∙' || c == '‧' || c == '●'
          || c == '◦' || c == '.' || c == '˙' || c == '⋅') {
        c = '·';
      } else if (Han.is(c)) {
        c = Han.plain(c);
      } else if (c > 127 && c != '·') {
        accents = true;
      }
      if (c == ' ' || c == '\t' || c == '\u00A0') {
        if (!clean.isEmpty() && clean.charAt(clean.length() - 1) != ' ') {
          clean.append(' ');
        }
      } else {
        clean.append(c);
      }
    }
    String found = clean.toString().strip();
    if (accents) {
      found =
          Normalizer.normalize(found, Normalizer.Form.NFD)
              .replace("ü", "v")
              .toLowerCase(Locale.ROOT);
    }
    return found;
  }

  /** Letters, characters and what stands for an unknown one, nothing else. */
  private static String strip(String text) {
    StringBuilder letters = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean keep =
          c >= 'a' && c <= 'z'
              || Han.is(c)
              || c == '*'
              || c == '?'
              || c == '□'
              || c > 127 && Character.isLetter(c);
      if (keep && letters != null) {
        letters.append(c);
      } else if (!keep && letters == null) {
        letters = new StringBuilder(text.length()).append(text, 0, i);
      }
    }
    return letters == null ? text : letters.toString();
  }

  private short[] soundsOfHan() {
    short[] found = new short[whole.length()];
    boolean surname = !dotted;
    for (int i = 0; i < found.length; i++) {
      char c = whole.charAt(i);
      if (c >= 'a' && c <= 'z') {
        // Rare characters that cannot be typed: 王zhe. The letters count as one character's sound.
        int end = i;
        while (end < found.length && whole.charAt(end) >= 'a' && whole.charAt(end) <= 'z') {
          end++;
        }
        short[] typed = Han.syllables(whole.substring(i, end));
        for (int j = i; j < end; j++) {
          found[j] = typed != null && j - i < typed.length ? typed[j - i] : -1;
        }
        i = end - 1;
      } else {
        found[i] = Han.sound(c, surname && i < family.length());
      }
    }
    return found;
  }

  private short @Nullable [] soundsOfLatin() {
    short[] first = Han.syllables(family);
    short[] second = given.isEmpty() ? new short[0] : Han.syllables(given);
    if (first == null || second == null || first.length + second.length > 12) {
      return null;
    }
    short[] all = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  static boolean isUnknown(char c) {
    return c == '*' || c == '?' || c == '□' || c == '某';
  }
}
