/**
 * A payer that pays nobody, for demonstration and tests: also late, silent, refusing, differing.
 */
@NullMarked
package health.helan.oversight.settlement.simulator;

import org.jspecify.annotations.NullMarked;
