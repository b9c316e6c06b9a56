package health.helan.pharmacy.knowledge;

import org.jspecify.annotations.Nullable;

/**
 * A drug as a prescription names it.
 *
 * @param product null where only the substance was named
 * @param unitMg milligrams in one unit (片, 粒); null where that is not clear
 */
public record Known(Drug drug, Drug.@Nullable Product product, @Nullable Double unitMg) {}
