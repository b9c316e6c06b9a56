/**
 * Tables: CSV and Excel files whose columns a mapping declares. A file is kept as it came and taken
 * apart into rows; each row is a message of its own, so that one that fails stands in nobody's way.
 */
@NullMarked
package health.helan.foundation.gateway.table;

import org.jspecify.annotations.NullMarked;
