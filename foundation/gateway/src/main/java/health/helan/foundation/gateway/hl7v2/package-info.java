/**
 * HL7 version 2 in ER7: reading, acknowledging, MLLP and HTTP. Sources: HL7 v2.8.2 chapter 2
 * (control) and the MLLP block format (HL7 v2 transport specification, MLLP release 1); both from
 * general knowledge.
 */
@NullMarked
package health.helan.foundation.gateway.hl7v2;

import org.jspecify.annotations.NullMarked;
