package health.helan.care.appointment.rules;

/**
 * What is held back of a day for referrals: an exact number of its places, spread over the day, so
 * that whoever is referred finds mornings and afternoons.
 */
public final class Quota {
  private Quota() {}

  /**
   * How many of a day's places are held back.
   *
   * @param places of the day, 0 or more
   * @param percent 0 to 100; a half is rounded up
   */
  public static int heldBack(int places, int percent) {
    return (int) ((places * (long) percent + 50) / 100);
  }

  /**
   * Whether one place of the day is held back.
   *
   * @param index of the place in the order of the day, from 0
   * @param places of the day
   * @param heldBack how many of them
   */
  public static boolean isHeldBack(int index, int places, int heldBack) {
    return (index + 1L) * heldBack / places > (long) index * heldBack / places;
  }
}
