/**
 * The change log as others read it: consumers that take each change once and in order, shared by
 * all application instances, and followers that keep an instance's caches fresh.
 */
@NullMarked
package health.helan.foundation.store.changes;

import org.jspecify.annotations.NullMarked;
