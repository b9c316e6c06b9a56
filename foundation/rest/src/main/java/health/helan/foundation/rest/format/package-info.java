/**
 * FHIR R4's two formats: which one a request asks for and sends, and the way between them. Inside,
 * the platform knows JSON trees alone.
 */
@NullMarked
package health.helan.foundation.rest.format;

import org.jspecify.annotations.NullMarked;
