package health.helan.foundation.gateway;

import org.jspecify.annotations.Nullable;

/**
 * What the sender of a message is told.
 *
 * @param id of the message in the journal
 * @param state as far as it came
 * @param reason why it is not done; null when it is
 * @param isForLater true when the platform could not do it for the moment: it is in the journal and
 *     will be done without being sent again
 */
public record Receipt(
    String id, State state, Message.@Nullable Reason reason, boolean isForLater) {}
