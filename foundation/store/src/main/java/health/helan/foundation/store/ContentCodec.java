package health.helan.foundation.store;

/**
 * From the JSON of a version to the bytes of its row, and back. The content header ({@code codec,
 * key_id}) stands in each row, so that codecs and keys can change without rewriting rows.
 */
public interface ContentCodec {

  /**
   * Encoded bytes and their header.
   *
   * @param keyId 0 for not encrypted
   */
  record Encoded(short codec, short keyId, byte[] content) {}

  /** Thread-safe. {@code json} is whole; it is not kept. */
  Encoded encode(byte[] json);

  /**
   * @throws IllegalStateException when the header names a codec or key that is not here, or the
   *     bytes are damaged
   */
  byte[] decode(short codec, short keyId, byte[] content);
}
