/** What callers ask. */
@NullMarked
package health.helan.foundation.quality.operations;

import org.jspecify.annotations.NullMarked;
