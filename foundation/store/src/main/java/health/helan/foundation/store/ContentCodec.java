package health.helan.foundation.store;

import java.sql.SQLException;
import javax.sql.DataSource;

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

  /**
   * What bytes belong to. A codec that encrypts binds them to it, so that a row's content cannot be
   * put into another row, or an older version's into a newer one.
   *
   * @param type resource type; of rows that hold no resource, the table
   */
  record Place(String type, String id, int version) {}

  /**
   * Told the database once, when it is of this version and before anything is encoded.
   *
   * @throws StoreUnusable if what the codec keeps there does not fit what it holds
   */
  default void open(DataSource database) throws SQLException {}

  /** Thread-safe. {@code json} is whole; it is not kept. */
  Encoded encode(Place place, byte[] json);

  /**
   * @throws IllegalStateException when the header names a codec or key that is not here, or the
   *     bytes are damaged, or do not belong to {@code place}
   */
  byte[] decode(Place place, short codec, short keyId, byte[] content);
}
