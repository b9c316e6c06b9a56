package health.helan.app.links;

/**
 * What a link is like. It takes several looks to change: a single lost packet alarms nobody, and a
 * link that comes and goes does not count as well.
 *
 * <ul>
 *   <li>OK to DEGRADED: two looks in a row failed or were slow.
 *   <li>any to DOWN: four looks in a row failed.
 *   <li>DOWN to DEGRADED: one look succeeded.
 *   <li>DEGRADED to OK: three looks in a row succeeded and were quick.
 *   <li>UNKNOWN, at first: to OK or DEGRADED by the first look.
 * </ul>
 */
enum LinkState {
  UNKNOWN,
  OK,
  DEGRADED,
  DOWN;

  static final int BAD_TO_DEGRADE = 2;
  static final int FAILED_TO_DOWN = 4;
  static final int GOOD_TO_RECOVER = 3;

  /** What a look found. */
  enum Look {
    /** Answered in time. */
    GOOD,
    /** Answered, but late. */
    SLOW,
    /** Did not answer. */
    FAILED
  }

  /**
   * A state, and the looks in a row that speak for another.
   *
   * @param good in a row
   * @param bad slow or failed, in a row
   * @param failed in a row
   */
  record Counted(LinkState state, int good, int bad, int failed) {
    static final Counted NEW = new Counted(UNKNOWN, 0, 0, 0);

    Counted after(Look look) {
      int nowGood = look == Look.GOOD ? good + 1 : 0;
      int nowBad = look == Look.GOOD ? 0 : bad + 1;
      int nowFailed = look == Look.FAILED ? failed + 1 : 0;
      LinkState next =
          switch (state) {
            case UNKNOWN -> look == Look.GOOD ? OK : DEGRADED;
            case OK -> nowBad >= BAD_TO_DEGRADE ? DEGRADED : OK;
            case DEGRADED -> nowGood >= GOOD_TO_RECOVER ? OK : DEGRADED;
            case DOWN -> look == Look.FAILED ? DOWN : DEGRADED;
          };
      if (nowFailed >= FAILED_TO_DOWN) {
        next = DOWN;
      }
      return new Counted(next, nowGood, nowBad, nowFailed);
    }
  }
}
