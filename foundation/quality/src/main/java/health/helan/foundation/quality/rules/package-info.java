/** Rules as data: shipped files, what operators make of them, and which are in force. */
@NullMarked
package health.helan.foundation.quality.rules;

import org.jspecify.annotations.NullMarked;
