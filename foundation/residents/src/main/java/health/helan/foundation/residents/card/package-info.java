/**
 * The electronic health card: applied for, issued, shown as a code of short life, lost, replaced,
 * used for others. Answers 002#10 and 004#9 of the plans (电子健康卡, 三码融合). Data set: WS 537;
 * technique: WS/T 543 (both from general knowledge: docs/guide/health-card.md says what of them).
 * States: {@link health.helan.foundation.residents.card.State}; what leads from one to another, and
 * who may take it: {@link health.helan.foundation.residents.card.Step}. Not resources: a card is
 * the platform's own, beside records that institutions write and write over (docs/adr/0082); what a
 * code is, and why it can be used once, stands in docs/adr/0083.
 */
@ApplicationModule(
    displayName = "电子健康卡",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.residents",
      "foundation.rest",
      "foundation.store",
      "foundation.trust.account",
      "foundation.trust.crypto",
      "foundation.trust.erasure",
      "foundation.trust.policy"
    })
@NullMarked
package health.helan.foundation.residents.card;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
