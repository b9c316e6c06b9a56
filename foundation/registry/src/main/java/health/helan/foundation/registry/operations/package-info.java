/** The registry's FHIR operations: they read parameters and answer. */
@NullMarked
package health.helan.foundation.registry.operations;

import org.jspecify.annotations.NullMarked;
