/**
 * Who may see what, and proof of who did: sign-in, access policy, consent, audit, national
 * cryptography, signatures. Answers 003#3 and 004#17, 18 of the plans (real-name accounts, digital
 * certificates, full-trace supervision, classified and graded data). Implements what the store
 * leaves to it: {@link health.helan.foundation.store.AccessPolicy}, {@link
 * health.helan.foundation.store.ContentCodec}.
 */
@NullMarked
package health.helan.foundation.trust;

import org.jspecify.annotations.NullMarked;
