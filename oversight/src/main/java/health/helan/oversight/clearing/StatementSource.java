package health.helan.oversight.clearing;

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;

/** A counterpart whose statement the platform fetches by itself, once the day is over. */
public interface StatementSource {
  Counterpart counterpart();

  /**
   * The file as its layout says.
   *
   * @throws IOException when it cannot be had now
   */
  InputStream open(LocalDate day) throws IOException;
}
