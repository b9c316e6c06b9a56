package health.helan.foundation.residents.index;

import java.time.Instant;

/**
 * What was decided about a pair, as seen from one of its records.
 *
 * @param id ordered by time
 * @param kind see {@link Kind}
 * @param institution of who decided; empty for the platform and who belongs to none
 * @param evidence fields, levels and weights, {@code field=level:weight} parted by semicolons
 */
public record Decision(
    String id,
    Instant at,
    String kind,
    String patient,
    String other,
    String reason,
    double weight,
    String model,
    String by,
    String institution,
    String evidence,
    String note) {

  /** Kinds of decisions. Their codes are stored. */
  public enum Kind {
    /** By rules: the pair holds its records in one person. */
    LINKED("linked"),
    /** By rules: it does so no more. */
    UNLINKED("unlinked"),
    /** By rules: people have to look. */
    REVIEW("review"),
    /** By rules: people need not look any more. */
    SETTLED("settled"),
    /** By people, after looking: the same. */
    CONFIRMED("confirmed"),
    /** By people: not the same. */
    REFUSED("refused"),
    /** By people: what they decided is open again. */
    REOPENED("reopened"),
    MERGED("merged"),
    UNMERGED("unmerged"),
    /** One of the two records is gone. */
    GONE("gone");

    private final String code;

    Kind(String code) {
      this.code = code;
    }

    public String code() {
      return code;
    }
  }
}
