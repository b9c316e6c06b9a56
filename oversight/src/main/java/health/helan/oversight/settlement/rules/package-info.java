/** How a bill is shared: data and pure functions, no database, no clock. */
@NullMarked
package health.helan.oversight.settlement.rules;

import org.jspecify.annotations.NullMarked;
