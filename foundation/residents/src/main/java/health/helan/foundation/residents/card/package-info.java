/**
 * The electronic health card: applied for, issued, shown as a code of short life, lost, replaced,
 * used for others. Answers 002#10 and 004#9 of the plans (电子健康卡, 三码融合). Data set: WS 537;
 * technique: WS/T 543.
 */
@ApplicationModule(
    displayName = "电子健康卡",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {
      "foundation.definitions",
      "foundation.residents",
      "foundation.rest",
      "foundation.store",
      "foundation.trust"
    })
@NullMarked
package health.helan.foundation.residents.card;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
