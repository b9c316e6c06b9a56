/**
 * A channel that takes no money, for demonstration and tests: also late, twice, silent, failing.
 */
@NullMarked
package health.helan.oversight.payment.simulator;

import org.jspecify.annotations.NullMarked;
