/**
 * The mapping language: files that say, readably, which resources a message becomes. Knows no
 * format; what a mapping reads is a {@link health.helan.foundation.gateway.mapping.Node}. The
 * language is described in {@code docs/guide/gateway.md}.
 */
@NullMarked
package health.helan.foundation.gateway.mapping;

import org.jspecify.annotations.NullMarked;
