/** What does not keep a rule, and what becomes of it. */
@NullMarked
package health.helan.foundation.quality.findings;

import org.jspecify.annotations.NullMarked;
