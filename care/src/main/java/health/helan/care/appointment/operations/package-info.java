/** One class per FHIR operation: reads parameters and answers; decides nothing. */
@NullMarked
package health.helan.care.appointment.operations;

import org.jspecify.annotations.NullMarked;
