/** How the bytes of a version are kept: compression; encryption is trust's. */
@NullMarked
package health.helan.foundation.store.content;

import org.jspecify.annotations.NullMarked;
