package health.helan.foundation.residents.index;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.ContentCodec.Encoded;
import health.helan.foundation.store.ContentCodec.Place;

/** Seals what is compared of a record, as contents are sealed. */
record Seal(ContentCodec codec) {
  /** As {@code db/encrypted-tables.properties} names it. */
  private static final String TYPE = "resident-record";

  Encoded close(String id, int version, byte[] traits) {
    return codec.encode(new Place(TYPE, id, version), traits);
  }

  byte[] open(String id, int version, short codecOfRow, short keyId, byte[] content) {
    return codec.decode(new Place(TYPE, id, version), codecOfRow, keyId, content);
  }
}
