/** Looking at everything, on demand. */
@NullMarked
package health.helan.foundation.quality.runs;

import org.jspecify.annotations.NullMarked;
