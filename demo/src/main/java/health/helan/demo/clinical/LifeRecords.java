package health.helan.demo.clinical;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.BundleBuilder;
import health.helan.demo.people.Household;
import health.helan.demo.people.Person;
import health.helan.demo.people.Person.Role;
import health.helan.demo.people.Population;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The medical records of a household's members: all clinical models, one after the other. */
public final class LifeRecords {
  private LifeRecords() {}

  /** Adds everything that happened to the members until {@code asOf}. */
  public static void write(Household home, LocalDate asOf, BundleBuilder bundle, long seed) {
    List<Birth> births = births(home, asOf, seed);
    Person mother = home.mother();
    for (Person person : home.members()) {
      var chart = new Chart(home, person, asOf, bundle, Dice.of(seed, 8, person.index()));
      for (Birth birth : births) {
        if (birth.child() == person) {
          boolean motherKnown = mother != null && mother.death() == null;
          Pregnancies.ofChild(chart, birth, motherKnown);
        }
      }
      Vaccinations.write(chart);
      Checkups.write(chart);
      ChronicCare.write(chart);
      if (person.role() == Role.WIFE) {
        Pregnancies.ofMother(chart, person.death() == null ? births : List.of());
      }
      if (person.named() == null) {
        AcuteIllness.write(chart);
        Admissions.write(chart);
        Allergies.write(chart);
        LastDays.write(chart);
      } else {
        Stories.write(chart);
      }
      OtherCare.write(chart);
    }
  }

  private static List<Birth> births(Household home, LocalDate asOf, long seed) {
    List<Birth> births = new ArrayList<>();
    for (Person person : home.members()) {
      boolean recent = person.birth().isAfter(asOf.minusYears(Population.YEARS));
      if (person.role() == Role.CHILD && recent) {
        births.add(Birth.of(person, Dice.of(seed, 9, person.index())));
      }
    }
    births.sort(Comparator.comparing(Birth::time));
    return births;
  }
}
