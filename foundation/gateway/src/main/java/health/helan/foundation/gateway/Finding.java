package health.helan.foundation.gateway;

import java.util.List;

/**
 * Something about a message that did not stand in its way: a value that could not be understood and
 * was left out, a code without translation, a character set that had to be guessed.
 *
 * @param key of the sentence
 * @param place where in the message, {@code OBX-5}
 * @param arguments of the sentence; never a resident's data
 */
public record Finding(String key, String place, List<String> arguments) {
  public Finding(String key, String place, String... arguments) {
    this(key, place, List.of(arguments));
  }
}
