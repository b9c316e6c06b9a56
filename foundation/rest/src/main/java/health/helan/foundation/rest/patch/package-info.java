/**
 * The two ways to change a part of a resource that FHIR R4's {@code patch} interaction knows: JSON
 * Patch (RFC 6902) and FHIRPath Patch. Both turn one tree into a new one and leave the old as it
 * was; whether the outcome is a valid resource is for the validation that follows.
 */
@NullMarked
package health.helan.foundation.rest.patch;

import org.jspecify.annotations.NullMarked;
