/**
 * What leaves the platform for other systems: bulk export, subscriptions, uploads, patient
 * summaries, and the agreements that they stand on. Answers 002#8, 9 and 003#14 of the plans
 * (exchange and sharing between systems). Everything that leaves is seen with the eyes of who asked
 * for it.
 */
@NullMarked
package health.helan.foundation.delivery;

import org.jspecify.annotations.NullMarked;
