package health.helan.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import health.helan.demo.name.Nationality;
import health.helan.demo.people.Person;
import health.helan.demo.people.Population;
import health.helan.demo.place.Institutions;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RegionTests {
  @Test
  void isTheSameInEveryLocaleAndTimeZone() throws Exception {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    String here = digest(Region.of(7, 48));
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));
      assertThat(digest(Region.of(7, 48))).isEqualTo(here);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
    assertThat(digest(Region.of(8, 48))).isNotEqualTo(here);
  }

  @Test
  void makesABundleAloneAsItMakesItInOrder() {
    Region region = Region.of(7, 60);
    List<DemoBundle> inOrder = region.bundles().toList();
    assertThat(inOrder).hasSize(region.bundleCount());
    for (int i = inOrder.size() - 1; i >= 0; i -= 7) {
      assertThat(region.bundle(i).json()).isEqualTo(inOrder.get(i).json());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 11, 31, 32, 33})
  void hasExactlyTheResidentsAskedFor(int residents) {
    long patients =
        Bundles.resources(Region.of(3, residents).bundles())
            .filter(resource -> Bundles.isA(resource, "Patient"))
            .count();
    assertThat(patients).isEqualTo(residents);
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 0, -1, 10_000_001})
  void refusesASizeThatMakesNoSense(int residents) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Region.of(1, residents))
        .withMessageContaining("" + residents);
  }

  @Test
  void refusesADateBeforeItsStoriesEnd() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Region.of(1, 10, LocalDate.of(2026, 1, 1)))
        .withMessageContaining("2026-01-01");
  }

  @Test
  void givesEveryResidentAnOwnValidFictitiousNumberThatFitsThem() {
    Set<String> numbers = new HashSet<>();
    people(3, 20_000)
        .forEach(
            person -> {
              String number = person.identityNumber();
              assertThat(IdentityNumber.isValid(number)).as(number).isTrue();
              assertThat(numbers.add(number)).as("second " + number).isTrue();
              assertThat(Integer.parseInt(number.substring(0, 6))).isBetween(649100, 649999);
              assertThat(number.substring(6, 14))
                  .isEqualTo(person.birth().toString().replace("-", ""));
              boolean male = (number.charAt(16) - '0') % 2 == 1;
              assertThat(person.isMale()).isEqualTo(male);
            });
    assertThat(numbers).hasSize(20_000);
  }

  /** Where areas and serials repeat (from 449,990 residents on), birth dates keep them apart. */
  @Test
  void keepsNumbersApartWhereSerialsRepeat() {
    int residents = 1_400_000;
    var population =
        new Population(3, residents, Region.DEFAULT_AS_OF, Institutions.of(3, residents));
    Set<String> numbers = new HashSet<>();
    // Households whose residents have the same areas and serials: those 449,990 residents apart.
    for (int round = 0; round < 3; round++) {
      int first = (int) (round * 449_990L / 32 * 12);
      for (int household = first + 24; household < first + 12_000; household++) {
        for (Person person : population.household(household).members()) {
          assertThat(numbers.add(person.identityNumber())).isTrue();
        }
      }
    }
    assertThat(numbers).hasSizeGreaterThan(90_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 77})
  void alwaysHasTheNamedResidents(long seed) {
    List<JsonNode> patients =
        Bundles.resources(Region.of(seed, 40).bundles())
            .filter(resource -> Bundles.isA(resource, "Patient"))
            .limit(NamedResident.values().length)
            .toList();
    for (NamedResident named : NamedResident.values()) {
      JsonNode patient = patients.get(named.ordinal());
      assertThat(patient.at("/name/0/text").asString()).isEqualTo(named.fullName().text());
      assertThat(patient.at("/identifier/0/value").asString()).isEqualTo(named.identityNumber());
    }
  }

  /** Every reference is to the same bundle, or to something that a bundle before has put. */
  @Test
  void refersOnlyToWhatIsThereWhenItIsLoaded() {
    Set<String> there = new HashSet<>();
    Region.of(5, 100)
        .bundles()
        .forEach(
            bundle -> {
              JsonNode entries = bundle.tree().get("entry");
              for (JsonNode entry : entries) {
                there.add(
                    entry.has("fullUrl")
                        ? entry.get("fullUrl").asString()
                        : entry.at("/request/url").asString());
              }
              assertThat(there).containsAll(Bundles.references(entries));
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {500})
  void hasNoIdleInstitution(int residents) {
    Set<String> institutions = new TreeSet<>();
    Set<String> busy = new HashSet<>();
    Region.of(1, residents)
        .bundles()
        .forEach(
            bundle -> {
              JsonNode tree = bundle.tree();
              if (bundle.kind() == DemoBundle.Kind.INSTITUTION) {
                institutions.add("Organization/" + tree.at("/entry/0/resource/id").asString());
                // An authority works by having institutions under it.
                String above = tree.at("/entry/0/resource/partOf/reference").asString("");
                if (above.contains("-gov-")) {
                  busy.add(above);
                }
              } else if (bundle.kind() == DemoBundle.Kind.HOUSEHOLD) {
                busy.addAll(Bundles.references(tree));
              }
            });
    institutions.removeAll(busy);
    assertThat(institutions).as("idle").isEmpty();
  }

  @Test
  void growsToAllCountiesAndAboutThreeHundredInstitutions() {
    assertThat(institutions(500)).isBetween(20, 30);
    assertThat(institutions(5_000)).isGreaterThan(institutions(500));
    assertThat(institutions(100_000)).isBetween(290, 310).isEqualTo(institutions(1_000_000));
  }

  private static int institutions(int residents) {
    Region region = Region.of(1, residents);
    int count = 0;
    while (region.bundle(count).kind() == DemoBundle.Kind.INSTITUTION) {
      count++;
    }
    return count;
  }

  /** Census of 2020: 20.4 per cent to 14 years, 66.1 to 59, 13.5 from 60, 9.6 from 65 on. */
  @Test
  void hasTheAgesOfAWesternProvince() {
    List<Integer> ages =
        people(1, 20_000)
            .filter(person -> person.death() == null)
            .map(person -> person.age(Region.DEFAULT_AS_OF))
            .toList();
    assertThat(share(ages, 0, 14)).isBetween(0.17, 0.24);
    assertThat(share(ages, 15, 24)).isBetween(0.08, 0.15);
    assertThat(share(ages, 25, 44)).isBetween(0.27, 0.37);
    assertThat(share(ages, 45, 64)).isBetween(0.22, 0.30);
    assertThat(share(ages, 65, 120)).isBetween(0.08, 0.13);
  }

  private static double share(List<Integer> ages, int from, int to) {
    return ages.stream().filter(age -> age >= from && age <= to).count() / (double) ages.size();
  }

  @Test
  void hasTheSurnamesOfNingxia() {
    Map<String, Long> hui =
        people(1, 20_000)
            .filter(person -> person.nationality() == Nationality.HUI)
            .collect(Collectors.groupingBy(one -> one.name().family(), Collectors.counting()));
    long all = hui.values().stream().mapToLong(Long::longValue).sum();
    assertThat(all).isBetween(3_000L, 8_000L);
    assertThat(hui.getOrDefault("马", 0L)).isGreaterThan(all / 5);
    assertThat(hui).containsKeys("哈", "丁", "纳", "撒");
  }

  private static Stream<Person> people(long seed, int residents) {
    var population =
        new Population(seed, residents, Region.DEFAULT_AS_OF, Institutions.of(seed, residents));
    return IntStream.range(0, population.households())
        .mapToObj(population::household)
        .flatMap(household -> household.members().stream());
  }

  private static String digest(Region region) throws Exception {
    var sha = MessageDigest.getInstance("SHA-256");
    region.bundles().forEach(bundle -> sha.update(bundle.json()));
    return HexFormat.of().formatHex(sha.digest());
  }
}
