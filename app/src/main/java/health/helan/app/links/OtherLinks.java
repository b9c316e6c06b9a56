package health.helan.app.links;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Links that are not probed from here, since they speak up by themselves: those of edge nodes. */
public interface OtherLinks {

  /** As with links that are probed. */
  enum State {
    OK,
    DEGRADED,
    DOWN,
    UNKNOWN
  }

  /**
   * A link.
   *
   * @param id unlike that of any Endpoint
   * @param address from where it spoke last; empty for never
   * @param checked when it spoke last; null for never
   * @param millis of a question and its answer; -1 where it is not known
   * @param reason as with links that are probed; null for none
   */
  record Other(
      String id,
      String name,
      String address,
      State state,
      @Nullable Instant checked,
      long millis,
      @Nullable String reason) {}

  List<Other> links();
}
