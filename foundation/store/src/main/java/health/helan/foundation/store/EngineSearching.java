package health.helan.foundation.store;

import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The search engine behind the store. */
record EngineSearching(SearchEngine engine) implements Searching {
  @Override
  public SearchResult search(Caller caller, SearchRequest request) {
    return engine.search(caller, request);
  }

  @Override
  public SearchResult everything(
      Caller caller, String patient, List<SearchRequest.Parameter> parameters) {
    return engine.everything(caller, patient, parameters);
  }

  @Override
  public SearchResult lastn(Caller caller, List<SearchRequest.Parameter> parameters, int max) {
    return engine.lastn(caller, parameters, max);
  }

  @Override
  public ResourceVersion cut(
      ResourceVersion version, @Nullable String summary, @Nullable String elements) {
    return engine.cut(version, summary, elements);
  }

  @Override
  public List<Keyed> match(
      Connection connection,
      Caller caller,
      String type,
      List<SearchRequest.Parameter> criteria,
      int limit)
      throws SQLException {
    return engine.match(connection, caller, type, criteria, limit);
  }
}
