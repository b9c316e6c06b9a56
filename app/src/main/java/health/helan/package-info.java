/** The one application that assembles the rooms: see {@link health.helan.HelanApplication}. */
@NullMarked
package health.helan;

import org.jspecify.annotations.NullMarked;
