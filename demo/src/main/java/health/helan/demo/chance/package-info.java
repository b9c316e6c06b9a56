/** Chance that is the same everywhere and can be split. */
@NullMarked
package health.helan.demo.chance;

import org.jspecify.annotations.NullMarked;
