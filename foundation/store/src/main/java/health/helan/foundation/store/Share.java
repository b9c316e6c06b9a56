package health.helan.foundation.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one request writes where several share a transaction ({@link RecordStore#together}).
 *
 * @param caller the platform, acting for whoever asked ({@link Caller#asPlatformOf}): what the
 *     policy would have to be asked in the transaction is not shared
 * @param interactions creates without conditions
 * @param act what {@link WriteFollower#admit} and {@link WriteFollower#followTogether} are told of
 *     it; null for nothing
 */
public record Share(Caller caller, List<Interaction> interactions, @Nullable Object act) {
  public Share {
    if (!caller.isRoot()) {
      throw new IllegalArgumentException("only the platform shares a transaction");
    }
    for (Interaction interaction : interactions) {
      if (!(interaction instanceof Interaction.Create create) || create.ifNoneExist() != null) {
        throw new IllegalArgumentException("only plain creates share a transaction");
      }
    }
    interactions = List.copyOf(interactions);
  }
}
