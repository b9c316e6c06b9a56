package health.helan.foundation.residents.index;

import health.helan.foundation.residents.match.Traits;

/** What the index makes of a Patient before it looks at any other: a function of its content. */
public final class Reading {
  final Traits traits;

  /** Under which it is found, in their order. */
  final long[] keys;

  Reading(Traits traits, long[] keys) {
    this.traits = traits;
    this.keys = keys;
  }

  /** Nothing personal. */
  @Override
  public String toString() {
    return "Reading";
  }
}
