package health.helan.care.queue;

import java.util.Locale;

/** Where a ticket stands. Numbers are stored: never renumber. */
public enum State {
  /** 候诊. */
  WAITING,
  /** 已呼叫: is to come to the place that called. */
  CALLED,
  /** 过号: was called and did not come; its turn comes again after some others. */
  MISSED,
  /** 就诊中. */
  SERVING,
  /** 已就诊. */
  SERVED,
  /** 已离开: gave up, or was sent home. */
  LEFT,
  /** 已转队: goes on under another number in another queue. */
  MOVED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it is one of the line, or with a doctor. */
  public boolean isLive() {
    return ordinal() < SERVED.ordinal();
  }

  /** Whether it waits to be called. */
  public boolean isInLine() {
    return this == WAITING || this == MISSED;
  }
}
