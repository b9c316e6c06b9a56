package health.helan.demo.people;

import health.helan.demo.IdentityNumber;
import health.helan.demo.NamedResident;
import health.helan.demo.chance.Dice;
import health.helan.demo.name.FullName;
import health.helan.demo.name.Names;
import health.helan.demo.name.Nationality;
import health.helan.demo.name.Sex;
import health.helan.demo.people.Person.Role;
import health.helan.demo.place.County;
import health.helan.demo.place.Institution;
import health.helan.demo.place.Institutions;
import health.helan.demo.place.Network;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All households of a region, each made when it is asked for. Residents come in blocks of 32 that
 * always fill 12 households (2.67 people each; Ningxia had 2.65 in 2020), so that household and
 * resident number n are known without making those before.
 */
public final class Population {
  private static final int BLOCK = 32;
  private static final int HOUSEHOLDS_PER_BLOCK = 12;
  private static final int[] SIZE_WEIGHTS = {21, 31, 23, 14, 7, 3, 1};

  /** Years that the records reach back; deaths and births in them are told. */
  public static final int YEARS = 6;

  private static final int NAMED = NamedResident.values().length;
  private static final int SERIALS = 500;
  private static final int SLOTS = IdentityNumber.AREAS * SERIALS - NAMED;

  private final long seed;
  private final int residents;
  private final LocalDate asOf;
  private final Institutions institutions;

  public Population(long seed, int residents, LocalDate asOf, Institutions institutions) {
    this.seed = seed;
    this.residents = residents;
    this.asOf = asOf;
    this.institutions = institutions;
  }

  /** How many households there are. */
  public int households() {
    int whole = residents / BLOCK;
    int rest = residents % BLOCK;
    int count = whole * HOUSEHOLDS_PER_BLOCK;
    int filled = 0;
    int[] sizes = sizes(whole);
    for (int i = 0; filled < rest; i++) {
      filled += sizes[i];
      count++;
    }
    return count;
  }

  /** Household {@code number}, from 0. */
  public Household household(int number) {
    int block = number / HOUSEHOLDS_PER_BLOCK;
    int[] sizes = sizes(block);
    int first = block * BLOCK;
    int place = number % HOUSEHOLDS_PER_BLOCK;
    for (int i = 0; i < place; i++) {
      first += sizes[i];
    }
    int size = Math.min(sizes[place], residents - first);
    return household(number, first, size);
  }

  private int[] sizes(int block) {
    Dice dice = Dice.of(seed, 2, block);
    var sizes = new int[HOUSEHOLDS_PER_BLOCK];
    int fixed = 0;
    int sum = 0;
    if (block == 0) {
      for (NamedResident named : NamedResident.values()) {
        sizes[named.household()]++;
      }
      fixed = NamedResident.HOUSEHOLDS;
      sum = NAMED;
    }
    for (int i = fixed; i < sizes.length; i++) {
      sizes[i] = 1 + dice.weighted(SIZE_WEIGHTS);
      sum += sizes[i];
    }
    while (sum != BLOCK) {
      int i = fixed + dice.below(sizes.length - fixed);
      if (sum > BLOCK && sizes[i] > 1) {
        sizes[i]--;
        sum--;
      } else if (sum < BLOCK && sizes[i] < SIZE_WEIGHTS.length) {
        sizes[i]++;
        sum++;
      }
    }
    return sizes;
  }

  private Household household(int number, int first, int size) {
    Dice dice = Dice.of(seed, 3, number);
    boolean named = number < NamedResident.HOUSEHOLDS;
    Network network = named ? institutions.networks().getFirst() : institutions.pickNetwork(dice);
    County county = network.county();
    boolean inTown = dice.chance(county.urban() / 100.0);
    int township = inTown ? 0 : dice.below(county.townships().size());
    boolean urban = county.isUrban(township);
    int village = dice.below(County.VILLAGES_PER_TOWNSHIP);
    String house =
        urban
            ? dice.between(1, 28)
                + "号楼"
                + dice.between(1, 5)
                + "单元"
                + (dice.between(1, 11) * 100 + dice.between(1, 4))
                + "室"
            : dice.between(1, 9) + "组" + dice.between(1, 96) + "号";
    String line = county.townships().get(township) + county.village(township, village) + house;
    List<Person> members = named ? named(number, first, size) : members(dice, county, first, size);
    return new Household(
        number,
        network,
        urban,
        line,
        network.centres().get(township % network.centres().size()),
        clinic(network, township, village),
        network.pharmacies().get(dice.below(network.pharmacies().size())),
        members);
  }

  /** A clinic of the township, where it has one: they are dealt out to townships in turn. */
  private static Institution clinic(Network network, int township, int village) {
    int turns = network.centres().size();
    int first = township % turns;
    List<Institution> clinics = network.clinics();
    if (first >= clinics.size()) {
      return clinics.get(first % clinics.size());
    }
    int own = (clinics.size() - 1 - first) / turns + 1;
    return clinics.get(first + village % own * turns);
  }

