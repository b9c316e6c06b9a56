/** Compiling terminology into tables, and asking them. */
@NullMarked
package health.helan.foundation.terminology.engine;

import org.jspecify.annotations.NullMarked;
