package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.content.ZstdCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Contents compressed, then encrypted: nonce, sealed bytes, tag. Bound to each are the type, id and
 * version of its row and its header, so that nothing that is swapped between rows opens.
 */
public final class ContentCipher implements ContentCodec {
  private final ContentCodec compression = new ZstdCodec();
  private final DataKeys keys;

  public ContentCipher(DataKeys keys) {
    this.keys = keys;
  }

  @Override
  public void open(DataSource database) throws SQLException {
    keys.open(database);
  }

  @Override
  public Encoded encode(Place place, byte[] json) {
    return seal(place, compression.encode(place, json));
  }

  @Override
  public byte[] decode(Place place, short codec, short keyId, byte[] content) {
    return compression.decode(place, codec, (short) 0, open(place, codec, keyId, content));
  }

  /** The same content under the current key, not unpacked on the way. */
  Encoded recode(Place place, short codec, short keyId, byte[] content) {
    return seal(place, new Encoded(codec, (short) 0, open(place, codec, keyId, content)));
  }

  /** Encrypts what is compressed; leaves it as it is when encryption is off. */
  Encoded seal(Place place, Encoded plain) {
    DataKeys.DataKey key = keys.current();
    if (key == null) {
      return plain;
    }
    byte[] content =
        key.aead()
            .sealWithNonce(
                key.nonces().next(), bound(place, plain.codec(), key.id()), plain.content());
    return new Encoded(plain.codec(), key.id(), content);
  }

  /** Decrypts, and leaves compressed. */
  byte[] open(Place place, short codec, short keyId, byte[] content) {
    if (keyId == 0) {
      return content;
    }
    try {
      return keys.of(keyId).aead().openWithNonce(bound(place, codec, keyId), content);
    } catch (Aead.Broken e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static byte[] bound(Place place, short codec, short keyId) {
    byte[] type = place.type().getBytes(StandardCharsets.UTF_8);
    byte[] id = place.id().getBytes(StandardCharsets.UTF_8);
    // The length keeps "ab" + "c" and "a" + "bc" apart.
    byte[] bound = new byte[type.length + id.length + 12];
    ByteBuffer.wrap(bound)
        .putInt(type.length)
        .put(type)
        .put(id)
        .putInt(place.version())
        .putShort(codec)
        .putShort(keyId);
    return bound;
  }
}
