package health.helan.foundation.trust.crypto;

import health.helan.foundation.store.Refusal;
import java.util.Locale;
import java.util.Set;

/** Where a certificate of the platform's own authority stands. */
public enum CertificateState {
  /** Asked for; nobody has vouched yet. */
  REQUESTED,
  /** In use. */
  ISSUED,
  /** A newer one of the same key took over; it holds until its day. */
  RENEWED,
  /** Holds no more. Nothing leads out of here. */
  REVOKED;

  /** What can be done, and from where. */
  enum Step {
    ISSUE(Set.of(REQUESTED), ISSUED),
    RENEW(Set.of(ISSUED), RENEWED),
    REVOKE(Set.of(ISSUED, RENEWED), REVOKED);

    private final Set<CertificateState> from;
    private final CertificateState to;

    Step(Set<CertificateState> from, CertificateState to) {
      this.from = from;
      this.to = to;
    }

    /**
     * @throws Refusal BUSINESS_RULE, naming the state it is in
     */
    CertificateState take(CertificateState state) {
      if (!from.contains(state)) {
        throw new Refusal(
            Refusal.Kind.BUSINESS_RULE,
            "crypto.certificate-illegal-step",
            name().toLowerCase(Locale.ROOT),
            state.code());
      }
      return to;
    }
  }

  /** As it is stored and shown. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  static CertificateState of(String code) {
    return valueOf(code.toUpperCase(Locale.ROOT));
  }
}
