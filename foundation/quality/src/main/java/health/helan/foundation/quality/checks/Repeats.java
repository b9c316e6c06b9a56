package health.helan.foundation.quality.checks;

/** No earlier record of the resident and institution says the same, value for value. */
record Repeats(String at) implements Check {
  @Override
  public Verdict of(Subject subject, Around around) {
    return around.isRepeat(subject) ? Verdict.failsAt(at) : Verdict.PASSES;
  }

  @Override
  public boolean looksElsewhere() {
    return true;
  }
}
