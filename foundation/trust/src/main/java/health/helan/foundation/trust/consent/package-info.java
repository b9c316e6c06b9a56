/**
 * Consents of residents: what their provisions open and close (FHIR R4 Consent), and the texts that
 * they are asked to agree to. {@code docs/guide/access.md}.
 */
@NullMarked
package health.helan.foundation.trust.consent;

import org.jspecify.annotations.NullMarked;
