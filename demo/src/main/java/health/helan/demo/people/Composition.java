package health.helan.demo.people;

import health.helan.demo.chance.Dice;
import health.helan.demo.people.Person.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * Who makes up a household of a given size, with ages in months: couples, children, grandparents.
 * The mix is tuned so that the whole comes out near the age pyramid of Ningxia in the census of
 * 2020 (0 to 14 years: 20 per cent, 65 and older: 10 per cent; general knowledge, rounded).
 */
final class Composition {
  /** A place in a household. */
  record Place(Role role, int ageInMonths) {}

  private final Dice dice;
  private final List<Place> places = new ArrayList<>();

  private Composition(Dice dice) {
    this.dice = dice;
  }

  static List<Place> of(int size, Dice dice) {
    var composition = new Composition(dice);
    switch (size) {
      case 1 -> composition.alone();
      case 2 -> composition.two();
      case 3 -> {
        switch (dice.weighted(64, 22, 14)) {
          case 0 -> composition.family(2, 1, 0);
          case 1 -> composition.grown(2);
          default -> composition.family(2, 0, 1);
        }
      }
      case 4 -> {
        switch (dice.weighted(66, 22, 12)) {
          case 0 -> composition.family(2, 2, 0);
          case 1 -> composition.family(2, 1, 1);
          default -> composition.family(2, 0, 2);
        }
      }
      case 5 -> {
        switch (dice.weighted(45, 25, 30)) {
          case 0 -> composition.family(2, 2, 1);
          case 1 -> composition.family(2, 1, 2);
          default -> composition.family(2, 3, 0);
        }
      }
      case 6 -> composition.family(2, dice.chance(0.5) ? 3 : 2, 0);
      default -> composition.family(2, 3, 2);
    }
    while (composition.places.size() < size) {
      composition.addElder();
    }
    return composition.places;
  }

  private void alone() {
    int years =
        switch (dice.weighted(38, 38, 24)) {
          case 0 -> dice.between(18, 30);
          case 1 -> dice.between(35, 59);
          default -> dice.between(60, 88);
        };
    add(Role.ALONE, months(years));
  }

  private void two() {
    switch (dice.weighted(22, 42, 14, 13, 9)) {
      case 0 -> couple(dice.between(60, 82));
      case 1 -> couple(dice.between(42, 59));
      case 2 -> couple(dice.between(21, 36));
      case 3 -> family(1, 1, 0);
      default -> grown(1);
    }
  }

  private void couple(int years) {
    int wife = months(years);
    add(Role.WIFE, wife);
    add(Role.HUSBAND, wife + dice.between(-18, 60));
  }

  /** Parents past work with a grown child who has not married. */
  private void grown(int parents) {
    int child = months(dice.between(18, 36));
    int mother = child + months(dice.between(21, 32));
    add(Role.WIFE, mother);
    if (parents == 2) {
      add(Role.HUSBAND, mother + dice.between(-18, 60));
    }
    add(Role.CHILD, child);
  }

  private void family(int parents, int children, int elders) {
    if (children == 0) {
      couple(dice.between(26, 52));
    } else {
      List<Integer> ages = new ArrayList<>();
      int youngest = dice.between(0, 19 * 12);
      ages.add(youngest);
      for (int i = 1; i < children; i++) {
        ages.add(ages.getLast() + dice.between(20, 58));
      }
      int mother = ages.getLast() + dice.between(21 * 12, 32 * 12);
      add(Role.WIFE, mother);
      if (parents == 2) {
        add(Role.HUSBAND, mother + dice.between(-18, 60));
      }
      for (int age : ages.reversed()) {
        add(Role.CHILD, age);
      }
    }
    for (int i = 0; i < elders; i++) {
      addElder();
    }
  }

  /** A parent of the husband, or the second one. */
  private void addElder() {
    int couple = places.getFirst().ageInMonths();
    boolean first = places.stream().noneMatch(place -> place.role() == Role.GRANDMOTHER);
    int age = Math.min(couple + months(dice.between(21, 33)), 97 * 12);
    add(first ? Role.GRANDMOTHER : Role.GRANDFATHER, age);
  }

  private int months(int years) {
    return years * 12 + dice.below(12);
  }

  private void add(Role role, int ageInMonths) {
    places.add(new Place(role, ageInMonths));
  }
}
