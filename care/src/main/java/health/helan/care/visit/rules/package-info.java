/** What must hold for a visit on line: pure functions over facts that the service gathers. */
@NullMarked
package health.helan.care.visit.rules;

import org.jspecify.annotations.NullMarked;
