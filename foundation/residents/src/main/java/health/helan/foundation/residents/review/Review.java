package health.helan.foundation.residents.review;

import java.time.Instant;

/**
 * A pair for people to look at.
 *
 * @param id names it, in whatever state; ordered as the queue is
 * @param state open, postponed (until a time, then it is open again), settled (another decision
 *     made it needless)
 * @param reason see {@link health.helan.foundation.residents.index.Reason}
 * @param weight of the comparison, log2 of the odds
 * @param until end of being put off
 * @param assignee whom it is given to; empty for nobody
 */
public record Review(
    String id,
    String state,
    String reason,
    double weight,
    Instant opened,
    Instant until,
    String patient,
    String other,
    String assignee,
    String note) {}
