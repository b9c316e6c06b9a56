/**
 * FHIRPath 2.0 (the normative language, N1) with the additions of FHIR R4, over JSON trees. Search
 * indexing, patches, rules and policies use this one engine: {@link
 * health.helan.foundation.fhirpath.FhirPath#compile} gives an immutable expression made of objects
 * specialised for what it does; evaluating a simple path costs a few property look-ups.
 *
 * <p>Sources: FHIRPath 2.0.0, <a href="http://hl7.org/fhirpath/N1/">hl7.org/fhirpath/N1</a>; FHIR
 * R4, <a href="http://hl7.org/fhir/R4/fhirpath.html">hl7.org/fhir/R4/fhirpath.html</a>. Units are
 * converted with {@code org.fhir:ucum}.
 */
@ApplicationModule(
    displayName = "FHIRPath",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions"})
@NullMarked
package health.helan.foundation.fhirpath;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
