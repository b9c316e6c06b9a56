package health.helan.oversight.clearing;

import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/**
 * Who money is reconciled with: a channel that took it, a payer that owes it.
 *
 * @param kind CHANNEL or PAYER
 * @param code owner of its account in the ledger
 */
public record Counterpart(AccountKind kind, String code) {
  public Counterpart {
    if (kind != AccountKind.CHANNEL && kind != AccountKind.PAYER) {
      throw new IllegalArgumentException("nobody to reconcile with: " + kind);
    }
  }

  /**
   * @param name as {@code channel/wechat} or {@code payer/basic}
   * @throws Refusal VALUE for anything else
   */
  public static Counterpart of(String name) {
    for (AccountKind kind : new AccountKind[] {AccountKind.CHANNEL, AccountKind.PAYER}) {
      String prefix = kind.code() + "/";
      if (name.startsWith(prefix)
          && name.substring(prefix.length()).matches("[A-Za-z0-9._-]{1,100}")) {
        return new Counterpart(kind, name.substring(prefix.length()));
      }
    }
    throw new Refusal(Refusal.Kind.VALUE, "clearing.counterpart");
  }

  public String name() {
    return kind.code() + "/" + code;
  }

  public Account account() {
    return Account.of(kind, code);
  }

  /** Names a day of it: the first 64 bits of a digest, the last 12 of which are its home. */
  long book(LocalDate day) {
    return digest("book " + name() + " " + day);
  }

  static int home(long book) {
    return (int) (book & (Ids.HOMES - 1));
  }

  /** The bucket of what has a name and no id. */
  static int home(String name) {
    return home(digest("scope " + name));
  }

  private static long digest(String text) {
    return ByteBuffer.wrap(DigestAlgorithm.SHA_256.digest(text.getBytes(StandardCharsets.UTF_8)))
        .getLong();
  }
}
