package health.helan.foundation.terminology.engine;

import java.time.Instant;

/**
 * A version of a terminology resource that can be asked.
 *
 * @param key of its compilation; for what is shipped, the same wherever it is compiled
 * @param version business version; empty for none
 * @param isShipped not stored here, but brought along by the platform
 * @param id of the stored resource; empty for what is shipped
 * @param size number of concepts or elements; -1 while not known
 * @param valueSet canonical URL of the value set of all its codes; empty for none
 */
public record Header(
    long key,
    String type,
    String url,
    String version,
    String status,
    boolean isShipped,
    String id,
    int resourceVersion,
    Instant updated,
    int size,
    String valueSet) {

  public String canonical() {
    return version.isEmpty() ? url : url + "|" + version;
  }

  boolean isActive() {
    // R4 ships most of its value sets as drafts, and binds elements to them all the same.
    return isShipped || status.equals("active");
  }
}
