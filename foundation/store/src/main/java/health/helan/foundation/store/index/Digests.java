package health.helan.foundation.store.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Keyed 64-bit digests (SipHash-2-4, Aumasson and Bernstein 2012) of search values. Whoever has the
 * database but not the key cannot tell values by trying them out.
 *
 * <p>A token is the digest of a parameter xor the digest of a value, so that the token of a
 * reference can be had in SQL from the target's {@code self} column: {@code self # ?}.
 */
public final class Digests {
  private final long k0;
  private final long k1;

  /**
   * @param key 16 bytes
   */
  public Digests(byte[] key) {
    if (key.length != 16) {
      throw new IllegalArgumentException("an index key has 16 bytes");
    }
    ByteBuffer buffer = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
    k0 = buffer.getLong();
    k1 = buffer.getLong();
  }

  /** Digest of {@code Type/id}: the column {@code self}, and {@code patient} for a Patient. */
  public long reference(String type, String id) {
    return of(type + "/" + id);
  }

  /** Digest of a text as UTF-8. */
  public long of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  public long of(byte[] in) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int whole = in.length & ~7;
    long last = (long) in.length << 56;
    for (int i = 0; i <= whole; i += 8) {
      long m;
      if (i < whole) {
        m = (long) LONG.get(in, i);
      } else {
        for (int j = in.length - 1; j >= whole; j--) {
          last |= (in[j] & 0xFFL) << (8 * (j - whole));
        }
        m = last;
      }
      v3 ^= m;
      for (int round = 0; round < 2; round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= m;
    }
    v2 ^= 0xff;
    for (int round = 0; round < 4; round++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private static final java.lang.invoke.VarHandle LONG =
      java.lang.invoke.MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
}
