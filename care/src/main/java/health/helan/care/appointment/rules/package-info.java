/** Rules of booking: pure functions, no database, no clock. */
@NullMarked
package health.helan.care.appointment.rules;

import org.jspecify.annotations.NullMarked;
