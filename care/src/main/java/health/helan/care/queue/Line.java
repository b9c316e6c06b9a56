package health.helan.care.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * In which order those who wait are called (docs/adr/0092). The more urgent level first; within a
 * level who is due earlier, then the lower number. Who was called and did not come is passed over
 * until so many others were called, then stands where it stood before; it is never passed over for
 * nobody.
 */
final class Line {
  private static final Comparator<Place> BY_RIGHT =
      Comparator.comparing(Place::level)
          .thenComparing(Place::due)
          .thenComparing(Place::number)
          .thenComparing(Place::id);

  private Line() {}

  /**
   * Somebody who waits.
   *
   * @param due from when it counts
   * @param number given at the door, unique in the queue and day
   * @param notBefore calls of the queue before which it is passed over; 0 for none
   */
  record Place(String id, Level level, Instant due, int number, long notBefore) {}

  /**
   * All of them in the order in which they would be called if nobody came or missed a call.
   *
   * @param calls that the queue has made until now
   */
  static List<Place> order(List<Place> waiting, long calls) {
    List<Place> ready = new ArrayList<>();
    List<Place> held = new ArrayList<>();
    for (Place place : waiting) {
      (place.notBefore > calls ? held : ready).add(place);
    }
    ready.sort(BY_RIGHT);
    // Few are held: they missed a call, and not so many others have been called since.
    held.sort(Comparator.comparingLong(Place::notBefore).thenComparing(BY_RIGHT));
    List<Place> order = new ArrayList<>(waiting.size());
    int next = 0;
    for (long made = calls; order.size() < waiting.size(); made++) {
      List<Place> back = new ArrayList<>();
      for (Place place : held) {
        if (place.notBefore <= made) {
          back.add(place);
        }
      }
      if (!back.isEmpty()) {
        held.removeAll(back);
        ready = new ArrayList<>(ready.subList(next, ready.size()));
        next = 0;
        ready.addAll(back);
        ready.sort(BY_RIGHT);
      }
      order.add(next < ready.size() ? ready.get(next++) : held.removeFirst());
    }
    return order;
  }
}
