package health.helan.foundation.rest;

import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the bytes of Binaries in the object store (FHIR R4, binary.html; docs/adr/0010): those that
 * come as bytes always, those that come as {@code data} when they are long. Other resources keep
 * their attachments.
 */
final class Binaries {
  static final String TYPE = "Binary";

  /** Longer {@code data}, in Base64 characters, goes to the object store. */
  static final int INLINE = 64 * 1024;

  /** Most bytes that an answer in FHIR's own formats holds; more is given as bytes alone. */
  static final long MAX_AS_RESOURCE = 16L << 20;

  /** The same in bundles, whose entries stand in memory together. */
  private static final long MAX_IN_BUNDLE = 1L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Binaries.class);

  /** A request's bytes ended too early: nobody is there to answer. */
  static final class Cut extends IOException {
    private static final long serialVersionUID = 1L;

    Cut(IOException cause) {
      super(cause);
    }
  }

  private final @Nullable ObjectStore objects;
  private final long maxBytes;

  /**
   * @param objects null to keep {@code data} in the rows and to take no bytes
   * @param maxBytes most bytes of one Binary
   */
  Binaries(@Nullable ObjectStore objects, long maxBytes) {
    this.objects = objects;
    this.maxBytes = maxBytes;
  }

  private ObjectStore objects() {
    if (objects == null) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "rest.binary-no-objects");
    }
    return objects;
  }

  boolean takesBytes() {
    return objects != null;
  }

  long maxBytes() {
    return maxBytes;
  }

  /**
   * Stores bytes as they come.
   *
   * @throws Cut if {@code bytes} fail
   * @throws Refusal TOO_LONG beyond the limit, TRANSIENT if the object store fails
   */
  Stored put(InputStream bytes) throws Cut {
    try {
      return objects().put(bytes, maxBytes);
    } catch (Cut e) {
      throw e;
    } catch (IOException e) {
      throw failed("store", e);
    }
  }

  /**
   * Opens an object, or a part of it.
   *
   * @throws Refusal TRANSIENT if the object store fails
   */
  InputStream open(Stored stored, Range range) {
    try {
      return objects().open(stored.key(), range);
    } catch (IOException e) {
      throw failed("open", e);
    }
  }

  private static Refusal failed(String verb, IOException e) {
    LOG.error("The object store failed to {}", verb, e);
    return new Refusal(Refusal.Kind.TRANSIENT, "rest.objects-fail");
  }

  /** Erases an object that no resource came to speak of. */
  void discard(Stored stored) {
    try {
      objects().delete(stored.key());
    } catch (IOException e) {
      LOG.warn("An object that is not needed stays until the next sweep", e);
    }
  }

  // ------------------------------------------------------------------ on the way in

  /** A Binary's body with long {@code data} moved; any other body as it is. */
  Interaction.Body moved(String type, Interaction.Body body) {
    return type.equals(TYPE) ? new Moved(body) : body;
  }

  /** Reads anew each time, as bodies do, but stores once. */
  private final class Moved implements Interaction.Body {
    private final Interaction.Body body;
    private @Nullable Stored stored;

    Moved(Interaction.Body body) {
      this.body = body;
    }

    @Override
    public ObjectNode read() {
      ObjectNode tree = body.read();
      refuseForged(tree);
      if (stored != null) {
        StoredData.set(tree, stored);
      } else {
        stored = move(tree);
      }
      return tree;
    }
  }

  /** Nobody but the platform says which object a Binary's bytes are: it could be another's. */
  private static void refuseForged(ObjectNode tree) {
    if (TYPE.equals(tree.path("resourceType").asString("")) && StoredData.isIn(tree)) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Binary.data", "rest.binary-reserved", new Object[] {});
    }
  }

  /** Null when the data stay where they are. */
  private @Nullable Stored move(ObjectNode tree) {
    String data = tree.path("data").asString("");
    if (objects == null
        || data.length() <= INLINE
        || !TYPE.equals(tree.path("resourceType").asString(""))
        || !isCanonical(data)) {
      return null;
    }
    try {
      Stored stored = put(Base64.getDecoder().wrap(new Ascii(data)));
      StoredData.set(tree, stored);
      return stored;
    } catch (Cut e) {
      throw new IllegalStateException("Characters in memory cannot fail", e);
    }
  }

  /**
   * Whether it would be read back as it is: Base64 without line breaks. What is not Base64 at all
   * is for validation to refuse.
   */
  static boolean isCanonical(String data) {
    int length = data.length();
    if (length % 4 != 0) {
      return false;
    }
    int end = data.endsWith("==") ? length - 2 : data.endsWith("=") ? length - 1 : length;
    for (int i = 0; i < end; i++) {
      char c = data.charAt(i);
      boolean known =
          c >= 'A' && c <= 'Z'
              || c >= 'a' && c <= 'z'
              || c >= '0' && c <= '9'
              || c == '+'
              || c == '/';
      if (!known) {
        return false;
      }
    }
    if (end == length) {
      return true;
    }
    // The bits that the padding leaves over are zero.
    String last = data.substring(length - 4);
    return Base64.getEncoder().encodeToString(Base64.getDecoder().decode(last)).equals(last);
  }

  /** A patch that leaves alone which object a Binary's bytes are, or puts data in its place. */
  UnaryOperator<ObjectNode> moved(String type, UnaryOperator<ObjectNode> patch) {
    if (!type.equals(TYPE)) {
      return patch;
    }
    return before -> {
      Stored stored = StoredData.of(before);
      ObjectNode after = patch.apply(before);
      if (after.path("data").isString()) {
        StoredData.remove(after);
      } else if (StoredData.isIn(after)
          && !(stored != null && stored.equals(StoredData.of(after)))) {
        refuseForged(after);
      }
      move(after);
      return after;
    };
  }

  /** The characters of a text that has ASCII only, as bytes; no copy. */
  private static final class Ascii extends InputStream {
    private final String text;
    private int at;

    Ascii(String text) {
      this.text = text;
    }

    @Override
    public int read() {
      return at < text.length() ? text.charAt(at++) : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      int count = Math.min(length, text.length() - at);
      for (int i = 0; i < count; i++) {
        buffer[offset + i] = (byte) text.charAt(at++);
      }
      return count == 0 ? -1 : count;
    }
  }

  // ------------------------------------------------------------------ on the way out

  /**
   * A version with its bytes back in {@code data}, for entries of bundles.
   *
   * @throws Refusal TOO_COSTLY if they are too many
   */
  ResourceVersion restored(ResourceVersion version) {
    byte[] content = version.content();
    if (!version.type().equals(TYPE) || content == null) {
      return version;
    }
    var tree = (ObjectNode) Json.MAPPER.readTree(content);
    Stored stored = StoredData.of(tree);
    if (stored == null) {
      return version;
    }
    if (stored.size() > MAX_IN_BUNDLE) {
      throw tooLargeForResource(MAX_IN_BUNDLE);
    }
    StoredData.remove(tree);
    try (InputStream bytes = open(stored, Range.ALL)) {
      tree.put("data", Base64.getEncoder().encodeToString(bytes.readAllBytes()));
    } catch (IOException e) {
      throw failed("read", e);
    }
    return new ResourceVersion(
        version.type(),
        version.id(),
        version.version(),
        version.updated(),
        version.method(),
        Json.MAPPER.writeValueAsBytes(tree),
        version.patient());
  }

  static Refusal tooLargeForResource(long limit) {
    return new Refusal(Refusal.Kind.TOO_COSTLY, "rest.binary-too-large-for-resource", limit >> 20);
  }

  /** Bytes that stand in the resource itself. */
  static InputStream inline(ObjectNode tree) {
    String data = tree.path("data").asString("");
    return new ByteArrayInputStream(Base64.getMimeDecoder().decode(data));
  }
}
