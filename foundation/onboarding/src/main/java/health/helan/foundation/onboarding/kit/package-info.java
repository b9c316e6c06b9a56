/** What integrators download: FHIR package, OpenAPI, sample senders. */
@NullMarked
package health.helan.foundation.onboarding.kit;

import org.jspecify.annotations.NullMarked;
