package health.helan.care.results;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether what the platform told residents was read: {@code Communication.received}, which only
 * this sets.
 */
public final class Notices {
  private static final int MOST = 200;

  private final RecordStore store;
  private final Clock clock;

  public Notices(RecordStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Marks one notice as read. Again has the effect of once: the first time stands.
   *
   * @return whether it was unread until now
   * @throws Refusal NOT_FOUND for what the caller does not see, FORBIDDEN where it is no notice to
   *     somebody the caller is or acts for
   */
  public boolean read(Caller caller, String id) {
    JsonNode notice = tree(store.read(caller, "Communication", id));
    if (!isNotice(notice)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "results.no-notice");
    }
    return mark(caller, notice);
  }

  /**
   * Marks all notices about a report or a document as read, or, without one, all that a resident
   * has not read, up to {@value #MOST} at a time.
   *
   * @param patient whose
   * @param about {@code Type/id}; null for all
   * @return how many were unread until now
   */
  public int readAll(Caller caller, String patient, @Nullable String about) {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(new Parameter("subject", "Patient/" + patient));
    parameters.add(new Parameter("received:missing", "true"));
    parameters.add(new Parameter("_count", String.valueOf(MOST)));
    if (about != null) {
      parameters.add(
          new Parameter("identifier", ReportNotices.ABOUT + "|" + SearchRequest.escaped(about)));
    }
    int read = 0;
    for (SearchResult.Entry entry :
        store
            .search(caller, new SearchRequest("Communication", null, null, parameters, false))
            .entries()) {
      JsonNode notice = tree(entry.resource());
      if (isNotice(notice) && mark(caller, notice)) {
        read++;
      }
    }
    return read;
  }

  /** From the platform, to a Patient: what a resident sent, or somebody else was sent, is not. */
  private static boolean isNotice(JsonNode communication) {
    return !communication.has("sender")
        && communication
            .path("recipient")
            .path(0)
            .path("reference")
            .asString("")
            .startsWith("Patient/");
  }

  private boolean mark(Caller caller, JsonNode notice) {
    if (notice.has("received")) {
      return false;
    }
    Instant now = clock.instant();
    boolean[] marked = {false};
    var unused =
        store.write(
            caller.asPlatform(),
            new Interaction.Patch(
                "Communication",
                notice.path("id").asString(""),
                null,
                current -> {
                  marked[0] = !current.has("received");
                  return marked[0] ? received(current, now) : current;
                },
                null));
    return marked[0];
  }

  private static ObjectNode received(ObjectNode notice, Instant now) {
    return notice.put("received", now.toString());
  }

  private static JsonNode tree(ResourceVersion version) {
    return Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }
}
