@NullMarked
package health.helan.foundation.fhirpath;

import org.jspecify.annotations.NullMarked;
