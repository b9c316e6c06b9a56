package health.helan.care.visit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * What residents agree to before a visit on line (互联网诊疗知情同意书). Each version for ever: a consent
 * names its own, and carries the text that was signed.
 */
final class ConsentText {
  static final String VERSION = "1";
  static final String URI = "https://helan.health/consent/online-visit/" + VERSION;
  static final String CHINESE = read("zh");
  static final String ENGLISH = read("en");

  private ConsentText() {}

  private static String read(String language) {
    String file = "online-visit-consent-" + VERSION + "." + language + ".txt";
    try (InputStream in =
        Objects.requireNonNull(ConsentText.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
