/**
 * What comes out of care, told to whom it is about: a notice when a report is issued or a document
 * signed, and whether it was read; what a stay in hospital costs, day by day. Answers M3 of the
 * plan (检验检查结果推送、住院每日清单). Resources: DiagnosticReport, Composition, DocumentReference, Provenance,
 * Communication; Encounter, ChargeItem, Account. A notice goes from issued (the report is there) to
 * pushed (the Communication is there) to read ({@code Communication.received}); behind the change
 * log, once for each version (docs/adr/0101). A bill is computed from charges whenever it is asked
 * for (docs/adr/0102). {@code docs/guide/results.md}.
 */
@ApplicationModule(
    displayName = "结果与清单",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.rest", "foundation.store"})
@NullMarked
package health.helan.care.results;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
