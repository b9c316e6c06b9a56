@NullMarked
package health.helan.foundation.definitions;

import org.jspecify.annotations.NullMarked;
