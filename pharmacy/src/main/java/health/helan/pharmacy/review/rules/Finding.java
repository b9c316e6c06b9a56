package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Term;
import java.util.List;

/**
 * What a rule found.
 *
 * @param key the same for the same thing found again: rule and drugs. An override names it
 * @param trial of a rule that is tried out: shown as information, never in the way
 * @param items ids of the drugs concerned; empty for the whole prescription
 * @param sentence what was found, with the values that made it fire
 * @param source on what the rule stands, and the knowledge base where its words came from there
 */
public record Finding(
    String key,
    String rule,
    int version,
    Severity severity,
    boolean trial,
    String code,
    List<String> items,
    Term title,
    Term sentence,
    Term source) {}
