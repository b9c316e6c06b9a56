package health.helan.foundation.store;

import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.sql.Connection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Until the engine is merged. */
final class NoSearch implements Searching {
  @Override
  public SearchResult search(Caller caller, SearchRequest request) {
    throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "store.no-search");
  }

  @Override
  public ResourceVersion cut(
      ResourceVersion version, @Nullable String summary, @Nullable String elements) {
    throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "store.no-search");
  }

  @Override
  public List<Keyed> match(
      Connection connection,
      Caller caller,
      String type,
      List<SearchRequest.Parameter> criteria,
      int limit) {
    throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "store.no-search");
  }
}
