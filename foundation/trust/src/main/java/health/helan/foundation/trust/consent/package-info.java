/**
 * Consents of residents: what their provisions open and close (FHIR R4 Consent), and the texts that
 * they are asked to agree to. {@code docs/guide/access.md}.
 */
@ApplicationModule(
    displayName = "知情同意",
    allowedDependencies = {"foundation.rest", "foundation.store"})
@NullMarked
package health.helan.foundation.trust.consent;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
