/** What a rule asks of a record. */
@NullMarked
package health.helan.foundation.quality.checks;

import org.jspecify.annotations.NullMarked;