  private List<Person> named(int number, int first, int size) {
    List<NamedResident> here =
        Arrays.stream(NamedResident.values()).filter(one -> one.household() == number).toList();
    List<Person> members = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      NamedResident one = here.get(i);
      Dice dice = Dice.of(seed, 4, first + i);
      members.add(
          new Person(
              first + i,
              dice.urnUuid(),
              one.fullName(),
              one.sex(),
              one.birth(),
              one == NamedResident.ZHANG_DEFU ? LocalDate.of(2026, 2, 11) : null,
              one.nationality(),
              one.identityNumber(),
              phone(dice),
              marriage(one),
              role(one),
              one));
    }
    return members;
  }

  private static Role role(NamedResident one) {
    return switch (one) {
      case MA_XIULAN, WANG_FANG -> Role.WIFE;
      case MA_JIANGUO, LI_QIANG, DING_ZHIMING -> Role.HUSBAND;
      case LI_ZIXUAN, LI_YUTONG, DING_XIAOYAN -> Role.CHILD;
      case ZHANG_DEFU, CHEN_GUIYING -> Role.ALONE;
    };
  }

  private static Marriage marriage(NamedResident one) {
    return switch (one) {
      case MA_XIULAN, MA_JIANGUO, WANG_FANG, LI_QIANG -> Marriage.MARRIED;
      case LI_ZIXUAN, LI_YUTONG, DING_XIAOYAN -> Marriage.SINGLE;
      case ZHANG_DEFU, CHEN_GUIYING -> Marriage.WIDOWED;
      case DING_ZHIMING -> Marriage.DIVORCED;
    };
  }

  private List<Person> members(Dice dice, County county, int first, int size) {
    Nationality nationality = dice.chance(county.hui() / 100.0) ? Nationality.HUI : Nationality.HAN;
    String family = Names.family(dice, nationality);
    List<Composition.Place> places = Composition.of(size, dice);
    var deaths = new @Nullable LocalDate[size];
    var births = new LocalDate[size];
    for (int i = 0; i < size; i++) {
      Dice own = Dice.of(seed, 4, first + i);
      births[i] = distinctBirth(first + i, asOf.minusMonths(places.get(i).ageInMonths()), own);
      deaths[i] = death(own.fork(1), births[i]);
    }
    List<Person> members = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Role role = places.get(i).role();
      Dice own = Dice.of(seed, 5, first + i);
      Sex sex =
          switch (role) {
            case WIFE, GRANDMOTHER -> Sex.FEMALE;
            case HUSBAND, GRANDFATHER -> Sex.MALE;
            case CHILD, ALONE -> own.chance(0.515) ? Sex.MALE : Sex.FEMALE;
          };
      boolean familyName =
          role == Role.HUSBAND
              || role == Role.CHILD
              || role == Role.GRANDFATHER
              || role == Role.ALONE;
      FullName name =
          new FullName(
              familyName ? family : Names.family(own, nationality),
              Names.given(own, sex, births[i].getYear()));
      members.add(
          new Person(
              first + i,
              own.urnUuid(),
              name,
              sex,
              births[i],
              deaths[i],
              nationality,
              identityNumber(first + i, births[i], sex),
              phone(own),
              marriage(own, role, births[i], partnerDied(places, deaths, role)),
              role,
              null));
    }
    return List.copyOf(members);
  }

  private static boolean partnerDied(
      List<Composition.Place> places, @Nullable LocalDate[] deaths, Role role) {
    Role partner =
        switch (role) {
          case WIFE -> Role.HUSBAND;
          case HUSBAND -> Role.WIFE;
          case GRANDMOTHER -> Role.GRANDFATHER;
          case GRANDFATHER -> Role.GRANDMOTHER;
          case CHILD, ALONE -> null;
        };
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).role() == partner) {
        return deaths[i] != null;
      }
    }
    // Grandparents without their partner in the household have lost them.
    return role == Role.GRANDMOTHER || role == Role.GRANDFATHER;
  }

  private Marriage marriage(Dice dice, Role role, LocalDate birth, boolean partnerDied) {
    int age = asOf.getYear() - birth.getYear();
    if (partnerDied) {
      return Marriage.WIDOWED;
    }
    return switch (role) {
      case CHILD -> Marriage.SINGLE;
      case ALONE ->
          age < 33
              ? Marriage.SINGLE
              : age > 68
                  ? Marriage.WIDOWED
                  : dice.chance(0.6) ? Marriage.DIVORCED : Marriage.SINGLE;
      default -> Marriage.MARRIED;
    };
  }

  /** Chance of having died in the last {@link #YEARS}, by age that would be reached today. */
  private @Nullable LocalDate death(Dice dice, LocalDate birth) {
    int age = asOf.getYear() - birth.getYear();
    double chance =
        age < 1
            ? 0.004
            : age < 40
                ? 0.002
                : age < 60 ? 0.012 : age < 70 ? 0.05 : age < 80 ? 0.13 : age < 90 ? 0.30 : 0.55;
    if (!dice.chance(chance)) {
      return null;
    }
    LocalDate day = asOf.minusDays(1 + dice.below(YEARS * 365 - 30));
    return day.isAfter(birth.plusDays(2)) ? day : null;
  }

  /**
   * The identity number of resident {@code index}: area and serial are counted out, and where a
   * region is so large (more than 449,990) that they repeat, {@link #distinctBirth} keeps the birth
   * dates of those who share them apart. So no two are equal, and no list of given numbers is kept.
   */
  private static String identityNumber(int index, LocalDate birth, Sex sex) {
    int slot = NAMED + (index - NAMED) % SLOTS;
    int area = IdentityNumber.FIRST_AREA + slot % IdentityNumber.AREAS;
    int serial = 2 * (slot / IdentityNumber.AREAS) + (sex == Sex.MALE ? 1 : 0);
    return IdentityNumber.of(area, birth, serial);
  }

  private LocalDate distinctBirth(int index, LocalDate near, Dice dice) {
    LocalDate day = near.minusDays(dice.below(28));
    int rounds = (residents - NAMED + SLOTS - 1) / SLOTS;
    if (rounds <= 1) {
      return day;
    }
    int round = (index - NAMED) / SLOTS;
    return day.minusDays(Math.floorMod(day.toEpochDay() - round, (long) rounds));
  }

  private static String phone(Dice dice) {
    return "129" + (10_000_000 + dice.below(90_000_000));
  }
}
