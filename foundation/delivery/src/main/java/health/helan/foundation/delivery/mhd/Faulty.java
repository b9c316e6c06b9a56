package health.helan.foundation.delivery.mhd;

import health.helan.foundation.rest.Faults;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers what is wrong with a submission, so that its sender mends it in one go. Names elements
 * and codes of the specification, never a value.
 */
final class Faulty {
  private final List<Refusal> faults = new ArrayList<>();

  void add(String place, String key, Object... arguments) {
    faults.add(new Refusal(Refusal.Kind.UNPROCESSABLE, place, key, arguments));
  }

  /** An element that must be there. */
  void missing(String place, String element) {
    add(place + "." + element, "mhd.missing", element);
  }

  /** An element that must not be there. */
  void unwanted(String place, String element) {
    add(place + "." + element, "mhd.unwanted", element);
  }

  void refuse() {
    if (!faults.isEmpty()) {
      throw new Faults(faults);
    }
  }
}
