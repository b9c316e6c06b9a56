/**
 * Official tables of codes as they are published (CSV, text, Excel), read by a declared mapping
 * into concepts for {@code $import-concepts}. Needs no database.
 */
@NullMarked
package health.helan.foundation.terminology.load;

import org.jspecify.annotations.NullMarked;
