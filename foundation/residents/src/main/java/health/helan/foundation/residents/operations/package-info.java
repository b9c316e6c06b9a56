/** The operations of the resident index; docs/guide/residents.md. */
@NullMarked
package health.helan.foundation.residents.operations;

import org.jspecify.annotations.NullMarked;
