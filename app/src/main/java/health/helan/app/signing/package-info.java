/** Assembles electronic signatures and the printing of documents; signs some of the demo region. */
@ApplicationModule(
    displayName = "签名装配",
    allowedDependencies = {
      "app.start",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.crypto",
      "foundation.trust.print",
      "foundation.trust.signature"
    })
@NullMarked
package health.helan.app.signing;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
