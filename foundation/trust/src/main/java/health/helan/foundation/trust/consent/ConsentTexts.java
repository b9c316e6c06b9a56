package health.helan.foundation.trust.consent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The texts that residents agree to, each version for ever: a consent names the one it is about.
 */
public final class ConsentTexts {
  /**
   * A text.
   *
   * @param uri what {@code Consent.policy.uri} names it by
   */
  public record Text(String uri, String version, String chinese, String english) {}

  private static final List<Text> ALL = List.of(text("record-access", "1"));

  private ConsentTexts() {}

  /** All versions, the latest last. */
  public static List<Text> all() {
    return ALL;
  }

  /** Whether a consent may name it. */
  public static boolean isKnown(String uri) {
    return ALL.stream().anyMatch(text -> text.uri().equals(uri));
  }

  private static Text text(String name, String version) {
    return new Text(
        "https://helan.health/consent/" + name + "/" + version,
        version,
        read(name + "-" + version + ".zh.txt"),
        read(name + "-" + version + ".en.txt"));
  }

  private static String read(String file) {
    try (InputStream in =
        Objects.requireNonNull(ConsentTexts.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
