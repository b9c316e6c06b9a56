package health.helan.app.links;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A link as it is known.
 *
 * @param endpoint id of the Endpoint
 * @param name of the institution, else of the Endpoint, else its id
 * @param address as the Endpoint has it
 * @param since when the state began
 * @param checked when it was last looked at; null for never
 * @param millis of the last answer; -1 for none
 * @param reason of the last failure, a code of {@link LinkProbe.Result}; null for none
 */
record Link(
    String endpoint,
    String name,
    String address,
    LinkState.Counted counted,
    Instant since,
    @Nullable Instant checked,
    long millis,
    @Nullable String reason) {}
