/** Operations of FHIR R4 that belong to the record store itself. */
@NullMarked
package health.helan.foundation.rest.operations;

import org.jspecify.annotations.NullMarked;
