package health.helan.foundation.terminology;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.terminology.engine.Catalogue;
import health.helan.foundation.terminology.engine.Compiling;
import health.helan.foundation.terminology.engine.Concept;
import health.helan.foundation.terminology.engine.Concepts;
import health.helan.foundation.terminology.engine.Expander;
import health.helan.foundation.terminology.engine.Header;
import health.helan.foundation.terminology.engine.Mappings;
import health.helan.foundation.terminology.engine.Selection;
import health.helan.foundation.terminology.engine.Shipped;
import health.helan.foundation.terminology.engine.Staging;
import health.helan.foundation.terminology.operations.TerminologyOperations;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The terminology service of one application instance. Made before the store, which asks it for
 * value sets and lets it compile what is written; its tables are the store's to make.
 */
public final class Terminology implements ValueSets {
  private static final Logger LOG = LoggerFactory.getLogger(Terminology.class);

  /** More codes than any search takes; the store has a limit of its own below this. */
  private static final int MOST_CODES = 20_000;

  private final DataSource database;
  private final Clock clock;
  private final Catalogue catalogue;
  private final Expander expander;
  private final Compiling compiling = new Compiling(this::check);
  private volatile Readers readers = _ -> null;
  private final LocalCodes localCodes;
  private final Staging staging;
  private final Mappings mappings;
  private final ValueSets r4 = ValueSets.ofR4();

  public Terminology(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.catalogue = new Catalogue(database, new Shipped());
    this.expander = new Expander(catalogue);
    this.localCodes = new LocalCodes(database, clock);
    this.staging = new Staging(database, clock);
    this.mappings = new Mappings(catalogue, database);
  }

  /** Who reads what local codes mean. */
  public interface Readers {
    /** The codes that can be read as meanings of a system's; null for any. */
    @Nullable Set<String> meanings(String localSystem);
  }

  /** Maps that the readers could not read are refused from now on. */
  public void readBy(Readers those) {
    this.readers = those;
  }

  private void check(Caller caller, WriteFollower.Followed written) {
    Review.check(caller, written);
    ObjectNode after = written.after();
    if (!written.type().equals("ConceptMap")
        || after == null
        || !after.path("status").asString("").equals("active")) {
      return;
    }
    for (JsonNode group : after.path("group")) {
      String source = group.path("source").asString("");
      Set<String> readable = readers.meanings(source);
      if (readable == null) {
        continue;
      }
      for (JsonNode element : group.path("element")) {
        for (JsonNode target : element.path("target")) {
          String code = target.path("code").asString("");
          if (!code.isEmpty() && !readable.contains(code)) {
            throw new Refusal(
                Refusal.Kind.UNPROCESSABLE,
                "terms.cannot-mean",
                source,
                element.path("code").asString("?"),
                code);
          }
        }
      }
    }
  }

  /** What the store lets compile in its transactions. */
  public WriteFollower follower() {
    return compiling;
  }

  public LocalCodes localCodes() {
    return localCodes;
  }

  public Catalogue catalogue() {
    return catalogue;
  }

  public Expander expander() {
    return expander;
  }

  public Staging staging() {
    return staging;
  }

  public DataSource database() {
    return database;
  }

  public Clock clock() {
    return clock;
  }

  public List<FhirOperation> operations() {
    return TerminologyOperations.all(this);
  }

  // ------------------------------------------------------------------ what searches ask

