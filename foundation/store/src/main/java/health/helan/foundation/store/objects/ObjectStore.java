package health.helan.foundation.store.objects;

import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Large bytes under keys. An object never changes: new content is a new object, and the resource's
 * new version speaks of that. Objects are put before the transaction that refers to them and
 * deleted after the one that no longer does; what a cut in between leaves is for {@link #sweep}.
 * Safe for use by many threads and by several instances of the application at once.
 */
public interface ObjectStore extends AutoCloseable {

  /**
   * Stores what the stream gives, in memory that does not grow with it. When this returns, the
   * object survives a crash; when it throws, there is none.
   *
   * @param bytes read to its end, not closed
   * @param maxBytes most that is accepted
   * @throws Refusal TOO_LONG if there is more; NO_STORE if the space is used up
   * @throws IOException if the stream or the store fails
   */
  Stored put(InputStream bytes, long maxBytes) throws IOException;

  /**
   * Opens a part of an object, {@link Range#ALL} for the whole. A range beyond the end gives an
   * empty stream. An open stream reads on when the object is deleted, or fails.
   *
   * @throws NoSuchObject if there is none
   */
  InputStream open(ObjectKey key, Range range) throws IOException;

  boolean exists(ObjectKey key) throws IOException;

  /** Erases an object; one that is not there already is no error. Durable when it returns. */
  void delete(ObjectKey key) throws IOException;

  /**
   * Takes away what cuts left: uploads that never ended, and objects whose resource was never
   * committed.
   *
   * @param before only what is older goes; far enough back that no upload or transaction that began
   *     before can still be under way
   * @param referenced of some keys gives those that resources, of any version, speak of; asked in
   *     batches of at most 1,000
   */
  Swept sweep(Instant before, UnaryOperator<Set<ObjectKey>> referenced) throws IOException;

  /** Takes the key of an object. */
  @FunctionalInterface
  interface KeyReceiver {
    void key(ObjectKey key) throws IOException;
  }

  /**
   * Names all objects, in ascending order of their keys and in memory that does not grow with their
   * number. What is put or deleted meanwhile may be named or not.
   *
   * @param after only greater keys; null for all
   */
  void list(@Nullable ObjectKey after, KeyReceiver receiver) throws IOException;

  /**
   * Puts an object back under the key that it had, its bytes as they are stored (where an
   * encrypting store stands before this one: encrypted), in the place of what is there: for
   * restores, and for a store that encrypts what lay there in plain.
   *
   * @param bytes read to its end, not closed
   */
  void restore(ObjectKey key, InputStream bytes) throws IOException;

  @Override
  void close();

  /** Opens the store that the configuration names; only then are its libraries loaded. */
  static ObjectStore open(ObjectStoreConfig config) throws IOException {
    return switch (config) {
      case ObjectStoreConfig.Folder folder -> new FolderObjectStore(folder.path());
      case ObjectStoreConfig.S3 s3 -> new S3ObjectStore(s3);
    };
  }
}
