package health.helan.foundation.rest;

import health.helan.foundation.store.search.SearchResult;

/** Answers of operations that find resources. */
public final class Searchsets {
  private Searchsets() {}

  /**
   * A searchset bundle.
   *
   * @param path of the operation after the base, for its links
   */
  public static Answer answer(FhirOperation.Call call, String path, SearchResult result) {
    return Answer.ok(Bundles.searchset(call.base(), path, result, call.language()));
  }
}
