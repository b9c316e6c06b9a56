/** Assembles the gateway: its listeners, its HTTP door and its operations. */
@ApplicationModule(
    displayName = "数据交换网关装配",
    allowedDependencies = {
      "app.start",
      "foundation.gateway",
      "foundation.rest",
      "foundation.store",
      "foundation.terminology",
      "foundation.trust.audit",
      "foundation.trust.erasure"
    })
@NullMarked
package health.helan.app.gateway;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
