package health.helan.demo.place;

import health.helan.demo.chance.Dice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which institutions a region of a given size has: 23 for 500 residents in one county and its city,
 * about 300 in all 22 counties from 100,000 residents on. The larger the region, the more; never so
 * many that one would stand idle.
 */
public final class Institutions {
  private static final List<String> PHARMACY_NAMES = List.of("康源", "百草", "仁济", "永安", "益民");
  private static final List<String> INSURER_NAMES = List.of("塞上惠民", "六盘健康");

  private final int residents;
  private final StaffPlan staffPlan;
  private final List<County> counties;
  private final int[] weights;
  private final List<Institution> all = new ArrayList<>();
  private final List<Network> networks = new ArrayList<>();
  private final Map<String, Institution> commissions = new LinkedHashMap<>();

  private Institutions(long seed, int residents) {
    this.residents = residents;
    this.staffPlan = new StaffPlan(Dice.of(seed, 1));
    long grown = Math.max(0, residents - 500L);
    int count = (int) Math.min(County.ALL.size(), 2 + grown * 20 / 99_500);
    this.counties = County.ALL.subList(0, count);
    this.weights = new int[count];
    for (int i = 0; i < count; i++) {
      weights[i] = counties.get(i).population();
    }
    if (count == 2) {
      // A small region is one county; its city is there for the large hospitals.
      weights[0] = 4;
      weights[1] = 1;
    }
  }

  /** The institutions of a region. */
  public static Institutions of(long seed, int residents) {
    var plan = new Institutions(seed, residents);
    plan.build();
    return plan;
  }

  /** All, parents before what belongs to them. */
  public List<Institution> all() {
    return List.copyOf(all);
  }

  /** One for each county in use. */
  public List<Network> networks() {
    return List.copyOf(networks);
  }

  /** A county in use, as its population weighs. */
  public Network pickNetwork(Dice dice) {
    return networks.get(dice.weighted(weights));
  }

  private void build() {
    Institution province =
        add(
            "nx-64-gov-01",
            InstitutionKind.HEALTH_COMMISSION,
            "宁夏卫生健康委员会",
            null,
            "640000",
            null,
            0);
    commissions.put("640000", province);
    List<Institution> insurers = new ArrayList<>();
    for (int i = 0; i < Math.min(INSURER_NAMES.size(), 1 + residents / 10_000); i++) {
      insurers.add(
          add(
              "nx-64-ins-0" + (i + 1),
              InstitutionKind.INSURER,
              INSURER_NAMES.get(i) + "保险公司",
              null,
              "640000",
              null,
              i));
    }
    Map<String, CityCare> cities = new LinkedHashMap<>();
    for (County county : counties) {
      cities.computeIfAbsent(county.cityCode(), code -> city(code, county));
    }
    for (int i = 0; i < counties.size(); i++) {
      networks.add(county(i, cities, insurers));
    }
  }

  private record CityCare(
      List<Institution> tertiary,
      Institution maternal,
      List<Institution> traditional,
      Institution laboratory,
      Institution bureau) {}

  private CityCare city(String code, County first) {
    String name = first.city();
    String prefix = "nx-" + code + "-";
    Institution commission =
        add(
            prefix + "gov-01",
            InstitutionKind.HEALTH_COMMISSION,
            name + "卫生健康委员会",
            null,
            code,
            commissions.get("640000"),
            0);
    commissions.put(code, commission);
    // The city's institutions stand in its central district, where the region has it.
    County seat =
        counties.stream()
            .filter(county -> county.cityCode().equals(code) && county.name().endsWith("区"))
            .findFirst()
            .orElse(first);
    boolean capital = code.equals("640100");
    int large = capital ? Math.min(3, 1 + counties.size() / 8) : 1;
    List<Institution> tertiary = new ArrayList<>();
    for (int i = 0; i < large; i++) {
      String hospital = capital ? name + "第" + "一二三".charAt(i) + "人民医院" : name + "人民医院";
      tertiary.add(
          add(prefix + "ter-0" + (i + 1), InstitutionKind.TERTIARY_HOSPITAL, hospital, seat, i));
    }
    Institution maternal =
        add(prefix + "mch-01", InstitutionKind.MATERNAL_CHILD_HOSPITAL, name + "妇幼保健院", seat, 3);
    List<Institution> traditional =
        residents < 2_000
            ? List.of()
            : List.of(
                add(
                    prefix + "tcm-01",
                    InstitutionKind.TRADITIONAL_HOSPITAL,
                    name + "中医医院",
                    seat,
                    4));
    Institution laboratory =
        add(prefix + "lab-01", InstitutionKind.LABORATORY_CENTRE, name + "区域检验中心", seat, 2);
    Institution bureau =
        add(
            prefix + "pay-01",
            InstitutionKind.INSURANCE_BUREAU,
            name + "医疗保障局",
            null,
            code,
            null,
            0);
    return new CityCare(tertiary, maternal, traditional, laboratory, bureau);
  }

