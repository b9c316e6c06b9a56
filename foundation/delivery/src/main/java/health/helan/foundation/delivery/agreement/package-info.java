/**
 * Agreements on what may be delivered: from which institution or department to which, which
 * resources, for what purpose, from when until when, signed by both or by an operator
 * (docs/adr/0071). An agreement narrows and times what leaves; it opens nothing that the access
 * policy does not open. Table: {@code delivery_agreement}.
 */
@ApplicationModule(
    displayName = "交付协议",
    allowedDependencies = {
      "foundation.definitions",
      "foundation.store",
      "foundation.rest",
      "foundation.delivery.kept"
    })
@NullMarked
package health.helan.foundation.delivery.agreement;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
