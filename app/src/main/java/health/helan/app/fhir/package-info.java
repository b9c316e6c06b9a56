/** Assembles the FHIR API: store, operations and servlet. */
@ApplicationModule(
    displayName = "FHIR 接口装配",
    allowedDependencies = {
      "app.access",
      "app.database",
      "app.start",
      "care.appointment",
      "care.queue",
      "care.results",
      "care.visit",
      "foundation.definitions",
      "foundation.delivery.agreement",
      "foundation.delivery.bulkimport",
      "foundation.delivery.upload",
      "foundation.quality",
      "foundation.registry",
      "foundation.residents",
      "foundation.residents.card",
      "foundation.rest",
      "foundation.store",
      "foundation.terminology",
      "foundation.trust.crypto",
      "foundation.trust.policy",
      "foundation.trust.pseudonym",
      "oversight.books",
      "oversight.ledger",
      "oversight.clearing",
      "oversight.payment",
      "oversight.settlement",
      "oversight.supervision",
      "pharmacy.circulation",
      "pharmacy.dispense",
      "pharmacy.review"
    })
@NullMarked
package health.helan.app.fhir;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
