/** The R4 search specification, from query parameters to SQL. */
@NullMarked
package health.helan.foundation.store.search;

import org.jspecify.annotations.NullMarked;
