package health.helan.foundation.residents.match;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An address in parts. The endings that say what a place is (省, 市, 县, 路) are left out of names, so
 * that a county that became a district (贺兰县, 贺兰区) stays the same.
 *
 * @param street road, village or estate, without numbers
 * @param second further line of a Latin address, such as a building's name
 * @param numbers of house, building, entrance, room, in their order
 */
record Place(
    boolean han,
    String province,
    String city,
    String county,
    String town,
    String street,
    String second,
    String postal,
    int[] numbers) {
  private static final int[] NONE = {};
  private static final int MOST_NUMBERS = 8;
  private static final String[] MUNICIPALITIES = {"北京", "上海", "天津", "重庆"};
  private static final String[] COUNTY_ENDS = {"自治县", "自治旗", "林区", "县", "区", "旗", "市"};
  private static final String[] TOWN_ENDS = {"街道办事处", "街道", "民族乡", "苏木", "镇", "乡"};
  private static final String NUMBER_WORDS = "号栋幢座楼层室单元门排组队社弄巷院";
  private static final String DIGITS = "〇一二三四五六七八九";

  /** Null when the address says nothing. */
  static @Nullable Place of(JsonNode address) {
    String state = PersonName.clean(address.path("state").asString(""));
    String city = PersonName.clean(address.path("city").asString(""));
    String district = PersonName.clean(address.path("district").asString(""));
    String postal = NationalNumber.compact(address.path("postalCode").asString(""));
    String text = PersonName.clean(address.path("text").asString(""));
    StringBuilder lines = new StringBuilder();
    String first = "";
    String second = "";
    for (JsonNode line : address.path("line")) {
      String clean = PersonName.clean(line.asString(""));
      lines.append(clean);
      if (first.isEmpty()) {
        first = clean;
      } else if (second.isEmpty()) {
        second = clean;
      }
    }
    Place place =
        PersonName.hasHan(text)
                || PersonName.hasHan(state)
                || PersonName.hasHan(city)
                || PersonName.hasHan(district)
                || PersonName.hasHan(first)
            ? han(state, city, district, lines.toString(), text, postal)
            : latin(state, city, district, first.isEmpty() ? text : first, second, postal);
    return place.isEmpty() ? null : place;
  }

  boolean isEmpty() {
    return numbers.length == 0
        && (province.length()
                | city.length()
                | county.length()
                | town.length()
                | street.length()
                | second.length()
                | postal.length())
            == 0;
  }

  private static Place latin(
      String state, String city, String district, String first, String second, String postal) {
    int at = 0;
    while (at < first.length() && first.charAt(at) >= '0' && first.charAt(at) <= '9' && at < 7) {
      at++;
    }
    int[] numbers = at == 0 ? NONE : new int[] {Integer.parseInt(first, 0, at, 10)};
    return new Place(
        false, state, city, district, "", first.substring(at).strip(), second, postal, numbers);
  }

  private static Place han(
      String state, String city, String district, String line, String text, String postal) {
    String rest = squeezed(line.isEmpty() ? text : line);
    String province = province(squeezed(state));
    String cityName = name(squeezed(city), "自治州", "地区", "盟", "市");
    String county = name(squeezed(district), COUNTY_ENDS);
    // Where a part is not said by itself it stands at the head of the text.
    int at = province.isEmpty() ? endOfProvince(rest) : skip(rest, 0, squeezed(state));
    if (province.isEmpty() && at > 0) {
      province = province(rest.substring(0, at));
    }
    int next = skip(rest, at, squeezed(city));
    if (next == at && (city.isEmpty() || !line.isEmpty())) {
      int end = end(rest, at, 9, "自治州", "地区", "盟", "市");
      // 灵武市 alone is a county's name: a city is taken where a county follows.
      if (end > 0
          && (city.isEmpty() && end(rest, end, 9, COUNTY_ENDS) > 0
              || rest.substring(at, end).startsWith(cityName) && !cityName.isEmpty())) {
        cityName =
            cityName.isEmpty() ? name(rest.substring(at, end), "自治州", "地区", "盟", "市") : cityName;
        next = end;
      }
    }
    at = next;
    next = skip(rest, at, squeezed(district));
    if (next == at) {
      int end = end(rest, at, 9, COUNTY_ENDS);
      if (end > 0 && !isEstate(rest, end) && county.isEmpty()) {
        county = name(rest.substring(at, end), COUNTY_ENDS);
        next = end;
      }
    }
    at = next;
    String town = "";
    int end = end(rest, at, 12, TOWN_ENDS);
    if (end > 0) {
      town = name(rest.substring(at, end), TOWN_ENDS);
      at = end;
    }
    int[] numbers = new int[MOST_NUMBERS];
    int count = 0;
    StringBuilder street = new StringBuilder();
    for (int i = at; i < rest.length(); i++) {
      char c = rest.charAt(i);
      if (c >= '0' && c <= '9' || isChineseNumber(rest, i)) {
        int value = 0;
        while (i < rest.length()) {
          char d = rest.charAt(i);
          int digit = d >= '0' && d <= '9' ? d - '0' : DIGITS.indexOf(d);
          if (d == '十') {
            value = value == 0 ? 10 : value * 10;
            if (i + 1 < rest.length() && DIGITS.indexOf(rest.charAt(i + 1)) > 0) {
              value += DIGITS.indexOf(rest.charAt(++i));
            }
          } else if (digit >= 0 && value < 100_000) {
            value = value * 10 + digit;
          } else if (digit < 0) {
            break;
          }
          i++;
        }
        i--;
        if (count < MOST_NUMBERS) {
          numbers[count++] = value;
        }
      } else if (NUMBER_WORDS.indexOf(c) < 0 || count == 0 && c != '号') {
        if (Han.is(c) || c >= 'a' && c <= 'z') {
          street.append(c);
        }
      }
    }
    return new Place(
        true,
        province,
        cityName,
        county,
        town,
        street.toString(),
        "",
        postal,
        Arrays.copyOf(numbers, count));
  }

  /** A Chinese number counts where something is counted by it: 三组, 十二号. */
  private static boolean isChineseNumber(String text, int at) {
    int i = at;
    while (i < text.length() && (DIGITS.indexOf(text.charAt(i)) >= 0 || text.charAt(i) == '十')) {
      i++;
    }
    return i > at && i < text.length() && NUMBER_WORDS.indexOf(text.charAt(i)) >= 0;
  }

  private static boolean isEstate(String text, int end) {
    return end >= 2 && text.charAt(end - 1) == '区' && "小社园".indexOf(text.charAt(end - 2)) >= 0;
  }

  private static String squeezed(String text) {
    StringBuilder letters = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean keep =
          Han.is(c) || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '#';
      if (keep && letters != null) {
        letters.append(c);
      } else if (!keep && letters == null) {
        letters = new StringBuilder(text.length()).append(text, 0, i);
      }
    }
    return letters == null ? text : letters.toString();
  }

  private static String province(String written) {
    if (written.startsWith("内蒙古") || written.startsWith("黑龙江")) {
      return written.substring(0, 3);
    }
    return written.length() < 2 ? written : written.substring(0, 2);
  }

  private static int endOfProvince(String text) {
    for (String each : MUNICIPALITIES) {
      if (text.startsWith(each + "市")) {
        return 3;
      }
    }
    int end = end(text, 0, 9, "自治区", "特别行政区", "省");
    return Math.max(end, 0);
  }

  private static int skip(String text, int at, String part) {
    return !part.isEmpty() && text.startsWith(part, at) ? at + part.length() : at;
  }

  /** Where a part that ends so ends, within so many characters; -1 for none. */
  private static int end(String text, int from, int within, String... ends) {
    for (int i = from + 1; i < Math.min(text.length(), from + within); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9' || c == '路' || c == '号' || c == '村') {
        return -1;
      }
      for (String each : ends) {
        if (text.startsWith(each, i)) {
          return i + each.length();
        }
      }
    }
    return -1;
  }

  private static String name(String text, String... ends) {
    for (String end : ends) {
      if (text.length() > end.length() + 1 && text.endsWith(end)) {
        return text.substring(0, text.length() - end.length());
      }
    }
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other
            instanceof
            Place(
                boolean h,
                String p,
                String c,
                String k,
                String t,
                String s,
                String l,
                String z,
                int[] n)
        && h == han
        && p.equals(province)
        && c.equals(city)
        && k.equals(county)
        && t.equals(town)
        && s.equals(street)
        && l.equals(second)
        && z.equals(postal)
        && Arrays.equals(n, numbers);
  }

  @Override
  public int hashCode() {
    return street.hashCode() * 31 + Arrays.hashCode(numbers);
  }

  @Override
  public String toString() {
    return "Place";
  }
}
