package health.helan.foundation.quality.operations;

import health.helan.foundation.quality.findings.Finding;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which records a caller may be told of: those that the caller could read. Others have a finding
 * without the record, so that nobody learns from it which records there are.
 */
final class Visible {
  private static final int AT_ONCE = 100;

  private Visible() {}

  /** {@code Type/id} of those that the caller sees. */
  static Set<String> of(Call call, Collection<Finding> findings) {
    var byType = new TreeMap<String, Set<String>>();
    findings.forEach(
        finding -> byType.computeIfAbsent(finding.type(), _ -> new TreeSet<>()).add(finding.id()));
    var visible = new HashSet<String>();
    if (call.caller().isRoot()) {
      findings.forEach(finding -> visible.add(finding.reference()));
      return visible;
    }
    for (Map.Entry<String, Set<String>> type : byType.entrySet()) {
      List<String> ids = new ArrayList<>(type.getValue());
      for (int i = 0; i < ids.size(); i += AT_ONCE) {
        List<String> some = ids.subList(i, Math.min(ids.size(), i + AT_ONCE));
        try {
          for (SearchResult.Entry entry :
              call.store()
                  .search(
                      call.caller(),
                      new SearchRequest(
                          type.getKey(),
                          null,
                          null,
                          List.of(
                              new SearchRequest.Parameter("_id", String.join(",", some)),
                              new SearchRequest.Parameter("_count", Integer.toString(some.size()))),
                          false))
                  .entries()) {
            visible.add(type.getKey() + "/" + entry.resource().id());
          }
        } catch (Refusal e) {
          if (e.kind() != Refusal.Kind.FORBIDDEN) {
            throw e;
          }
          break; // None of this type, then.
        }
      }
    }
    return visible;
  }
}
