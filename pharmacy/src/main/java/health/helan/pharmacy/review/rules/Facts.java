package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.Known;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a prescription is judged by. What is not known is null or empty, and no rule takes it
 * for a no.
 *
 * @param day on which it is written, in Beijing
 * @param diagnoses ICD-10 codes that hold: of this visit, and of the record
 * @param ofThisVisit those for which it is written
 * @param others what the resident takes already, from other prescriptions
 */
public record Facts(
    LocalDate day,
    Form form,
    Person person,
    List<Item> items,
    List<Item> others,
    List<String> diagnoses,
    List<String> ofThisVisit,
    List<Allergy> allergies) {

  /** Where a prescription is written. */
  public enum Setting {
    OUTPATIENT,
    EMERGENCY,
    /** In a visit on line. */
    ONLINE
  }

  /**
   * What the prescription says of itself.
   *
   * @param isLong a long prescription (长期处方) for a chronic disease
   * @param isAssessed that it was assessed, noted, and agreed with the resident
   * @param hasReason why it is for longer than usual
   */
  public record Form(Setting setting, boolean isLong, boolean isAssessed, boolean hasReason) {}

  /** Whether something is so; most often nobody has asked. */
  public enum Answer {
    YES,
    NO,
    UNKNOWN
  }

  /**
   * The resident.
   *
   * @param earliest first day that the birth may have been on; null where nothing is known
   * @param latest last day; the same as {@code earliest} for a whole date
   * @param weightKg null where none is known, or the last one is too old
   * @param egfr mL/min/1.73 m2; null for unknown
   */
  public record Person(
      @Nullable LocalDate earliest,
      @Nullable LocalDate latest,
      Answer female,
      @Nullable Double weightKg,
      @Nullable Double egfr,
      Answer pregnant,
      Answer lactating) {

    /** Age in whole months at most; null where nothing is known. */
    public @Nullable Integer oldest(LocalDate day) {
      return earliest == null ? null : (int) ChronoUnit.MONTHS.between(earliest, day);
    }

    /** Age in whole months at least. */
    public @Nullable Integer youngest(LocalDate day) {
      return latest == null ? null : (int) ChronoUnit.MONTHS.between(latest, day);
    }
  }

  /**
   * A drug of a prescription.
   *
   * @param id by which findings name it: reference, or its place in the request
   * @param text as it was written
   * @param known null for a drug that the knowledge base does not have
   * @param atc codes that are written with it, whether the base has them or not
   * @param route of the knowledge base's words; null for none told
   * @param singleMg the largest single dose, in milligrams; null where it cannot be told
   * @param leastMg the smallest single dose
   * @param timesPerDay on average; null for unknown
   * @param hasDose whether a dose is written at all, in whatever unit
   * @param days of supply; null for unknown
   * @param instruction dosage in words
   * @param until last day of the supply; of {@link #others} only
   */
  public record Item(
      String id,
      String text,
      @Nullable Known known,
      List<String> atc,
      @Nullable String route,
      @Nullable Double singleMg,
      @Nullable Double leastMg,
      @Nullable Double timesPerDay,
      boolean hasDose,
      @Nullable Double days,
      String instruction,
      @Nullable LocalDate until) {

    public @Nullable Drug drug() {
      return known == null ? null : known.drug();
    }

    /**
     * The written code that begins as one of these, and that the base does not know as the drug's
     * own; null for none. Of a drug that it knows the base says what it is; a code that belongs to
     * another drug is believed, else a name would hide it.
     */
    @Nullable String foreignAtc(List<String> beginnings) {
      Drug drug = drug();
      for (String code : atc) {
        if ((drug == null || !drug.atc().contains(code)) && begins(code, beginnings)) {
          return code;
        }
      }
      return null;
    }
  }

  /**
   * Something that the resident reacts to.
   *
   * @param atc code; empty for none
   * @param text in words
   */
  public record Allergy(String atc, String text) {}

  /** Whether a code begins as one of these. */
  static boolean begins(String code, List<String> beginnings) {
    for (String beginning : beginnings) {
      if (code.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }
}
