package health.helan.foundation.gateway;

import java.util.Locale;

/**
 * Where a message stands.
 *
 * <ul>
 *   <li>RECEIVED, at first: in the journal, nothing else done yet.
 *   <li>RECEIVED to DONE: its resources are committed. Final.
 *   <li>RECEIVED to DEAD: it could not be mapped, or the store refused it; the reason is kept.
 *   <li>RECEIVED to PARKED: an earlier message of the same patient is DEAD, and the feed says that
 *       later ones wait.
 *   <li>at first REFUSED: it could not be read, or its control id was used for something else.
 *   <li>DEAD, REFUSED to DONE or DEAD: replayed, perhaps corrected. PARKED to DONE or DEAD: what
 *       stood before it is settled.
 *   <li>DEAD, REFUSED, PARKED to DISCARDED: an operator gave it up. Final.
 * </ul>
 */
public enum State {
  RECEIVED(0),
  DONE(1),
  DEAD(2),
  PARKED(3),
  REFUSED(4),
  DISCARDED(5);

  private final short code;

  State(int code) {
    this.code = (short) code;
  }

  /** As it stands in the table. */
  public short code() {
    return code;
  }

  /** Lower case, as the API shows it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** True when an operator has to do something about it. */
  public boolean isForOperator() {
    return this == DEAD || this == PARKED || this == REFUSED;
  }

  static State of(short code) {
    for (State state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw new IllegalArgumentException("state " + code);
  }
}
