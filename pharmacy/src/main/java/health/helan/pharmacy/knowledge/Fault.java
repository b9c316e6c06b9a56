package health.helan.pharmacy.knowledge;

import java.util.List;

/**
 * What is wrong with a knowledge base.
 *
 * @param place as {@code drugs[12].doses[0].unit}
 * @param key of the sentence
 */
public record Fault(String place, String key, List<Object> arguments) {}
