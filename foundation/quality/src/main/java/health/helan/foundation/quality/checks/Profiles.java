package health.helan.foundation.quality.checks;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The profiles that stand in the store as StructureDefinitions, compiled when a record first claims
 * them, and anew when any of them changes. Thread-safe.
 */
public final class Profiles {
  private static final Logger LOG = LoggerFactory.getLogger(Profiles.class);
  private static final Caller READER = Caller.platform("quality");

  /** Profiles upon profiles; deeper ones are a circle. */
  private static final int DEEPEST = 10;

  /** Remembered at most: anybody may claim any address. */
  private static final int MOST = 1_000;

  private static final String R4 = "http://hl7.org/fhir/StructureDefinition/";

  private final RecordStore store;
  private final Map<String, Optional<Profile>> known = new ConcurrentHashMap<>();

  /** Follows the store's StructureDefinitions. */
  public Profiles(RecordStore store) throws java.sql.SQLException {
    this.store = store;
    store
        .changes()
        .follow("quality-profiles", Set.of("StructureDefinition"), changes -> known.clear());
  }

  /** Whether a record keeps a profile; {@code CANNOT_TELL} for one that is not here. */
  Verdict of(String canonical, Subject subject, Around around) {
    List<Profile> chain = new ArrayList<>();
    String url = canonical;
    while (!isType(url) && chain.size() < DEEPEST) {
      if (known.size() >= MOST) {
        known.clear();
      }
      Optional<Profile> profile = known.computeIfAbsent(url, this::load);
      if (profile.isEmpty()) {
        return Verdict.CANNOT_TELL;
      }
      if (!profile.get().type().equals(subject.type())) {
        return Verdict.failsAt(subject.type() + ".meta.profile");
      }
      chain.add(profile.get());
      if (profile.get().isWhole()) {
        break;
      }
      url = profile.get().base();
    }
    if (chain.isEmpty()) {
      return withoutVersion(canonical).equals(R4 + subject.type())
          ? Verdict.PASSES
          : Verdict.failsAt(subject.type() + ".meta.profile");
    }
    for (Profile profile : chain) {
      Verdict verdict = profile.of(subject, around);
      if (verdict.fails()) {
        return verdict;
      }
    }
    return Verdict.PASSES;
  }

  /** Whether it is a resource type's own definition, which the door has held the record to. */
  private static boolean isType(String canonical) {
    String url = withoutVersion(canonical);
    return url.startsWith(R4) && Checks.isType(url.substring(R4.length()));
  }

  private static String withoutVersion(String canonical) {
    int bar = canonical.indexOf('|');
    return bar < 0 ? canonical : canonical.substring(0, bar);
  }

  /** What separates values in a search is a part of this one (FHIR R4, search.html#escaping). */
  private Optional<Profile> load(String canonical) {
    int bar = canonical.indexOf('|');
    if (canonical.isEmpty() || bar == 0 || bar == canonical.length() - 1) {
      return Optional.empty(); // An address or a version that is none.
    }
    var parameters = new ArrayList<SearchRequest.Parameter>();
    parameters.add(
        new SearchRequest.Parameter("url", SearchRequest.escaped(withoutVersion(canonical))));
    if (bar >= 0) {
      parameters.add(
          new SearchRequest.Parameter(
              "version", SearchRequest.escaped(canonical.substring(bar + 1))));
    }
    parameters.add(new SearchRequest.Parameter("_sort", "-_lastUpdated"));
    parameters.add(new SearchRequest.Parameter("_count", "1"));
    for (SearchResult.Entry entry :
        store
            .search(READER, new SearchRequest("StructureDefinition", null, null, parameters, false))
            .entries()) {
      try {
        return Optional.of(
            Profile.of(
                (ObjectNode)
                    Json.MAPPER.readTree(Objects.requireNonNull(entry.resource().content()))));
      } catch (RuntimeException e) {
        LOG.warn(
            "StructureDefinition/{} cannot be used as a profile: {}",
            entry.resource().id(),
            e.getClass().getSimpleName());
      }
    }
    return Optional.empty();
  }
}
