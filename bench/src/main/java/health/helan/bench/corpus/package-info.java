/** What is sent: bundles from a folder or from the demo generator, and requests made from them. */
@NullMarked
package health.helan.bench.corpus;

import org.jspecify.annotations.NullMarked;
