/**
 * A made-up, Ningxia-like region of any size as FHIR R4 bundles: {@link health.helan.demo.Region}.
 * The same seed, size and date give the same bytes on every machine. No real person, institution or
 * record is in it; docs/guide/demo-region.md says which parts are general knowledge and which are
 * invented. Needs no Spring.
 */
@ApplicationModule(
    displayName = "示范区域",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions"})
@NullMarked
package health.helan.demo;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
