/** One record out of all of a person's, by rules that are data. */
@NullMarked
package health.helan.foundation.residents.golden;

import org.jspecify.annotations.NullMarked;
