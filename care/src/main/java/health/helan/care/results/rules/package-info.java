/** What a charge is and how a bill is added up: pure functions. */
@NullMarked
package health.helan.care.results.rules;

import org.jspecify.annotations.NullMarked;
