package health.helan.foundation.rest;

import health.helan.foundation.store.Refusal;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** The sentences of this API, Chinese first. */
public final class Messages {
  private static final ResourceBundle.Control AS_IS =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private Messages() {}

  /**
   * The language to answer in.
   *
   * @param acceptLanguage header; null for none, which means Chinese
   */
  public static Locale language(@Nullable String acceptLanguage) {
    if (acceptLanguage == null || acceptLanguage.isBlank()) {
      return Locale.CHINESE;
    }
    try {
      Locale found =
          Locale.lookup(
              Locale.LanguageRange.parse(acceptLanguage), List.of(Locale.CHINESE, Locale.ENGLISH));
      return found == null ? Locale.CHINESE : found;
    } catch (IllegalArgumentException e) {
      return Locale.CHINESE; // A broken header is no reason to refuse.
    }
  }

  public static String of(Locale language, Refusal refusal) {
    return of(language, refusal.messageKey(), refusal.arguments());
  }

  public static String of(Locale language, String key, List<Object> arguments) {
    String pattern;
    try {
      // The root bundle is English.
      Locale bundle = language.equals(Locale.ENGLISH) ? Locale.ROOT : language;
      pattern =
          ResourceBundle.getBundle("health.helan.foundation.rest.messages", bundle, AS_IS)
              .getString(key);
    } catch (MissingResourceException e) {
      return key + (arguments.isEmpty() ? "" : " " + arguments);
    }
    return new MessageFormat(pattern, language)
        .format(arguments.stream().map(String::valueOf).toArray());
  }
}
