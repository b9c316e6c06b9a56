/**
 * The HTTP side that is not FHIR: static pages, security headers, one log line and one measurement
 * per request with no resident data in either, and what keeps browsers and slow or strange clients
 * at bay.
 */
@ApplicationModule(
    displayName = "网页与运行观测",
    allowedDependencies = {"app.start", "foundation.rest"})
@NullMarked
package health.helan.app.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
