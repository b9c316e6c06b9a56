/**
 * Bundles of FHIR R4 as messages: kept, carried out once and in order, put aside when they fail, as
 * those of other formats. What needs an answer to each entry goes to the API.
 */
@NullMarked
package health.helan.foundation.gateway.fhir;

import org.jspecify.annotations.NullMarked;
