/**
 * A made-up, Ningxia-like region of any size as FHIR R4 bundles: {@link health.helan.demo.Region}.
 * The same seed, size and date give the same bytes on every machine. No real person, institution or
 * record is in it; docs/guide/demo-region.md says which parts are general knowledge and which are
 * invented. Needs no Spring.
 */
@NullMarked
package health.helan.demo;

import org.jspecify.annotations.NullMarked;
