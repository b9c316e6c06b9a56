/** Records, what they are found by, pairs and persons: one writer for all of it. */
@NullMarked
package health.helan.foundation.residents.index;

import org.jspecify.annotations.NullMarked;
