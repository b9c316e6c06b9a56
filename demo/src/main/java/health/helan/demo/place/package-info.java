/** The demo region's geography, institutions and staff. */
@NullMarked
package health.helan.demo.place;

import org.jspecify.annotations.NullMarked;
