package health.helan.app.load;

/**
 * A load cannot go on: the platform is gone, or lets us in no longer. What was acknowledged is
 * remembered; the same command goes on from there.
 */
final class LoadStopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String sentence;

  LoadStopped(String chinese, String english) {
    super(english);
    this.sentence = chinese + "\n" + english;
  }

  /** In both languages, a line each. */
  String sentence() {
    return sentence;
  }
}
