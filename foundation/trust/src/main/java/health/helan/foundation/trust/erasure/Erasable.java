package health.helan.foundation.trust.erasure;

/**
 * A part of the platform that keeps something about residents in tables of its own. Called before
 * the store's rows go, perhaps more than once.
 */
@FunctionalInterface
public interface Erasable {

  /**
   * @param subject keyed digest of the resident's {@code Patient/id} ({@link
   *     health.helan.foundation.store.Purges#subject})
   */
  void erase(long subject);
}
