package health.helan.demo.clinical;

import health.helan.demo.NamedResident;
import health.helan.demo.chance.Dice;
import health.helan.demo.people.Person;
import java.time.LocalDateTime;

/**
 * A birth, of which mother's and child's records both tell.
 *
 * @param deliveryUrl the mother's Encounter
 * @param newbornUrl the child's Encounter, part of the mother's
 * @param weeks of pregnancy
 * @param grams birth weight
 * @param sugarHigh whether the mother had gestational diabetes
 */
record Birth(
    Person child,
    String deliveryUrl,
    String newbornUrl,
    LocalDateTime time,
    int weeks,
    int grams,
    boolean caesarean,
    boolean sugarHigh) {
  /** How a child was born; the same whenever it is asked with the same dice. */
  static Birth of(Person child, Dice dice) {
    boolean told = child.named() == NamedResident.LI_YUTONG;
    boolean sugarHigh = dice.chance(0.13) || told;
    int weeks = told ? 39 : Math.max(33, 40 - dice.weighted(30, 38, 20, 7, 3, 1, 1));
    double middle = 3320 - (40 - weeks) * 130 + (child.isMale() ? 60 : -60);
    int grams = (int) (middle + dice.around(0, 330) + (sugarHigh ? 120 : 0)) / 10 * 10;
    return new Birth(
        child,
        dice.urnUuid(),
        dice.urnUuid(),
        child.birth().atTime(dice.below(24), dice.below(60)),
        weeks,
        Math.max(1700, grams),
        dice.chance(0.42) && !told,
        sugarHigh);
  }
}
