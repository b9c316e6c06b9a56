/** The FHIR operations of terminology: they read parameters and answer; the engine decides. */
@NullMarked
package health.helan.foundation.terminology.operations;

import org.jspecify.annotations.NullMarked;
