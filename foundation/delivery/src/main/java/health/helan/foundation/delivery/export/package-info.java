/**
 * Bulk Data Access 2.0 (HL7 FHIR Bulk Data Access IG): {@code $export} of everything, of patients,
 * of a group, as NDJSON. A job is accepted, running, then completed, failed or cancelled; its files
 * are erased after a while. Tables: {@code export_job}, {@code export_file}; contents in the object
 * store.
 */
@ApplicationModule(
    displayName = "批量导出",
    allowedDependencies = {
      "foundation.definitions",
      "foundation.store",
      "foundation.rest",
      "foundation.delivery.agreement",
      "foundation.delivery.kept"
    })
@NullMarked
package health.helan.foundation.delivery.export;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
