/**
 * Bulk import ({@code $import}): NDJSON fetched from addresses that a manifest names, written with
 * the eyes and the rights of who asked, line by line accounted for (docs/adr/0074). A job is
 * accepted, running, then completed, failed or cancelled. Tables: {@code import_job}, {@code
 * import_file}, {@code import_error}.
 */
@ApplicationModule(
    displayName = "批量导入",
    allowedDependencies = {
      "foundation.definitions",
      "foundation.store",
      "foundation.rest",
      "foundation.delivery.kept",
      "foundation.delivery.wire"
    })
@NullMarked
package health.helan.foundation.delivery.bulkimport;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
