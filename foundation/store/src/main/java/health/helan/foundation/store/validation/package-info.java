/**
 * The check that every resource passes before it is written: structure, data types, cardinality,
 * required bindings and the form of references, compiled per type from {@code R4}. What needs the
 * whole record, a terminology server or FHIRPath (profiles, invariants other than ext-1, ele-1 and
 * ref-1, extensible bindings) is checked behind the change log, not here.
 */
@NullMarked
package health.helan.foundation.store.validation;

import org.jspecify.annotations.NullMarked;
