package health.helan.foundation.gateway;

import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Binary whose bytes go to the object store when they are many, as those that come over the API
 * do (docs/adr/0010). What a transaction that fails leaves there goes with the next sweep.
 */
final class LargeBinary implements Interaction.Body {
  /** Longer {@code data}, in Base64 characters, goes to the object store. */
  private static final int INLINE = 64 * 1024;

  private static final long MOST_BYTES = 64L << 20;

  private final ObjectNode tree;
  private final ObjectStore objects;
  private @Nullable Stored stored;

  LargeBinary(ObjectNode tree, ObjectStore objects) {
    this.tree = tree;
    this.objects = objects;
  }

  static boolean isOne(ObjectNode tree) {
    return tree.path("resourceType").asString("").equals("Binary")
        && tree.path("data").asString("").length() > INLINE;
  }

  /**
   * Nobody but the platform says which object a Binary's bytes are: it could be another's.
   *
   * @throws Refusal when a resource says so
   */
  static void refuseForged(JsonNode resource) {
    if (resource.path("resourceType").asString("").equals("Binary") && StoredData.isIn(resource)) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Binary.data", "rest.binary-reserved", new Object[] {});
    }
  }

  /** Reads anew each time, as bodies do, but stores once. */
  @Override
  public synchronized ObjectNode read() {
    ObjectNode read = tree.deepCopy();
    if (stored == null) {
      try {
        byte[] bytes = Base64.getMimeDecoder().decode(read.path("data").asString(""));
        stored = objects.put(new ByteArrayInputStream(bytes), MOST_BYTES);
      } catch (IllegalArgumentException e) {
        throw new Refusal(Refusal.Kind.INVALID, "rest.base64-broken");
      } catch (IOException e) {
        throw new Refusal(Refusal.Kind.TRANSIENT, "rest.objects-fail");
      }
    }
    StoredData.set(read, stored);
    return read;
  }
}
