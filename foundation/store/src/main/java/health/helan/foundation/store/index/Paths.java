package health.helan.foundation.store.index;

import health.helan.foundation.definitions.R4;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The FHIRPath of search parameters, resolved against the definitions to plain places in the JSON:
 * paths, unions, {@code as}, {@code ofType}, {@code where(resolve() is X)}, {@code where(a='b')}
 * and {@code [0]}. Anything else is left to the FHIRPath engine.
 */
final class Paths {
  /**
   * One property on the way to a value.
   *
   * @param element name of the element: {@code value} where the property is {@code valueQuantity}
   * @param filterKey only elements whose property of this name is {@code filterValue}
   * @param first only the first element
   */
  record Step(
      String json,
      String element,
      boolean repeats,
      @Nullable String filterKey,
      @Nullable String filterValue,
      boolean first) {}

  /**
   * Where values stand.
   *
   * @param type FHIR type of the value
   * @param resolved only references to this resource type; null for all
   * @param binding required binding of the element, if any
   * @param fromResource the path starts at the resource even within a component
   */
  record Place(
      List<Step> steps,
      String type,
      @Nullable String resolved,
      @Nullable String binding,
      boolean fromResource) {
    boolean repeats() {
      return steps.stream().anyMatch(step -> step.repeats && !step.first);
    }

    /** The same elements, whichever of them are taken. */
    boolean sameElements(Place other) {
      return steps.equals(other.steps) && type.equals(other.type);
    }

    /** True for {@code valueQuantity} and {@code valueString}, of which a resource has one. */
    boolean excludes(Place other) {
      if (steps.size() != other.steps.size() || steps.isEmpty()) {
        return false;
      }
      int last = steps.size() - 1;
      return steps.subList(0, last).equals(other.steps.subList(0, last))
          && steps.get(last).element.equals(other.steps.get(last).element);
    }
  }

  private final R4 r4;
  private final String resource;
  private final Place context;
  private final String text;
  private int at;

  private Paths(R4 r4, String resource, Place context, String text) {
    this.r4 = r4;
    this.resource = resource;
    this.context = context;
    this.text = text;
  }

  /**
   * Places of an expression on a resource type; null when it needs the FHIRPath engine.
   *
   * @param contextType type of the element the expression starts from; the resource's own for a
   *     whole parameter
   */
  static @Nullable List<Place> resolve(
      R4 r4, String resource, String contextType, String expression) {
    Paths paths =
        new Paths(r4, resource, new Place(List.of(), contextType, null, null, false), expression);
    try {
      List<Place> places = paths.union();
      paths.space();
      return paths.at == expression.length() ? places : null;
    } catch (Irregular e) {
      return null;
    }
  }

  private List<Place> union() throws Irregular {
    List<Place> places = new ArrayList<>(term());
    while (take("|")) {
      places.addAll(term());
    }
    return places;
  }

  private List<Place> term() throws Irregular {
    List<Place> places;
    if (take("(")) {
      places = union();
      expect(")");
    } else if (take("%resource")) {
      places = List.of(new Place(List.of(), resource, null, null, true));
    } else {
      String name = name();
      boolean isType =
          name.equals(resource) || name.equals("Resource") || name.equals("DomainResource");
      places = isType ? List.of(context) : member(List.of(context), name);
    }
    while (true) {
      if (take(".")) {
        String name = name();
        places = take("(") ? function(places, name) : member(places, name);
      } else if (take("[0]")) {
        places = places.stream().map(Paths::firstOnly).toList();
      } else if (takeWord("as")) {
        places = ofType(places, name());
      } else {
        return places;
      }
    }
  }

  private List<Place> function(List<Place> places, String name) throws Irregular {
    switch (name) {
      case "as", "ofType" -> {
        String type = name();
        expect(")");
        return ofType(places, type);
      }
      case "where" -> {
        if (take("resolve()")) {
          if (!takeWord("is")) {
            throw new Irregular();
          }
          String type = name();
          expect(")");
          return places.stream()
              .map(p -> new Place(p.steps, p.type, type, p.binding, p.fromResource))
              .toList();
        }
        String key = name();
        expect("=");
        expect("'");
        int end = text.indexOf('\'', at);
        if (end < 0) {
          throw new Irregular();
        }
        String value = text.substring(at, end);
        at = end + 1;
        expect(")");
        List<Place> filtered = new ArrayList<>();
        for (Place place : places) {
          if (place.steps.isEmpty()) {
            throw new Irregular();
          }
          List<Step> steps = new ArrayList<>(place.steps);
          Step last = steps.removeLast();
          if (last.filterKey != null) {
            throw new Irregular();
          }
          steps.add(new Step(last.json, last.element, last.repeats, key, value, last.first));
          filtered.add(
              new Place(steps, place.type, place.resolved, place.binding, place.fromResource));
        }
        return filtered;
      }
      default -> throw new Irregular();
    }
  }

  private List<Place> member(List<Place> places, String name) throws Irregular {
    List<Place> members = new ArrayList<>();
    boolean known = false;
    for (Place place : places) {
      R4.TypeDef type = r4.type(place.type);
      if (type == null) {
        continue;
      }
      R4.ElementDef element = type.elements().get(name);
      if (element != null) {
        known = true;
        members.add(step(place, element));
        continue;
      }
      List<String> choice = type.choices().get(name);
      if (choice != null) {
        known = true;
        for (String json : choice) {
          R4.ElementDef one = type.elements().get(json);
          if (one != null) {
            members.add(step(place, one));
          }
        }
      }
    }
    if (!known) {
      throw new Irregular();
    }
    return members;
  }

  private static Place step(Place place, R4.ElementDef element) {
    List<Step> steps = new ArrayList<>(place.steps);
    steps.add(new Step(element.json(), element.name(), element.repeats(), null, null, false));
    return new Place(steps, element.type(), null, element.requiredBinding(), place.fromResource);
  }

  private static Place firstOnly(Place place) {
    List<Step> steps = new ArrayList<>(place.steps);
    Step last = steps.removeLast();
    steps.add(
        new Step(last.json, last.element, last.repeats, last.filterKey, last.filterValue, true));
    return new Place(steps, place.type, place.resolved, place.binding, place.fromResource);
  }

  /** R4's own expressions write {@code DateTime} once where {@code dateTime} is meant. */
  private static List<Place> ofType(List<Place> places, String type) {
    return places.stream().filter(place -> place.type.equalsIgnoreCase(type)).toList();
  }

  private String name() throws Irregular {
    space();
    int start = at;
    while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    if (start == at) {
      throw new Irregular();
    }
    return text.substring(start, at);
  }

  private boolean take(String token) {
    space();
    if (text.startsWith(token, at)) {
      at += token.length();
      return true;
    }
    return false;
  }

  private boolean takeWord(String word) {
    space();
    int end = at + word.length();
    if (text.startsWith(word, at)
        && end < text.length()
        && Character.isWhitespace(text.charAt(end))) {
      at = end;
      return true;
    }
    return false;
  }

  private void expect(String token) throws Irregular {
    if (!take(token)) {
      throw new Irregular();
    }
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private static final class Irregular extends Exception {
    private static final long serialVersionUID = 1L;

    Irregular() {
      super(null, null, false, false);
    }
  }
}
