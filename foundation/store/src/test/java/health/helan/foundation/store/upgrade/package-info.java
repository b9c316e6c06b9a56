/** Opening what an earlier version of the store wrote. */
@NullMarked
package health.helan.foundation.store.upgrade;

import org.jspecify.annotations.NullMarked;
