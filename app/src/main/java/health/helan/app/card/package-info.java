/** Assembles health cards; those of the demo region, with a terminal and parties to try. */
@ApplicationModule(
    displayName = "电子健康卡装配",
    allowedDependencies = {
      "app.start",
      "demo",
      "foundation.residents.card",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.crypto"
    })
@NullMarked
package health.helan.app.card;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
