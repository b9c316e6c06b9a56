/** Small builders of FHIR R4 JSON for the demo region. */
@NullMarked
package health.helan.demo.fhir;

import org.jspecify.annotations.NullMarked;
