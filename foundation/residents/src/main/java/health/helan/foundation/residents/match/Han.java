package health.helan.foundation.residents.match;

import com.github.houbb.pinyin.constant.enums.PinyinStyleEnum;
import com.github.houbb.pinyin.util.PinyinHelper;
import com.ibm.icu.text.Transliterator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What is known of single Chinese characters: the one form that its variants are brought to, its
 * readings without tones, and which others look like it. What a character needs is looked up once
 * and kept.
 */
final class Han {
  private static final String SYLLABLES =
      "a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can"
          + " cang cao ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua"
          + " chuai chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao"
          + " de dei den deng di dia dian diao die ding diu dong dou du duan dui dun duo e ei en eng"
          + " er fa fan fang fei fen feng fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu"
          + " gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua"
          + " huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue"
          + " jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo la"
          + " lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu"
          + " luan lun luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu"
          + " mo mou mu na nai nan nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong"
          + " nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian piao pie pin"
          + " ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang"
          + " rao re ren reng ri rong rou ru ruan rui run ruo sa sai san sang sao se sen seng sha"
          + " shai shan shang shao she shei shen sheng shi shou shu shua shuai shuan shuang shui"
          + " shun shuo si song sou su suan sui sun suo ta tai tan tang tao te teng ti tian tiao tie"
          + " ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang"
          + " xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you"
          + " yu yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei"
          + " zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu"
          + " zuan zui zun zuo";

  private static final String[] NAMES = SYLLABLES.split(" ", -1);
  private static final Map<String, Short> NUMBERS = new HashMap<>();
  private static final int LONGEST = 6;

  /** By syllable: the one that stands for all that are confused with it in the south. */
  private static final short[] LAX;

  private static final short[] NONE = {};

  /** Kept answers; a race only computes the same again. */
  private static final char[] PLAIN = new char[1 << 16];

  private static final AtomicReferenceArray<short[]> READINGS = new AtomicReferenceArray<>(1 << 16);

  /** Forms that registers mix although the tables of traditional characters keep them apart. */
  private static final Map<Character, Character> VARIANTS = new HashMap<>();

  private static final Map<Character, Short> SURNAME_READINGS = new HashMap<>();
  private static final Set<Integer> ALIKE = new HashSet<>();
  private static final Transliterator SIMPLIFY = Transliterator.getInstance("Hant-Hans");

  static {
    for (short i = 0; i < NAMES.length; i++) {
      NUMBERS.put(NAMES[i], i);
    }
    LAX = new short[NAMES.length];
    Map<String, Short> first = new HashMap<>();
    for (short i = 0; i < NAMES.length; i++) {
      Short earlier = first.putIfAbsent(lax(NAMES[i]), i);
      LAX[i] = earlier == null ? i : earlier;
    }
    for (String line : lines("variants.txt")) {
      for (int i = 1; i < line.length(); i++) {
        VARIANTS.put(line.charAt(i), line.charAt(0));
      }
    }
    for (String line : lines("surname-readings.txt")) {
      Short number = NUMBERS.get(line.substring(2));
      if (number != null) {
        SURNAME_READINGS.put(line.charAt(0), number);
      }
    }
    for (String line : lines("look-alikes.txt")) {
      for (int i = 0; i < line.length(); i++) {
        for (int j = 0; j < line.length(); j++) {
          ALIKE.add(line.charAt(i) << 16 | line.charAt(j));
        }
      }
    }
  }

  private Han() {}

