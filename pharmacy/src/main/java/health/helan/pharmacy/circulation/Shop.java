package health.helan.pharmacy.circulation;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A place that dispenses: a drugstore, or the pharmacy of a hospital.
 *
 * @param institution id of the Organization
 * @param ways how one may have drugs from it
 * @param latitude degrees, WGS 84; null where nobody said
 * @param service the HealthcareService, for its hours
 */
public record Shop(
    String institution,
    String name,
    String address,
    String telephone,
    Set<Circulation.Way> ways,
    @Nullable Double latitude,
    @Nullable Double longitude,
    JsonNode service) {
  private static final double EARTH_KM = 6_371.0;

  /** Kilometres over the ground as the crow flies; null where a place is not known. */
  @Nullable Double kilometresFrom(@Nullable Double latitude, @Nullable Double longitude) {
    if (latitude == null || longitude == null || this.latitude == null || this.longitude == null) {
      return null;
    }
    double up = Math.toRadians(this.latitude - latitude) / 2;
    double across = Math.toRadians(this.longitude - longitude) / 2;
    double a =
        Math.pow(Math.sin(up), 2)
            + Math.cos(Math.toRadians(latitude))
                * Math.cos(Math.toRadians(this.latitude))
                * Math.pow(Math.sin(across), 2);
    return 2 * EARTH_KM * Math.asin(Math.sqrt(Math.min(1, a)));
  }

  /** Whether it is open; null where its hours are not said. */
  @Nullable Boolean isOpen(Instant at) {
    return Hours.of(service).isOpen(at);
  }
}
