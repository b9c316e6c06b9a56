package health.helan.demo.people;

import health.helan.demo.people.Person.Role;
import health.helan.demo.place.Institution;
import health.helan.demo.place.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * People who live together.
 *
 * @param number from 0
 * @param line township, village and house, without the county
 * @param centre the township health centre that looks after them
 * @param clinic the nearest village clinic
 * @param pharmacy the nearest
 */
public record Household(
    int number,
    Network network,
    boolean urban,
    String line,
    Institution centre,
    Institution clinic,
    Institution pharmacy,
    List<Person> members) {
  /** The mother of the household's children; null where she does not live here. */
  public @Nullable Person mother() {
    return find(Role.WIFE);
  }

  /** The father of the household's children; null where he does not live here. */
  public @Nullable Person father() {
    return find(Role.HUSBAND);
  }

  private @Nullable Person find(Role role) {
    for (Person member : members) {
      if (member.role() == role) {
        return member;
      }
    }
    return null;
  }
}