  @Override
  public @Nullable List<String> codes(String valueSet) {
    Header stored = catalogue.find("ValueSet", valueSet, null);
    if (stored == null || stored.isShipped()) {
      List<String> shipped = r4.codes(valueSet);
      if (shipped != null) {
        return shipped;
      }
    }
    Selection selection;
    try {
      selection = expander.select(valueSet);
    } catch (Refusal refused) {
      if (refused.kind() == Refusal.Kind.NOT_FOUND) {
        return null;
      }
      throw refused;
    }
    if (selection == null || selection.isOpen()) {
      return null;
    }
    if (selection.size() > MOST_CODES) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "terms.too-many", selection.size(), MOST_CODES);
    }
    Set<String> codes = new LinkedHashSet<>();
    for (Selection.Part part : selection.parts()) {
      for (String code : part.codes()) {
        codes.add(part.system() + "|" + code);
      }
    }
    return new ArrayList<>(codes);
  }

  @Override
  public @Nullable List<String> related(String system, String code, boolean below) {
    Header header = catalogue.find("CodeSystem", system, null);
    if (header == null || header.isShipped()) {
      List<String> shipped = r4.related(system, code, below);
      if (shipped != null) {
        return shipped;
      }
    }
    if (header == null) {
      return null;
    }
    Concepts concepts = catalogue.concepts(header);
    Concept concept = concepts.find(code);
    if (concept == null) {
      return concepts.isComplete() ? List.of() : null;
    }
    var set = below ? concepts.tree().below(concept.nr()) : concepts.tree().above(concept.nr());
    return concepts.codes(set, MOST_CODES).stream().map(one -> system + "|" + one).toList();
  }

  // ------------------------------------------------------------------ what feeds ask

  /**
   * What a local code means.
   *
   * @param equivalence FHIR R4, concept-map-equivalence
   */
  public record Meaning(String system, String code, String display, String equivalence) {}

  /**
   * What a code means that a feed sent: by the feed's own map, else by any active map from that
   * system. A change counts within a second. What is asked in vain is not counted here: see {@link
   * #localCodes}.
   *
   * @return null when no map knows it
   */
  public @Nullable Meaning meaning(String feed, String system, String code) {
    Mappings.Match match =
        mappings.meant(feed, system, code, List.of(() -> mapOf(feed), () -> mapsOfAll(null, null)));
    return match == null
        ? null
        : new Meaning(match.system(), match.code(), match.display(), match.equivalence());
  }

  /** The map that holds what was decided about a feed's codes; empty when none is active. */
  public List<Header> mapOf(String feed) {
    Header own = catalogue.byId("ConceptMap", LocalCodes.mapOf(feed));
    return own != null && own.status().equals("active") ? List.of(own) : List.of();
  }

  /**
   * The active maps from one value set to another, but those of single feeds: what one means by a
   * code, another may not.
   */
  public List<Header> mapsOfAll(@Nullable String source, @Nullable String target) {
    return mappings.fitting(source, target).stream()
        .filter(map -> !map.id().startsWith(LocalCodes.MAP_PREFIX))
        .toList();
  }

  // ------------------------------------------------------------------ upgrades

  /**
   * Compiles what was stored before there was a compiler. Safe to call on every start and on
   * several instances at once: where nothing is missing it counts and no more. What cannot be
   * compiled is named in the log and left out.
   *
   * @return how many were compiled
   */
  public int catchUp(RecordStore store) {
    int compiled = 0;
    Caller platform = Caller.platform("terminology");
    for (String type : new java.util.TreeSet<>(Compiling.TYPES)) {
      Set<String> known = new LinkedHashSet<>();
      catalogue.stored(type).forEach(header -> known.add(header.id()));
      if (count(store, platform, type) == known.size()) {
        continue;
      }
      String cursor = null;
      do {
        List<SearchRequest.Parameter> parameters = new ArrayList<>();
        parameters.add(new SearchRequest.Parameter("_count", "20"));
        if (cursor != null) {
          parameters.add(new SearchRequest.Parameter(CURSOR, cursor));
        }
        SearchResult page =
            store.search(platform, new SearchRequest(type, null, null, parameters, false));
        for (SearchResult.Entry entry : page.entries()) {
          if (!known.contains(entry.resource().id()) && compile(entry.resource())) {
            compiled++;
          }
        }
        cursor = page.next();
      } while (cursor != null);
    }
    return compiled;
  }

  /** The store's parameter for the next page. */
  private static final String CURSOR = "_cursor";

  private static long count(RecordStore store, Caller platform, String type) {
    var count = List.of(new SearchRequest.Parameter("_summary", "count"));
    return Objects.requireNonNull(
        store.search(platform, new SearchRequest(type, null, null, count, false)).total());
  }

  private boolean compile(ResourceVersion resource) {
    var body = (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(resource.content()));
    try (Connection connection = database.getConnection()) {
      Compiling.catchUp(
          connection,
          new WriteFollower.Followed(
              resource.type(), resource.id(), 0, resource.version(), null, body),
          resource.updated());
      return true;
    } catch (Refusal refused) {
      if (refused.kind() == Refusal.Kind.TRANSIENT || refused.kind() == Refusal.Kind.NO_STORE) {
        throw refused;
      }
      LOG.warn(
          "{}/{} of an older version cannot be compiled: {}",
          resource.type(),
          resource.id(),
          refused.messageKey());
      return false;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }
}
