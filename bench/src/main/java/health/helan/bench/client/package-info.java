/**
 * The client of all contestants: HTTP/1.1 over plain sockets, so that measuring takes little of
 * what is measured.
 */
@NullMarked
package health.helan.bench.client;

import org.jspecify.annotations.NullMarked;
