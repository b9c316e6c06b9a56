package health.helan.care.queue;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** Resources of a search, as trees. */
final class Found {
  private Found() {}

  /**
   * The first page.
   *
   * @param pairs names and values of search parameters
   */
  static List<JsonNode> of(RecordStore store, Caller caller, String type, String... pairs) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      parameters.add(new SearchRequest.Parameter(pairs[i], pairs[i + 1]));
    }
    List<JsonNode> found = new ArrayList<>();
    for (SearchResult.Entry entry :
        store.search(caller, new SearchRequest(type, null, null, parameters, false)).entries()) {
      found.add(Json.MAPPER.readTree(Objects.requireNonNull(entry.resource().content())));
    }
    return found;
  }
}
