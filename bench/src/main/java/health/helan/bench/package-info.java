/**
 * Measures Helan beside a HAPI FHIR JPA server: one client, the same data, one PostgreSQL, runs in
 * turn. Started by {@code ./helan bench}; writes {@code docs/performance.md}. Nothing else uses it.
 */
@NullMarked
package health.helan.bench;

import org.jspecify.annotations.NullMarked;
