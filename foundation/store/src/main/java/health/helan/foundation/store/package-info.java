@NullMarked
package health.helan.foundation.store;

import org.jspecify.annotations.NullMarked;
