package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.ArrayList;
import java.util.List;

/** Tasks of one code, page by page, up to a maximum; whoever asks says when there are more. */
final class TaskSearch {
  private static final int PAGE = 200;

  private final RecordStore store;

  TaskSearch(RecordStore store) {
    this.store = store;
  }

  /**
   * What was found.
   *
   * @param isMore whether there are more than these
   */
  record Found(List<ResourceVersion> tasks, boolean isMore) {}

  /** A criterion of a search, or {@code _sort}. */
  static SearchRequest.Parameter by(String name, String value) {
    return new SearchRequest.Parameter(name, value);
  }

  /**
   * The first Tasks in the order asked for, as the platform sees them.
   *
   * @param code of {@link Prescriptions#TASK_SYSTEM}
   * @param by criteria that an index serves, and {@code _sort}
   */
  Found first(Caller caller, String code, int most, SearchRequest.Parameter... by) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>(List.of(by));
    parameters.add(by("code", ReviewTask.TASK_SYSTEM + "|" + code));
    parameters.add(by("_count", Integer.toString(Math.min(PAGE, most))));
    List<ResourceVersion> all = new ArrayList<>();
    String cursor = null;
    do {
      List<SearchRequest.Parameter> page = new ArrayList<>(parameters);
      if (cursor != null) {
        page.add(by(SearchEngine.CURSOR, cursor));
      }
      SearchResult found =
          store.search(
              caller.asPlatform(), new SearchRequest("Task", null, null, List.copyOf(page), false));
      found.entries().forEach(entry -> all.add(entry.resource()));
      cursor = found.next();
    } while (cursor != null && all.size() < most);
    boolean isMore = cursor != null || all.size() > most;
    return new Found(List.copyOf(all.subList(0, Math.min(most, all.size()))), isMore);
  }
}
