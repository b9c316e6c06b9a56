package health.helan.foundation.trust.account;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sign-in asks the record store: who a person is there. Answered on behalf of the platform,
 * for the person's own account only.
 */
public interface Registry {
  /**
   * A resident's record.
   *
   * @param patient id of the Patient
   */
  record Resident(String patient, String name, LocalDate birth) {}

  /**
   * A post of a practitioner.
   *
   * @param id of the PractitionerRole
   * @param institution id of the Organization at its top: the hospital
   * @param department id of the Organization or the institution itself
   * @param codes what the post is, each as {@code system|code}
   * @param teams ids of departments, and {@code CareTeam/id} for teams that the institution manages
   */
  record Post(
      String id,
      String institution,
      String institutionName,
      String department,
      String departmentName,
      String title,
      List<String> codes,
      List<String> teams) {}

  /** The one resident with this identity number and name; null for none or several. */
  @Nullable Resident resident(String idNumber, String name);

  /** The resident of a record; null if there is none. */
  @Nullable Resident residentOf(String patient);

  /** Posts that a practitioner holds now. */
  List<Post> posts(String practitioner);

  /**
   * Whether a practitioner's licence holds, as far as the provider registry knows: who may not
   * practise sees no record either.
   */
  default boolean mayPractise(String practitioner) {
    return true;
  }

  /**
   * Proof that one person is in charge of another: id of an active RelatedPerson of {@code ward}
   * that carries the guardian's identity number; null for none.
   */
  @Nullable String guardianship(String ward, String guardianPatient);
}
