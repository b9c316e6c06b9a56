/** National cryptography (SM2, SM3, SM4) and the international algorithms beside it; keys. */
@ApplicationModule(
    displayName = "密码服务",
    allowedDependencies = {"foundation.rest", "foundation.store"})
@NullMarked
package health.helan.foundation.trust.crypto;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
