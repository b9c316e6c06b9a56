/** What tests of this module set up alike. */
@NullMarked
package health.helan.oversight.testing;

import org.jspecify.annotations.NullMarked;
