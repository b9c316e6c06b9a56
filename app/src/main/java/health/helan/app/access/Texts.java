package health.helan.app.access;

import jakarta.servlet.http.HttpServletRequest;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;

/** The words of the sign-in pages and of refusals here, Chinese first. */
final class Texts {
  /** Cookie and parameter that choose the language. */
  static final String LANGUAGE = "helan-lang";

  private static final String BUNDLE = "health.helan.app.access.texts";
  private static final ResourceBundle.Control AS_IS =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private final Locale language;
  private final ResourceBundle bundle;

  Texts(Locale language) {
    this.language = language;
    // The root bundle is English.
    this.bundle =
        ResourceBundle.getBundle(
            BUNDLE, language.equals(Locale.ENGLISH) ? Locale.ROOT : Locale.CHINESE, AS_IS);
  }

  /** As chosen by the visitor on a page, else as the browser asks for, else Chinese. */
  static Texts of(HttpServletRequest request) {
    String chosen = BrowserSessions.cookie(request, LANGUAGE);
    if ("en".equals(chosen)) {
      return new Texts(Locale.ENGLISH);
    }
    if ("zh".equals(chosen)) {
      return new Texts(Locale.CHINESE);
    }
    return new Texts(
        health.helan.foundation.rest.Messages.language(request.getHeader("Accept-Language")));
  }

  boolean isChinese() {
    return language.equals(Locale.CHINESE);
  }

  String get(String key, Object... arguments) {
    try {
      String pattern = bundle.getString(key);
      return arguments.length == 0
          ? pattern
          : new MessageFormat(pattern, language).format(arguments);
    } catch (MissingResourceException missing) {
      return key;
    }
  }
}
