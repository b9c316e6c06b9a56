package health.helan.foundation.residents.match;

/**
 * What one field says.
 *
 * @param field code, such as {@code given}; see {@link Field}. {@code rule} for what holds whatever
 *     the weights say, {@code prior} for how rare one person is among all pairs
 * @param level code, such as {@code same-pinyin}
 * @param weight log2 of how much likelier one person is by it; 0 for a rule
 */
public record Evidence(String field, String level, double weight) {}
