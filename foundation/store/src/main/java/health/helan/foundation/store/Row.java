package health.helan.foundation.store;

import health.helan.foundation.store.index.IndexEntry;
import health.helan.foundation.store.sql.CopyBuffer;
import java.time.Instant;

/**
 * A row of a current version, ready to be written.
 *
 * @param self digest of {@code Type/id}
 * @param json the content before it was encoded
 */
record Row(
    String type,
    String id,
    int home,
    int version,
    Instant updated,
    ResourceVersion.Method method,
    short level,
    boolean stray,
    String owner,
    long self,
    IndexEntry index,
    ContentCodec.Encoded encoded,
    byte[] json) {

  /**
   * Appends the row to a COPY; the columns of {@link health.helan.foundation.store.sql.WriteSql}.
   */
  void copyTo(CopyBuffer copy, boolean sharedTable) {
    copy.row();
    if (sharedTable) {
      copy.text(type);
    }
    copy.int8(self)
        .int8(index.patient())
        .timestamp(updated)
        .micros(index.dateLo())
        .micros(index.dateHi())
        .int4(home)
        .int4(version)
        .int2(level)
        .int2(encoded.codec())
        .int2(encoded.keyId())
        .int2(method.code())
        .bool(stray)
        .text(id)
        .text(owner)
        .int8Array(index.tokens())
        .jsonb(index.vals())
        .raw(encoded.content());
  }
}
