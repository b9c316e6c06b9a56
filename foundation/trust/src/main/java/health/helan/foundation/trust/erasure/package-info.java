/**
 * Erasing a resident's record where the law gives or demands it, keeping it as long as the law
 * wants it kept. Rights and duties are those of China's Personal Information Protection Law
 * (articles 19, 47: keep no longer than needed; erase on request unless the time that a law
 * prescribes has not passed), from general knowledge; the least times are those of the platform's
 * plans (records 15 years, conversations and media 3). Tables: {@code erasure}, {@code legal_hold},
 * {@code retention_rule}. States of an erasure: begun, finished.
 */
@ApplicationModule(
    displayName = "删除与留存",
    allowedDependencies = {"foundation.rest", "foundation.store", "foundation.trust.crypto"})
@NullMarked
package health.helan.foundation.trust.erasure;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
