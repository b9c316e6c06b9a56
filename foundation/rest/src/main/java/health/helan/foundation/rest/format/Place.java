package health.helan.foundation.rest.format;

import org.jspecify.annotations.Nullable;

/**
 * Where in a resource, for messages.
 *
 * @param index in a list; -1 where the element does not repeat
 */
record Place(@Nullable Place parent, String name, int index) {
  static Place root(String resourceType) {
    return new Place(null, resourceType, -1);
  }

  Place child(String name, int index) {
    return new Place(this, name, index);
  }

  /** As FHIRPath: {@code Bundle.entry[2].resource.name[0].given[1]}. */
  String fhirPath() {
    var step = index < 0 ? name : name + "[" + index + "]";
    return parent == null ? step : parent.fhirPath() + "." + step;
  }
}