  private static List<String> lines(String table) {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                java.util.Objects.requireNonNull(Han.class.getResourceAsStream(table), table),
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

  static boolean is(char c) {
    return c >= '\u3400' && c <= '\u9FFF'
        || c == '\u3007'
        || c >= '\uF900' && c <= '\uFAFF'
        || Character.isSurrogate(c);
  }

  static char halfWidth(char c) {
    return c >= '\uFF01' && c <= '\uFF5E' ? (char) (c - 0xFEE0) : c == '\u3000' ? ' ' : c;
  }

  /** Traditional to simplified, compatibility forms to their own; others stay. */
  static char plain(char c) {
    char known = PLAIN[c];
    if (known != 0) {
      return known;
    }
    char found = c;
    if (is(c) && !Character.isSurrogate(c)) {
      String normal =
          java.text.Normalizer.normalize(String.valueOf(c), java.text.Normalizer.Form.NFKC);
      synchronized (SIMPLIFY) {
        normal = SIMPLIFY.transliterate(normal);
      }
      found = normal.length() == 1 ? normal.charAt(0) : c;
    }
    PLAIN[c] = found;
    return found;
  }

  /** What stands for the character and those that registers mix with it (萧 and 肖). */
  static char variant(char c) {
    Character found = VARIANTS.get(c);
    return found == null ? c : found;
  }

  /** Readings without tones, the usual one first; empty for what has none. */
  static short[] readings(char c) {
    short[] known = READINGS.getAcquire(c);
    if (known != null) {
      return known;
    }
    short[] found = NONE;
    if (is(c) && !Character.isSurrogate(c)) {
      for (String reading : PinyinHelper.toPinyinList(c, PinyinStyleEnum.NORMAL)) {
        short number = syllable(reading);
        if (number >= 0 && !contains(found, number)) {
          found = Arrays.copyOf(found, found.length + 1);
          found[found.length - 1] = number;
        }
      }
      Short surname = SURNAME_READINGS.get(c);
      if (surname != null && !contains(found, surname)) {
        found = Arrays.copyOf(found, found.length + 1);
        found[found.length - 1] = surname;
      }
    }
    READINGS.setRelease(c, found);
    return found;
  }

  /** The usual reading, in a surname that of surnames (单 shan); -1 for none. */
  static short sound(char c, boolean surname) {
    if (surname) {
      Short special = SURNAME_READINGS.get(c);
      if (special != null) {
        return special;
      }
    }
    short[] readings = readings(c);
    return readings.length == 0 ? -1 : readings[0];
  }

  static boolean sameSound(char a, char b) {
    for (short reading : readings(a)) {
      if (contains(readings(b), reading)) {
        return true;
      }
    }
    return false;
  }

  static boolean nearSound(char a, char b) {
    for (short reading : readings(a)) {
      for (short other : readings(b)) {
        if (LAX[reading] == LAX[other]) {
          return true;
        }
      }
    }
    return false;
  }

  static boolean hasSound(char c, short sound) {
    return contains(readings(c), sound);
  }

  static boolean alike(char a, char b) {
    return ALIKE.contains(a << 16 | b);
  }

  static short lax(short syllable) {
    return syllable < 0 ? -1 : LAX[syllable];
  }

  static String name(short syllable) {
    return NAMES[syllable];
  }

  /** Number of a syllable written without tones, ü as v or u: or ü; -1 for none. */
  static short syllable(String written) {
    Short number = NUMBERS.get(written.replace('ü', 'v').replace("u:", "v"));
    if (number == null && (written.startsWith("lue") || written.startsWith("nue"))) {
      number = NUMBERS.get(written.charAt(0) + "ve");
    }
    return number == null ? -1 : number;
  }

  /** The syllables that a Latin word is made of, the longest first; null when it is no pinyin. */
  static short @Nullable [] syllables(String word) {
    if (word.isEmpty() || word.length() > 40) {
      return null;
    }
    short[] found = new short[word.length()];
    int count = split(word, 0, found, 0);
    return count < 0 ? null : Arrays.copyOf(found, count);
  }

  private static int split(String word, int at, short[] into, int count) {
    if (at == word.length()) {
      return count;
    }
    for (int length = Math.min(LONGEST, word.length() - at); length > 0; length--) {
      short number = syllable(word.substring(at, at + length));
      if (number >= 0) {
        into[count] = number;
        int all = split(word, at + length, into, count + 1);
        if (all >= 0) {
          return all;
        }
      }
    }
    return -1;
  }

  private static boolean contains(short[] among, short one) {
    for (short each : among) {
      if (each == one) {
        return true;
      }
    }
    return false;
  }

  private static String lax(String syllable) {
    String lax = syllable;
    if (lax.length() > 2 && lax.charAt(1) == 'h') {
      lax = lax.charAt(0) + lax.substring(2);
    }
    if (lax.endsWith("ng") && !lax.endsWith("ong")) {
      lax = lax.substring(0, lax.length() - 1);
    }
    return lax;
  }
}
