package health.helan.foundation.gateway;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the journal, without its content.
 *
 * @param seq order among the messages of its home
 * @param lane which messages it keeps its order with
 * @param control the sender's number; empty for none
 * @param attempts how often it was tried
 * @param corrected number of the correction that stands for it; 0 for the original
 * @param mapping {@code oru@1}; null before it was mapped
 * @param reason why it is not done; null when it is, or nothing was tried yet
 * @param made references of what was written or found
 */
public record Message(
    int home,
    long seq,
    long lane,
    String id,
    String feed,
    String type,
    String control,
    Instant received,
    Instant changed,
    State state,
    int attempts,
    int corrected,
    int size,
    @Nullable String mapping,
    @Nullable Reason reason,
    List<Finding> findings,
    List<String> made) {

  /**
   * What a part of a file is called.
   *
   * @param container what {@link Format.Read#parts} was given
   * @param number of the row
   */
  public static String part(String container, int number) {
    return container + "#" + number;
  }

  /** The id of the file that a part belongs to, by its control id; empty for no part. */
  static String container(String control) {
    int hash = control.indexOf('#');
    String of = hash < 0 ? "" : control.substring(0, hash);
    int version = of.indexOf('.');
    return version < 0 ? of : of.substring(0, version);
  }

  /** Key of a sentence and what fills it. */
  public record Reason(String key, List<String> arguments) {}
}
