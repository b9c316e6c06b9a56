@NullMarked
package health.helan.foundation.rest;

import org.jspecify.annotations.NullMarked;
