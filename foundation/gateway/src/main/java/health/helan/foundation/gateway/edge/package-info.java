/**
 * Edge nodes (前置机): a Helan in a hospital that keeps what the hospital's systems send and hands it
 * on to the centre, in order, whenever the link is there. At the node: {@link Outbox} and {@link
 * Forwarder}, over the journal. At the centre: {@link EdgeServlet} and {@link Nodes}. Between them:
 * {@link Parcel}. Answers 004#11 and 002#8 of the plans; how and why: docs/adr/0063 to 0065.
 */
@NullMarked
package health.helan.foundation.gateway.edge;

import org.jspecify.annotations.NullMarked;
