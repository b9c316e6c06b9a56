package health.helan.app.start;

/**
 * The platform cannot start, and the person who started it can do something about it. The message
 * is one clear sentence in Chinese and one in English, told without a stack trace; the process then
 * ends with exit code 2.
 */
public final class StartRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Exit code of a refused start. */
  public static final int EXIT_CODE = 2;

  /**
   * @param chinese what is wrong and what to do
   * @param english the same
   */
  public StartRefused(String chinese, String english) {
    super(chinese + "\n" + english);
  }

  /**
   * @param chinese what is wrong and what to do
   * @param english the same
   * @param cause kept for the log file
   */
  public StartRefused(String chinese, String english, Throwable cause) {
    super(chinese + "\n" + english, cause);
  }
}
