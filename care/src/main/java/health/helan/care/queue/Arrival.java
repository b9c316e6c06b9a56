package health.helan.care.queue;

import health.helan.foundation.residents.card.Scans;
import org.jspecify.annotations.Nullable;

/**
 * Who has come, and by what it is known.
 *
 * @param patient id of the Patient; null where a code of the card says it
 * @param number identity number in hand; null for none
 * @param card what a terminal read; null for none
 * @param appointment id; null to look for one of today
 * @param door code on the screen in the hall, which says that a resident's telephone is there
 */
public record Arrival(
    String queue,
    @Nullable String patient,
    @Nullable String number,
    Scans.@Nullable Reading card,
    @Nullable String appointment,
    @Nullable String door) {}
