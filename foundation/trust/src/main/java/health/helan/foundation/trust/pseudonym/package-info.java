/**
 * The pseudonymised projection for regulators (假名化投影): what the records hold, without whom it is
 * about, in a store of its own that a consumer of the change log keeps up. {@link
 * health.helan.foundation.trust.pseudonym.Rules} says what of each type is taken over. {@code
 * docs/guide/regulators.md}, {@code docs/adr/0043} and {@code 0044}. Tables: {@code pseudonym_key},
 * {@code pseudonym_patient}, {@code pseudonym_step}, and the schema {@code pseudonym}. States of
 * the projection: off, opening, being made, whole.
 */
@ApplicationModule(
    displayName = "假名化投影",
    allowedDependencies = {
      "foundation.definitions",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.crypto",
      "foundation.trust.erasure",
      "foundation.trust.policy"
    })
@NullMarked
package health.helan.foundation.trust.pseudonym;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
