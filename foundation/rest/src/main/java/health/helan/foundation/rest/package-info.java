/**
 * The FHIR R4 HTTP API over the record store: the one public door of the platform. Source: HL7 FHIR
 * R4 (4.0.1), "RESTful API" (http.html), "Search", "Operations".
 */
@ApplicationModule(
    displayName = "FHIR 接口",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions", "foundation.fhirpath", "foundation.store"})
@NullMarked
package health.helan.foundation.rest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
