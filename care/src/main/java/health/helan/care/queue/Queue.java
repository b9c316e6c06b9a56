package health.helan.care.queue;

import java.util.Locale;

/**
 * A queue of a department, or of one of its practitioners.
 *
 * @param institution id of the Organization whose staff works in it
 * @param department id of the Organization, part of the institution, to which a check-in opens the
 *     record
 * @param practitioner id of the Practitioner whose queue it is; empty for all of the department
 * @param prefix of its numbers
 * @param place where it waits and is called to, as the hall is told; may be empty
 * @param calls made of all time
 * @param revision raised with every change of it or of a ticket in it
 */
public record Queue(
    int home,
    String id,
    String institution,
    String department,
    String practitioner,
    String prefix,
    String name,
    String place,
    Rule rule,
    boolean isOpen,
    long calls,
    long revision) {

  /**
   * What is done with who does not come.
   *
   * @param skip others that are called before it is called again
   * @param misses calls that may be missed before the desk has to put it back
   * @param near a message goes out when no more than so many are before somebody
   */
  public record Rule(int skip, int misses, int near) {
    public static final Rule DEFAULT = new Rule(3, 3, 3);
  }

  /** As it is called out: {@code A012}. */
  String label(int number) {
    return prefix + String.format(Locale.ROOT, "%03d", number);
  }
}
