package health.helan.foundation.store.search;

import static health.helan.foundation.store.search.ParameterPredicates.invalid;

import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters that shape an answer instead of choosing its matches (FHIR R4, 3.1.1.5). */
final class SearchOptions {
  static final int DEFAULT_COUNT = 20;
  static final int MOST_COUNT = 1_000;

  enum Total {
    NONE,
    ESTIMATE,
    ACCURATE
  }

  /**
   * An include.
   *
   * @param reverse {@code _revinclude}
   * @param iterate also from resources that were included
   * @param type type the reference stands in; {@code *} for any
   * @param parameter reference parameter; {@code *} for any
   * @param target only to this type; null for any
   */
  record Include(
      boolean reverse, boolean iterate, String type, String parameter, @Nullable String target) {}

  private static final Set<String> IGNORED = Set.of("_format", "_pretty");

  final List<SearchRequest.Parameter> criteria = new ArrayList<>();
  final List<SearchRequest.Parameter> used = new ArrayList<>();
  final List<Include> includes = new ArrayList<>();
  @Nullable String sort;
  int count = DEFAULT_COUNT;
  Total total = Total.NONE;
  @Nullable String summary;
  List<String> elements = List.of();
  @Nullable String cursor;
  @Nullable List<String> types;

  /** Sorts the parameters of a request; criteria keep their order. */
  static SearchOptions of(SearchRequest request) {
    SearchOptions options = new SearchOptions();
    for (SearchRequest.Parameter one : request.parameters()) {
      if (IGNORED.contains(one.name())) {
        continue;
      }
      if (options.take(one)) {
        if (!one.name().equals(SearchEngine.CURSOR)) {
          options.used.add(one);
        }
      } else {
        options.criteria.add(one);
      }
    }
    if (options.summary != null && !options.elements.isEmpty()) {
      throw invalid("search.summary-or-elements");
    }
    return options;
  }

  private boolean take(SearchRequest.Parameter one) {
    String value = one.value();
    switch (one.name()) {
      case "_sort" -> sort = sort == null ? value : sort + "," + value;
      case "_count" -> count = count(value);
      case "_total" ->
          total =
              switch (value) {
                case "none" -> Total.NONE;
                case "estimate" -> Total.ESTIMATE;
                case "accurate" -> Total.ACCURATE;
                default -> throw invalid("search.value-not-allowed", "_total");
              };
      case "_summary" -> {
        if (!Set.of("true", "text", "data", "count", "false").contains(value)) {
          throw invalid("search.value-not-allowed", "_summary");
        }
        summary = value.equals("false") ? null : value;
      }
      case "_elements" -> {
        List<String> names = new ArrayList<>(elements);
        for (String name : value.split(",")) {
          String trimmed = name.strip();
          if (!trimmed.matches("[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+)*")) {
            throw invalid("search.value-not-allowed", "_elements");
          }
          names.add(trimmed);
        }
        elements = List.copyOf(names);
      }
      case SearchEngine.LINKED -> {
        if (!value.equals("true") && !value.equals("false")) {
          throw invalid("search.value-not-allowed", SearchEngine.LINKED);
        }
      }
      case "_cursor" -> cursor = value;
      case "_type" -> types = Arrays.stream(value.split(",")).map(String::strip).toList();
      case "_contained" -> {
        if (!value.equals("false")) {
          throw new Refusal(
              Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", one.name());
        }
      }
      case "_containedType", "_score" ->
          throw new Refusal(
              Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", one.name());
      default -> {
        return include(one);
      }
    }
    return true;
  }

  private boolean include(SearchRequest.Parameter one) {
    boolean reverse = one.name().startsWith("_revinclude");
    String rest =
        reverse
            ? one.name().substring("_revinclude".length())
            : one.name().startsWith("_include") ? one.name().substring("_include".length()) : "-";
    if (!rest.isEmpty() && !rest.equals(":iterate") && !rest.equals(":recurse")) {
      return false;
    }
    String[] pieces = one.value().split(":", -1);
    if (one.value().equals("*")) {
      pieces = new String[] {"*", "*"};
    }
    if (pieces.length < 2
        || pieces.length > 3
        || Arrays.asList(pieces).contains("")
        || reverse && pieces[0].equals("*")) {
      throw invalid("search.include-has-parts", one.name());
    }
    if (includes.size() == 100) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "search.too-many-values", one.name());
    }
    includes.add(
        new Include(
            reverse, !rest.isEmpty(), pieces[0], pieces[1], pieces.length == 3 ? pieces[2] : null));
    return true;
  }

  private static int count(String value) {
    try {
      int count = Integer.parseInt(value);
      if (count >= 0) {
        return Math.min(count, MOST_COUNT);
      }
    } catch (NumberFormatException e) {
      throw invalid("search.value-not-allowed", "_count");
    }
    throw invalid("search.value-not-allowed", "_count");
  }
}
