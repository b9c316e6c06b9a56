/**
 * Runs in the build only: compiles HL7's R4 definitions, as packed in HAPI's {@code
 * hapi-fhir-validation-resources-r4}, into the one resource that {@code CompiledR4} reads. Not part
 * of the jar.
 */
@NullMarked
package health.helan.foundation.definitions.compiler;

import org.jspecify.annotations.NullMarked;
