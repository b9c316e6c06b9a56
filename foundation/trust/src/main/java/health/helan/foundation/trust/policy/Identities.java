package health.helan.foundation.trust.policy;

import org.jspecify.annotations.Nullable;

/** Whose a pseudonym is. Asked where a case is opened, and nowhere else. */
public interface Identities {

  /**
   * @param pseudonym id of a Patient in the projection
   * @return id of the Patient in the records; null for none
   */
  @Nullable String patient(String pseudonym);
}
