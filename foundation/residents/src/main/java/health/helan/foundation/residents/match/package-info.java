/**
 * How two Patients are compared: what is compared of each ({@code Traits}), in which groups pairs
 * are looked for, and how likely a pair is one person (Fellegi and Sunter's model, weights learnt
 * without labels). Pure: no database, no clock but for the plausibility of dates.
 */
@NullMarked
package health.helan.foundation.residents.match;

import org.jspecify.annotations.NullMarked;
