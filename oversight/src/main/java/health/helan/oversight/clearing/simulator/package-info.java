/**
 * Writes the statements that channels and payers would, with planted differences; for trying out.
 */
@NullMarked
package health.helan.oversight.clearing.simulator;

import org.jspecify.annotations.NullMarked;
