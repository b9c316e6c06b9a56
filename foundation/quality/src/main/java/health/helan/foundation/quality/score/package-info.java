/** Counts, sums and scores. */
@NullMarked
package health.helan.foundation.quality.score;

import org.jspecify.annotations.NullMarked;
