package health.helan.oversight.ledger;

import health.helan.foundation.store.Ids;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * An account. It is what it is called: the same kind, owner and home name the same account on every
 * instance, and it begins with its first transfer.
 *
 * @param owner whose it is ({@link AccountKind} says what stands there); never a name or a number
 *     of a person
 * @param home where it lies, 0 to 4,095, for an account with a floor; {@link #ANYWHERE} for all
 *     others, which have a part of their balance in each home that pays to or from them
 */
public record Account(AccountKind kind, String owner, int home) {
  static final int ANYWHERE = -1;

  public Account {
    if (!owner.matches("[A-Za-z0-9._-]{1,100}")) {
      throw new IllegalArgumentException("no owner of an account: " + owner);
    }
    if (kind.hasFloor() ? home < 0 || home >= Ids.HOMES : home != ANYWHERE) {
      throw new IllegalArgumentException("an account of this kind lies elsewhere: " + kind);
    }
  }

  /** An account without a floor. */
  public static Account of(AccountKind kind, String owner) {
    return new Account(kind, owner, ANYWHERE);
  }

  /** An account with a floor: only intents of the same home can move its money. */
  public static Account of(AccountKind kind, String owner, int home) {
    return new Account(kind, owner, home);
  }

  /** Kind and owner, and the home where it has one. */
  public String name() {
    return kind.code() + "/" + owner + (kind.hasFloor() ? "@" + home : "");
  }

  /** First 128 bits of the name's SHA-256, as a UUID of version 8 (RFC 9562). */
  public UUID id() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name().getBytes(StandardCharsets.UTF_8));
      ByteBuffer bits = ByteBuffer.wrap(hash);
      long high = bits.getLong() & ~0xF000L | 0x8000L;
      long low = bits.getLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
      return new UUID(high, low);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As stored: 0 none, 1 debits never exceed credits, 2 the other way round. */
  short floor() {
    return (short) (!kind.hasFloor() ? 0 : kind.normal() == AccountKind.Side.CREDIT ? 1 : 2);
  }
}
