package health.helan.foundation.store.objects;

import java.io.IOException;

/** There is no object under a key: it was erased, or never came to be. */
public final class NoSuchObject extends IOException {
  private static final long serialVersionUID = 1L;

  NoSuchObject(ObjectKey key) {
    super("No object " + key);
  }
}
