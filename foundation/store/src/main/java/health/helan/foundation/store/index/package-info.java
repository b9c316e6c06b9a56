/** From a resource to the values it is searched by. */
@NullMarked
package health.helan.foundation.store.index;

import org.jspecify.annotations.NullMarked;
