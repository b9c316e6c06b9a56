package health.helan.care.visit;

/**
 * How far each party is with the other's messages: the highest number that has reached it, and that
 * it has read.
 */
record Marks(int residentGot, int residentRead, int doctorGot, int doctorRead) {
  int got(Party party) {
    return party == Party.RESIDENT ? residentGot : doctorGot;
  }

  int read(Party party) {
    return party == Party.RESIDENT ? residentRead : doctorRead;
  }
}
