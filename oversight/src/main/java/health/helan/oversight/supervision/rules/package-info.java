/** Rules of supervision: data that judges data, without database or clock. */
@NullMarked
package health.helan.oversight.supervision.rules;

import org.jspecify.annotations.NullMarked;
