/** What is measured: Helan, the peer, and the PostgreSQL under both. */
@NullMarked
package health.helan.bench.server;

import org.jspecify.annotations.NullMarked;
