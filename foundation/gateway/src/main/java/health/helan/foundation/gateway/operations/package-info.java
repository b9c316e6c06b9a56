/** What operators and institutions' systems may ask the gateway and tell it. */
@NullMarked
package health.helan.foundation.gateway.operations;

import org.jspecify.annotations.NullMarked;
