package health.helan.foundation.gateway.edge;

import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Refusal;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Why something did not go, as it travels between node and centre: the sentence's key and what
 * fills it, percent-encoded, with spaces between ({@code edge.gap 12 15}).
 */
public final class Reasons {
  /** Header of a refusal. */
  public static final String HEADER = "Helan-Reason";

  private Reasons() {}

  static String of(Refusal refusal) {
    var text = new StringBuilder(refusal.messageKey());
    for (Object argument : refusal.arguments()) {
      text.append(' ').append(URLEncoder.encode(String.valueOf(argument), StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  /** The sentence, in a language. */
  public static String sentence(Locale language, String reason) {
    List<String> words = List.of(reason.split(" "));
    var arguments = new ArrayList<Object>();
    for (String word : words.subList(1, words.size())) {
      try {
        arguments.add(URLDecoder.decode(word, StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        arguments.add("?"); // What another process said.
      }
    }
    return Messages.of(language, words.getFirst(), arguments);
  }
}
