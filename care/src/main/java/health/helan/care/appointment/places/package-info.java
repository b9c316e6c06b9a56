/** Who has which place: rows beside the resources, written in their transactions. */
@NullMarked
package health.helan.care.appointment.places;

import org.jspecify.annotations.NullMarked;
