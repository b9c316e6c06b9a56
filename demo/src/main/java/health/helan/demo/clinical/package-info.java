/** What happens to the demo region's residents: the clinical models. */
@NullMarked
package health.helan.demo.clinical;

import org.jspecify.annotations.NullMarked;
