/** What applicants, operators and regulators ask and say. */
@NullMarked
package health.helan.foundation.onboarding.operations;

import org.jspecify.annotations.NullMarked;
