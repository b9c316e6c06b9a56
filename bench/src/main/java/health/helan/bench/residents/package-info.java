/**
 * How good and how fast the matching of residents is: a made-up Chinese population with registers
 * that err, the Febrl sets, and what is measured on them.
 */
@NullMarked
package health.helan.bench.residents;

import org.jspecify.annotations.NullMarked;
