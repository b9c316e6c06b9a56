/**
 * Rules of review: pure functions from facts to findings. No database, no clock, no Spring. A rule
 * is data ({@link health.helan.pharmacy.review.rules.Rule}); what a kind of rule can say is code
 * ({@link health.helan.pharmacy.review.rules.Kind}).
 */
@NullMarked
package health.helan.pharmacy.review.rules;

import org.jspecify.annotations.NullMarked;
