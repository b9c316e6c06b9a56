/**
 * Electronic signatures (电子签名) on documents: prescriptions, reports, consents, contracts and
 * whatever else the access policy lets be signed. A signature is one Provenance over exact
 * versions, made over their {@link health.helan.foundation.trust.signature.CanonicalForm canonical
 * form} as a CMS signature with a time stamp; it can be verified as long as the version is kept.
 * States: made, then verified again and again with a {@link
 * health.helan.foundation.trust.signature.Verdict}. Resources: Provenance. Table: {@code signer}.
 * Sources: FHIR R4 Provenance, Signature; RFC 8785, RFC 5652, RFC 5035, RFC 3161; docs/adr/0041 and
 * 0042.
 */
@ApplicationModule(
    displayName = "电子签名",
    allowedDependencies = {"foundation.rest", "foundation.store", "foundation.trust.crypto"})
@NullMarked
package health.helan.foundation.trust.signature;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
