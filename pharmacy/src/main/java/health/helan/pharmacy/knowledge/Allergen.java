package health.helan.pharmacy.knowledge;

import java.util.List;
import java.util.Set;

/**
 * A group of drugs to which people are allergic as a whole.
 *
 * @param atc beginnings of ATC codes by which an AllergyIntolerance names the group or a member
 * @param words by which one without a code does
 * @param cross groups in which the same person may react
 */
public record Allergen(
    String id, Term name, List<String> atc, List<String> words, Set<String> cross) {}
