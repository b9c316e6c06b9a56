package health.helan.oversight.supervision;

import org.jspecify.annotations.Nullable;

/** Whether a doctor's account asks for a second factor: what sign-in knows. */
@FunctionalInterface
public interface SecondFactors {
  /**
   * @param practitioner id
   * @return null where nothing is known of an account of theirs
   */
  @Nullable Boolean of(String practitioner);
}
