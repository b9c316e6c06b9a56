package health.helan.pharmacy.dispense;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The row of a parcel.
 *
 * @param tries wrong answers at the door
 * @param readings temperatures that were told
 * @param low lower limit in tenths of a degree Celsius; null where nothing is to be kept cold
 * @param excursion whether a temperature was outside the limits
 * @param readAt when the last was taken
 * @param patient keyed digest of {@code Patient/id}
 * @param circulation id of the Task of the prescription's review
 * @param delivery id of the SupplyDelivery
 * @param task id of the Task of the parcel
 * @param shop id of the Organization that packed it
 * @param carrier id of the Organization that carries it
 * @param courier id of the Practitioner who has it; empty while none
 * @param door where it goes
 */
public record Parcel(
    int home,
    String id,
    ParcelState state,
    int revision,
    int tries,
    int readings,
    @Nullable Integer low,
    @Nullable Integer high,
    boolean excursion,
    long patient,
    @Nullable Instant readAt,
    Instant packed,
    Instant changed,
    String circulation,
    String delivery,
    String task,
    String shop,
    String carrier,
    String courier,
    Door door) {

  /** Whose door it is. */
  record Door(String name, String telephone, String address) {}

  boolean isCold() {
    return low != null && high != null;
  }

  Parcel in(ParcelState next) {
    return with(next, tries, readings, excursion, readAt, courier);
  }

  Parcel carriedBy(String practitioner) {
    return with(state, tries, readings, excursion, readAt, practitioner);
  }

  Parcel read(boolean outside, Instant at) {
    return with(state, tries, readings + 1, excursion || outside, at, courier);
  }

  Parcel triedInVain() {
    return with(state, tries + 1, readings, excursion, readAt, courier);
  }

  private Parcel with(
      ParcelState nextState,
      int nextTries,
      int nextReadings,
      boolean nextExcursion,
      @Nullable Instant nextReadAt,
      String nextCourier) {
    return new Parcel(
        home,
        id,
        nextState,
        revision,
        nextTries,
        nextReadings,
        low,
        high,
        nextExcursion,
        patient,
        nextReadAt,
        packed,
        changed,
        circulation,
        delivery,
        task,
        shop,
        carrier,
        nextCourier,
        door);
  }
}
