package health.helan.foundation.residents.match;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What stands in a name's place when there is no name. From general knowledge of registers. */
final class Placeholders {
  /**
   * A newborn without a name.
   *
   * @param order which of twins or more; 0 when not said
   */
  record Child(String mother, int order) {}

  private static final String[] NOBODY = {
    "无名", "不详", "未知", "佚名", "身份不明", "姓名不清", "三无人员", "无主", "待查", "路人甲", "未命名", "急诊患者", "测试无名"
  };
  private static final Pattern LATIN =
      Pattern.compile(
          ".*\\b(john ?doe|jane ?doe|unknown|unidentified|anonymous|wu ?ming ?shi|no ?name|nobody)\\b.*");
  private static final Pattern CHILD =
      Pattern.compile(
          "(\\p{IsHan}{2,4}?)(?:之|的)?"
              + "((?<=[之的])(?:长|次|大|小|老)?(?:子|女|儿|孩)|(?<=[之的])婴|婴儿?|新生儿|毛毛|宝宝|(?:大|小|二)双|双胎.?)"
              + "([一二三四1234甲乙丙丁ab]?)");
  private static final Pattern LATIN_CHILD =
      Pattern.compile("(?:baby|newborn)(?: (?:boy|girl|of))*(?: ([ab1-4]))? (?:of )?(.+)");

  private Placeholders() {}

  static boolean isNobody(String whole, String family, String given) {
    if (whole.isEmpty()) {
      return false;
    }
    if (Han.is(whole.charAt(0))) {
      for (String each : NOBODY) {
        if (whole.contains(each)) {
          return true;
        }
      }
      return false;
    }
    char first = whole.charAt(0);
    // Nearly all names end here.
    if ("jua nw".indexOf(first) < 0 && !whole.contains("doe") && !whole.contains("unknown")) {
      return false;
    }
    String both = (family + " " + given).toLowerCase(Locale.ROOT);
    String turned = (given + " " + family).toLowerCase(Locale.ROOT);
    return LATIN.matcher(whole).matches()
        || LATIN.matcher(both).matches()
        || LATIN.matcher(turned).matches();
  }

  static @Nullable Child child(String whole) {
    int length = whole.length();
    if (length < 4) {
      return null;
    }
    if (!Han.is(whole.charAt(0))) {
      if (!whole.startsWith("baby") && !whole.startsWith("newborn")) {
        return null;
      }
      Matcher found = LATIN_CHILD.matcher(whole);
      return found.matches()
          ? new Child(found.group(2).replace(" ", ""), order(text(found.group(1))))
          : null;
    }
    // 王毛毛 is a name: without 之 or 的 a mother's name of two characters stands before.
    Matcher found = CHILD.matcher(whole);
    if (!found.matches()) {
      return null;
    }
    String kind = found.group(2);
    int order = order(text(found.group(3)));
    if (order == 0) {
      order =
          switch (kind.charAt(0)) {
            case '长', '大' -> 1;
            case '次', '小', '二' -> 2;
            default -> 0;
          };
    }
    return new Child(found.group(1), order);
  }

  private static String text(@Nullable String group) {
    return group == null ? "" : group;
  }

  private static int order(String written) {
    return switch (written) {
      case "一", "1", "甲", "a" -> 1;
      case "二", "2", "乙", "b" -> 2;
      case "三", "3", "丙" -> 3;
      case "四", "4", "丁" -> 4;
      default -> 0;
    };
  }
}
