package health.helan.demo.people;

import health.helan.demo.NamedResident;
import health.helan.demo.name.FullName;
import health.helan.demo.name.Nationality;
import health.helan.demo.name.Sex;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A resident.
 *
 * @param index position in the region, from 0
 * @param url {@code urn:uuid:} of the Patient
 * @param death null for the living
 * @param marriage as of the region's date
 * @param phone eleven digits beginning with 129, which no Chinese mobile number does
 * @param role place in the household
 * @param named whose story this is; null for everyone else
 */
public record Person(
    int index,
    String url,
    FullName name,
    Sex sex,
    LocalDate birth,
    @Nullable LocalDate death,
    Nationality nationality,
    String identityNumber,
    String phone,
    Marriage marriage,
    Role role,
    @Nullable NamedResident named) {
  /** Place in a household. */
  public enum Role {
    HUSBAND,
    WIFE,
    CHILD,
    GRANDFATHER,
    GRANDMOTHER,
    ALONE
  }

  public boolean isMale() {
    return sex == Sex.MALE;
  }

  /** Whole years on {@code day}. */
  public int age(LocalDate day) {
    return (int) ChronoUnit.YEARS.between(birth, day);
  }

  /** Whole months on {@code day}. */
  public int months(LocalDate day) {
    return (int) ChronoUnit.MONTHS.between(birth, day);
  }
}
