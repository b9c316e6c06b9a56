/** The demo region's households and residents. */
@NullMarked
package health.helan.demo.people;

import org.jspecify.annotations.NullMarked;
