package health.helan.foundation.gateway.hl7v2;

import java.util.List;

/** What is package-private here, for tests of the room as a whole. */
public final class Splitting {
  private Splitting() {}

  public static List<byte[]> messages(byte[] bytes) {
    return Split.of(bytes).messages();
  }
}
