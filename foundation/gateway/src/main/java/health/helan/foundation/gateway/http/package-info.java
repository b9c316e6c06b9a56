/** The HTTP door for documents, tables and bundles. */
@NullMarked
package health.helan.foundation.gateway.http;

import org.jspecify.annotations.NullMarked;
