package health.helan.foundation.trust.crypto;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import java.util.Set;

/**
 * {@code GET [base]/$trusted-authorities}: the authorities whose certificates are accepted. For the
 * operator only.
 */
public final class TrustedAuthoritiesOperation implements FhirOperation {
  private final TrustedAuthorities trusted;

  public TrustedAuthoritiesOperation(TrustedAuthorities trusted) {
    this.trusted = trusted;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "trusted-authorities",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/trusted-authorities");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), spec().name());
    return TrustAuthorityOperation.answer(trusted);
  }
}
