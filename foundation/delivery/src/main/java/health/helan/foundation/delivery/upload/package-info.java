/**
 * Upload to another platform, a higher one or any FHIR server: destinations, what is to go there
 * under which agreements, and the proof that it arrived (docs/adr/0072). A consumer of the change
 * log notes what an agreement covers, a sender writes it there in transactions, in order per
 * resident, at least once, for as long as it takes. Tables: {@code upload_destination}, {@code
 * upload_item}, {@code upload_batch}.
 */
@ApplicationModule(
    displayName = "上传",
    allowedDependencies = {
      "foundation.store",
      "foundation.rest",
      "foundation.delivery.agreement",
      "foundation.delivery.kept",
      "foundation.delivery.wire"
    })
@NullMarked
package health.helan.foundation.delivery.upload;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
