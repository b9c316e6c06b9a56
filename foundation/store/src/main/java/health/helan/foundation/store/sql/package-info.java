/** The one place where SQL text of the store is put together; the dialect of one machine. */
@NullMarked
package health.helan.foundation.store.sql;

import org.jspecify.annotations.NullMarked;
