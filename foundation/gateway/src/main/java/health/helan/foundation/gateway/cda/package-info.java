/**
 * Clinical documents: CDA release 2, among them C-CDA and the Chinese shared documents (WS/T 500).
 * A document becomes a DocumentReference with its bytes, a Composition with its sections, and the
 * resources of its entries. Sources: HL7 CDA R2, C-CDA R2.1; of WS/T 500 what is generally known.
 */
@NullMarked
package health.helan.foundation.gateway.cda;

import org.jspecify.annotations.NullMarked;