  private Network county(int index, Map<String, CityCare> cities, List<Institution> insurers) {
    County county = counties.get(index);
    CityCare city = cities.get(county.cityCode());
    if (city == null) {
      throw new IllegalStateException("no city for " + county.code());
    }
    Institution commission =
        add(
            "nx-" + county.code() + "-gov-01",
            InstitutionKind.HEALTH_COMMISSION,
            county.name() + "卫生健康局",
            county,
            county.code(),
            commissions.get(county.cityCode()),
            0);
    commissions.put(county.code(), commission);
    int expected = expectedResidents(index);
    String prefix = "nx-" + county.code() + "-";
    Institution hospital =
        index == 0 || expected >= 300
            ? add(
                prefix + "hosp-01",
                InstitutionKind.COUNTY_HOSPITAL,
                county.name() + "人民医院",
                county,
                county.code(),
                commission,
                1)
            : city.tertiary().getFirst();
    List<Institution> centres = new ArrayList<>();
    for (int i = 0; i < clamp(expected / 120, 1, Math.min(3, county.townships().size())); i++) {
      String township = county.townships().get(i);
      String name =
          township.endsWith("街道")
              ? township.substring(0, township.length() - 2) + "社区卫生服务中心"
              : township + "卫生院";
      centres.add(
          add(
              prefix + "thc-0" + (i + 1),
              InstitutionKind.TOWNSHIP_CENTRE,
              name,
              county,
              county.code(),
              commission,
              i));
    }
    List<Institution> clinics = new ArrayList<>();
    for (int i = 0; i < clamp(expected / 80, 1, 5); i++) {
      int township = i % centres.size();
      String village = county.village(township, i / centres.size());
      clinics.add(
          add(
              prefix + "vil-0" + (i + 1),
              InstitutionKind.VILLAGE_CLINIC,
              county.townships().get(township)
                  + village
                  + (county.isUrban(township) ? "卫生服务站" : "卫生室"),
              county,
              county.code(),
              centres.get(township),
              township));
    }
    List<Institution> pharmacies = new ArrayList<>();
    for (int i = 0; i < clamp(expected / 150, 1, 2); i++) {
      String brand = PHARMACY_NAMES.get((index * 2 + i) % PHARMACY_NAMES.size());
      pharmacies.add(
          add(
              prefix + "pha-0" + (i + 1),
              InstitutionKind.PHARMACY,
              county.name().substring(0, county.name().length() - 1) + brand + "大药房",
              county,
              county.code(),
              commission,
              i));
    }
    return new Network(
        county,
        city.tertiary(),
        hospital,
        city.maternal(),
        city.traditional().isEmpty() ? hospital : city.traditional().getFirst(),
        List.copyOf(centres),
        List.copyOf(clinics),
        List.copyOf(pharmacies),
        city.laboratory(),
        city.bureau(),
        List.copyOf(insurers));
  }

  private int expectedResidents(int index) {
    long total = 0;
    for (int weight : weights) {
      total += weight;
    }
    return (int) ((long) residents * weights[index] / total);
  }

  private static int clamp(int value, int low, int high) {
    return Math.max(low, Math.min(high, value));
  }

  /** An institution of a city, standing in {@code seat}. */
  private Institution add(String id, InstitutionKind kind, String name, County seat, int township) {
    return add(id, kind, name, seat, seat.cityCode(), commissions.get(seat.cityCode()), township);
  }

  private Institution add(
      String id,
      InstitutionKind kind,
      String name,
      @Nullable County county,
      String areaCode,
      @Nullable Institution parent,
      int number) {
    String line = "";
    if (county != null) {
      int township = number % county.townships().size();
      line = county.townships().get(township) + "健康路" + (number * 12 + 8) + "号";
    }
    var institution =
        new Institution(
            id, kind, name + "（演示）", county, areaCode, line, parent, staffPlan.staff(id, kind));
    all.add(institution);
    return institution;
  }
}
