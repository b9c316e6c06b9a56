/** Names of people, by sex, nationality and generation. */
@NullMarked
package health.helan.demo.name;

import org.jspecify.annotations.NullMarked;
