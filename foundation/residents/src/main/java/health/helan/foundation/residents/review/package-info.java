/** What waits for people: pairs that may be one person. */
@NullMarked
package health.helan.foundation.residents.review;

import org.jspecify.annotations.NullMarked;
