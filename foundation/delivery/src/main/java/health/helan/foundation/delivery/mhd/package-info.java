/**
 * Document exchange by IHE MHD (Mobile access to Health Documents) on FHIR R4: what a transaction
 * that claims one of its profiles has to keep, and the search parameters it adds (docs/adr/0086).
 * Finding and retrieving are the API's own search and read. Written after the specification's text
 * at 4.2.4-current of 2026-06-02 (https://github.com/IHE/ITI.MHD).
 */
@ApplicationModule(
    displayName = "文档交换",
    allowedDependencies = {"foundation.definitions", "foundation.store", "foundation.rest"})
@NullMarked
package health.helan.foundation.delivery.mhd;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
