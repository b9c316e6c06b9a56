package health.helan.foundation.trust.consent;

import java.time.Instant;

/**
 * A row of {@code access_grant} before it is written.
 *
 * @param patient id of the Patient
 * @param grantee {@code Practitioner/id}, {@code Organization/id}, {@code CareTeam/id} or everybody
 * @param weight what beats what, as the table {@code access_grant} says; odd opens
 * @param level highest level it opens, 1 to 5
 * @param categories bits of the categories it opens, or closes
 */
public record Grant(
    String patient,
    String grantee,
    Instant since,
    Instant until,
    int weight,
    int level,
    int categories) {}
