package health.helan.demo;

import health.helan.demo.DemoBundle.Kind;
import health.helan.demo.chance.Dice;
import health.helan.demo.clinical.LifeRecords;
import health.helan.demo.fhir.BundleBuilder;
import health.helan.demo.people.Household;
import health.helan.demo.people.Person;
import health.helan.demo.people.Population;
import health.helan.demo.people.ResidentRecords;
import health.helan.demo.people.SecondRecords;
import health.helan.demo.place.Institution;
import health.helan.demo.place.InstitutionRecords;
import health.helan.demo.place.Institutions;
import health.helan.demo.place.Network;
import health.helan.demo.place.Rota;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A made-up region: institutions with their staff, then households with the records of their
 * members, as FHIR R4 transaction bundles. Bundle {@code n} is made when it is asked for and needs
 * none of the others, so a million residents take no more memory than five hundred, and threads may
 * share the work. Equal seed, size and date give equal bytes, whatever the machine, locale or time
 * zone.
 */
public final class Region {
  /** The day on which the records end, unless another is asked for. */
  public static final LocalDate DEFAULT_AS_OF = LocalDate.of(2026, 11, 1);

  /** The largest region: half as many again as live in Ningxia. */
  public static final int MOST_RESIDENTS = 10_000_000;

  private final long seed;
  private final LocalDate asOf;
  private final List<Institution> institutions;
  private final List<Institution> booked;

  /** The hospital that leads an institution's alliance, by the institution's id. */
  private final Map<String, Institution> leads = new HashMap<>();

  private final Population population;
  private final int households;

  private Region(long seed, int residents, LocalDate asOf) {
    this.seed = seed;
    this.asOf = asOf;
    Institutions plan = Institutions.of(seed, residents);
    this.institutions = plan.all();
    for (Network network : plan.networks()) {
      Institution hospital = network.hospital();
      network.centres().forEach(centre -> leads.put(centre.id(), hospital));
      network.clinics().forEach(clinic -> leads.put(clinic.id(), hospital));
      if (!network.tertiary().contains(hospital)) {
        leads.put(hospital.id(), network.tertiary().getFirst());
      }
    }
    this.booked = institutions.stream().filter(Rota::books).toList();
    this.population = new Population(seed, residents, asOf, plan);
    this.households = population.households();
  }

  /** A region whose records end on {@link #DEFAULT_AS_OF}. */
  public static Region of(long seed, int residents) {
    return of(seed, residents, DEFAULT_AS_OF);
  }

  /**
   * A region.
   *
   * @param residents from 10 (the named residents) to {@link #MOST_RESIDENTS}
   * @param asOf the day on which the records end, from 2026-10-01 on: the named residents' stories
   *     happen before
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public static Region of(long seed, int residents, LocalDate asOf) {
    int least = NamedResident.values().length;
    if (residents < least || residents > MOST_RESIDENTS) {
      throw new IllegalArgumentException(
          "A demo region has from "
              + least
              + " to "
              + MOST_RESIDENTS
              + " residents, not "
              + residents
              + ".");
    }
    if (asOf.isBefore(LocalDate.of(2026, 10, 1)) || asOf.getYear() > 2030) {
      throw new IllegalArgumentException(
          "The records of a demo region end between 2026-10-01 and 2030-12-31, not on "
              + asOf
              + ".");
    }
    return new Region(seed, residents, asOf);
  }

  /** How many bundles there are. */
  public int bundleCount() {
    return institutions.size() + booked.size() + households;
  }

  /** Bundle {@code number}, from 0 to {@link #bundleCount} - 1. */
  public DemoBundle bundle(int number) {
    if (number < institutions.size()) {
      return finish(
          number,
          Kind.INSTITUTION,
          InstitutionRecords.write(
              institutions.get(number), leads.get(institutions.get(number).id())));
    }
    int rota = number - institutions.size();
    if (rota < booked.size()) {
      Dice dice = Dice.of(seed, 6, rota);
      return finish(number, Kind.ROTA, Rota.write(booked.get(rota), asOf, dice));
    }
    int household = rota - booked.size();
    if (household < 0 || household >= households) {
      throw new IndexOutOfBoundsException("no bundle " + number);
    }
    return finish(number, Kind.HOUSEHOLD, household(population.household(household)));
  }

  /** All bundles in the order in which they must be loaded, made one by one. */
  public Stream<DemoBundle> bundles() {
    return IntStream.range(0, bundleCount()).mapToObj(this::bundle);
  }

  /**
   * What hospitals have written down of some residents beside their main record, and of people hard
   * to tell apart, for the resident index: loaded after all the others, and not counted among them.
   */
  public DemoBundle secondRecords() {
    var bundle = new BundleBuilder("transaction");
    SecondRecords.write(
        IntStream.range(0, NamedResident.HOUSEHOLDS).mapToObj(population::household).toList(),
        institutions,
        bundle);
    return finish(bundleCount(), Kind.HOUSEHOLD, bundle);
  }

  private BundleBuilder household(Household home) {
    var bundle = new BundleBuilder("transaction");
    for (Person person : home.members()) {
      ResidentRecords.write(home, person, asOf, bundle, Dice.of(seed, 7, person.index()));
    }
    LifeRecords.write(home, asOf, bundle, seed);
    return bundle;
  }

  private static DemoBundle finish(int number, Kind kind, BundleBuilder bundle) {
    return new DemoBundle(number, kind, bundle.size(), bundle.toJson());
  }
}
