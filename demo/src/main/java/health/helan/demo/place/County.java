package health.helan.demo.place;

import health.helan.demo.chance.Table;
import java.util.List;

/**
 * A county, district or county-level city of Ningxia.
 *
 * @param code six digits, GB/T 2260
 * @param latitude of the seat, in thousandths of a degree
 * @param longitude of the seat, in thousandths of a degree
 * @param population in thousands, about 2020
 * @param urban urban residents in per cent
 * @param hui Hui residents in per cent
 * @param townships townships and sub-districts in use here, the seat first
 */
public record County(
    String code,
    String name,
    String city,
    int latitude,
    int longitude,
    int population,
    int urban,
    int hui,
    List<String> townships) {
  /** The province: code and name. */
  public static final String PROVINCE = "宁夏回族自治区";

  /** All 22 in the order in which they come into use as the region grows. */
  public static final List<County> ALL =
      Table.lines("areas.csv").stream().map(County::parse).toList();

  private static final List<String> VILLAGES =
      List.of(
          "新华", "团结", "五星", "永胜", "和平", "光明", "兴旺", "金星", "丰盛", "红旗", "前进", "银河", "星光", "新民", "民乐",
          "联丰", "富兴", "宏图", "振兴", "黎明");

  /** How many villages each township has here. */
  public static final int VILLAGES_PER_TOWNSHIP = 5;

  /** The city's code: the county's with the last two digits zero. */
  public String cityCode() {
    return code.substring(0, 4) + "00";
  }

  /** Made-up name of a village or neighbourhood: {@code 和平村}, {@code 和平社区}. */
  public String village(int township, int number) {
    int start = Integer.parseInt(code.substring(3)) * 7 + township * VILLAGES_PER_TOWNSHIP;
    String name = VILLAGES.get((start + number) % VILLAGES.size());
    return name + (isUrban(township) ? "社区" : "村");
  }

  /** Whether people live in blocks of flats there: sub-districts and the county seat. */
  public boolean isUrban(int township) {
    return townships.get(township).endsWith("街道") || township == 0;
  }

  private static County parse(String line) {
    String[] part = line.split(",", -1);
    return new County(
        part[0],
        part[1],
        part[2],
        Integer.parseInt(part[3].replace(".", "")),
        Integer.parseInt(part[4].replace(".", "")),
        Integer.parseInt(part[5]),
        Integer.parseInt(part[6]),
        Integer.parseInt(part[7]),
        List.of(part[8].split("\\|", -1)));
  }
}
