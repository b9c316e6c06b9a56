package health.helan.app.backup;

import java.io.IOException;
import java.nio.file.Path;

/** A backup file is not what was written: cut short, altered, or no backup at all. */
final class Damaged extends IOException {
  private static final long serialVersionUID = 1L;

  Damaged(Path file, String why) {
    super(file + ": " + why);
  }

  Damaged(Path file, String why, Throwable cause) {
    super(file + ": " + why, cause);
  }
}
